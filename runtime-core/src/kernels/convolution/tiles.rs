//! Walks over the output positions of a convolution, some consecutive ones at a time.

use core::ops::Range;

use super::conv2d::Shape;
use crate::arch::rolled;
use crate::kernels::part::within;

/// An output position.
#[derive(Clone, Copy, Default)]
pub(crate) struct Position {
    pub(crate) y: usize,
    pub(crate) x: usize,
}

impl Position {
    /// The next position in row-major order; behind the last one, the last one again.
    #[inline(always)]
    pub(crate) fn next<S: Shape>(self) -> Self {
        let [height, width, _] = S::OUTPUT;
        if self.x + 1 < width {
            Position { x: self.x + 1, ..self }
        } else if self.y + 1 < height {
            Position { y: self.y + 1, x: 0 }
        } else {
            self
        }
    }
}

/// Calls `tile` with the number of the first of each `size` consecutive positions, that position, and how many of them there are:
/// `size`, or fewer at the end.
#[inline(always)]
pub(crate) fn for_each<S: Shape>(size: usize, backward: bool, tile: impl FnMut(usize, Position, usize)) {
    let [height, width, _] = S::OUTPUT;
    let tiles = (height * width).div_ceil(size);
    let first = if backward { (tiles - 1) * size } else { 0 };
    let mut position = Position::default();
    if backward {
        position = Position { y: first / width, x: first % width };
    }
    walk::<S>(size, backward, (first, position), tiles, tile);
}

/// As [`for_each`], some of the tiles in its order.
#[inline(always)]
pub(crate) fn for_some<S: Shape>(
    size: usize,
    backward: bool,
    steps: Range<usize>,
    tile: impl FnMut(usize, Position, usize),
) {
    let [height, width, _] = S::OUTPUT;
    let tiles = (height * width).div_ceil(size);
    let steps = within(steps, tiles);
    if steps.is_empty() {
        return;
    }
    let first = if backward { tiles - 1 - steps.start } else { steps.start } * size;
    let mut position = Position { y: 0, x: first };
    while position.x >= width {
        rolled();
        position = Position { y: position.y + 1, x: position.x - width };
    }
    walk::<S>(size, backward, (first, position), steps.end - steps.start, tile);
}

/// So many tiles from one on, whose first position is given by its number and its place.
#[inline(always)]
fn walk<S: Shape>(
    size: usize,
    backward: bool,
    (mut first, mut position): (usize, Position),
    tiles: usize,
    mut tile: impl FnMut(usize, Position, usize),
) {
    let [height, width, _] = S::OUTPUT;
    let positions = height * width;
    for _ in 0..tiles {
        let valid = if positions - first < size { positions - first } else { size };
        tile(first, position, valid);
        if backward {
            first = first.wrapping_sub(size);
            while position.x < size && position.y > 0 {
                position = Position { y: position.y - 1, x: position.x + width };
            }
            position.x = position.x.wrapping_sub(size);
        } else {
            first += size;
            position.x += size;
            while position.x >= width {
                position = Position { y: position.y + 1, x: position.x - width };
            }
        }
    }
}
