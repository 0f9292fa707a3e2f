//! Real numbers to int8: `q = saturate(round(x / scale) + zero_point)`. Arithmetic: docs/arithmetic.md, QUANTIZE.

use tinyml_arith::overlap::Gaps;
use tinyml_arith::{Clamp, Quantization, Rounding, onnx};

use crate::arena::{Dst, Src, bytes, check_overlap};
use crate::memory::{Memory, check_buffer};

/// On how many elements, and how ties round.
pub trait Shape {
    /// Number of elements.
    const ELEMENTS: usize;
    /// [`Rounding::HalfEven`] is ONNX's; with any other, ties go away from zero as in TFLM.
    const ROUNDING: Rounding = Rounding::Double;
}

/// The result's quantisation.
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
    /// Byte offset of the operand (f32).
    const INPUT: usize;
    /// Byte offset of the result (i8); at most 3 behind the operand's, or behind its end.
    const OUTPUT: usize;
    /// The result's quantisation.
    const PARAMS: Params;
}

const fn check_layer<L: Layer, M: Memory>() {
    let elements = L::Shape::ELEMENTS;
    check_buffer::<f32>(L::INPUT, elements, M::REGIONS);
    check_buffer::<i8>(L::OUTPUT, elements, M::REGIONS);
    let gaps = Gaps::elementwise(elements, 4, 1);
    check_overlap(gaps, (L::INPUT, bytes::<f32>(elements)), (L::OUTPUT, elements), false);
}

/// Carries the layer out.
#[inline(always)]
pub fn run<L: Layer, M: Memory>(memory: &mut M) {
    const { check_layer::<L, M>() };
    let (input, output) = memory.cursor().io(L::INPUT, L::OUTPUT);
    // SAFETY: `check_layer` holds.
    unsafe { quantize::<L::Shape>(input, output, const { &L::PARAMS }) }
}

/// # Safety
/// Operand and result have the shape's length; the result begins at most 3 bytes behind the operand, or behind its end.
#[inline(never)]
unsafe fn quantize<S: Shape>(input: Src<f32>, output: Dst<i8>, params: &'static Params) {
    let to = Quantization { scale: params.scale, zero_point: params.zero_point };
    for i in 0..S::ELEMENTS {
        // SAFETY: `i` is below the length, and no element at or after `i` has been overwritten.
        let x = unsafe { input.get(i) };
        let q = match S::ROUNDING {
            Rounding::HalfEven => onnx::quantize(x, to, Clamp::INT8),
            Rounding::Double | Rounding::Single => to.quantize(x, Clamp::INT8),
        };
        // SAFETY: as above.
        unsafe { output.set(i, q as i8) };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arena::Arena;
    use proptest::prelude::*;

    macro_rules! layer {
        ($layer:ident: $elements:literal from $input:literal to $output:literal, $rounding:ident) => {
            struct $layer;
            impl Shape for $layer {
                const ELEMENTS: usize = $elements;
                const ROUNDING: Rounding = Rounding::$rounding;
            }
            impl Layer for $layer {
                type Shape = $layer;
                const INPUT: usize = $input;
                const OUTPUT: usize = $output;
                const PARAMS: Params = Params { scale: 0.25, zero_point: -3 };
            }
        };
    }
    layer!(Away: 7 from 0 to 28, Double);
    layer!(Even: 7 from 4 to 4, HalfEven);

    proptest! {
        #[test]
        fn halves_away_from_zero(eighths: [i16; 7]) {
            let mut arena = Arena::<36>::new();
            *arena.get_mut::<f32, 0, 7>() = eighths.map(|x| f32::from(x) / 8.0);
            run::<Away, _>(&mut arena);
            let expected = eighths.map(|x| ((f64::from(x) / 2.0).round() - 3.0) as i8);
            prop_assert_eq!(*arena.get::<i8, 28, 7>(), expected);
        }

        #[test]
        fn halves_to_even_in_place(eighths: [i16; 7]) {
            let mut arena = Arena::<32>::new();
            *arena.get_mut::<f32, 4, 7>() = eighths.map(|x| f32::from(x) / 8.0);
            run::<Even, _>(&mut arena);
            let expected = eighths.map(|x| ((f64::from(x) / 2.0).round_ties_even() - 3.0) as i8);
            prop_assert_eq!(*arena.get::<i8, 4, 7>(), expected);
        }
    }
}
