//! Mean of int8 activations over axes, scalar reference form. Arithmetic: docs/arithmetic.md, MEAN.

use tinyml_arith::{Clamp, Multiplier, Rounding, mean, onnx};

use crate::arena::{Dst, Src, check_overlap};
pub use crate::kernels::axes::Shape;
use crate::kernels::axes::{GAPS, operands, reduce, results};
use crate::memory::{Memory, check_buffer};

/// Constants of a layer.
pub struct Params {
    /// Operand's scale in units of the result's, over the number of elements.
    pub multiplier: Multiplier,
    /// Operand's zero point times the number of elements.
    pub offset: i32,
    /// What stands for 0.0 in the result.
    pub output_zero_point: i32,
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

const fn check_layer<L: Layer, M: Memory>() {
    let (input, output) = (operands::<L::Shape>(), results::<L::Shape>());
    check_buffer::<i8>(L::INPUT, input, M::REGIONS);
    check_buffer::<i8>(L::OUTPUT, output, M::REGIONS);
    check_overlap(GAPS, (L::INPUT, input), (L::OUTPUT, output), false);
}

/// Carries the layer out.
#[inline(always)]
pub fn run<L: Layer, M: Memory>(memory: &mut M) {
    const { check_layer::<L, M>() };
    let (input, output) = memory.cursor().io(L::INPUT, L::OUTPUT);
    // SAFETY: `check_layer` holds.
    unsafe { average::<L::Shape>(input, output, const { &L::PARAMS }) }
}

/// # Safety
/// Operand and result have the lengths of the shape; the result begins at or before the operand, or they do not overlap.
#[inline(never)]
unsafe fn average<S: Shape>(input: Src<i8>, output: Dst<i8>, params: &'static Params) {
    let &Params { multiplier, offset, output_zero_point } = params;
    let add = |sum: i32, x: i8| sum.wrapping_add(x.into());
    let finish = |sum: i32| match S::ROUNDING {
        Rounding::HalfEven => {
            let average = onnx::Average { multiplier, offset, output_zero_point, clamp: Clamp::INT8 };
            average.eval(sum) as i8
        }
        Rounding::Double | Rounding::Single => mean::Mean { multiplier, offset, output_zero_point }.mean(sum),
    };
    // SAFETY: the caller's.
    unsafe { reduce::<S, _, _, _>(input, output, 0, add, finish) }
}

#[cfg(test)]
mod test;
