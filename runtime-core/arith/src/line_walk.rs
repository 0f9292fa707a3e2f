//! The geometry of a depthwise convolution that walks along lines of one channel at a time.
//!
//! A few channels at a time ([`LineWalk::block`]), the image is widened to 16 bits and put into a window of *pair lines*: words that hold two lines'
//! elements at one position, with the padding written out. A line is a row or a column, whichever the kernel walks along;
//! "along" and "across" name the two axes. Every channel of the block is then convolved by itself and its results are written
//! where they belong. Since all of a channel's results lie at places of that channel, the result may lie exactly over
//! the operand as long as the window has read what a result overwrites: [`LineWalk::in_place`].
//!
//! All functions are inlined: the kernel calls them on constants, and no index or division is left to be checked on the device.
//!
//! The compiler sizes the window and the scratch memory by these functions, and the kernel checks itself against them, after
//! [`LineWalk::check`].

use crate::overlap::Place;
use crate::size::{product, sum};

/// A depthwise convolution, seen along the lines.
#[derive(Clone, Copy, Debug)]
pub struct LineWalk {
    /// Height, width and channels of the operand.
    pub input: [usize; 3],
    /// Height, width and channels of the result.
    pub output: [usize; 3],
    /// Height and width of the kernel.
    pub kernel: [usize; 2],
    /// Steps between output positions.
    pub stride: [usize; 2],
    /// Steps between taps.
    pub dilation: [usize; 2],
    /// Rows above and columns to the left that count as zero.
    pub padding: [usize; 2],
    /// The axis along which the kernel walks: 0, down the columns; 1, along the rows.
    pub walk: usize,
    /// Pair lines in the window.
    pub pairs: usize,
    /// Channels that are widened at a time, 2 or 4.
    pub block: usize,
}

impl LineWalk {
    /// Refuses numbers for which the other functions would not be exact: they are plain arithmetic, since the kernel calls them, too.
    pub const fn check(&self) {
        assert!(self.walk < 2, "there is no such axis to walk along");
        assert!(self.pairs > 0 && self.block > 0, "the window has no lines or no channels");
        let mut axis = 0;
        while axis < 2 {
            let is_empty = self.output[axis] == 0 || self.kernel[axis] == 0 || self.stride[axis] == 0;
            assert!(!is_empty, "an extent of the result or the kernel, or a stride, is 0");
            let windows = product([self.output[axis], self.stride[axis]]);
            let taps = product([self.kernel[axis], self.dilation[axis]]);
            let _ = sum([windows, taps, self.padding[axis], self.input[axis], 1]);
            axis += 1;
        }
        let _ = (product(self.input), product(self.output));
        let weight_words = product([self.kernel[self.walk], sum([self.taps(false), self.taps(true)])]);
        // With it, the last line of a window fits, too.
        let window = product([self.block, self.pairs, self.positions()]);
        let _ = product([4, sum([window, 1, weight_words])]);
    }

    /// The axis across the lines.
    #[inline(always)]
    #[must_use]
    pub const fn across(&self) -> usize {
        1 - self.walk
    }

    /// Steps of the image under the kernel along an axis, less one.
    #[inline(always)]
    #[must_use]
    pub const fn reach(&self, axis: usize) -> usize {
        (self.kernel[axis] - 1) * self.dilation[axis]
    }

    /// Extent of the padded image that the outputs read along an axis.
    #[inline(always)]
    #[must_use]
    pub const fn padded(&self, axis: usize) -> usize {
        (self.output[axis] - 1) * self.stride[axis] + self.reach(axis) + 1
    }

    /// Words of a pair line.
    #[inline(always)]
    #[must_use]
    pub const fn positions(&self) -> usize {
        self.padded(self.walk)
    }

    /// Positions of a line that are in the image and are read.
    #[inline(always)]
    #[must_use]
    pub const fn image_positions(&self) -> usize {
        let (positions, padding) = (self.positions(), self.padding[self.walk]);
        let behind = positions.saturating_sub(padding);
        if behind < self.input[self.walk] { behind } else { self.input[self.walk] }
    }

    /// Pair lines of the whole image.
    #[inline(always)]
    #[must_use]
    pub const fn all_pairs(&self) -> usize {
        self.padded(self.across()).div_ceil(2)
    }

    /// The least number of pair lines of a window: those under one output line.
    #[inline(always)]
    #[must_use]
    pub const fn min_pairs(&self) -> usize {
        let needed = self.reach(self.across()).div_ceil(2) + 1;
        if needed < self.all_pairs() { needed } else { self.all_pairs() }
    }

