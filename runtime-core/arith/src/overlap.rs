//! How far a kernel's result may lie over its operand.
//!
//! A kernel walks its result in blocks, first to last (forwards) or last to first (backwards). Forwards, the result may lie over
//! the operand as long as no block writes where a later one still reads; backwards alike. Both are one number, a distance of
//! starts or of ends: [`Gaps`]. The compiler plans memory by it, and the kernels' `const` checks refuse less, so that both
//! must come from the same function here.

use crate::size::{difference, product, signed, sum};

/// Offsets of a model's state go on behind its arena, from the next multiple of this on: the alignment of both.
pub const STATE_ALIGN: usize = 16;

/// Bytes of memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Where they begin.
    pub offset: usize,
    /// How many they are.
    pub bytes: usize,
}

impl Place {
    /// Where they end.
    #[must_use]
    pub const fn end(self) -> usize {
        self.offset + self.bytes
    }

    /// Whether both have no byte in common.
    #[must_use]
    pub const fn is_apart(self, other: Place) -> bool {
        self.end() <= other.offset || other.end() <= self.offset
    }
}

/// The distances in bytes at which a kernel is right although its result lies over an operand. None: in that direction it
/// does not run, or never over the operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gaps {
    /// Running forwards: the operand must begin at least so far behind the result's begin.
    pub forward: Option<isize>,
    /// Running backwards: the operand must end at least so far before the result's end.
    pub backward: Option<isize>,
}

impl Gaps {
    /// A kernel whose operand and result must not overlap.
    pub const APART: Gaps = Gaps { forward: None, backward: None };

    /// A kernel that runs forwards and has read the operand's first `n` bytes for the last time before it writes the result's
    /// byte `n - 1`.
    pub const BYTE_FOR_BYTE: Gaps = Gaps { forward: Some(0), backward: None };

    /// A kernel that reads element by element and, where it writes, has read all operands up to there.
    #[must_use]
    pub const fn elementwise(elements: usize, operand_bytes: usize, result_bytes: usize) -> Gaps {
        let last = elements.saturating_sub(1);
        let gap = if last == 0 {
            -signed(operand_bytes)
        } else if result_bytes > operand_bytes {
            signed(product([last, difference(result_bytes, operand_bytes)]))
        } else {
            -signed(difference(operand_bytes, result_bytes))
        };
        Gaps { forward: Some(gap), backward: None }
    }

    /// An elementwise kernel with an operand that is repeated along the axes where its extent is 1 and the result's is not.
    /// Results are written in order.
    #[must_use]
    pub const fn broadcast(
        operand: [usize; 4],
        result: [usize; 4],
        operand_bytes: usize,
        result_bytes: usize,
    ) -> Gaps {
        // The innermost axes along which it is repeated: each element is taken that many times running.
        let (mut times, mut axis) = (1, 4);
        while axis > 0 && operand[axis - 1] == 1 {
            axis -= 1;
            times = product([times, result[axis]]);
        }
        let mut elements = 1;
        while axis > 0 {
            axis -= 1;
            if operand[axis] != result[axis] {
                // It is run through more than once.
                return Gaps::APART;
            }
            elements = product([elements, operand[axis]]);
        }
        // All uses of an element but the last are still to come when the results before are written: those of the first or of the
        // last element are furthest ahead.
        let behind = product([times.saturating_sub(1), result_bytes]);
        let last = elements.saturating_sub(1);
        let (read, written) = (product([last, operand_bytes]), product([last, times, result_bytes]));
        let gap = if written > read { sum([behind, difference(written, read)]) } else { behind };
        Gaps { forward: Some(signed(gap)), backward: None }
    }

    /// A kernel that computes each of several rows from one row of the operand, running forwards in these blocks of rows.
    #[must_use]
    pub const fn rows(rows: usize, operand_bytes: usize, result_bytes: usize, blocks: Blocks) -> Gaps {
        let walk = Walk {
            input: [1, rows, operand_bytes],
            output: [1, rows, result_bytes],
            kernel: [1, 1],
            stride: [1, 1],
            dilation: [1, 1],
            padding: [0, 0],
            blocks,
        };
        walk.gaps().only_forwards()
    }

