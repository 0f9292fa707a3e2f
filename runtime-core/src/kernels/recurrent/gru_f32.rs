//! GRU in floating point: `h = (1 - f(update)) g(candidate) + f(update) h`, where the candidate sees the hidden state times `f(reset)`.

use tinyml_arith::size::product;

pub use super::sequence::{Parameters, Shape};
use super::sequence::{Places, add_f32, begin, check, end, place, weights};
use crate::arena::{Dst, Src};
use crate::memory::Memory;

/// Constants of a layer. Gates come in the order update, reset, candidate.
pub struct Params {
    /// With `LINEAR_BEFORE_RESET`, for each unit the weights of the vector, then those of the hidden state: `[UNITS]([INPUTS][3], [UNITS][3])`.
    /// Else those of the reset gates, then those of the others: `[UNITS]([INPUTS], [UNITS])`, `[UNITS]([INPUTS][2], [UNITS][2])`.
    pub weights: &'static [f32],
    /// `[UNITS][4]`: of the gates, and of the candidate's part from the hidden state.
    pub bias: &'static [f32],
    /// Of the function of the gates.
    pub gate: Parameters,
    /// Of the function of the candidate.
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
    /// Byte offset of working memory: `UNITS` elements, or twice as many without `LINEAR_BEFORE_RESET`.
    const SCRATCH: usize;
    /// Constants.
    const PARAMS: Params;
}

const fn scratch<S: Shape>() -> usize {
    if S::LINEAR_BEFORE_RESET { S::UNITS } else { product([2, S::UNITS]) }
}

const fn check_layer<L: Layer, M: Memory>() {
    let places = Places {
        input: L::INPUT,
        states: [[L::HIDDEN_BEFORE, L::HIDDEN], [L::HIDDEN; 2]],
        output: L::OUTPUT,
        scratch: L::SCRATCH,
    };
    check::<L::Shape, f32, f32>(places, false, scratch::<L::Shape>(), M::REGIONS);
    assert!(L::PARAMS.weights.len() == weights::<L::Shape>(3), "the weights do not have the shape's length");
    assert!(L::PARAMS.bias.len() == product([4, L::Shape::UNITS]), "there are not four biases per unit");
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
    for step in 0..S::STEPS {
        let place = place::<S>(step);
        // SAFETY: `place` is below `STEPS`; without `LINEAR_BEFORE_RESET`, working memory has twice `UNITS` elements.
        unsafe {
            let x = input.skip(place * S::INPUTS);
            if S::LINEAR_BEFORE_RESET {
                reset_after::<S>(x, hidden, next, params);
            } else {
                reset_before::<S>(x, hidden, [next, next.skip(S::UNITS)], params);
            }
            end::<S, f32>(next.as_src(), hidden, output, place);
        }
    }
}

/// A step whose candidate takes the products of the hidden state times the reset gate.
///
/// # Safety
/// As for [`steps`]; `x` is one vector.
#[inline(always)]
unsafe fn reset_after<S: Shape>(x: Src<f32>, hidden: Dst<f32>, next: Dst<f32>, params: &'static Params) {
    let (mut weight, mut bias) = (Src::from(params.weights), Src::from(params.bias));
    for unit in 0..S::UNITS {
        // SAFETY: a unit takes its part of weights and biases, so that these pointers move through exactly all of them.
        unsafe {
            let mut inputs = [bias.get(0), bias.get(1), bias.get(2)];
            let mut recurrent = [0.0, 0.0, bias.get(3)];
            bias = bias.skip(4);
            add_f32(&mut inputs, x, weight, S::INPUTS);
            weight = weight.skip(3 * S::INPUTS);
            add_f32(&mut recurrent, hidden.as_src(), weight, S::UNITS);
            weight = weight.skip(3 * S::UNITS);
            let gate = |x: f32| params.gate.apply(S::GATE, x);
            let (update, reset) = (gate(inputs[0] + recurrent[0]), gate(inputs[1] + recurrent[1]));
            let candidate = params.candidate.apply(S::CANDIDATE, inputs[2] + reset * recurrent[2]);
            next.set(unit, (1.0 - update) * candidate + update * hidden.as_src().get(unit));
        }
    }
}

/// A step whose candidate takes the hidden state times the reset gate, which is put into `reset`.
///
/// # Safety
/// As for [`steps`]; `x` is one vector.
#[inline(always)]
unsafe fn reset_before<S: Shape>(
    x: Src<f32>,
    hidden: Dst<f32>,
    [next, reset]: [Dst<f32>; 2],
    params: &'static Params,
) {
    let (mut weight, bias) = (Src::from(params.weights), Src::from(params.bias));
    let gate = |x: f32| params.gate.apply(S::GATE, x);
    for unit in 0..S::UNITS {
        // SAFETY: a unit takes its part of the weights, so that the pointer moves through those of the reset gates.
        unsafe {
            let mut sum = [bias.get(4 * unit + 1)];
            add_f32(&mut sum, x, weight, S::INPUTS);
            weight = weight.skip(S::INPUTS);
            add_f32(&mut sum, hidden.as_src(), weight, S::UNITS);
            weight = weight.skip(S::UNITS);
            reset.set(unit, gate(sum[0]) * hidden.as_src().get(unit));
        }
    }
    for unit in 0..S::UNITS {
        // SAFETY: a unit takes its part of the weights, so that the pointer moves through those that are left.
        unsafe {
            let mut sums = [bias.get(4 * unit), bias.get(4 * unit + 2) + bias.get(4 * unit + 3)];
            add_f32(&mut sums, x, weight, S::INPUTS);
            weight = weight.skip(2 * S::INPUTS);
            for i in 0..S::UNITS {
                sums[0] += hidden.as_src().get(i) * weight.get(2 * i);
                sums[1] += reset.as_src().get(i) * weight.get(2 * i + 1);
            }
            weight = weight.skip(2 * S::UNITS);
            let (update, candidate) = (gate(sums[0]), params.candidate.apply(S::CANDIDATE, sums[1]));
            next.set(unit, (1.0 - update) * candidate + update * hidden.as_src().get(unit));
        }
    }
}

#[cfg(test)]
mod test;
