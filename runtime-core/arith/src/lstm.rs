//! One step of an LSTM on int8 with a cell of 16 bits, as TFLM's reference has it behind the sums of products
//! (`tensorflow/lite/micro/kernels/lstm_eval.cc`): docs/arithmetic.md, UNIDIRECTIONAL_SEQUENCE_LSTM.

use crate::clamp::Clamp;
use crate::quantize::Quantization;
use crate::requantize::{Multiplier, requantize_double};
use crate::sigmoid16::{TanhInput, sigmoid, tanh};

/// The gates in the order of the weights.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gate {
    /// How much of the candidate comes into the cell.
    Input,
    /// How much of the cell stays.
    Forget,
    /// The candidate.
    Cell,
    /// How much of the cell is shown.
    Output,
}

/// Steps of a gate's sum in 1.0: the functions of 16 bits take Q3.12.
const GATE_SCALE: f32 = 1.0 / 4096.0;
/// One step of a gate's value, Q0.15.
const VALUE_SCALE: f64 = 1.0 / 32768.0;

/// The multiplier that takes a sum of products of a state or an input with weights to a gate's argument.
#[must_use]
pub const fn gate_multiplier(scale: f32, weights: f32) -> Multiplier {
    Multiplier::of_product(scale, weights, GATE_SCALE)
}

/// The argument of a gate's function: both sums by themselves to Q3.12, saturated, and their sum saturated again.
#[inline]
#[must_use]
pub const fn gate_argument(input: (i32, Multiplier), recurrent: (i32, Multiplier)) -> i16 {
    let input = INT16.apply(requantize_double(input.0, input.1));
    let recurrent = INT16.apply(requantize_double(recurrent.0, recurrent.1));
    INT16.apply(input + recurrent) as i16
}

const INT16: Clamp = Clamp { min: i16::MIN as i32, max: i16::MAX as i32 };

/// What a step has beside its weights.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lstm {
    /// Forget gate times cell.
    pub forget: Multiplier,
    /// Input gate times candidate, in steps of the cell.
    pub input: Multiplier,
    /// Output gate times the cell's hyperbolic tangent, in steps of the hidden state.
    pub hidden: Multiplier,
    /// What stands for 0.0 in the hidden state.
    pub hidden_zero_point: i32,
    /// Largest magnitude of the cell; 32768 if it has no bound of its own.
    pub cell_clip: i32,
    /// The cell as argument of the hyperbolic tangent.
    pub tanh: TanhInput,
}

impl Lstm {
    /// For a cell whose steps are `2^cell_power`, cut off at `cell_clip` in real numbers if that is above zero; none for powers outside -28 to 2.
    #[must_use]
    pub const fn derive(cell_power: i32, hidden: Quantization, cell_clip: f32) -> Option<Self> {
        let Some(tanh) = TanhInput::derive(cell_power) else { return None };
        // A power of two is exact, and what is divided by it.
        let cell_scale = f64::from_bits(((1023 + cell_power) as u64) << 52);
        let product = VALUE_SCALE * VALUE_SCALE;
        let clip = cell_clip as f64 / cell_scale;
        Some(Lstm {
            forget: Multiplier::from_f64(VALUE_SCALE * cell_scale / cell_scale),
            input: Multiplier::from_f64(product / cell_scale),
            hidden: Multiplier::from_f64(product / hidden.scale as f64),
            hidden_zero_point: hidden.zero_point,
            cell_clip: if cell_clip > 0.0 { if clip > 32767.0 { 32767 } else { clip as i32 } } else { 32768 },
            tanh,
        })
    }

    /// The cell after a step, from the gates' arguments.
    #[inline]
    #[must_use]
    pub const fn cell(self, cell: i16, input: i16, forget: i16, candidate: i16) -> i16 {
        let (input, forget) = (sigmoid(input) as i32, sigmoid(forget) as i32);
        let candidate = tanh(candidate, CANDIDATE) as i32;
        let kept = INT16.apply(requantize_double(forget * cell as i32, self.forget));
        let new = INT16.apply(requantize_double(input * candidate, self.input));
        let clip = Clamp { min: self.cell_clip.wrapping_neg(), max: self.cell_clip };
        clip.apply(INT16.apply(kept + new)) as i16
    }

    /// The hidden state after a step, from the new cell and the output gate's argument.
    #[inline]
    #[must_use]
    pub const fn hidden(self, cell: i16, output: i16) -> i8 {
        let product = tanh(cell, self.tanh) as i32 * sigmoid(output) as i32;
        let hidden = requantize_double(product, self.hidden).wrapping_add(self.hidden_zero_point);
        Clamp::INT8.apply(hidden) as i8
    }
}

/// A gate's argument, Q3.12.
const CANDIDATE: TanhInput = TanhInput { factor: 3, shift: 0 };

#[cfg(test)]
mod tests {
    use super::*;

    fn lstm(clip: f32) -> Lstm {
        Lstm::derive(-11, Quantization { scale: 1.0 / 128.0, zero_point: 3 }, clip).unwrap()
    }

    #[test]
    fn an_open_gate_lets_through_and_a_closed_one_does_not() {
        let (open, closed) = (i16::MAX, i16::MIN);
        let cell = lstm(0.0).cell(1000, closed, open, 4096);
        assert!((998..=1002).contains(&cell), "{cell}");
        // tanh(1) in steps of 2^-11.
        let cell = lstm(0.0).cell(1000, open, closed, 4096);
        assert!((1558..=1562).contains(&cell), "{cell}");
        assert_eq!(lstm(0.0).hidden(cell, closed), 3);
    }

    #[test]
    fn a_clip_bounds_the_cell() {
        assert_eq!(lstm(0.5).cell(i16::MAX, i16::MAX, i16::MAX, i16::MAX), 1024);
        assert_eq!(lstm(0.5).cell(i16::MIN, i16::MIN, i16::MAX, 0), -1024);
        assert!(lstm(1e9).cell(i16::MAX, i16::MAX, i16::MAX, i16::MAX) == i16::MAX);
    }

    #[test]
    fn sums_saturate() {
        let one = Multiplier::from_f64(1.0);
        assert_eq!(gate_argument((40_000, one), (40_000, one)), i16::MAX);
        assert_eq!(gate_argument((40_000, one), (-40_000, one)), -1);
    }
}
