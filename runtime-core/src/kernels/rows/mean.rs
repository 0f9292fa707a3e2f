//! Means from sums. Arithmetic: docs/arithmetic.md, MEAN.

use tinyml_arith::{Clamp, Rounding, mean, onnx};

use crate::arena::{Dst, Src, bytes, check_disjoint};
pub use crate::kernels::reduction::mean_s8::Params;
use crate::memory::{Memory, check_buffer};

/// How many there are.
pub trait Shape {
    /// Sums, and means.
    const CHANNELS: usize;
    /// Arithmetic of the requantisation: `Double` is TFLM's MEAN, `HalfEven` ONNX's.
    const ROUNDING: Rounding = Rounding::Double;
}

/// A layer: geometry, constants and places in the arena.
pub trait Layer {
    /// Geometry.
    type Shape: Shape;
    /// Byte offset of the sums, i32.
    const SUMS: usize;
    /// Byte offset of the result.
    const OUTPUT: usize;
    /// Constants.
    const PARAMS: Params;
}

const fn check_layer<L: Layer, M: Memory>() {
    let channels = L::Shape::CHANNELS;
    check_buffer::<i32>(L::SUMS, channels, M::REGIONS);
    check_buffer::<i8>(L::OUTPUT, channels, M::REGIONS);
    check_disjoint(L::SUMS, bytes::<i32>(channels), L::OUTPUT, channels);
}

/// Carries the layer out.
#[inline(always)]
pub fn run<L: Layer, M: Memory>(memory: &mut M) {
    const { check_layer::<L, M>() };
    let (sums, output) = memory.cursor().io(L::SUMS, L::OUTPUT);
    // SAFETY: `check_layer` holds.
    unsafe { means::<L::Shape>(sums, output, const { &L::PARAMS }) }
}

/// # Safety
/// Sums and result have the lengths of the shape and do not overlap.
#[inline(never)]
unsafe fn means<S: Shape>(sums: Src<i32>, output: Dst<i8>, params: &'static Params) {
    let &Params { multiplier, offset, output_zero_point } = params;
    for channel in 0..S::CHANNELS {
        // SAFETY: the caller's.
        unsafe {
            let sum = sums.get(channel);
            let mean = match S::ROUNDING {
                Rounding::HalfEven => {
                    let average = onnx::Average { multiplier, offset, output_zero_point, clamp: Clamp::INT8 };
                    average.eval(sum) as i8
                }
                Rounding::Double | Rounding::Single => {
                    mean::Mean { multiplier, offset, output_zero_point }.mean(sum)
                }
            };
            output.set(channel, mean);
        }
    }
}
