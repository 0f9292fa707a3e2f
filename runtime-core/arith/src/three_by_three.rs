//! The geometry of a depthwise convolution with a 3×3 kernel that makes row after row of its result, for few rows of a small width.
//!
//! For each row of the result, [`BLOCK`] channels at a time, the three rows of the image under it are widened to 16 bits: the upper two
//! joined, a word for each column, the third as two columns to a word, so that five multiply-accumulates of one or two products
//! make a result. For each two columns there are three words: the upper rows of the first column, of the second, and the third row
//! of both. Nothing is kept from one row of the result to the next.
//!
//! The compiler sizes the scratch memory by these functions, and the kernel checks itself against them, after
//! [`ThreeByThree::check`].

use crate::overlap::{Blocks, Gaps, Results, Walk};
use crate::size::{product, sum};

/// Channels that are widened at a time.
pub const BLOCK: usize = 4;

/// The order of a channel's packed weights: `PACKED[i]` is the place of the `i`-th in `[K_h][K_w]`. Bytes 0 and 2, and 1 and 3, of
/// each word of four are two taps that are multiplied together.
pub const PACKED: [usize; 9] = [0, 1, 3, 4, 2, 6, 5, 7, 8];

/// A depthwise convolution with a 3×3 kernel and one result per channel.
#[derive(Clone, Copy, Debug)]
pub struct ThreeByThree {
    /// Height, width and channels of the operand.
    pub input: [usize; 3],
    /// Height, width and channels of the result.
    pub output: [usize; 3],
    /// Steps between output positions; 1 or 2 between columns.
    pub stride: [usize; 2],
    /// Steps between taps; 1 between columns.
    pub dilation: [usize; 2],
    /// Rows above and columns to the left that count as zero.
    pub padding: [usize; 2],
}

impl ThreeByThree {
    /// Refuses numbers for which the other functions would not be exact: they are plain arithmetic, since the kernel calls them, too.
    pub const fn check(&self) {
        let mut axis = 0;
        while axis < 2 {
            assert!(self.output[axis] > 0 && self.stride[axis] > 0, "there are no results, or a stride is 0");
            let windows = product([self.output[axis], self.stride[axis]]);
            let _ =
                sum([windows, product([3, self.dilation[axis]]), self.padding[axis], self.input[axis], 4]);
            axis += 1;
        }
        let _ = (product(self.input), product(self.output));
        let columns = sum([product([self.output[1], self.stride[1]]), 4]);
        let _ = product([4, sum([product([BLOCK, 3, columns]), 1])]);
    }

    /// Whether the kernel carries it out.
    #[must_use]
    pub const fn is_possible(&self) -> bool {
        self.input[2] >= BLOCK
            && self.output[2] == self.input[2]
            && (self.stride[1] == 1 || self.stride[1] == 2)
            && self.dilation[1] == 1
    }

    /// Columns of the padded image that the outputs read.
    #[inline(always)]
    #[must_use]
    pub const fn positions(&self) -> usize {
        (self.output[1] - 1) * self.stride[1] + 3
    }

    /// Those of them that are in the image.
    #[inline(always)]
    #[must_use]
    pub const fn image_positions(&self) -> usize {
        let behind = self.positions().saturating_sub(self.padding[1]);
        if behind < self.input[1] { behind } else { self.input[1] }
    }

    /// Words of a channel's widened rows.
    #[inline(always)]
    #[must_use]
    pub const fn plane(&self) -> usize {
        3 * self.positions().div_ceil(2)
    }

    /// How many tiles of four results a row begins with, and how many results the tile behind them has, at most five.
    #[inline(always)]
    #[must_use]
    pub const fn tiles(&self) -> (usize, usize) {
        let width = self.output[1];
        match width % 4 {
            _ if width <= 5 => (0, width),
            1 => (width / 4 - 1, 5),
            rest => (width / 4, rest),
        }
    }

    /// Whether rows above or below the image are read.
    #[inline(always)]
    #[must_use]
    pub const fn leaves_rows(&self) -> bool {
        let reach = (self.output[0] - 1) * self.stride[0] + 2 * self.dilation[0] + 1;
        self.padding[0] > 0 || reach > self.input[0]
    }

    /// Scratch memory, aligned to 4: the widened rows of a block and a word of padding.
    #[inline(always)]
    #[must_use]
    pub const fn scratch_bytes(&self) -> usize {
        4 * (BLOCK * self.plane() + 1)
    }

    /// How far the result may lie over the operand: a row of it is written block by block, while the rows under it are still read.
    #[must_use]
    pub const fn gaps(&self) -> Gaps {
        let walk = Walk {
            input: self.input,
            output: self.output,
            kernel: [3, 3],
            stride: self.stride,
            dilation: self.dilation,
            padding: self.padding,
            blocks: Blocks { positions: self.output[1], across_rows: false, results: Results::Early },
        };
        walk.gaps().only_forwards()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_band_of_the_keyword_spotter() {
        let band = ThreeByThree {
            input: [3, 5, 64],
            output: [1, 5, 64],
            stride: [1, 1],
            dilation: [1, 1],
            padding: [0, 1],
        };
        assert!(band.is_possible() && !band.leaves_rows());
        assert_eq!((band.positions(), band.image_positions(), band.plane()), (7, 5, 12));
        assert_eq!(band.scratch_bytes(), 4 * (4 * 12 + 1));
        // The row of the result is written while all of the operand is read.
        assert_eq!(band.gaps(), Gaps { forward: Some(320), backward: None });
        let whole = ThreeByThree { input: [25, 5, 64], output: [25, 5, 64], padding: [1, 1], ..band };
        assert!(whole.leaves_rows());
        assert_eq!(whole.gaps().forward, Some(2 * 320));
        assert!(!ThreeByThree { stride: [1, 3], ..band }.is_possible());
        let tiles = |width: usize| ThreeByThree { output: [1, width, 64], ..band }.tiles();
        assert_eq!([4, 5, 6, 8, 9].map(tiles), [(0, 4), (0, 5), (1, 2), (2, 0), (1, 5)]);
        assert!(!ThreeByThree { input: [3, 5, 3], output: [1, 5, 3], ..band }.is_possible());
    }

    #[test]
    fn packed_weights_are_all_of_them() {
        let mut sorted = PACKED;
        sorted.sort_unstable();
        assert_eq!(sorted, [0, 1, 2, 3, 4, 5, 6, 7, 8]);
    }
}