    /// A kernel that copies an operand row by row into a larger result, in order, and then fills what is in front of and
    /// behind each row. Extents are those of the innermost four axes, `before` and `after` what the result has more.
    #[must_use]
    pub const fn padded(
        input: [usize; 4],
        before: [usize; 4],
        after: [usize; 4],
        element_bytes: usize,
    ) -> Gaps {
        let [blocks, rows, columns, length] = input;
        if product(input) == 0 {
            return Gaps::APART;
        }
        let outer_rows = sum([before[1], rows, after[1]]);
        let outer_columns = sum([before[2], columns, after[2]]);
        let outer_length = sum([before[3], length, after[3]]);
        // The lead of the result grows with every row, and most where rows, columns or blocks are filled in between: so it is
        // greatest in front of the last row that is copied, or, with a single row, in front of that.
        let last_row = sum([product([sum([before[0], blocks - 1]), outer_rows]), before[1], rows - 1]);
        let last = sum([product([last_row, outer_columns]), before[2], columns - 1]);
        let written = product([last, outer_length]);
        let read = difference(product(input), length);
        let lead = difference(written, read);
        Gaps { forward: Some(signed(product([lead, element_bytes]))), backward: None }
    }

    /// A kernel that never runs backwards.
    #[must_use]
    pub const fn only_forwards(self) -> Gaps {
        Gaps { forward: self.forward, backward: None }
    }

    /// Whether a kernel with these gaps is right for an operand and a result at these places.
    #[must_use]
    pub const fn permits(self, operand: Place, result: Place, backward: bool) -> bool {
        if operand.is_apart(result) {
            return true;
        }
        let (gap, distance) = if backward {
            (self.backward, result.end() as isize - operand.end() as isize)
        } else {
            (self.forward, operand.offset as isize - result.offset as isize)
        };
        match gap {
            Some(gap) => distance >= gap,
            None => false,
        }
    }
}

/// What a kernel does before it goes on to the next positions of its result.
#[derive(Clone, Copy, Debug)]
pub struct Blocks {
    /// Output positions of a block. Blocks begin at multiples of it: within each row (the last one of a row may be shorter),
    /// or, with `across_rows`, in the whole image.
    pub positions: usize,
    /// Whether blocks go on across the ends of rows.
    pub across_rows: bool,
    /// When it writes them.
    pub results: Results,
}

/// When a block's results are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Results {
    /// Any of them may be written while any of the block's operands will be read again.
    Early,
    /// All of the block's operands are read before the first of them is written.
    Held,
    /// One channel after the other, in the running direction, and each depends on the same channel of the operand alone. For
    /// blocks of one position.
    ByChannel,
}

impl Blocks {
    /// Position by position. All channels of a position are read for each channel of the result, which is written at once.
    pub const POSITION: Blocks = Blocks { positions: 1, across_rows: false, results: Results::Early };

    /// Position by position, and each channel of the result depends on that channel of the operand alone.
    pub const CHANNEL: Blocks = Blocks { positions: 1, across_rows: false, results: Results::ByChannel };

    /// A depthwise convolution, position by position and channel by channel, with so many results per channel of the operand.
    #[must_use]
    pub const fn depthwise(multiplier: usize) -> Blocks {
        if multiplier == 1 { Blocks::CHANNEL } else { Blocks::POSITION }
    }
}

/// How a kernel slides a window over an image, channels innermost. Output position `(y, x)` reads the image from
/// `(y * stride - padding)` on, in steps of `dilation`, and not outside the image.
///
/// Positions are carried out in row-major order, or backwards in the reverse of it, in blocks.
#[derive(Clone, Copy, Debug)]
pub struct Walk {
    /// Height, width and bytes of a pixel of the image.
    pub input: [usize; 3],
    /// Height, width and bytes of a pixel of the result.
    pub output: [usize; 3],
    /// Number of taps in rows and columns.
    pub kernel: [usize; 2],
    /// Steps between output positions.
    pub stride: [usize; 2],
    /// Steps between taps.
    pub dilation: [usize; 2],
    /// Rows above and columns to the left that are not in the image.
    pub padding: [usize; 2],
    /// Its blocks.
    pub blocks: Blocks,
}

