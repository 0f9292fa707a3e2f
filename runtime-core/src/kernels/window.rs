//! The geometry of windows that slide over an image: convolutions and pooling.

/// A window over an image; extents in rows and columns.
///
/// Output position `(y, x)` reads the image from `(y * stride - padding)` on, in steps of `dilation`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Window {
    /// Height and width of the image.
    pub(crate) input: [usize; 2],
    /// Height and width of the result.
    pub(crate) output: [usize; 2],
    /// Number of taps.
    pub(crate) kernel: [usize; 2],
    /// Steps between output positions.
    pub(crate) stride: [usize; 2],
    /// Steps between taps.
    pub(crate) dilation: [usize; 2],
    /// Rows above and columns to the left that are not in the image.
    pub(crate) padding: [usize; 2],
}

impl Window {
    /// Refuses, when a kernel is monomorphised, a geometry that contradicts itself.
    pub(crate) const fn check(&self) {
        assert!(self.stride[0] > 0 && self.stride[1] > 0, "a stride is 0");
        assert!(self.dilation[0] > 0 && self.dilation[1] > 0, "a dilation is 0");
        assert!(self.kernel[0] > 0 && self.kernel[1] > 0, "a kernel extent is 0");
    }

    /// The output positions along one axis whose whole window lies inside the image: `(first, end)`.
    pub(crate) const fn interior(&self, axis: usize) -> (usize, usize) {
        let (size, outputs) = (self.input[axis], self.output[axis]);
        let (stride, padding) = (self.stride[axis], self.padding[axis]);
        let reach = (self.kernel[axis] - 1) * self.dilation[axis];
        let first = padding.div_ceil(stride);
        let end = if size + padding > reach { (size + padding - reach - 1) / stride + 1 } else { 0 };
        let end = if end < outputs { end } else { outputs };
        if first < end { (first, end) } else { (end, end) }
    }

    /// Whether any window leaves the image.
    pub(crate) const fn has_border(&self) -> bool {
        let (rows, columns) = (self.interior(0), self.interior(1));
        rows.1 - rows.0 != self.output[0] || columns.1 - columns.0 != self.output[1]
    }

    /// The image position that a tap reads along `axis`. One before the image wraps to a huge number, so that
    /// `position < input[axis]` is the whole test for the border.
    #[inline(always)]
    pub(crate) const fn position(&self, axis: usize, output: usize, tap: usize) -> usize {
        (output * self.stride[axis] + tap * self.dilation[axis]).wrapping_sub(self.padding[axis])
    }

    /// The output positions, split at the border. To be evaluated as a constant.
    pub(crate) const fn split(&self) -> Split {
        let (rows, columns) = (self.interior(0), self.interior(1));
        Split { output: self.output, rows, columns, has_border: self.has_border() }
    }
}

/// Output positions, split into those whose whole window lies inside the image and the others.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Split {
    output: [usize; 2],
    rows: (usize, usize),
    columns: (usize, usize),
    has_border: bool,
}

impl Split {
    /// Calls `inner` for each output position whose whole window lies inside the image and `border` for the others.
    ///
    /// The split is by row segments: left border, interior, right border; no position is tested. Without a border no border
    /// code is left.
    #[inline(always)]
    pub(crate) fn for_each(self, mut inner: impl FnMut(usize, usize), mut border: impl FnMut(usize, usize)) {
        let [height, width] = self.output;
        if !self.has_border {
            for y in 0..height {
                for x in 0..width {
                    inner(y, x);
                }
            }
            return;
        }
        let (rows, columns) = (self.rows, self.columns);
        for y in 0..height {
            let (first, end) = if y >= rows.0 && y < rows.1 { columns } else { (width, width) };
            for x in first..end {
                inner(y, x);
            }
            // The left border and then the right one, by one piece of code.
            let mut x = 0;
            while x < width {
                if x == first {
                    x = end;
                    if x == width {
                        break;
                    }
                }
                border(y, x);
                x += 1;
            }
        }
    }
}

#[cfg(test)]
mod test {
    extern crate std;

    use super::Window;
    use proptest::prelude::*;

    fn window() -> impl Strategy<Value = Window> {
        let pair = |range: std::ops::Range<usize>| (range.clone(), range).prop_map(|(a, b)| [a, b]);
        (pair(1..9), pair(1..9), pair(1..6), pair(1..4), pair(1..4), pair(0..5)).prop_map(
            |(input, output, kernel, stride, dilation, padding)| Window {
                input,
                output,
                kernel,
                stride,
                dilation,
                padding,
            },
        )
    }

    proptest! {
        #[test]
        fn every_position_once_and_on_the_right_side(w in window()) {
            let inside = |axis: usize, output: usize| {
                (0..w.kernel[axis]).all(|tap| {
                    let padded = output * w.stride[axis] + tap * w.dilation[axis];
                    padded >= w.padding[axis] && padded - w.padding[axis] < w.input[axis]
                })
            };
            let mut seen = [[0u8; 8]; 8];
            let (mut inner, mut border) = (std::vec::Vec::new(), std::vec::Vec::new());
            w.split().for_each(|y, x| inner.push((y, x)), |y, x| border.push((y, x)));
            prop_assert_eq!(w.has_border(), !border.is_empty());
            for (positions, is_inner) in [(inner, true), (border, false)] {
                for (y, x) in positions {
                    prop_assert_eq!(inside(0, y) && inside(1, x), is_inner, "{} {}", y, x);
                    seen[y][x] += 1;
                }
            }
            for (y, row) in seen.iter().enumerate() {
                for (x, &count) in row.iter().enumerate() {
                    prop_assert_eq!(count, u8::from(y < w.output[0] && x < w.output[1]));
                }
            }
        }
    }
}