    /// The first pair line that output line `line` reads.
    #[inline(always)]
    #[must_use]
    pub const fn first_pair(&self, line: usize) -> usize {
        line * self.stride[self.across()] / 2
    }

    /// The last pair line that output line `line` reads.
    #[inline(always)]
    #[must_use]
    pub const fn last_pair(&self, line: usize) -> usize {
        (line * self.stride[self.across()] + self.reach(self.across())) / 2
    }

    /// The end of the output lines that a window beginning at pair line `first` covers.
    #[inline(always)]
    #[must_use]
    pub const fn lines_end(&self, first: usize) -> usize {
        let axis = self.across();
        // The last pair line of the window, and with it the last padded line.
        let last_line = 2 * (first + self.pairs) - 1;
        let end = if last_line < self.reach(axis) {
            0
        } else {
            (last_line - self.reach(axis)) / self.stride[axis] + 1
        };
        if end < self.output[axis] { end } else { self.output[axis] }
    }

    /// How often the window is filled for a block of channels.
    #[must_use]
    pub const fn fills(&self) -> usize {
        let (mut line, mut fills) = (0, 0);
        while line < self.output[self.across()] {
            let end = self.lines_end(self.first_pair(line));
            line = if end > line { end } else { line + 1 };
            fills += 1;
        }
        fills
    }

    /// Steps in which the kernel can be carried out: how often the window is filled for all blocks.
    #[must_use]
    pub const fn steps(&self) -> usize {
        self.fills() * self.input[2].div_ceil(self.block)
    }

    /// Pair lines under an output line whose first line is the lower (`false`) or the upper one (`true`) of a pair.
    #[inline(always)]
    #[must_use]
    pub const fn taps(&self, odd: bool) -> usize {
        (self.reach(self.across()) + odd as usize) / 2 + 1
    }

    /// Words of the widened weights of a channel: for lines that begin at the lower line of a pair, then for the others.
    #[inline(always)]
    #[must_use]
    pub const fn weight_words(&self) -> usize {
        self.kernel[self.walk] * (self.taps(false) + self.taps(true))
    }

    /// Scratch memory, aligned to 4: the windows of a block, a word of padding, the weights of a channel.
    #[inline(always)]
    #[must_use]
    pub const fn scratch_bytes(&self) -> usize {
        4 * (self.block * self.pairs * self.positions() + 1 + self.weight_words())
    }

    /// Whether the kernel is right for an operand and a result at these places: apart, or beginning at the same place if
    /// [`LineWalk::in_place`] says so.
    #[inline(always)]
    #[must_use]
    pub const fn permits(&self, operand: Place, result: Place) -> bool {
        operand.is_apart(result) || (self.in_place() && operand.offset == result.offset)
    }

    /// Whether the result may lie over the operand so that both begin at the same place, whatever their sizes: both have the same channels, and every result is written after
    /// the window has read the line at its place (or that line is not read).
    #[inline(always)]
    #[must_use]
    pub const fn in_place(&self) -> bool {
        if self.input[2] != self.output[2] {
            return false;
        }
        let across = self.across();
        // Results have the rows and columns of their operands, and a window that reaches as far as its padding has read all lines up to
        // its last result.
        let is_even = self.input[1] == self.output[1] && self.padding[across] <= self.reach(across);
        if is_even && self.pairs >= self.min_pairs() {
            return true;
        }
        let lines = self.output[across];
        let (mut line, mut first) = (0, 0);
        while line < lines {
            // The window moves on when a line needs more than it holds. All lines until then find the same image lines read.
            if self.last_pair(line) >= first + self.pairs {
                first = self.first_pair(line);
            }
            let end = self.lines_end(first);
            let end = if end > line { end } else { line + 1 };
            if !self.reads_before_writing(line, end, 2 * (first + self.pairs)) {
                return false;
            }
            line = end;
        }
        true
    }

    /// Whether the results of lines from `line` to `end` lie on image lines below `read`, counted with the padding, or below the image.
    const fn reads_before_writing(&self, line: usize, end: usize, read: usize) -> bool {
        let ([height, width, _], axis) = (self.input, self.across());
        // The results lie in pieces of neighbouring pixels: rows are one piece, columns have one in each row.
        let columns = self.output[1];
        // A piece lies on the columns of the one before it, moved on by the width of the result: after so many pieces they come again.
        let period = width / common_divisor(columns, width);
        let (pieces, length) = if axis == 0 {
            (1, (end - line) * columns)
        } else {
            (if self.output[0] < period { self.output[0] } else { period }, end - line)
        };
        let mut piece = 0;
        while piece < pieces && length > 0 {
            let begin = if axis == 0 { line * columns } else { piece * columns + line };
            // Rows below the image are nobody's.
            if begin >= height * width {
                return true;
            }
            let last = if begin + length < height * width { begin + length - 1 } else { height * width - 1 };
            let overwritten = if axis == 0 {
                last / width
            } else if begin / width < last / width {
                width - 1
            } else {
                last % width
            };
            if overwritten + self.padding[axis] >= read {
                return false;
            }
            piece += 1;
        }
        true
    }
}

