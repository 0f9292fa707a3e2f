//! Convolutions for cores with DSP instructions.
#![forbid(unsafe_code)]

#[macro_use]
mod support;

use support::{HALF, QUARTER};
use tinyml::__private::{
    Arena, Clamp, Finish, HighMul, conv2d_dsp_s8, depthwise_3x3_dsp_s8, depthwise_dsp_s8,
};

const fn params(weights: &'static [u32], constants: &'static [i32]) -> conv2d_dsp_s8::Params {
    conv2d_dsp_s8::Params {
        weights,
        constants,
        input_zero_point: 0,
        output_zero_point: 0,
        clamp: Clamp::INT8,
    }
}

const fn by_lines(weights: &'static [i8]) -> depthwise_dsp_s8::Params {
    depthwise_dsp_s8::Params {
        weights,
        bias: &[0; 4],
        multipliers: &[0; 4],
        offsets: &[0; 4],
        shifts: &[],
        input_zero_point: 0,
        clamp: Clamp::INT8,
    }
}

const fn by_rows(constants: &'static [i32]) -> depthwise_3x3_dsp_s8::Params {
    depthwise_3x3_dsp_s8::Params { weights: &[0; 36], constants, input_zero_point: 0, clamp: Clamp::INT8 }
}

// Four pixels of so many channels are nothing, and so are their weights and constants.
layer!(Channels of conv2d_dsp_s8: {
    const INPUT: [usize; 3] = [2, 2, 4];
    const OUTPUT: [usize; 3] = [2, 2, QUARTER];
    const KERNEL: [usize; 2] = [1, 1];
    const FINISH: Finish = Finish::Shifted;
} {
    const INPUT: usize = 0;
    const OUTPUT: usize = 32;
    const SCRATCH: usize = 64;
    const PARAMS: conv2d_dsp_s8::Params = params(&[0; 0], &[0; 0]);
});

layer!(Image of conv2d_dsp_s8: {
    const INPUT: [usize; 3] = [HALF, 2, 1];
    const OUTPUT: [usize; 3] = [2, 1, 4];
    const KERNEL: [usize; 2] = [1, 1];
    const STRIDE: [usize; 2] = [1 << 20, 1];
} {
    const INPUT: usize = 0;
    const OUTPUT: usize = 32;
    const SCRATCH: usize = 64;
    const PARAMS: conv2d_dsp_s8::Params = params(&[0; 2], &[0; 12]);
});

layer!(Taps of conv2d_dsp_s8: {
    const INPUT: [usize; 3] = [2, 2, 4];
    const OUTPUT: [usize; 3] = [2, 2, 4];
    const KERNEL: [usize; 2] = [1 << 17, 1];
    const PADDING: [usize; 2] = [1 << 17, 0];
} {
    const INPUT: usize = 0;
    const OUTPUT: usize = 32;
    const SCRATCH: usize = 64;
    const PARAMS: conv2d_dsp_s8::Params = params(&[0; 0], &[0; 12]);
});

// The rows under a row of the result are the same one.
layer!(Rows of depthwise_3x3_dsp_s8: {
    const INPUT: [usize; 3] = [4, 4, 4];
    const OUTPUT: [usize; 3] = [4, 4, 4];
    const KERNEL: [usize; 2] = [3, 3];
    const DILATION: [usize; 2] = [HALF, 1];
    const PADDING: [usize; 2] = [0, 1];
    const GROUPS: usize = 4;
    const FORM: HighMul = HighMul::Floor;
} {
    const INPUT: usize = 0;
    const OUTPUT: usize = 64;
    const SCRATCH: usize = 128;
    const PARAMS: depthwise_3x3_dsp_s8::Params = by_rows(&[0; 12]);
});

layer!(RowsImage of depthwise_3x3_dsp_s8: {
    const INPUT: [usize; 3] = [HALF, 1, 4];
    const OUTPUT: [usize; 3] = [2, 1, 4];
    const KERNEL: [usize; 2] = [3, 3];
    const STRIDE: [usize; 2] = [1 << 20, 1];
    const PADDING: [usize; 2] = [0, 1];
    const GROUPS: usize = 4;
} {
    const INPUT: usize = 0;
    const OUTPUT: usize = 64;
    const SCRATCH: usize = 128;
    const PARAMS: depthwise_3x3_dsp_s8::Params = by_rows(&[0; 12]);
});

