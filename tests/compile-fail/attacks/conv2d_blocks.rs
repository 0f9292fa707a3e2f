//! Convolutions and depthwise convolutions with working memory, for cores without DSP instructions.
#![forbid(unsafe_code)]

#[macro_use]
mod support;

use support::{HALF, QUARTER};
use tinyml::__private::{Arena, Clamp, conv2d_blocks_s8, conv2d_pairs_s8, depthwise_rows_s8};

const fn params(weights: &'static [i8], channels: &'static [i32]) -> conv2d_pairs_s8::Params {
    conv2d_pairs_s8::Params {
        weights,
        channels,
        input_zero_point: 0,
        output_zero_point: 0,
        clamp: Clamp::INT8,
    }
}

// Four windows of so many taps take no memory.
layer!(Blocks of conv2d_blocks_s8: {
    const INPUT: [usize; 3] = [4, 4, 1];
    const OUTPUT: [usize; 3] = [4, 4, 1];
    const KERNEL: [usize; 2] = [1, QUARTER];
    const PADDING: [usize; 2] = [0, 8];
} {
    const INPUT: usize = 0;
    const OUTPUT: usize = 32;
    const SCRATCH: usize = 64;
    const PARAMS: conv2d_blocks_s8::Params = params(&[1; 0], &[0; 3]);
});

layer!(BlocksImage of conv2d_blocks_s8: {
    const INPUT: [usize; 3] = [HALF, 2, 1];
    const OUTPUT: [usize; 3] = [2, 1, 1];
    const KERNEL: [usize; 2] = [1, 1];
    const STRIDE: [usize; 2] = [1 << 20, 1];
} {
    const INPUT: usize = 0;
    const OUTPUT: usize = 32;
    const SCRATCH: usize = 64;
    const PARAMS: conv2d_blocks_s8::Params = params(&[1; 4], &[0; 3]);
});

layer!(Pairs of conv2d_pairs_s8: {
    const INPUT: [usize; 3] = [4, 4, 1];
    const OUTPUT: [usize; 3] = [4, 4, 1];
    const KERNEL: [usize; 2] = [1, HALF];
    const PADDING: [usize; 2] = [0, 8];
} {
    const INPUT: usize = 0;
    const OUTPUT: usize = 32;
    const SCRATCH: usize = 64;
    const PARAMS: conv2d_pairs_s8::Params = params(&[1; 0], &[0; 3]);
});

layer!(PairsImage of conv2d_pairs_s8: {
    const INPUT: [usize; 3] = [HALF, 2, 1];
    const OUTPUT: [usize; 3] = [2, 1, 1];
    const KERNEL: [usize; 2] = [1, 1];
    const STRIDE: [usize; 2] = [1 << 20, 1];
} {
    const INPUT: usize = 0;
    const OUTPUT: usize = 32;
    const SCRATCH: usize = 64;
    const PARAMS: conv2d_pairs_s8::Params = params(&[1; 4], &[0; 3]);
});

// Behind the words, the pixel of zero points: three bytes of which the arena has the first.
layer!(PairsPixel of conv2d_pairs_s8: {
    const INPUT: [usize; 3] = [2, 2, 3];
    const OUTPUT: [usize; 3] = [2, 2, 1];
    const KERNEL: [usize; 2] = [1, 2];
    const PADDING: [usize; 2] = [0, 1];
} {
    const INPUT: usize = 0;
    const OUTPUT: usize = 32;
    const SCRATCH: usize = 64;
    const PARAMS: conv2d_pairs_s8::Params = params(&[1; 8], &[0; 3]);
});

layer!(PairsMisaligned of conv2d_pairs_s8: {
    const INPUT: [usize; 3] = [2, 2, 3];
    const OUTPUT: [usize; 3] = [2, 2, 1];
    const KERNEL: [usize; 2] = [1, 2];
    const PADDING: [usize; 2] = [0, 1];
} {
    const INPUT: usize = 0;
    const OUTPUT: usize = 32;
    const SCRATCH: usize = 65;
    const PARAMS: conv2d_pairs_s8::Params = params(&[1; 8], &[0; 3]);
});

// A row of the ring has one pixel.
layer!(Ring of depthwise_rows_s8: {
    const INPUT: [usize; 3] = [1, 4, 1];
    const OUTPUT: [usize; 3] = [1, 3, 1];
    const KERNEL: [usize; 2] = [1, 1];
    const STRIDE: [usize; 2] = [1, HALF];
    const GROUPS: usize = 1;
} {
    const INPUT: usize = 0;
    const OUTPUT: usize = 32;
    const SCRATCH: usize = 64;
    const PARAMS: depthwise_rows_s8::Params = params(&[1; 1], &[0; 3]);
});

layer!(RingRows of depthwise_rows_s8: {
    const INPUT: [usize; 3] = [4, 4, 1];
    const OUTPUT: [usize; 3] = [4, 4, 1];
    const KERNEL: [usize; 2] = [3, 1];
    const DILATION: [usize; 2] = [HALF, 1];
    const GROUPS: usize = 1;
} {
    const INPUT: usize = 0;
    const OUTPUT: usize = 32;
    const SCRATCH: usize = 64;
    const PARAMS: depthwise_rows_s8::Params = params(&[1; 3], &[0; 3]);
});

layer!(RingBytes of depthwise_rows_s8: {
    const INPUT: [usize; 3] = [4, 4, 1];
    const OUTPUT: [usize; 3] = [4, 4, 1];
    const KERNEL: [usize; 2] = [2, 1];
    const DILATION: [usize; 2] = [QUARTER - 1, 1];
    const GROUPS: usize = 1;
} {
    const INPUT: usize = 0;
    const OUTPUT: usize = 32;
    const SCRATCH: usize = 64;
    const PARAMS: depthwise_rows_s8::Params = params(&[1; 2], &[0; 3]);
});

layer!(Positions of depthwise_rows_s8: {
    const INPUT: [usize; 3] = [4, 4, 1];
    const OUTPUT: [usize; 3] = [4, 4, 1];
    const KERNEL: [usize; 2] = [1, 1];
    const GROUPS: usize = 1;
    const POSITIONS: usize = 6;
} {
    const INPUT: usize = 0;
    const OUTPUT: usize = 32;
    const SCRATCH: usize = 64;
    const PARAMS: depthwise_rows_s8::Params = params(&[1; 1], &[0; 3]);
});

fn main() {
    let arena = &mut Arena::<256>::new();
    conv2d_blocks_s8::run::<Blocks, _>(arena); //~ a size does not fit into memory
    conv2d_blocks_s8::run::<BlocksImage, _>(arena); //~ a size does not fit into memory
    conv2d_pairs_s8::run::<Pairs, _>(arena); //~ a size does not fit into memory
    conv2d_pairs_s8::run::<PairsImage, _>(arena); //~ a size does not fit into memory
    conv2d_pairs_s8::run::<PairsPixel, _>(&mut Arena::<145>::new()); //~ a buffer ends outside the arena
    conv2d_pairs_s8::run::<PairsMisaligned, _>(arena); //~ a buffer is not aligned for its elements
    depthwise_rows_s8::run::<Ring, _>(arena); //~ a size does not fit into memory
    depthwise_rows_s8::run::<RingRows, _>(arena); //~ a size does not fit into memory
    depthwise_rows_s8::run::<RingBytes, _>(arena); //~ a size does not fit into memory
    depthwise_rows_s8::run::<Positions, _>(arena); //~ there is no such block of positions
}
