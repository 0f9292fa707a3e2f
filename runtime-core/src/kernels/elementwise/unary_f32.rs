//! Unary elementwise operators in floating point. Their int8 forms are tables: see `table_s8`.

use tinyml_arith::overlap::Gaps;
use tinyml_arith::unary::UnaryFunction;

use crate::arch::keep_scalar;
use crate::arena::{Dst, Src, bytes, check_overlap};
use crate::memory::{Memory, check_buffer};

/// What is computed, on how many elements.
pub trait Shape {
    /// Number of elements.
    const ELEMENTS: usize;
    /// The function.
    const FUNCTION: UnaryFunction;
}

/// Parameters of the function, of which it may ignore some.
pub struct Params {
    /// Lower bound, or slope.
    pub a: f32,
    /// Upper bound, or offset.
    pub b: f32,
}

/// A layer: function, parameters and places in the arena.
pub trait Layer {
    /// Function and length.
    type Shape: Shape;
    /// Byte offset of the operand.
    const INPUT: usize;
    /// Byte offset of the result; may be that of the operand, or before it.
    const OUTPUT: usize;
    /// Parameters.
    const PARAMS: Params;
}

const fn check_layer<L: Layer, M: Memory>() {
    let elements = L::Shape::ELEMENTS;
    check_buffer::<f32>(L::INPUT, elements, M::REGIONS);
    check_buffer::<f32>(L::OUTPUT, elements, M::REGIONS);
    let bytes = bytes::<f32>(elements);
    check_overlap(Gaps::BYTE_FOR_BYTE, (L::INPUT, bytes), (L::OUTPUT, bytes), false);
}

/// Carries the layer out.
#[inline(always)]
pub fn run<L: Layer, M: Memory>(memory: &mut M) {
    const { check_layer::<L, M>() };
    let (input, output) = memory.cursor().io(L::INPUT, L::OUTPUT);
    // SAFETY: `check_layer` holds.
    unsafe { map::<L::Shape>(input, output, const { &L::PARAMS }) }
}

/// # Safety
/// Operand and result have the shape's length; the result begins at or before the operand, or they do not overlap.
#[inline(never)]
unsafe fn map<S: Shape>(input: Src<f32>, output: Dst<f32>, params: &'static Params) {
    for i in 0..S::ELEMENTS {
        // Four elements at once keep all steps of some functions on the stack.
        keep_scalar();
        // SAFETY: `i` is below the length; element `i` is read before it is written.
        unsafe { output.set(i, S::FUNCTION.apply(input.get(i), params.a, params.b)) };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arena::Arena;
    use proptest::prelude::*;

    macro_rules! layer {
        ($layer:ident: $function:ident of $elements:literal from $input:literal to $output:literal) => {
            struct $layer;
            impl Shape for $layer {
                const ELEMENTS: usize = $elements;
                const FUNCTION: UnaryFunction = UnaryFunction::$function;
            }
            impl Layer for $layer {
                type Shape = $layer;
                const INPUT: usize = $input;
                const OUTPUT: usize = $output;
                const PARAMS: Params = Params { a: 0.25, b: 0.5 };
            }
        };
    }
    layer!(Sigmoid: Logistic of 5 from 0 to 20);
    layer!(Leaky: LeakyRelu of 5 from 8 to 8);
    layer!(Hard: HardSigmoid of 1 from 12 to 0);

    proptest! {
        #[test]
        fn each_element_by_itself(x in proptest::array::uniform5(-20f32..20.0)) {
            let mut arena = Arena::<40>::new();
            *arena.get_mut::<f32, 0, 5>() = x;
            run::<Sigmoid, _>(&mut arena);
            for (y, x) in arena.get::<f32, 20, 5>().iter().zip(x) {
                prop_assert!((y - 1.0 / (1.0 + (-x).exp())).abs() < 1e-6);
            }
        }

        #[test]
        fn in_place(x in proptest::array::uniform5(-20f32..20.0)) {
            let mut arena = Arena::<28>::new();
            *arena.get_mut::<f32, 8, 5>() = x;
            run::<Leaky, _>(&mut arena);
            prop_assert_eq!(*arena.get::<f32, 8, 5>(), x.map(|x| if x < 0.0 { x / 4.0 } else { x }));
            prop_assert_eq!(*arena.get::<f32, 0, 2>(), [0.0; 2]);
        }

        #[test]
        fn both_parameters(x in -3f32..3.0) {
            let mut arena = Arena::<16>::new();
            *arena.get_mut::<f32, 12, 1>() = [x];
            run::<Hard, _>(&mut arena);
            prop_assert_eq!(*arena.get::<f32, 0, 1>(), [(0.25 * x + 0.5).clamp(0.0, 1.0)]);
        }
    }
}