impl Walk {
    /// Refuses numbers for which a [`Pass`] would not be exact. Asked once: a pass goes over all rows.
    const fn check(&self) {
        let mut axis = 0;
        while axis < 2 {
            assert!(self.stride[axis] > 0 && self.kernel[axis] > 0, "a stride or a kernel extent is 0");
            // Wider than padding, image and all windows, one behind the other.
            let windows = product([self.output[axis], self.stride[axis]]);
            let taps = product([self.kernel[axis], self.dilation[axis]]);
            let extent = sum([windows, taps, self.padding[axis], self.input[axis], 1]);
            // A window may begin behind the image.
            let _ = product([extent, self.input[2]]);
            axis += 1;
        }
        let _ = product(self.input);
        let _ = sum([product(self.output), self.blocks.positions]);
    }

    /// The least distances at which the walk is right.
    #[must_use]
    pub const fn gaps(&self) -> Gaps {
        let [forward, backward] = self.passes();
        Gaps { forward: Some(forward.gap()), backward: Some(backward.gap()) }
    }

    /// The walk forwards and backwards.
    const fn passes(&self) -> [Pass<'_>; 2] {
        self.check();
        let [height, width, _] = self.output;
        let Blocks { positions, across_rows, .. } = self.blocks;
        let size = if across_rows { height * width } else { width };
        let forward =
            Pass { walk: self, padding: [self.padding[0] as isize, self.padding[1] as isize], phase: 0 };
        // Backwards is forwards in the mirror: what is missing at the bottom and on the right is the padding there, and the
        // block that may be shorter comes first.
        let padding = [self.padding_behind(0), self.padding_behind(1)];
        [forward, Pass { walk: self, padding, phase: size % positions }]
    }

    /// Rows below or columns to the right of the image that the windows reach; negative if they don't reach its end.
    const fn padding_behind(&self, axis: usize) -> isize {
        let reach = (self.output[axis].saturating_sub(1)) * self.stride[axis]
            + (self.kernel[axis] - 1) * self.dilation[axis]
            + 1;
        reach as isize - self.padding[axis] as isize - self.input[axis] as isize
    }
}

/// A walk in one direction, seen as a forward one. [`Walk::check`] holds.
struct Pass<'a> {
    walk: &'a Walk,
    /// In front of the image.
    padding: [isize; 2],
    /// Positions of the first block, if it is shorter than the others.
    phase: usize,
}

