//! int8 to real numbers: `x = scale * (q - zero_point)`.

use tinyml_arith::Quantization;
use tinyml_arith::overlap::Gaps;

use crate::arena::{Dst, Src, bytes, check_overlap};
use crate::memory::{Memory, check_buffer};

/// On how many elements.
pub trait Shape {
    /// Number of elements.
    const ELEMENTS: usize;
}

/// The operand's quantisation.
pub struct Params {
    /// Real value of one step.
    pub scale: f32,
    /// What stands for 0.0.
    pub zero_point: i32,
}

/// A layer: length, quantisation and places in the arena.
pub trait Layer {
    /// Length.
    type Shape: Shape;
    /// Byte offset of the operand (i8).
    const INPUT: usize;
    /// Byte offset of the result (f32); may begin so far before the operand that its last element ends with it.
    const OUTPUT: usize;
    /// The operand's quantisation.
    const PARAMS: Params;
}

const fn check_layer<L: Layer, M: Memory>() {
    let elements = L::Shape::ELEMENTS;
    check_buffer::<i8>(L::INPUT, elements, M::REGIONS);
    check_buffer::<f32>(L::OUTPUT, elements, M::REGIONS);
    let gaps = Gaps::elementwise(elements, 1, 4);
    check_overlap(gaps, (L::INPUT, elements), (L::OUTPUT, bytes::<f32>(elements)), false);
}

/// Carries the layer out.
#[inline(always)]
pub fn run<L: Layer, M: Memory>(memory: &mut M) {
    const { check_layer::<L, M>() };
    let (input, output) = memory.cursor().io(L::INPUT, L::OUTPUT);
    // SAFETY: `check_layer` holds.
    unsafe { dequantize::<L::Shape>(input, output, const { &L::PARAMS }) }
}

/// # Safety
/// Operand and result have the shape's length, and no element of the result lies over a later element of the operand.
#[inline(never)]
unsafe fn dequantize<S: Shape>(input: Src<i8>, output: Dst<f32>, params: &'static Params) {
    let from = Quantization { scale: params.scale, zero_point: params.zero_point };
    for i in 0..S::ELEMENTS {
        // SAFETY: `i` is below the length, and no element at or after `i` has been overwritten.
        unsafe { output.set(i, from.dequantize(input.get(i).into())) };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arena::Arena;

    struct All;
    impl Shape for All {
        const ELEMENTS: usize = 256;
    }
    impl Layer for All {
        type Shape = All;
        const INPUT: usize = 1024;
        const OUTPUT: usize = 0;
        const PARAMS: Params = Params { scale: 0.0392, zero_point: -13 };
    }

    #[test]
    fn every_value() {
        let mut arena = Arena::<1280>::new();
        let all: [i8; 256] = core::array::from_fn(|i| (i as i32 - 128) as i8);
        *arena.get_mut::<i8, 1024, 256>() = all;
        run::<All, _>(&mut arena);
        assert_eq!(*arena.get::<f32, 0, 256>(), all.map(|q| (f32::from(q) + 13.0) * 0.0392));
    }
}
