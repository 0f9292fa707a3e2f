//! Softmax over int8 between DequantizeLinear and QuantizeLinear: a table of exponentials, one division and one rounding (half to
//! even) per element. docs/arithmetic.md, Softmax (ONNX).

use tinyml_arith::Clamp;
use tinyml_arith::onnx::Softmax;
use tinyml_arith::overlap::Gaps;

pub use super::softmax::Shape;
use super::softmax::{check, elements};
use crate::arena::{Dst, Src, check_overlap};
use crate::memory::{Memory, check_buffer};

/// Constants of a layer.
pub struct Params {
    /// The exponential of `-i` steps of the operand, for `i` from 0 to 255, in units of `2^-31`.
    pub exp: &'static [u32],
    /// Steps of the result in 1.0; the bits of a `u32`.
    pub reciprocal: i32,
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
    check::<L::Shape>();
    let elements = elements::<L::Shape>();
    check_buffer::<i8>(L::INPUT, elements, M::REGIONS);
    check_buffer::<i8>(L::OUTPUT, elements, M::REGIONS);
    check_overlap(Gaps::BYTE_FOR_BYTE, (L::INPUT, elements), (L::OUTPUT, elements), false);
    assert!(L::PARAMS.exp.len() == 256, "the table does not have 256 entries");
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
/// Operand and result have the shape's length; the result begins at or before the operand, or they do not overlap. The table has 256 entries.
#[inline(never)]
unsafe fn rows<S: Shape>(input: Src<i8>, output: Dst<i8>, params: &'static Params) {
    let softmax = Softmax {
        reciprocal: params.reciprocal as u32,
        output_zero_point: params.output_zero_point,
        clamp: Clamp::INT8,
    };
    let table = Src::from(params.exp);
    for row in 0..S::ROWS {
        let first = row * S::DEPTH;
        // SAFETY: for every `row` and `i < DEPTH`, `first + i` is below the length; an element of a row is written after its
        // last reading, and no row is read after it was written. `max - x` is from 0 to 255.
        unsafe {
            let mut max = i8::MIN;
            for i in 0..S::DEPTH {
                max = max.max(input.get(first + i));
            }
            let exp = |x: i8| table.get(usize::from(max.wrapping_sub(x) as u8));
            let mut sum = 0u64;
            for i in 0..S::DEPTH {
                sum = sum.wrapping_add(exp(input.get(first + i)).into());
            }
            let divisor = softmax.row(sum);
            for i in 0..S::DEPTH {
                output.set(first + i, softmax.output(exp(input.get(first + i)), divisor) as i8);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arena::Arena;
    use proptest::prelude::*;

    /// `exp(-0.0625 i)`: a geometric series.
    static EXP: [u32; 256] = {
        let mut table = [0; 256];
        let mut value = 2_147_483_648.0f64;
        let mut i = 0;
        while i < 256 {
            table[i] = value as u32;
            value *= 0.939_413_062_813_475_8;
            i += 1;
        }
        table
    };

    struct Rows;
    impl Shape for Rows {
        const ROWS: usize = 3;
        const DEPTH: usize = 5;
    }
    impl Layer for Rows {
        type Shape = Rows;
        const INPUT: usize = 1;
        const OUTPUT: usize = 1;
        // A result in units of 1/200 from -100.
        const PARAMS: Params = Params { exp: &EXP, reciprocal: 200, output_zero_point: -100 };
    }

    proptest! {
        #[test]
        fn each_row_by_itself(x: [i8; 15]) {
            let mut arena = Arena::<16>::new();
            *arena.get_mut::<i8, 1, 15>() = x;
            run::<Rows, _>(&mut arena);
            for (x, y) in x.chunks(5).zip(arena.get::<i8, 1, 15>().chunks(5)) {
                let sum: f64 = x.iter().map(|&x| (f64::from(x) * 0.0625).exp()).sum();
                for (&x, &y) in x.iter().zip(y) {
                    let exact = (f64::from(x) * 0.0625).exp() / sum * 200.0 - 100.0;
                    prop_assert!((f64::from(y) - exact).abs() < 0.51, "{y} for {exact}");
                }
            }
        }
    }
}
