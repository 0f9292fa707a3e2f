//! How far the result of a depthwise convolution over a ring of rows may lie over its operand.
//!
//! The kernel copies each row of the image once, in order, and writes a row of the result when the last row that it depends on has
//! been copied. So it overwrites nothing that it still needs as long as it stays behind the rows that are not copied yet.

use crate::overlap::Gaps;
use crate::size::{product, signed, sum};

/// Most rows of taps: the kernel has their addresses on the stack.
pub const MAX_ROWS: usize = 16;

/// The rows of a depthwise convolution.
#[derive(Clone, Copy, Debug)]
pub struct Ring {
    /// Rows of the image.
    pub input: usize,
    /// Bytes of a row of the image.
    pub input_row: usize,
    /// Rows of the result.
    pub output: usize,
    /// Bytes of a row of the result.
    pub output_row: usize,
    /// Rows from a window's first to its last.
    pub reach: usize,
    /// Rows from one window to the next.
    pub stride: usize,
    /// Rows above the image.
    pub padding: usize,
}

impl Ring {
    /// Refuses numbers for which [`Ring::gaps`] would not be exact. Asked once: it goes over all rows.
    const fn check(&self) {
        let _ = product([self.output, self.output_row]);
        let _ = sum([product([self.output, self.stride]), self.reach, self.padding]);
    }

    /// The least distances at which the kernel is right.
    #[must_use]
    pub const fn gaps(&self) -> Gaps {
        self.check();
        let bytes = signed(product([self.input, self.input_row]));
        let (mut forward, mut backward) = (-bytes, -bytes);
        let mut y = 0;
        while y < self.output {
            // Image rows `..end` have been copied forwards, `first..` backwards.
            let end = (y * self.stride + self.reach).saturating_sub(self.padding);
            let first = (y * self.stride).saturating_sub(self.padding);
            if end < self.input {
                let written = (y + 1) * self.output_row;
                forward = max(forward, written as isize - (end * self.input_row) as isize);
            }
            if first > 0 {
                let first = if first < self.input { first } else { self.input };
                let written = (self.output - y) * self.output_row;
                backward = max(backward, written as isize - ((self.input - first) * self.input_row) as isize);
            }
            y += 1;
        }
        Gaps { forward: Some(forward), backward: Some(backward) }
    }
}

const fn max(a: isize, b: isize) -> isize {
    if a > b { a } else { b }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_keyword_spotters_layers_run_in_place() {
        let same =
            Ring { input: 25, input_row: 320, output: 25, output_row: 320, reach: 3, stride: 1, padding: 1 };
        // When a row is written, the row below it has been copied.
        assert_eq!(same.gaps(), Gaps { forward: Some(-320), backward: Some(-320) });
        let halved = Ring { output: 13, stride: 2, output_row: 160, ..same };
        assert_eq!(halved.gaps(), Gaps { forward: Some(160 - 640), backward: Some(160 - 640) });
        // A window of one row without padding, and results twice as wide: behind the image, or from its end on.
        let wider = Ring { reach: 1, padding: 0, output_row: 640, ..same };
        assert_eq!(wider.gaps(), Gaps { forward: Some(24 * 320), backward: Some(24 * 320) });
    }
}
