//! Softmax and its logarithm in floating point.

use tinyml_arith::float::{exp, ln};
use tinyml_arith::overlap::Gaps;

use super::softmax;
use crate::arena::{Dst, Src, bytes, check_overlap};
use crate::memory::{Memory, check_buffer};

/// A softmax over the innermost axis.
pub trait Shape {
    /// Product of the outer extents.
    const ROWS: usize;
    /// Extent of the innermost axis.
    const DEPTH: usize;
    /// Whether the result is the logarithm.
    const LOG: bool = false;
}

/// Constants of a layer.
pub struct Params {
    /// Factor of the operand.
    pub beta: f32,
}

/// A layer: geometry, constants and places in the arena.
pub trait Layer {
    /// Geometry.
    type Shape: Shape;
    /// Byte offset of the operand.
    const INPUT: usize;
    /// Byte offset of the result; may be that of the operand, or before it.
    const OUTPUT: usize;
    /// Constants.
    const PARAMS: Params;
}

/// The geometry without the choice of function.
struct Geometry<S>(core::marker::PhantomData<S>);

impl<S: Shape> softmax::Shape for Geometry<S> {
    const ROWS: usize = S::ROWS;
    const DEPTH: usize = S::DEPTH;
}

const fn check_layer<L: Layer, M: Memory>() {
    softmax::check::<Geometry<L::Shape>>();
    let elements = softmax::elements::<Geometry<L::Shape>>();
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
    unsafe { rows::<L::Shape>(input, output, const { &L::PARAMS }) }
}

/// # Safety
/// Operand and result have the shape's length; the result begins at or before the operand, or they do not overlap.
#[inline(never)]
unsafe fn rows<S: Shape>(input: Src<f32>, output: Dst<f32>, params: &'static Params) {
    for row in 0..S::ROWS {
        let first = row * S::DEPTH;
        // SAFETY: for every `row` and `i < DEPTH`, `first + i` is below the length; an element is written after its last
        // reading as an operand, and no row is read after it was written.
        unsafe {
            let mut max = f32::NEG_INFINITY;
            for i in 0..S::DEPTH {
                max = max.max(input.get(first + i));
            }
            let mut sum = 0.0;
            for i in 0..S::DEPTH {
                let difference = (input.get(first + i) - max) * params.beta;
                let exponential = exp(difference);
                sum += exponential;
                output.set(first + i, if S::LOG { difference } else { exponential });
            }
            let log_sum = if S::LOG { ln(sum) } else { 0.0 };
            for i in 0..S::DEPTH {
                let value = output.as_src().get(first + i);
                output.set(first + i, if S::LOG { value - log_sum } else { value / sum });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arena::Arena;
    use proptest::prelude::*;

    macro_rules! layer {
        ($layer:ident: $rows:literal x $depth:literal, $log:literal, from $input:literal to $output:literal) => {
            struct $layer;
            impl Shape for $layer {
                const ROWS: usize = $rows;
                const DEPTH: usize = $depth;
                const LOG: bool = $log;
            }
            impl Layer for $layer {
                type Shape = $layer;
                const INPUT: usize = $input;
                const OUTPUT: usize = $output;
                const PARAMS: Params = Params { beta: 0.5 };
            }
        };
    }
    layer!(Rows: 2 x 3, false, from 24 to 0);
    layer!(InPlace: 1 x 6, true, from 0 to 0);

    fn expected(x: &[f32], i: usize) -> f64 {
        let sum: f64 = x.iter().map(|&x| (0.5 * f64::from(x)).exp()).sum();
        (0.5 * f64::from(x[i])).exp() / sum
    }

    proptest! {
        #[test]
        fn each_row_by_itself(x in proptest::array::uniform6(-50f32..50.0)) {
            let mut arena = Arena::<48>::new();
            *arena.get_mut::<f32, 24, 6>() = x;
            run::<Rows, _>(&mut arena);
            for (x, y) in x.chunks(3).zip(arena.get::<f32, 0, 6>().chunks(3)) {
                for (i, &y) in y.iter().enumerate() {
                    prop_assert!((f64::from(y) - expected(x, i)).abs() < 1e-6);
                }
            }
        }

        #[test]
        fn logarithm_in_place(x in proptest::array::uniform6(-50f32..50.0)) {
            let mut arena = Arena::<24>::new();
            *arena.get_mut::<f32, 0, 6>() = x;
            run::<InPlace, _>(&mut arena);
            for (i, &y) in arena.get::<f32, 0, 6>().iter().enumerate() {
                prop_assert!((f64::from(y) - expected(&x, i).ln()).abs() < 1e-5);
            }
        }
    }
}
