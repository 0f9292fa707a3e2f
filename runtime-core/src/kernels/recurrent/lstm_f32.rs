//! LSTM in floating point: `c = f(forget) c + f(input) g(candidate)`, `h = f(output) h(c)`.

use tinyml_arith::size::product;

pub use super::sequence::{Parameters, Shape};
use super::sequence::{Places, add_f32, begin, check, end, place, weights};
use crate::arena::{Dst, Src};
use crate::memory::Memory;

/// Constants of a layer. Gates come in the order input, forget, cell, output.
pub struct Params {
    /// For each unit the weights of the vector, then those of the hidden state: `[UNITS]([INPUTS][4], [UNITS][4])`.
    pub weights: &'static [f32],
    /// `[UNITS][4]`.
    pub bias: &'static [f32],
    /// Of the function of the gates.
    pub gate: Parameters,
    /// Of the function of the candidate.
    pub candidate: Parameters,
    /// Of the function of the cell.
    pub shown: Parameters,
    /// Largest magnitude of the cell.
    pub cell_clip: f32,
}

/// A layer: geometry, constants and places.
pub trait Layer {
    /// Geometry.
    type Shape: Shape;
    /// Byte offset of the sequence, `[STEPS][INPUTS]`.
    const INPUT: usize;
    /// Byte offset of the hidden state to begin with.
    const HIDDEN_BEFORE: usize;
    /// Byte offset of the cell to begin with.
    const CELL_BEFORE: usize;
    /// Byte offset of the hidden state, in the end and meanwhile; may be that of the one before.
    const HIDDEN: usize;
    /// Byte offset of the cell, in the end and meanwhile; may be that of the one before.
    const CELL: usize;
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
        states: [[L::HIDDEN_BEFORE, L::HIDDEN], [L::CELL_BEFORE, L::CELL]],
        output: L::OUTPUT,
        scratch: L::SCRATCH,
    };
    check::<L::Shape, f32, f32>(places, true, L::Shape::UNITS, M::REGIONS);
    assert!(L::PARAMS.weights.len() == weights::<L::Shape>(4), "the weights do not have the shape's length");
    assert!(L::PARAMS.bias.len() == product([4, L::Shape::UNITS]), "there is not one bias per gate");
}

/// Carries the layer out.
#[inline(always)]
pub fn run<L: Layer, M: Memory>(memory: &mut M) {
    const { check_layer::<L, M>() };
    let mut cursor = memory.cursor();
    let (input, output, next) = (cursor.src(L::INPUT), cursor.dst(L::OUTPUT), cursor.dst(L::SCRATCH));
    let (hidden, cell) = (cursor.dst(L::HIDDEN), cursor.dst(L::CELL));
    // SAFETY: `check_layer` holds.
    unsafe {
        begin::<L::Shape, f32>(cursor.src(L::HIDDEN_BEFORE), hidden, 0.0);
        begin::<L::Shape, f32>(cursor.src(L::CELL_BEFORE), cell, 0.0);
        steps::<L::Shape>(input, [hidden, output, next], cell, const { &L::PARAMS });
    }
}

/// # Safety
/// The buffers and constants have the lengths of the shape; all buffers are apart.
#[inline(never)]
unsafe fn steps<S: Shape>(
    input: Src<f32>,
    [hidden, output, next]: [Dst<f32>; 3],
    cell: Dst<f32>,
    params: &'static Params,
) {
    for step in 0..S::STEPS {
        let place = place::<S>(step);
        // SAFETY: a unit takes its part of weights and biases, so that these pointers move through exactly all of them; `place` is below `STEPS`.
        unsafe {
            let x = input.skip(place * S::INPUTS);
            let (mut weight, mut bias) = (Src::from(params.weights), Src::from(params.bias));
            for unit in 0..S::UNITS {
                let mut sums = [bias.get(0), bias.get(1), bias.get(2), bias.get(3)];
                add_f32(&mut sums, x, weight, S::INPUTS);
                weight = weight.skip(4 * S::INPUTS);
                add_f32(&mut sums, hidden.as_src(), weight, S::UNITS);
                weight = weight.skip(4 * S::UNITS);
                bias = bias.skip(4);
                let gate = |x: f32| params.gate.apply(S::GATE, x);
                let candidate = params.candidate.apply(S::CANDIDATE, sums[2]);
                let kept = gate(sums[1]) * cell.as_src().get(unit) + gate(sums[0]) * candidate;
                // `max` and `min` rather than `clamp`, which panics if the range is empty.
                let kept = kept.max(-params.cell_clip).min(params.cell_clip);
                cell.set(unit, kept);
                next.set(unit, gate(sums[3]) * params.shown.apply(S::SHOWN, kept));
            }
            end::<S, f32>(next.as_src(), hidden, output, place);
        }
    }
}

#[cfg(test)]
mod test;
