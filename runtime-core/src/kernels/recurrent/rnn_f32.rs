//! A simple recurrent cell in floating point: `h = f(W x + R h + b)`.

pub use super::sequence::{Parameters, Shape};
use super::sequence::{Places, add_f32, begin, check, end, place, weights};
use crate::arena::{Dst, Src};
use crate::memory::Memory;

/// Constants of a layer.
pub struct Params {
    /// For each unit the weights of the vector, then those of the hidden state: `[UNITS]([INPUTS], [UNITS])`.
    pub weights: &'static [f32],
    /// `[UNITS]`.
    pub bias: &'static [f32],
    /// Of the function.
    pub candidate: Parameters,
}

/// A layer: geometry, constants and places.
pub trait Layer {
    /// Geometry.
    type Shape: Shape;
    /// Byte offset of the sequence, `[STEPS][INPUTS]`.
    const INPUT: usize;
    /// Byte offset of the hidden state to begin with.
    const HIDDEN_BEFORE: usize;
    /// Byte offset of the hidden state, in the end and meanwhile; may be that of the one before.
    const HIDDEN: usize;
    /// Byte offset of the hidden states of all steps.
    const OUTPUT: usize;
    /// Byte offset of working memory: `UNITS` elements.
    const SCRATCH: usize;
    /// Constants.
    const PARAMS: Params;
}

const fn check_layer<L: Layer, M: Memory>() {
    let places = Places {
        input: L::INPUT,
        states: [[L::HIDDEN_BEFORE, L::HIDDEN], [L::HIDDEN; 2]],
        output: L::OUTPUT,
        scratch: L::SCRATCH,
    };
    check::<L::Shape, f32, f32>(places, false, L::Shape::UNITS, M::REGIONS);
    assert!(L::PARAMS.weights.len() == weights::<L::Shape>(1), "the weights do not have the shape's length");
    assert!(L::PARAMS.bias.len() == L::Shape::UNITS, "there is not one bias per unit");
}

/// Carries the layer out.
#[inline(always)]
pub fn run<L: Layer, M: Memory>(memory: &mut M) {
    const { check_layer::<L, M>() };
    let mut cursor = memory.cursor();
    let (input, hidden) = (cursor.src(L::INPUT), cursor.dst(L::HIDDEN));
    let (output, next) = (cursor.dst(L::OUTPUT), cursor.dst(L::SCRATCH));
    // SAFETY: `check_layer` holds.
    unsafe {
        begin::<L::Shape, f32>(cursor.src(L::HIDDEN_BEFORE), hidden, 0.0);
        steps::<L::Shape>(input, [hidden, output, next], const { &L::PARAMS });
    }
}

/// # Safety
/// The buffers and constants have the lengths of the shape; all buffers are apart.
#[inline(never)]
unsafe fn steps<S: Shape>(input: Src<f32>, [hidden, output, next]: [Dst<f32>; 3], params: &'static Params) {
    let bias = Src::from(params.bias);
    for step in 0..S::STEPS {
        let place = place::<S>(step);
        // SAFETY: a unit takes its part of the weights, so that this pointer moves through exactly all of them; `place` is below `STEPS`.
        unsafe {
            let x = input.skip(place * S::INPUTS);
            let mut weight = Src::from(params.weights);
            for unit in 0..S::UNITS {
                let mut sums = [bias.get(unit)];
                add_f32(&mut sums, x, weight, S::INPUTS);
                weight = weight.skip(S::INPUTS);
                add_f32(&mut sums, hidden.as_src(), weight, S::UNITS);
                weight = weight.skip(S::UNITS);
                next.set(unit, params.candidate.apply(S::CANDIDATE, sums[0]));
            }
            end::<S, f32>(next.as_src(), hidden, output, place);
        }
    }
}

#[cfg(test)]
mod test;
