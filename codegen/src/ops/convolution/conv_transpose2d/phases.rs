//! A transposed convolution as ordinary ones. Lines of the result that are a stride apart meet the same taps, at neighbouring lines of the
//! operand: each of these phases is a convolution of stride 1 with some of the taps, in reverse order.

/// Rows or columns of a transposed convolution.
#[derive(Clone, Copy, Debug)]
pub(super) struct Axis {
    /// Lines of the operand.
    pub(super) input: usize,
    /// Lines of the result.
    pub(super) output: usize,
    pub(super) kernel: usize,
    pub(super) stride: usize,
    pub(super) dilation: usize,
    /// Lines in front that are left out.
    pub(super) padding: usize,
}

/// Lines of the result that are a stride apart, as a convolution. It may compute lines more in front of them and behind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Phase {
    /// The first line of the result.
    pub(super) first: usize,
    /// How many there are.
    pub(super) count: usize,
    /// The taps in the order of the operand's lines.
    pub(super) taps: Vec<usize>,
    /// Lines of the operand between neighbouring taps.
    pub(super) dilation: usize,
    /// Lines in front of the operand and behind it that the convolution reads.
    pub(super) padding: [usize; 2],
    /// Lines that the convolution computes in front of the first one.
    pub(super) skipped: usize,
    /// Lines that it computes in all.
    pub(super) computed: usize,
}

impl Axis {
    /// The line of the operand that a tap of a line of the result meets, if there is one.
    pub(super) fn line(&self, output: usize, tap: usize) -> Option<usize> {
        let place = (output + self.padding).checked_sub(tap * self.dilation)?;
        let line = place / self.stride;
        (place % self.stride == 0 && line < self.input).then_some(line)
    }

    /// Products of a line with a tap, for all lines of the result.
    pub(super) fn taps(&self) -> usize {
        let inside = |tap: usize| {
            // The places of the operand's lines, `line * stride + tap * dilation - padding`, that are in the result.
            let shift = tap * self.dilation;
            let first = self.padding.saturating_sub(shift).div_ceil(self.stride);
            let end = (self.output + self.padding).saturating_sub(shift).div_ceil(self.stride).min(self.input);
            end.saturating_sub(first)
        };
        (0..self.kernel).map(inside).sum()
    }

    /// The phases, one for each line of the result up to the stride.
    pub(super) fn phases(&self) -> Vec<Phase> {
        (0..self.stride.min(self.output)).map(|first| self.phase(first)).collect()
    }

    fn phase(&self, first: usize) -> Phase {
        let count = (self.output - first).div_ceil(self.stride);
        let (begin, rest) = ((first + self.padding) / self.stride, (first + self.padding) % self.stride);
        let mut taps: Vec<usize> =
            (0..self.kernel).filter(|tap| tap * self.dilation % self.stride == rest).collect();
        taps.reverse();
        // How far in front of line `begin` a tap's line lies; a tap in front of `rest` lies behind it.
        let back = |tap: usize| (tap * self.dilation) as i64 - rest as i64;
        let stride = self.stride as i64;
        let dilation = match taps[..] {
            [a, b, ..] => (back(a) - back(b)) / stride,
            _ => 1,
        };
        let (front, reach) = match (taps.first(), taps.last()) {
            (Some(&first), Some(&last)) => {
                (begin as i64 - back(first) / stride, (back(first) - back(last)) / stride + 1)
            }
            // No tap: one whose weights are zero.
            _ => (0, 1),
        };
        // Line `j` of the convolution begins at line `front + j` of the operand; it cannot begin behind the first.
        let skipped = front.max(0) as usize;
        let before = (-front).max(0) as usize;
        let needed = skipped + count;
        let padded = self.input + before;
        let after = (needed + reach as usize - 1).saturating_sub(padded);
        Phase {
            first,
            count,
            taps,
            dilation: dilation as usize,
            padding: [before, after],
            skipped,
            computed: padded + after + 1 - reach as usize,
        }
    }
}
