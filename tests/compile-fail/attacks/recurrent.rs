//! Recurrent layers: states and sequences whose sizes wrap, buffers that lie over each other, constants of wrong lengths.
#![forbid(unsafe_code)]

#[macro_use]
mod support;

use support::{HALF, QUARTER};
use tinyml::__private::{
    Arena, Lstm, Multiplier, Parameters, TanhInput, gru_f32, lstm_f32, lstm_s8, rnn_f32, svdf_f32, svdf_s8, svdf_s16,
};

const ONE: Multiplier = Multiplier { multiplier: 0, shift: 0 };

macro_rules! svdf {
    ($name:ident of $kernel:ident: $sizes:expr, $places:expr, $weights:expr, $time:expr) => {
        layer!($name of $kernel: {
            const INPUTS: usize = $sizes[0];
            const UNITS: usize = $sizes[1];
            const RANK: usize = $sizes[2];
            const MEMORY: usize = $sizes[3];
        } {
            const INPUT: usize = $places[0];
            const STATE: usize = $places[1];
            const OUTPUT: usize = $places[2];
            const NEXT: usize = $places[3];
            const PARAMS: $kernel::Params = $kernel::Params {
                weights: &[0; $weights],
                feature_bias: &[0; 2],
                feature: ONE,
                state_zero_point: 0,
                time: &[0; $time],
                bias: &[0; 1],
                output: ONE,
                output_zero_point: 0,
            };
        });
    };
}
svdf!(Wraps of svdf_s8: [2, HALF, 2, 3], [0, 8, 4, 8], 4, 6);
svdf!(WrapsInBytes of svdf_s16: [2, 1, 2, QUARTER], [0, 8, 4, 8], 4, 6);
svdf!(Empty of svdf_s8: [2, 1, 2, 0], [0, 8, 4, 8], 4, 0);
svdf!(BehindItself of svdf_s16: [2, 1, 2, 3], [0, 8, 4, 10], 4, 6);
svdf!(OverOperand of svdf_s8: [2, 1, 2, 3], [0, 8, 1, 8], 4, 6);
svdf!(OverState of svdf_s8: [2, 1, 2, 3], [0, 8, 13, 8], 4, 6);
svdf!(Odd of svdf_s16: [2, 1, 2, 3], [0, 9, 4, 9], 4, 6);
svdf!(ShortTime of svdf_s8: [2, 1, 2, 3], [0, 8, 4, 8], 4, 5);
svdf!(ShortWeights of svdf_s8: [2, 1, 2, 3], [0, 8, 4, 8], 3, 6);

layer!(FloatSvdf of svdf_f32: {
    const INPUTS: usize = 2;
    const UNITS: usize = 1;
    const RANK: usize = 2;
    const MEMORY: usize = 3;
} {
    const INPUT: usize = 0;
    const STATE: usize = 12;
    const OUTPUT: usize = 8;
    const NEXT: usize = 44;
    const PARAMS: svdf_f32::Params = svdf_f32::Params { weights: &[0.0; 4], time: &[0.0; 6], bias: &[0.0; 1], min: 0.0, max: 0.0 };
});

macro_rules! lstm {
    ($name:ident: $sizes:expr, $initial:literal, $stride:expr, $places:expr, $weights:expr) => {
        layer!($name of lstm_s8: {
            const STEPS: usize = $sizes[0];
            const INPUTS: usize = $sizes[1];
            const UNITS: usize = $sizes[2];
            const INITIAL: bool = $initial;
            const STRIDE: usize = $stride;
        } {
            const INPUT: usize = 0;
            const HIDDEN_BEFORE: usize = $places[0];
            const CELL_BEFORE: usize = $places[1];
            const HIDDEN: usize = $places[2];
            const CELL: usize = $places[3];
            const OUTPUT: usize = $places[4];
            const SCRATCH: usize = $places[5];
            const PARAMS: lstm_s8::Params = lstm_s8::Params {
                weights: &[0; $weights],
                bias: &[0; 16],
                input_multipliers: &[0; 4],
                input_shifts: &[0; 4],
                recurrent_multipliers: &[0; 4],
                recurrent_shifts: &[0; 4],
                lstm: Lstm {
                    forget: ONE,
                    input: ONE,
                    hidden: ONE,
                    hidden_zero_point: 0,
                    cell_clip: 0,
                    tanh: TanhInput { factor: 3, shift: 0 },
                },
            };
        });
    };
}
// Two steps of three elements for two units: 6 bytes, two and four of state, four of results, two to work in.
lstm!(LongSequence: [HALF, 3, 2], true, 2, [8, 12, 8, 12, 16, 20], 40);
lstm!(WideStride: [3, 2, 2], true, HALF, [8, 12, 8, 12, 16, 20], 32);
lstm!(NarrowStride: [2, 3, 2], true, 1, [8, 12, 8, 12, 16, 20], 40);
lstm!(OverSequence: [2, 3, 2], true, 2, [8, 12, 8, 12, 4, 20], 40);
lstm!(OverCell: [2, 3, 2], true, 2, [8, 12, 8, 12, 14, 20], 40);
lstm!(WorksInHidden: [2, 3, 2], true, 2, [8, 12, 8, 12, 16, 9], 40);
lstm!(BeginsInCell: [2, 3, 2], true, 2, [13, 12, 8, 12, 16, 20], 40);
lstm!(CellBeginsInResult: [2, 3, 2], true, 2, [8, 18, 8, 12, 16, 20], 40);
lstm!(BehindTheEnd: [2, 3, 2], true, 2, [8, 12, 8, 12, 16, 63], 40);
lstm!(NowhereToBegin: [2, 3, 2], false, 2, [usize::MAX, 12, 8, 12, 16, 20], 40);
lstm!(ShortLstm: [2, 3, 2], true, 2, [8, 12, 8, 12, 16, 20], 39);

