//! Softmax over int8 with TFLM's fixed-point arithmetic; results in units of 1/256 from -128. docs/arithmetic.md, SOFTMAX.
//!
//! An element's exponential is computed twice, once for the sum and once for the result: it would take four bytes of
//! memory for each element of a row to keep them.

use tinyml_arith::Multiplier;
use tinyml_arith::overlap::Gaps;
use tinyml_arith::softmax::{Normaliser, Softmax, accumulate};

pub use super::softmax::Shape;
use super::softmax::{check, elements};
use crate::arch::{opaque, rolled};
use crate::arena::{Dst, Src, check_overlap};
use crate::memory::{Memory, check_buffer};

/// Constants of a layer.
pub struct Params {
    /// Takes a difference of quantised values to Q5.26: the fraction.
    pub multiplier: i32,
    /// The power of two of it.
    pub shift: i32,
    /// Differences below this have an exponential of zero.
    pub diff_min: i32,
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
unsafe fn rows<S: Shape>(input: Src<i8>, output: Dst<i8>, params: &'static Params) {
    for row in 0..S::ROWS {
        let first = row * S::DEPTH;
        // Rows are short, and LLVM would write a call of `exp` for each element.
        let depth = opaque(S::DEPTH);
        // SAFETY: for every `row` and `i < DEPTH`, `first + i` is below the length; an element of a row is written after its
        // last reading, and no row is read after it was written.
        unsafe {
            let mut max = i8::MIN;
            for i in 0..depth {
                rolled();
                max = max.max(input.get(first + i));
            }
            let exp = |x: i8| exp(params, i32::from(x) - i32::from(max));
            let mut sum = 0;
            for i in 0..depth {
                rolled();
                sum = accumulate(sum, exp(input.get(first + i)));
            }
            let normaliser = Normaliser::of_sum(sum);
            for i in 0..depth {
                rolled();
                output.set(first + i, normaliser.output(exp(input.get(first + i))));
            }
        }
    }
}

/// [`Softmax::exp`], once for both of its uses; inlined on cores with Helium, for which LLVM would keep integers in registers of the
/// floating point unit across the calls.
#[cfg_attr(tinyml_core = "armv81m", inline(always))]
#[cfg_attr(not(tinyml_core = "armv81m"), inline(never))]
fn exp(params: &Params, diff: i32) -> i32 {
    let input = Multiplier { multiplier: params.multiplier, shift: params.shift };
    Softmax { input, diff_min: params.diff_min }.exp(diff)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arena::Arena;
    use proptest::prelude::*;

    const SOFTMAX: Softmax = Softmax::derive(1.0, 0.07);

    macro_rules! layer {
        ($layer:ident: $rows:literal x $depth:literal from $input:literal to $output:literal) => {
            struct $layer;
            impl Shape for $layer {
                const ROWS: usize = $rows;
                const DEPTH: usize = $depth;
            }
            impl Layer for $layer {
                type Shape = $layer;
                const INPUT: usize = $input;
                const OUTPUT: usize = $output;
                const PARAMS: Params = Params {
                    multiplier: SOFTMAX.input.multiplier,
                    shift: SOFTMAX.input.shift,
                    diff_min: SOFTMAX.diff_min,
                };
            }
        };
    }
    layer!(Rows: 3 x 5 from 0 to 16);
    layer!(InPlace: 1 x 12 from 4 to 4);

    proptest! {
        #[test]
        fn each_row_by_itself(x: [i8; 15]) {
            let mut arena = Arena::<32>::new();
            *arena.get_mut::<i8, 0, 15>() = x;
            run::<Rows, _>(&mut arena);
            for (x, y) in x.chunks(5).zip(arena.get::<i8, 16, 15>().chunks(5)) {
                let sum: f64 = x.iter().map(|&x| (f64::from(x) * 0.07).exp()).sum();
                for (&x, &y) in x.iter().zip(y) {
                    let exact = (f64::from(x) * 0.07).exp() / sum * 256.0 - 128.0;
                    prop_assert!((f64::from(y) - exact.min(127.0)).abs() < 0.52, "{y} for {exact}");
                }
            }
        }

        #[test]
        fn in_place(x: [i8; 12]) {
            let mut arena = Arena::<16>::new();
            *arena.get_mut::<i8, 4, 12>() = x;
            run::<InPlace, _>(&mut arena);
            let mut expected = [0; 12];
            tinyml_arith::softmax::row(SOFTMAX, &x, &mut expected);
            prop_assert_eq!(*arena.get::<i8, 4, 12>(), expected);
        }
    }
}
