//! Pooling of int8 activations by the maximum. The result has the operand's quantisation.
//! Arithmetic: docs/arithmetic.md, MAX_POOL_2D.

use tinyml_arith::Clamp;

pub use super::pool2d::Shape;
use super::pool2d::{check, gaps, pool};
use super::pool2d_words::{self, BY_WORDS, Fold};
use crate::arch::dsp::max_i8x4;
use crate::arena::{Dst, Src, check_overlap};
use crate::kernels::convolution::conv2d::elements;
use crate::memory::{Memory, check_buffer};

/// Constants of a layer.
pub struct Params {
    /// Range of the result, fused activation included.
    pub clamp: Clamp,
}

/// A layer: geometry, constants and places in the arena.
pub trait Layer {
    /// Geometry.
    type Shape: Shape;
    /// Byte offset of the operand.
    const INPUT: usize;
    /// Byte offset of the result; may lie over the operand as far as the order of work allows it (see `tinyml_arith::overlap`).
    const OUTPUT: usize;
    /// Whether the kernel runs from the last position to the first.
    const BACKWARD: bool = false;
    /// Constants.
    const PARAMS: Params;
}

const fn check_layer<L: Layer, M: Memory>() {
    check::<L::Shape>();
    let (input, output) = (elements(L::Shape::INPUT), elements(L::Shape::OUTPUT));
    check_buffer::<i8>(L::INPUT, input, M::REGIONS);
    check_buffer::<i8>(L::OUTPUT, output, M::REGIONS);
    check_overlap(gaps::<L::Shape>(1), (L::INPUT, input), (L::OUTPUT, output), L::BACKWARD);
}

/// Carries the layer out.
#[inline(always)]
pub fn run<L: Layer, M: Memory>(memory: &mut M) {
    const { check_layer::<L, M>() };
    let (input, output) = memory.cursor().io(L::INPUT, L::OUTPUT);
    // SAFETY: `check_layer` holds.
    unsafe {
        if L::BACKWARD {
            maximum::<L::Shape, true>(input, output, const { &L::PARAMS });
        } else {
            maximum::<L::Shape, false>(input, output, const { &L::PARAMS });
        }
    }
}

/// # Safety
/// Operand and result have the lengths of the shape; the result overlaps the operand no further than its order of work allows.
#[inline(never)]
unsafe fn maximum<S: Shape, const BACKWARD: bool>(input: Src<i8>, output: Dst<i8>, params: &'static Params) {
    let larger = |a: i8, b: i8| if b > a { b } else { a };
    let finish = |value: i8, _| params.clamp.apply(value.into()) as i8;
    // SAFETY: the caller's.
    unsafe {
        if BY_WORDS {
            let clamped = |value: i32, _| params.clamp.apply(value) as i8;
            pool2d_words::pool::<S, Maximum, BACKWARD>(input, output, clamped);
        } else {
            pool::<S, _, _, BACKWARD>(input, output, i8::MIN, larger, finish);
        }
    }
}

/// Maxima of four channels, each a byte.
struct Maximum;

impl Fold for Maximum {
    type Four = u32;
    const FOUR: u32 = 0x8080_8080;
    const ONE: i32 = i8::MIN as i32;

    #[inline(always)]
    fn four(state: u32, word: u32) -> u32 {
        max_i8x4(state, word)
    }

    #[inline(always)]
    fn lanes(state: u32) -> [i32; 4] {
        state.to_le_bytes().map(|byte| i32::from(byte as i8))
    }

    #[inline(always)]
    fn one(state: i32, x: i8) -> i32 {
        if i32::from(x) > state { x.into() } else { state }
    }
}

#[cfg(test)]
mod test;
