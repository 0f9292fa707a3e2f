//! Convolutions of the scalar kernels: geometries of which a product wraps.
#![forbid(unsafe_code)]

#[macro_use]
mod support;

use support::HALF;
use tinyml::__private::{Arena, Clamp, conv2d_f32, conv2d_s8, depthwise_s8};

const fn params(
    weights: &'static [i8],
    bias: &'static [i32],
    multipliers: &'static [i32],
    shifts: &'static [i8],
) -> conv2d_s8::Params {
    let clamp = Clamp::INT8;
    conv2d_s8::Params { weights, bias, multipliers, shifts, input_zero_point: 0, output_zero_point: 0, clamp }
}

// The image has no bytes, and the second window lies in it, a mebibyte on.
layer!(Image of conv2d_s8: {
    const INPUT: [usize; 3] = [HALF, 2, 1];
    const OUTPUT: [usize; 3] = [2, 1, 1];
    const KERNEL: [usize; 2] = [1, 1];
    const STRIDE: [usize; 2] = [1 << 20, 1];
} {
    const INPUT: usize = 0;
    const OUTPUT: usize = 32;
    const PARAMS: conv2d_s8::Params = params(&[1; 1], &[0; 1], &[0; 1], &[0; 1]);
});

layer!(Result of conv2d_s8: {
    const INPUT: [usize; 3] = [1, 1, 1];
    const OUTPUT: [usize; 3] = [1, HALF, 2];
    const KERNEL: [usize; 2] = [1, 1];
} {
    const INPUT: usize = 0;
    const OUTPUT: usize = 32;
    const PARAMS: conv2d_s8::Params = params(&[1; 2], &[0; 2], &[0; 2], &[0; 2]);
});

// The window reaches nowhere, and so never leaves the image.
layer!(Reach of conv2d_s8: {
    const INPUT: [usize; 3] = [4, 4, 1];
    const OUTPUT: [usize; 3] = [4, 4, 1];
    const KERNEL: [usize; 2] = [3, 1];
    const DILATION: [usize; 2] = [HALF, 1];
} {
    const INPUT: usize = 0;
    const OUTPUT: usize = 32;
    const PARAMS: conv2d_s8::Params = params(&[1; 3], &[0; 1], &[0; 1], &[0; 1]);
});

layer!(Weights of conv2d_s8: {
    const INPUT: [usize; 3] = [4, 4, 1];
    const OUTPUT: [usize; 3] = [1, 1, 1];
    const KERNEL: [usize; 2] = [2, HALF];
} {
    const INPUT: usize = 0;
    const OUTPUT: usize = 32;
    const PARAMS: conv2d_s8::Params = params(&[1; 0], &[0; 1], &[0; 1], &[0; 1]);
});

layer!(Padding of conv2d_s8: {
    const INPUT: [usize; 3] = [4, 4, 1];
    const OUTPUT: [usize; 3] = [4, 4, 1];
    const KERNEL: [usize; 2] = [1, 1];
    const PADDING: [usize; 2] = [usize::MAX, 0];
} {
    const INPUT: usize = 0;
    const OUTPUT: usize = 32;
    const PARAMS: conv2d_s8::Params = params(&[1; 1], &[0; 1], &[0; 1], &[0; 1]);
});

layer!(Stride of conv2d_s8: {
    const INPUT: [usize; 3] = [4, 4, 1];
    const OUTPUT: [usize; 3] = [3, 1, 1];
    const KERNEL: [usize; 2] = [1, 1];
    const STRIDE: [usize; 2] = [HALF, 1];
} {
    const INPUT: usize = 0;
    const OUTPUT: usize = 32;
    const PARAMS: conv2d_s8::Params = params(&[1; 1], &[0; 1], &[0; 1], &[0; 1]);
});

layer!(Nothing of conv2d_s8: {
    const INPUT: [usize; 3] = [4, 4, 0];
    const OUTPUT: [usize; 3] = [4, 4, 1];
    const KERNEL: [usize; 2] = [1, 1];
} {
    const INPUT: usize = 0;
    const OUTPUT: usize = 32;
    const PARAMS: conv2d_s8::Params = params(&[1; 0], &[0; 1], &[0; 1], &[0; 1]);
});