/// The greatest common divisor; of 0 and 0, 1.
const fn common_divisor(mut a: usize, mut b: usize) -> usize {
    while b > 0 {
        (a, b) = (b, a % b);
    }
    if a == 0 { 1 } else { a }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn keyword_spotter(walk: usize, pairs: usize) -> LineWalk {
        LineWalk {
            input: [25, 5, 64],
            output: [25, 5, 64],
            kernel: [3, 3],
            stride: [1, 1],
            dilation: [1, 1],
            padding: [1, 1],
            walk,
            pairs,
            block: 4,
        }
    }

    #[test]
    fn pair_lines_of_a_padded_image() {
        let down = keyword_spotter(0, 4);
        assert_eq!(
            (down.positions(), down.image_positions(), down.all_pairs(), down.min_pairs()),
            (27, 25, 4, 2)
        );
        assert_eq!((down.lines_end(0), down.first_pair(3), down.last_pair(3)), (5, 1, 2));
        assert_eq!((down.taps(false), down.taps(true), down.weight_words()), (2, 2, 12));
        assert_eq!(down.scratch_bytes(), 4 * (4 * 4 * 27 + 1 + 12));
        assert_eq!(LineWalk { block: 2, ..down }.scratch_bytes(), 4 * (2 * 4 * 27 + 1 + 12));
        let along = keyword_spotter(1, 2);
        assert_eq!(
            (along.positions(), along.all_pairs(), along.lines_end(0), along.lines_end(1)),
            (7, 14, 2, 4)
        );
    }

    /// In place, result by result.
    fn in_place_by_definition(walk: &LineWalk) -> bool {
        let axis = walk.across();
        let mut first = 0;
        let mut is_right = walk.input[2] == walk.output[2];
        for line in 0..walk.output[axis] {
            if walk.last_pair(line) >= first + walk.pairs {
                first = walk.first_pair(line);
            }
            for position in 0..walk.output[walk.walk] {
                let [row, column] = if walk.walk == 1 { [line, position] } else { [position, line] };
                let pixel = row * walk.output[1] + column;
                let place = [pixel / walk.input[1], pixel % walk.input[1]];
                let is_read = place[axis] + walk.padding[axis] < 2 * (first + walk.pairs);
                is_right &= is_read || place[0] >= walk.input[0];
            }
        }
        is_right
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4000))]

        #[test]
        fn lines_are_in_place_if_every_result_is(
            (image, result, same) in ([1usize..30, 1..30], [1usize..30, 1..30], any::<bool>()),
            (kernel, stride, dilation) in ([1usize..5, 1..5], [1usize..4, 1..4], [1usize..3, 1..3]),
            (padding, walk, more) in ([0usize..4, 0..4], 0usize..2, 0usize..12),
        ) {
            let result = if same { image } else { result };
            let [input, output] = [image, result].map(|[height, width]| [height, width, 8]);
            let walk = LineWalk { input, output, kernel, stride, dilation, padding, walk, pairs: 1, block: 4 };
            let walk = LineWalk { pairs: walk.min_pairs() + more, ..walk };
            prop_assert_eq!(walk.in_place(), in_place_by_definition(&walk));
        }
    }

    #[test]
    fn in_place_unless_a_result_comes_before_its_operand_is_read() {
        for walk in [0, 1] {
            for pairs in 2..4 {
                assert!(keyword_spotter(walk, pairs).in_place());
            }
            // Padding on one side only: output line 0 lies on line 0, but results run ahead of what is read.
            let expanding = LineWalk { output: [25, 25, 64], padding: [1, 11], ..keyword_spotter(walk, 2) };
            assert!(!expanding.in_place());
        }
        // Downwards, a result of other width lies on other columns.
        let halved = LineWalk { output: [13, 3, 64], stride: [2, 2], ..keyword_spotter(1, 2) };
        assert!(halved.in_place());
        assert!(!LineWalk { walk: 0, ..halved }.in_place());
        assert!(LineWalk { walk: 0, pairs: 4, ..halved }.in_place());
        let multiplied = LineWalk { output: [25, 5, 128], ..keyword_spotter(1, 2) };
        assert!(!multiplied.in_place());
    }
}
