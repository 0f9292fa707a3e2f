//! Quantisation with scales that depend on the data: each row becomes whole numbers, held in f32, and a scale
//! (`tinyml_arith::dynamic_range`).

use tinyml_arith::dynamic_range::DynamicRange;
use tinyml_arith::overlap::Gaps;

use crate::arena::{Dst, Src, bytes, check_disjoint, check_overlap};
use crate::memory::{Memory, check_buffer};

/// On how many elements.
pub trait Shape {
    /// Number of elements.
    const ELEMENTS: usize;
    /// Runs of equal length that have a scale each.
    const ROWS: usize = 1;
    /// Whether the range need not have zero in its middle.
    const ASYMMETRIC: bool = false;
}

/// The kernel has no constants.
pub struct Params {}

/// A layer: length and places in the arena.
pub trait Layer {
    /// Length.
    type Shape: Shape;
    /// Byte offset of the operand.
    const INPUT: usize;
    /// Byte offset of the whole numbers; may be that of the operand, or before it.
    const OUTPUT: usize;
    /// Byte offset of the scales, one for each row; apart from both.
    const SCALE: usize;
    /// No constants.
    const PARAMS: Params;
}

const fn check_layer<L: Layer, M: Memory>() {
    let (elements, rows) = (L::Shape::ELEMENTS, L::Shape::ROWS);
    assert!(rows > 0 && elements % rows == 0, "the rows must have equal lengths");
    check_buffer::<f32>(L::INPUT, elements, M::REGIONS);
    check_buffer::<f32>(L::OUTPUT, elements, M::REGIONS);
    check_buffer::<f32>(L::SCALE, rows, M::REGIONS);
    let (scales, bytes) = (bytes::<f32>(rows), bytes::<f32>(elements));
    check_overlap(Gaps::BYTE_FOR_BYTE, (L::INPUT, bytes), (L::OUTPUT, bytes), false);
    check_disjoint(L::SCALE, scales, L::INPUT, bytes);
    check_disjoint(L::SCALE, scales, L::OUTPUT, bytes);
}

/// Carries the layer out.
#[inline(always)]
pub fn run<L: Layer, M: Memory>(memory: &mut M) {
    const { check_layer::<L, M>() };
    let mut cursor = memory.cursor();
    let (input, output, scale) = (cursor.src(L::INPUT), cursor.dst(L::OUTPUT), cursor.dst(L::SCALE));
    // SAFETY: `check_layer` holds.
    unsafe { quantise::<L::Shape>(input, output, scale) }
}

/// # Safety
/// Operand and result have the shape's length, which is a multiple of the number of rows, the scales one element for each row; the result
/// begins at or before the operand or lies apart from it, the scales apart from both.
#[inline(never)]
unsafe fn quantise<S: Shape>(input: Src<f32>, output: Dst<f32>, scale: Dst<f32>) {
    let length = S::ELEMENTS / S::ROWS;
    for row in 0..S::ROWS {
        let (mut low, mut high) = (0.0f32, 0.0f32);
        for i in row * length..(row + 1) * length {
            // SAFETY: `i` is below the length.
            let x = unsafe { input.get(i) };
            (low, high) = (low.min(x), high.max(x));
        }
        let range = if S::ASYMMETRIC {
            DynamicRange::asymmetric(low, high)
        } else {
            DynamicRange::symmetric(low, high)
        };
        for i in row * length..(row + 1) * length {
            // SAFETY: `i` is below the length; an element is read before its place is written.
            unsafe {
                output.set(i, range.whole(input.get(i)));
            }
        }
        // SAFETY: there is a scale for each row.
        unsafe { scale.set(row, range.scale) };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arena::Arena;

    struct InPlace;
    impl Shape for InPlace {
        const ELEMENTS: usize = 4;
    }
    impl Layer for InPlace {
        type Shape = InPlace;
        const INPUT: usize = 4;
        const OUTPUT: usize = 4;
        const SCALE: usize = 0;
        const PARAMS: Params = Params {};
    }

    #[test]
    fn the_largest_magnitude_becomes_127() {
        let mut arena = Arena::<20>::new();
        *arena.get_mut::<f32, 4, 4>() = [0.5, -2.54, 1.0, 0.01];
        run::<InPlace, _>(&mut arena);
        assert_eq!(arena.get::<f32, 4, 4>(), &[25.0, -127.0, 50.0, 1.0]);
        assert_eq!(arena.get::<f32, 0, 1>(), &[2.54 / 127.0]);
        *arena.get_mut::<f32, 4, 4>() = [0.0; 4];
        run::<InPlace, _>(&mut arena);
        assert_eq!((arena.get::<f32, 4, 4>(), arena.get::<f32, 0, 1>()), (&[0.0; 4], &[1.0]));
    }

    struct TwoRows;
    impl Shape for TwoRows {
        const ELEMENTS: usize = 4;
        const ROWS: usize = 2;
        const ASYMMETRIC: bool = true;
    }
    impl Layer for TwoRows {
        type Shape = TwoRows;
        const INPUT: usize = 8;
        const OUTPUT: usize = 8;
        const SCALE: usize = 0;
        const PARAMS: Params = Params {};
    }

    #[test]
    fn each_row_has_its_own_range() {
        let mut arena = Arena::<24>::new();
        *arena.get_mut::<f32, 8, 4>() = [0.75, 255.0, -51.0, 0.0];
        run::<TwoRows, _>(&mut arena);
        assert_eq!(arena.get::<f32, 8, 4>(), &[1.0, 255.0, -255.0, 0.0]);
        assert_eq!(arena.get::<f32, 0, 2>(), &[1.0, 0.2]);
    }
}