layer!(Groups of conv2d_s8: {
    const INPUT: [usize; 3] = [4, 4, 3];
    const OUTPUT: [usize; 3] = [4, 4, 4];
    const KERNEL: [usize; 2] = [1, 1];
    const GROUPS: usize = 2;
} {
    const INPUT: usize = 0;
    const OUTPUT: usize = 32;
    const PARAMS: conv2d_s8::Params = params(&[1; 6], &[0; 4], &[0; 4], &[0; 4]);
});

layer!(Depthwise of depthwise_s8: {
    const INPUT: [usize; 3] = [HALF, 2, 1];
    const OUTPUT: [usize; 3] = [2, 1, 1];
    const KERNEL: [usize; 2] = [1, 1];
    const STRIDE: [usize; 2] = [1 << 20, 1];
    const GROUPS: usize = 1;
} {
    const INPUT: usize = 0;
    const OUTPUT: usize = 32;
    const PARAMS: depthwise_s8::Params = params(&[1; 1], &[0; 1], &[0; 1], &[0; 1]);
});

layer!(DepthwiseReach of depthwise_s8: {
    const INPUT: [usize; 3] = [4, 4, 1];
    const OUTPUT: [usize; 3] = [4, 4, 1];
    const KERNEL: [usize; 2] = [3, 1];
    const DILATION: [usize; 2] = [HALF, 1];
    const GROUPS: usize = 1;
} {
    const INPUT: usize = 0;
    const OUTPUT: usize = 32;
    const PARAMS: depthwise_s8::Params = params(&[1; 3], &[0; 1], &[0; 1], &[0; 1]);
});

layer!(Floats of conv2d_f32: {
    const INPUT: [usize; 3] = [HALF, 2, 1];
    const OUTPUT: [usize; 3] = [2, 1, 1];
    const KERNEL: [usize; 2] = [1, 1];
    const STRIDE: [usize; 2] = [1 << 20, 1];
} {
    const INPUT: usize = 0;
    const OUTPUT: usize = 32;
    const PARAMS: conv2d_f32::Params = conv2d_f32::Params { weights: &[1.0], bias: &[0.0], min: 0.0, max: 1.0 };
});

layer!(FloatWeights of conv2d_f32: {
    const INPUT: [usize; 3] = [1, 1, 1];
    const OUTPUT: [usize; 3] = [1, 1, 1];
    const KERNEL: [usize; 2] = [2, HALF];
} {
    const INPUT: usize = 0;
    const OUTPUT: usize = 32;
    const PARAMS: conv2d_f32::Params = conv2d_f32::Params { weights: &[], bias: &[0.0], min: 0.0, max: 1.0 };
});

fn main() {
    let arena = &mut Arena::<64>::new();
    conv2d_s8::run::<Image, _>(arena); //~ a size does not fit into memory
    conv2d_s8::run::<Result, _>(arena); //~ a size does not fit into memory
    conv2d_s8::run::<Reach, _>(arena); //~ a size does not fit into memory
    conv2d_s8::run::<Weights, _>(arena); //~ a size does not fit into memory
    conv2d_s8::run::<Padding, _>(arena); //~ a size does not fit into memory
    conv2d_s8::run::<Stride, _>(arena); //~ a size does not fit into memory
    conv2d_s8::run::<Nothing, _>(arena); //~ operand or result has no elements
    conv2d_s8::run::<Groups, _>(arena); //~ the groups do not divide the input channels
    depthwise_s8::run::<Depthwise, _>(arena); //~ a size does not fit into memory
    depthwise_s8::run::<DepthwiseReach, _>(arena); //~ a size does not fit into memory
    conv2d_f32::run::<Floats, _>(arena); //~ a size does not fit into memory
    conv2d_f32::run::<FloatWeights, _>(arena); //~ a size does not fit into memory
}