layer!(RowsStride of depthwise_3x3_dsp_s8: {
    const INPUT: [usize; 3] = [4, 4, 4];
    const OUTPUT: [usize; 3] = [2, 4, 4];
    const KERNEL: [usize; 2] = [3, 3];
    const STRIDE: [usize; 2] = [0, 1];
    const PADDING: [usize; 2] = [0, 1];
    const GROUPS: usize = 4;
} {
    const INPUT: usize = 0;
    const OUTPUT: usize = 64;
    const SCRATCH: usize = 128;
    const PARAMS: depthwise_3x3_dsp_s8::Params = by_rows(&[0; 12]);
});

// A window of so many lines takes no memory but for the weights.
layer!(Pairs of depthwise_dsp_s8: {
    const INPUT: [usize; 3] = [4, 4, 4];
    const OUTPUT: [usize; 3] = [4, 4, 4];
    const KERNEL: [usize; 2] = [3, 3];
    const PADDING: [usize; 2] = [1, 1];
    const GROUPS: usize = 4;
    const PAIRS: usize = 1 << (usize::BITS - 4);
} {
    const INPUT: usize = 0;
    const OUTPUT: usize = 64;
    const SCRATCH: usize = 128;
    const PARAMS: depthwise_dsp_s8::Params = by_lines(&[0; 36]);
});

layer!(Lines of depthwise_dsp_s8: {
    const INPUT: [usize; 3] = [4, 4, 4];
    const OUTPUT: [usize; 3] = [4, 4, 4];
    const KERNEL: [usize; 2] = [3, 3];
    const DILATION: [usize; 2] = [1, HALF];
    const GROUPS: usize = 4;
    const PAIRS: usize = 2;
} {
    const INPUT: usize = 0;
    const OUTPUT: usize = 64;
    const SCRATCH: usize = 128;
    const PARAMS: depthwise_dsp_s8::Params = by_lines(&[0; 36]);
});

layer!(LinesImage of depthwise_dsp_s8: {
    const INPUT: [usize; 3] = [HALF, 1, 4];
    const OUTPUT: [usize; 3] = [2, 1, 4];
    const KERNEL: [usize; 2] = [1, 1];
    const STRIDE: [usize; 2] = [1 << 20, 1];
    const GROUPS: usize = 4;
    const PAIRS: usize = 2;
} {
    const INPUT: usize = 0;
    const OUTPUT: usize = 64;
    const SCRATCH: usize = 128;
    const PARAMS: depthwise_dsp_s8::Params = by_lines(&[0; 4]);
});

layer!(Axis of depthwise_dsp_s8: {
    const INPUT: [usize; 3] = [4, 4, 4];
    const OUTPUT: [usize; 3] = [4, 4, 4];
    const KERNEL: [usize; 2] = [3, 3];
    const PADDING: [usize; 2] = [1, 1];
    const GROUPS: usize = 4;
    const PAIRS: usize = 4;
    const WALK: usize = 2;
} {
    const INPUT: usize = 0;
    const OUTPUT: usize = 64;
    const SCRATCH: usize = 128;
    const PARAMS: depthwise_dsp_s8::Params = by_lines(&[0; 36]);
});

fn main() {
    let arena = &mut Arena::<1024>::new();
    conv2d_dsp_s8::run::<Channels, _>(arena); //~ a size does not fit into memory
    conv2d_dsp_s8::run::<Image, _>(arena); //~ a size does not fit into memory
    conv2d_dsp_s8::run::<Taps, _>(arena); //~ an extent is too large for the kernel
    depthwise_3x3_dsp_s8::run::<Rows, _>(arena); //~ a size does not fit into memory
    depthwise_3x3_dsp_s8::run::<RowsImage, _>(arena); //~ a size does not fit into memory
    depthwise_3x3_dsp_s8::run::<RowsStride, _>(arena); //~ there are no results, or a stride is 0
    depthwise_dsp_s8::run::<Pairs, _>(arena); //~ a size does not fit into memory
    depthwise_dsp_s8::run::<Lines, _>(arena); //~ a size does not fit into memory
    depthwise_dsp_s8::run::<LinesImage, _>(arena); //~ a size does not fit into memory
    depthwise_dsp_s8::run::<Axis, _>(arena); //~ there is no such axis to walk along
}
