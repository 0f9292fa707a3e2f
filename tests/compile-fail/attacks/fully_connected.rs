//! Fully connected layers: so many rows that they are none.
#![forbid(unsafe_code)]

#[macro_use]
mod support;

use support::{HALF, QUARTER};
use tinyml::__private::{
    Arena, Clamp, fully_connected_blocks_s8, fully_connected_dsp_s8, fully_connected_f32, fully_connected_s8,
};

layer!(Rows of fully_connected_s8: {
    const ROWS: usize = HALF;
    const INPUTS: usize = 2;
    const OUTPUTS: usize = 2;
} {
    const INPUT: usize = 0;
    const OUTPUT: usize = 32;
    const PARAMS: fully_connected_s8::Params = fully_connected_s8::Params { weights: &[1; 4], bias: &[0; 2], multipliers: &[0], shifts: &[0], input_zero_point: 0, output_zero_point: 0, clamp: Clamp::INT8 };
});

layer!(Floats of fully_connected_f32: {
    const ROWS: usize = QUARTER;
    const INPUTS: usize = 4;
    const OUTPUTS: usize = 4;
} {
    const INPUT: usize = 0;
    const OUTPUT: usize = 32;
    const PARAMS: fully_connected_f32::Params = fully_connected_f32::Params { weights: &[0.0; 16], bias: &[0.0; 4], min: 0.0, max: 1.0 };
});

layer!(Blocks of fully_connected_blocks_s8: {
    const ROWS: usize = HALF;
    const INPUTS: usize = 2;
    const OUTPUTS: usize = 2;
} {
    const INPUT: usize = 0;
    const OUTPUT: usize = 32;
    const PARAMS: fully_connected_blocks_s8::Params = fully_connected_blocks_s8::Params { weights: &[1; 8], channels: &[0; 6], input_zero_point: 0, output_zero_point: 0, clamp: Clamp::INT8 };
});

// Loops in assembly end after their first turn.
layer!(Nothing of fully_connected_blocks_s8: {
    const ROWS: usize = 1;
    const INPUTS: usize = 0;
    const OUTPUTS: usize = 4;
} {
    const INPUT: usize = 0;
    const OUTPUT: usize = 32;
    const PARAMS: fully_connected_blocks_s8::Params = fully_connected_blocks_s8::Params { weights: &[1; 0], channels: &[0; 12], input_zero_point: 0, output_zero_point: 0, clamp: Clamp::INT8 };
});

layer!(Dsp of fully_connected_dsp_s8: {
    const ROWS: usize = HALF;
    const INPUTS: usize = 2;
    const OUTPUTS: usize = 2;
} {
    const INPUT: usize = 0;
    const OUTPUT: usize = 32;
    const SCRATCH: usize = 64;
    const PARAMS: fully_connected_dsp_s8::Params = fully_connected_dsp_s8::Params { weights: &[0; 2], constants: &[0; 12], input_zero_point: 0, output_zero_point: 0, clamp: Clamp::INT8 };
});

layer!(DspNothing of fully_connected_dsp_s8: {
    const ROWS: usize = 1;
    const INPUTS: usize = 4;
    const OUTPUTS: usize = 0;
} {
    const INPUT: usize = 0;
    const OUTPUT: usize = 32;
    const SCRATCH: usize = 64;
    const PARAMS: fully_connected_dsp_s8::Params = fully_connected_dsp_s8::Params { weights: &[0; 0], constants: &[0; 0], input_zero_point: 0, output_zero_point: 0, clamp: Clamp::INT8 };
});

fn main() {
    let arena = &mut Arena::<128>::new();
    fully_connected_s8::run::<Rows, _>(arena); //~ a size does not fit into memory
    fully_connected_f32::run::<Floats, _>(arena); //~ a size does not fit into memory
    fully_connected_blocks_s8::run::<Blocks, _>(arena); //~ a size does not fit into memory
    fully_connected_blocks_s8::run::<Nothing, _>(arena); //~ operand or result has no elements
    fully_connected_dsp_s8::run::<Dsp, _>(arena); //~ a size does not fit into memory
    fully_connected_dsp_s8::run::<DspNothing, _>(arena); //~ operand or result has no elements
}