macro_rules! floats {
    ($name:ident of $kernel:ident: $scratch:expr, $params:expr) => {
        layer!($name of $kernel: {
            const STEPS: usize = 1;
            const INPUTS: usize = 1;
            const UNITS: usize = 2;
            const STRIDE: usize = 2;
        } {
            const INPUT: usize = 0;
            const HIDDEN_BEFORE: usize = 8;
            const HIDDEN: usize = 8;
            const OUTPUT: usize = 16;
            const SCRATCH: usize = $scratch;
            const PARAMS: $kernel::Params = $params;
        });
    };
}
const NONE: Parameters = Parameters { a: 0.0, b: 0.0 };
floats!(SmallScratch of gru_f32: 52, gru_f32::Params { weights: &[0.0; 18], bias: &[0.0; 8], gate: NONE, candidate: NONE });
floats!(ShortGru of gru_f32: 24, gru_f32::Params { weights: &[0.0; 17], bias: &[0.0; 8], gate: NONE, candidate: NONE });
floats!(ShortBias of rnn_f32: 24, rnn_f32::Params { weights: &[0.0; 6], bias: &[0.0; 1], candidate: NONE });

layer!(FloatLstm of lstm_f32: {
    const STEPS: usize = 1;
    const INPUTS: usize = 1;
    const UNITS: usize = QUARTER;
    const STRIDE: usize = QUARTER;
} {
    const INPUT: usize = 0;
    const HIDDEN_BEFORE: usize = 8;
    const CELL_BEFORE: usize = 16;
    const HIDDEN: usize = 8;
    const CELL: usize = 16;
    const OUTPUT: usize = 24;
    const SCRATCH: usize = 32;
    const PARAMS: lstm_f32::Params =
        lstm_f32::Params { weights: &[], bias: &[], gate: NONE, candidate: NONE, shown: NONE, cell_clip: 0.0 };
});

fn main() {
    let arena = &mut Arena::<64>::new();
    svdf_s8::run::<Wraps, _>(arena); //~ a size does not fit into memory
    svdf_s16::run::<WrapsInBytes, _>(arena); //~ a size does not fit into memory
    svdf_s8::run::<Empty, _>(arena); //~ a layer without elements
    svdf_s16::run::<BehindItself, _>(arena); //~ the kernel would overwrite its operand before it has read it
    svdf_s8::run::<OverOperand, _>(arena); //~ the kernel's buffers overlap
    svdf_s8::run::<OverState, _>(arena); //~ the kernel's buffers overlap
    svdf_s16::run::<Odd, _>(arena); //~ a buffer is not aligned for its elements
    svdf_s8::run::<ShortTime, _>(arena); //~ the weights along the state do not have its length
    svdf_s8::run::<ShortWeights, _>(arena); //~ the weights do not have the shape's length
    svdf_f32::run::<FloatSvdf, _>(arena); //~ a buffer ends outside the arena
    lstm_s8::run::<LongSequence, _>(arena); //~ a size does not fit into memory
    lstm_s8::run::<WideStride, _>(arena); //~ a size does not fit into memory
    lstm_s8::run::<NarrowStride, _>(arena); //~ the hidden states overlap
    lstm_s8::run::<OverSequence, _>(arena); //~ the kernel's buffers overlap
    lstm_s8::run::<OverCell, _>(arena); //~ the kernel's buffers overlap
    lstm_s8::run::<WorksInHidden, _>(arena); //~ the kernel's buffers overlap
    lstm_s8::run::<BeginsInCell, _>(arena); //~ the kernel's buffers overlap
    lstm_s8::run::<CellBeginsInResult, _>(arena); //~ the kernel's buffers overlap
    lstm_s8::run::<BehindTheEnd, _>(arena); //~ a buffer ends outside the arena
    lstm_s8::run::<NowhereToBegin, _>(arena); //~ a buffer begins outside the arena
    lstm_s8::run::<ShortLstm, _>(arena); //~ the weights do not have the shape's length
    gru_f32::run::<SmallScratch, _>(arena); //~ a buffer ends outside the arena
    gru_f32::run::<ShortGru, _>(arena); //~ the weights do not have the shape's length
    rnn_f32::run::<ShortBias, _>(arena); //~ there is not one bias per unit
    lstm_f32::run::<FloatLstm, _>(arena); //~ a buffer ends outside the arena
}
