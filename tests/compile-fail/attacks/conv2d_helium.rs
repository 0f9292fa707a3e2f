//! Convolutions for cores with Helium.
#![forbid(unsafe_code)]

#[macro_use]
mod support;

use support::{HALF, THIRD};
use tinyml::__private::{Arena, Clamp, conv2d_helium_s8, conv2d_pairs_s8::Scaling, depthwise_helium_s8};

const fn params(weights: &'static [i8], constants: &'static [i32]) -> conv2d_helium_s8::Params {
    conv2d_helium_s8::Params { weights, constants, input_zero_point: 0, clamp: Clamp::INT8 }
}

// A window of one tap.
layer!(Taps of conv2d_helium_s8: {
    const INPUT: [usize; 3] = [2, 2, 1];
    const OUTPUT: [usize; 3] = [2, 2, 1];
    const KERNEL: [usize; 2] = [3, THIRD];
    const PADDING: [usize; 2] = [1, 1];
    const SCALING: Scaling = Scaling::Floor;
} {
    const INPUT: usize = 0;
    const OUTPUT: usize = 32;
    const SCRATCH: usize = 64;
    const PARAMS: conv2d_helium_s8::Params = params(&[0; 4], &[0; 11]);
});

layer!(Image of conv2d_helium_s8: {
    const INPUT: [usize; 3] = [HALF, 2, 1];
    const OUTPUT: [usize; 3] = [2, 1, 1];
    const KERNEL: [usize; 2] = [1, 1];
    const STRIDE: [usize; 2] = [1 << 20, 1];
    const SCALING: Scaling = Scaling::Floor;
} {
    const INPUT: usize = 0;
    const OUTPUT: usize = 32;
    const SCRATCH: usize = 64;
    const PARAMS: conv2d_helium_s8::Params = params(&[0; 4], &[0; 11]);
});

layer!(Depthwise of depthwise_helium_s8: {
    const INPUT: [usize; 3] = [2, 2, 1];
    const OUTPUT: [usize; 3] = [2, 2, 1];
    const KERNEL: [usize; 2] = [3, THIRD];
    const PADDING: [usize; 2] = [1, 1];
    const GROUPS: usize = 1;
    const SCALING: Scaling = Scaling::Floor;
} {
    const INPUT: usize = 0;
    const OUTPUT: usize = 32;
    const SCRATCH: usize = 64;
    const PARAMS: depthwise_helium_s8::Params = params(&[0; 8], &[0; 22]);
});

layer!(DepthwiseImage of depthwise_helium_s8: {
    const INPUT: [usize; 3] = [HALF, 2, 1];
    const OUTPUT: [usize; 3] = [2, 1, 1];
    const KERNEL: [usize; 2] = [1, 1];
    const STRIDE: [usize; 2] = [1 << 20, 1];
    const GROUPS: usize = 1;
    const SCALING: Scaling = Scaling::Floor;
} {
    const INPUT: usize = 0;
    const OUTPUT: usize = 32;
    const SCRATCH: usize = 64;
    const PARAMS: depthwise_helium_s8::Params = params(&[0; 8], &[0; 22]);
});

fn main() {
    let arena = &mut Arena::<256>::new();
    conv2d_helium_s8::run::<Taps, _>(arena); //~ a size does not fit into memory
    conv2d_helium_s8::run::<Image, _>(arena); //~ a size does not fit into memory
    depthwise_helium_s8::run::<Depthwise, _>(arena); //~ a size does not fit into memory
    depthwise_helium_s8::run::<DepthwiseImage, _>(arena); //~ a size does not fit into memory
}
