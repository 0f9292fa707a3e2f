//! Symmetric quantisation with a scale that depends on the data: `q = clamp(round(x * 127 / max|x|), ±127)`, whole numbers held in
//! f32, and the scale `max|x| / 127`. Zeros give the scale 1.

use tinyml_arith::float::round_half_away;
use tinyml_arith::overlap::Gaps;

use crate::arena::{Arena, Dst, Src, bytes, check_buffer, check_disjoint, check_overlap};

/// On how many elements.
pub trait Shape {
    /// Number of elements.
    const ELEMENTS: usize;
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
    /// Byte offset of the scale; apart from both.
    const SCALE: usize;
    /// No constants.
    const PARAMS: Params;
}

const fn check_layer<L: Layer, const N: usize>() {
    let elements = L::Shape::ELEMENTS;
    check_buffer::<f32>(L::INPUT, elements, N);
    check_buffer::<f32>(L::OUTPUT, elements, N);
    check_buffer::<f32>(L::SCALE, 1, N);
    let bytes = bytes::<f32>(elements);
    check_overlap(Gaps::BYTE_FOR_BYTE, (L::INPUT, bytes), (L::OUTPUT, bytes), false);
    check_disjoint(L::SCALE, 4, L::INPUT, bytes);
    check_disjoint(L::SCALE, 4, L::OUTPUT, bytes);
}

/// Carries the layer out.
#[inline(always)]
pub fn run<L: Layer, const N: usize>(arena: &mut Arena<N>) {
    const { check_layer::<L, N>() };
    let mut cursor = arena.cursor();
    let (input, output, scale) = (cursor.src(L::INPUT), cursor.dst(L::OUTPUT), cursor.dst(L::SCALE));
    // SAFETY: `check_layer` holds.
    unsafe { quantise::<L::Shape>(input, output, scale) }
}

/// # Safety
/// Operand and result have the shape's length, the scale is one element; the result begins at or before the operand or lies apart from it, the
/// scale apart from both.
#[inline(never)]
unsafe fn quantise<S: Shape>(input: Src<f32>, output: Dst<f32>, scale: Dst<f32>) {
    let mut range = 0.0f32;
    for i in 0..S::ELEMENTS {
        // SAFETY: `i` is below the length.
        range = range.max(unsafe { input.get(i) }.abs());
    }
    let (factor, step) = if range == 0.0 { (0.0, 1.0) } else { (127.0 / range, range / 127.0) };
    for i in 0..S::ELEMENTS {
        // SAFETY: `i` is below the length; an element is read before its place is written.
        unsafe {
            output.set(i, round_half_away(input.get(i) * factor).clamp(-127.0, 127.0));
        }
    }
    // SAFETY: the scale is one element.
    unsafe { scale.set(0, step) };
}

#[cfg(test)]
mod tests {
    use super::*;

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
        run::<InPlace, 20>(&mut arena);
        assert_eq!(arena.get::<f32, 4, 4>(), &[25.0, -127.0, 50.0, 1.0]);
        assert_eq!(arena.get::<f32, 0, 1>(), &[2.54 / 127.0]);
        *arena.get_mut::<f32, 4, 4>() = [0.0; 4];
        run::<InPlace, 20>(&mut arena);
        assert_eq!((arena.get::<f32, 4, 4>(), arena.get::<f32, 0, 1>()), (&[0.0; 4], &[1.0]));
    }
}
