//! The geometry of windows that slide over an image: convolutions and pooling.

use tinyml_arith::overlap::{Blocks, Gaps, Walk};
use tinyml_arith::size::{difference, product, sum};

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
    /// Refuses, when a kernel is monomorphised, a geometry that contradicts itself, and one with a [`position`](Self::position) that
    /// would not be exact.
    pub(crate) const fn check(&self) {
        assert!(self.stride[0] > 0 && self.stride[1] > 0, "a stride is 0");
        assert!(self.dilation[0] > 0 && self.dilation[1] > 0, "a dilation is 0");
        assert!(self.kernel[0] > 0 && self.kernel[1] > 0, "a kernel extent is 0");
        let mut axis = 0;
        while axis < 2 {
            let windows = product([self.output[axis], self.stride[axis]]);
            let taps = product([self.kernel[axis], self.dilation[axis]]);
            let _ = (sum([windows, taps]), sum([self.input[axis], self.padding[axis]]));
            axis += 1;
        }
    }

    /// The output positions along one axis whose whole window lies inside the image: `(first, end)`.
    pub(crate) const fn interior(&self, axis: usize) -> (usize, usize) {
        let (size, outputs) = (self.input[axis], self.output[axis]);
        let (stride, padding) = (self.stride[axis], self.padding[axis]);
        let reach = product([difference(self.kernel[axis], 1), self.dilation[axis]]);
        let first = padding.div_ceil(stride);
        // The padded image without what the window reaches over.
        let room = sum([size, padding]).saturating_sub(reach);
        let end = room.div_ceil(stride);
        let end = if end < outputs { end } else { outputs };
        if first < end { (first, end) } else { (end, end) }
    }

    /// Whether any window leaves the image.
    pub(crate) const fn has_border(&self) -> bool {
        let (rows, columns) = (self.interior(0), self.interior(1));
        difference(rows.1, rows.0) != self.output[0] || difference(columns.1, columns.0) != self.output[1]
    }

    /// The image position that a tap reads along `axis`. One before the image wraps to a huge number, so that
    /// `position < input[axis]` is the whole test for the border. Exact where [`Window::check`] holds.
    #[inline(always)]
    pub(crate) const fn position(&self, axis: usize, output: usize, tap: usize) -> usize {
        (output * self.stride[axis] + tap * self.dilation[axis]).wrapping_sub(self.padding[axis])
    }

    /// How far the result of a kernel that carries out the positions in these blocks may lie over the image.
    pub(crate) const fn gaps(&self, pixel: [usize; 2], blocks: Blocks) -> Gaps {
        let walk = Walk {
            input: [self.input[0], self.input[1], pixel[0]],
            output: [self.output[0], self.output[1], pixel[1]],
            kernel: self.kernel,
            stride: self.stride,
            dilation: self.dilation,
            padding: self.padding,
            blocks,
        };
        walk.gaps()
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
    /// Calls `inner` for each output position whose whole window lies inside the image and `border` for the others, from the
    /// first position to the last, or from the last to the first.
    ///
    /// The split is by row segments: left border, interior, right border; no position is tested. Without a border no border
    /// code is left, and there is one piece of code for each kind.
    #[inline(always)]
    pub(crate) fn for_each<const BACKWARD: bool>(
        self,
        mut inner: impl FnMut(usize, usize),
        mut border: impl FnMut(usize, usize),
    ) {
        let [height, width] = self.output;
        if !self.has_border {
            for y in 0..height {
                for x in 0..width {
                    if BACKWARD {
                        inner(height - 1 - y, width - 1 - x);
                    } else {
                        inner(y, x);
                    }
                }
            }
            return;
        }
        let (rows, columns) = (self.rows, self.columns);
        for row in 0..height {
            let y = if BACKWARD { height - 1 - row } else { row };
            let (first, end) = if y >= rows.0 && y < rows.1 { columns } else { (width, width) };
            // Columns are counted in the running direction: one border up to the interior, and the other behind it.
            let (near, far) = if BACKWARD { (width - end, width - first) } else { (first, end) };
            let column = |i: usize| if BACKWARD { width - 1 - i } else { i };
            let (mut i, mut stop) = if near < far { (0, near) } else { (0, width) };
            loop {
                while i < stop {
                    border(y, column(i));
                    i += 1;
                }
                if i >= near && i < far {
                    while i < far {
                        inner(y, column(i));
                        i += 1;
                    }
                    stop = width;
                } else {
                    break;
                }
            }
        }
    }
}

#[cfg(test)]
mod test {
    extern crate std;

    use super::Window;
    use core::cell::RefCell;
    use proptest::prelude::*;
    use std::vec::Vec;

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
        fn every_position_in_order_and_on_the_right_side(w in window()) {
            let inside = |axis: usize, output: usize| {
                (0..w.kernel[axis]).all(|tap| {
                    let padded = output * w.stride[axis] + tap * w.dilation[axis];
                    padded >= w.padding[axis] && padded - w.padding[axis] < w.input[axis]
                })
            };
            let seen = RefCell::new(Vec::new());
            let see = |is_inner| { let seen = &seen; move |y, x| seen.borrow_mut().push(((y, x), is_inner)) };
            w.split().for_each::<false>(see(true), see(false));
            let forwards = seen.take();
            prop_assert_eq!(w.has_border(), forwards.iter().any(|&(_, is_inner)| !is_inner));
            let positions = (0..w.output[0]).flat_map(|y| (0..w.output[1]).map(move |x| (y, x)));
            let expected: Vec<_> = positions.map(|(y, x)| ((y, x), inside(0, y) && inside(1, x))).collect();
            prop_assert_eq!(&forwards, &expected);
            w.split().for_each::<true>(see(true), see(false));
            prop_assert!(seen.take().iter().eq(expected.iter().rev()));
        }
    }
}
