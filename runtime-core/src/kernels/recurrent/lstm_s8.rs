//! LSTM of int8 activations and weights with a cell of int16, scalar reference form. Arithmetic: docs/arithmetic.md,
//! UNIDIRECTIONAL_SEQUENCE_LSTM.

use tinyml_arith::Multiplier;
use tinyml_arith::lstm::{Lstm, gate_argument};

pub use super::sequence::Shape;
use super::sequence::{Places, add_s8, begin, check, end, place, weights};
use crate::arena::{Dst, Src};
use crate::memory::Memory;

/// Constants of a layer. Gates come in the order input, forget, cell, output.
pub struct Params {
    /// For each unit the weights of the vector, then those of the hidden state: `[UNITS]([INPUTS][4], [UNITS][4])`.
    pub weights: &'static [i8],
    /// For each unit what the sums over the vector begin with, then those over the hidden state, zero points folded in: `[UNITS][2][4]`.
    pub bias: &'static [i32],
    /// Take a gate's sum over the vector to its argument: fractions of the four gates.
    pub input_multipliers: &'static [i32],
    /// The powers of two.
    pub input_shifts: &'static [i8],
    /// The same of the sum over the hidden state.
    pub recurrent_multipliers: &'static [i32],
    /// The powers of two.
    pub recurrent_shifts: &'static [i8],
    /// The rest of the step.
    pub lstm: Lstm,
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
    check::<L::Shape, i8, i16>(places, true, L::Shape::UNITS, M::REGIONS);
    let params = &L::PARAMS;
    assert!(params.weights.len() == weights::<L::Shape>(4), "the weights do not have the shape's length");
    assert!(
        params.bias.len() == tinyml_arith::size::product([8, L::Shape::UNITS]),
        "there are not two biases per gate"
    );
    assert!(
        params.input_multipliers.len() == 4
            && params.input_shifts.len() == 4
            && params.recurrent_multipliers.len() == 4
            && params.recurrent_shifts.len() == 4,
        "there is not one multiplier per gate"
    );
}

/// Carries the layer out.
#[inline(always)]
pub fn run<L: Layer, M: Memory>(memory: &mut M) {
    const { check_layer::<L, M>() };
    let mut cursor = memory.cursor();
    let (input, output, next) = (cursor.src(L::INPUT), cursor.dst(L::OUTPUT), cursor.dst(L::SCRATCH));
    let (hidden, cell) = (cursor.dst(L::HIDDEN), cursor.dst(L::CELL));
    let params = const { &L::PARAMS };
    // SAFETY: `check_layer` holds.
    unsafe {
        begin::<L::Shape, i8>(cursor.src(L::HIDDEN_BEFORE), hidden, params.lstm.hidden_zero_point as i8);
        begin::<L::Shape, i16>(cursor.src(L::CELL_BEFORE), cell, 0);
        steps::<L::Shape>(input, [hidden, output, next], cell, params);
    }
}

/// # Safety
/// The buffers and constants have the lengths of the shape; all buffers are apart.
#[inline(never)]
unsafe fn steps<S: Shape>(
    input: Src<i8>,
    [hidden, output, next]: [Dst<i8>; 3],
    cell: Dst<i16>,
    params: &'static Params,
) {
    for step in 0..S::STEPS {
        let place = place::<S>(step);
        // SAFETY: a unit takes its part of weights and biases, so that these pointers move through exactly all of them; `place` is below `STEPS`.
        unsafe {
            let x = input.skip(place * S::INPUTS);
            let (mut weight, mut bias) = (Src::from(params.weights), Src::from(params.bias));
            for unit in 0..S::UNITS {
                let mut inputs = [0; 4];
                let mut recurrent = [0; 4];
                for gate in 0..4 {
                    inputs[gate] = bias.get(gate);
                    recurrent[gate] = bias.get(4 + gate);
                }
                add_s8(&mut inputs, x, weight, S::INPUTS);
                weight = weight.skip(4 * S::INPUTS);
                add_s8(&mut recurrent, hidden.as_src(), weight, S::UNITS);
                weight = weight.skip(4 * S::UNITS);
                bias = bias.skip(8);
                let mut arguments = [0; 4];
                for gate in 0..4 {
                    arguments[gate] = gate_argument(
                        (inputs[gate], multiplier(params.input_multipliers, params.input_shifts, gate)),
                        (
                            recurrent[gate],
                            multiplier(params.recurrent_multipliers, params.recurrent_shifts, gate),
                        ),
                    );
                }
                let [input, forget, candidate, output] = arguments;
                let kept = params.lstm.cell(cell.as_src().get(unit), input, forget, candidate);
                cell.set(unit, kept);
                next.set(unit, params.lstm.hidden(kept, output));
            }
            end::<S, i8>(next.as_src(), hidden, output, place);
        }
    }
}

/// A gate's multiplier.
///
/// # Safety
/// Both have an element for the gate.
#[inline(always)]
unsafe fn multiplier(fractions: &'static [i32], shifts: &'static [i8], gate: usize) -> Multiplier {
    // SAFETY: the caller's.
    unsafe {
        Multiplier { multiplier: Src::from(fractions).get(gate), shift: Src::from(shifts).get(gate).into() }
    }
}

#[cfg(test)]
mod test;