impl Pass<'_> {
    /// The most that the written results are ahead of the operands that are still to be read.
    const fn gap(&self) -> isize {
        let [height, width, _] = self.walk.output;
        let mut gap = -(self.bytes() as isize);
        let mut y = 0;
        while y < height && width > 0 {
            gap = max(gap, self.row_gap(y));
            y = self.next_row(y);
        }
        gap
    }

    /// The same for the blocks that begin in a row.
    const fn row_gap(&self, y: usize) -> isize {
        let &Walk { output: [_, width, _], blocks, .. } = self.walk;
        let Blocks { positions: block, across_rows, .. } = blocks;
        // Where the columns leave the padding.
        let corner = if self.padding[1] > 0 { self.padding[1] as usize / self.walk.stride[1] } else { 0 };
        let mut gap = -(self.bytes() as isize);
        // A block begins in column `start` and every `block` columns, and, where blocks end with rows, in column 0.
        let before = if across_rows { (y * width + block - self.phase) % block } else { block - self.phase };
        let start = (block - before % block) % block;
        if y == 0 || !across_rows {
            gap = max(gap, self.at(y, 0));
        }
        if start < width {
            // Along a row the lead of the results grows linearly up to the corner and changes linearly from there on, so
            // that it is greatest at an end or around the corner; or in front of the last block, which may be shorter.
            let last = start + (width - 1 - start) / block * block;
            let before_last = if last > start { last - block } else { last };
            let before_corner = if corner > start { start + (corner - start) / block * block } else { start };
            gap = max(gap, self.at(y, start));
            gap = max(gap, self.at(y, if before_corner < last { before_corner } else { last }));
            let behind_corner = before_corner + block;
            gap = max(gap, self.at(y, if behind_corner < last { behind_corner } else { last }));
            gap = max(gap, self.at(y, before_last));
            gap = max(gap, self.at(y, last));
        }
        gap
    }

    /// The next row to look at: an image may have many rows, and all of this is evaluated when firmware is compiled.
    ///
    /// In all rows whose windows begin in the image the lead changes as in a row: what is written is linear in the row, and what is
    /// unread the least of several linear functions. So among the rows in which blocks begin in the same columns the lead
    /// is greatest in the first or the last of them. The same goes for the rows that begin above the image, and for those behind it.
    const fn next_row(&self, y: usize) -> usize {
        let &Walk { input, output: [height, ..], stride, blocks, .. } = self.walk;
        let first = self.padding[0] / stride[0] as isize;
        let behind = (self.padding[0] + input[0] as isize) / stride[0] as isize;
        let corners = [0, first, behind, height as isize];
        // After as many rows as a block has positions, blocks begin in the same columns; one may reach over as many rows.
        let near = if blocks.across_rows { 2 * blocks.positions as isize + 2 } else { 3 };
        let next = y as isize + 1;
        let (mut row, mut i) = (height as isize, 0);
        while i < corners.len() {
            let from = max(corners[i] - near, next);
            if from <= corners[i] + near && from < row {
                row = from;
            }
            i += 1;
        }
        row as usize
    }

    /// Bytes of the image.
    const fn bytes(&self) -> usize {
        self.walk.input[0] * self.walk.input[1] * self.walk.input[2]
    }

    /// By how many bytes the results written before the block that begins at `(y, x)` has read all its operands are ahead of
    /// what it and the blocks after it read.
    const fn at(&self, y: usize, x: usize) -> isize {
        let &Walk { output: [height, width, pixel], blocks, .. } = self.walk;
        let Blocks { positions: block, across_rows, results } = blocks;
        let begin = y * width + x;
        if matches!(results, Results::Held) && begin == 0 {
            return isize::MIN;
        }
        let (size, first) = if across_rows { (height * width, begin) } else { (width, x) };
        let length = if first == 0 && self.phase > 0 { self.phase } else { block };
        let length = if length < size - first { length } else { size - first };
        // A channel overwrites as many bytes behind the position's first as are read of the window's first pixel.
        let written = if matches!(results, Results::Early) { begin + length } else { begin };
        (written * pixel) as isize - self.unread(y, x) as isize
    }

    /// The first byte of the image that position `(y, x)` or a later one reads; the image's end if they read none.
    const fn unread(&self, y: usize, x: usize) -> usize {
        let &Walk { input: [_, width, pixel], output: [height, ..], stride, .. } = self.walk;
        let column = max((x * stride[1]) as isize - self.padding[1], 0) as usize;
        let here = self.first_row(y) * width * pixel + column * pixel;
        let next_row = if y + 1 < height {
            let column = max(-self.padding[1], 0) as usize;
            self.first_row(y + 1) * width * pixel + column * pixel
        } else {
            self.bytes()
        };
        let first = if here < next_row { here } else { next_row };
        if first < self.bytes() { first } else { self.bytes() }
    }

    /// The first row of the image that row `y` of the result reads.
    const fn first_row(&self, y: usize) -> usize {
        let row = max((y * self.walk.stride[0]) as isize - self.padding[0], 0) as usize;
        if row < self.walk.input[0] { row } else { self.walk.input[0] }
    }
}

const fn max(a: isize, b: isize) -> isize {
    if a > b { a } else { b }
}

#[cfg(test)]
mod test;
