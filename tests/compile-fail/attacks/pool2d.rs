//! Poolings: geometries of which a product wraps.
#![forbid(unsafe_code)]

#[macro_use]
mod support;

use support::HALF;
use tinyml::__private::{
    Arena, Clamp, Multiplier, average_pool2d_f32, average_pool2d_s8, max_pool2d_f32, max_pool2d_s8,
};
use tinyml::__private::{mean_f32, mean_s8};

const AVERAGE: average_pool2d_s8::Params = average_pool2d_s8::Params {
    clamp: Clamp::INT8,
    input_zero_point: 0,
    output_zero_point: 0,
    multipliers: &[],
    shifts: &[],
};

layer!(MaxImage of max_pool2d_s8: {
    const INPUT: [usize; 3] = [HALF, 2, 1];
    const OUTPUT: [usize; 3] = [2, 1, 1];
    const KERNEL: [usize; 2] = [1, 1];
    const STRIDE: [usize; 2] = [1 << 20, 1];
} {
    const INPUT: usize = 0;
    const OUTPUT: usize = 32;
    const PARAMS: max_pool2d_s8::Params = max_pool2d_s8::Params { clamp: Clamp::INT8 };
});
layer!(MaxResult of max_pool2d_s8: {
    const INPUT: [usize; 3] = [1, 1, 2];
    const OUTPUT: [usize; 3] = [1, HALF, 2];
    const KERNEL: [usize; 2] = [1, 1];
} {
    const INPUT: usize = 0;
    const OUTPUT: usize = 32;
    const PARAMS: max_pool2d_s8::Params = max_pool2d_s8::Params { clamp: Clamp::INT8 };
});
layer!(MaxReach of max_pool2d_s8: {
    const INPUT: [usize; 3] = [4, 1, 1];
    const OUTPUT: [usize; 3] = [4, 1, 1];
    const KERNEL: [usize; 2] = [3, 1];
    const DILATION: [usize; 2] = [HALF, 1];
} {
    const INPUT: usize = 0;
    const OUTPUT: usize = 32;
    const PARAMS: max_pool2d_s8::Params = max_pool2d_s8::Params { clamp: Clamp::INT8 };
});

layer!(MaxFloatImage of max_pool2d_f32: {
    const INPUT: [usize; 3] = [HALF, 2, 1];
    const OUTPUT: [usize; 3] = [2, 1, 1];
    const KERNEL: [usize; 2] = [1, 1];
    const STRIDE: [usize; 2] = [1 << 20, 1];
} {
    const INPUT: usize = 0;
    const OUTPUT: usize = 32;
    const PARAMS: max_pool2d_f32::Params = max_pool2d_f32::Params { min: 0.0, max: 1.0 };
});
layer!(MaxFloatResult of max_pool2d_f32: {
    const INPUT: [usize; 3] = [1, 1, 2];
    const OUTPUT: [usize; 3] = [1, HALF, 2];
    const KERNEL: [usize; 2] = [1, 1];
} {
    const INPUT: usize = 0;
    const OUTPUT: usize = 32;
    const PARAMS: max_pool2d_f32::Params = max_pool2d_f32::Params { min: 0.0, max: 1.0 };
});
layer!(MaxFloatReach of max_pool2d_f32: {
    const INPUT: [usize; 3] = [4, 1, 1];
    const OUTPUT: [usize; 3] = [4, 1, 1];
    const KERNEL: [usize; 2] = [3, 1];
    const DILATION: [usize; 2] = [HALF, 1];
} {
    const INPUT: usize = 0;
    const OUTPUT: usize = 32;
    const PARAMS: max_pool2d_f32::Params = max_pool2d_f32::Params { min: 0.0, max: 1.0 };
});

layer!(AverageImage of average_pool2d_s8: {
    const INPUT: [usize; 3] = [HALF, 2, 1];
    const OUTPUT: [usize; 3] = [2, 1, 1];
    const KERNEL: [usize; 2] = [1, 1];
    const STRIDE: [usize; 2] = [1 << 20, 1];
} {
    const INPUT: usize = 0;
    const OUTPUT: usize = 32;
    const PARAMS: average_pool2d_s8::Params = AVERAGE;
});
layer!(AverageResult of average_pool2d_s8: {
    const INPUT: [usize; 3] = [1, 1, 2];
    const OUTPUT: [usize; 3] = [1, HALF, 2];
    const KERNEL: [usize; 2] = [1, 1];
} {
    const INPUT: usize = 0;
    const OUTPUT: usize = 32;
    const PARAMS: average_pool2d_s8::Params = AVERAGE;
});
layer!(AverageReach of average_pool2d_s8: {
    const INPUT: [usize; 3] = [4, 1, 1];
    const OUTPUT: [usize; 3] = [4, 1, 1];
    const KERNEL: [usize; 2] = [3, 1];
    const DILATION: [usize; 2] = [HALF, 1];
} {
    const INPUT: usize = 0;
    const OUTPUT: usize = 32;
    const PARAMS: average_pool2d_s8::Params = AVERAGE;
});

layer!(AverageFloatImage of average_pool2d_f32: {
    const INPUT: [usize; 3] = [HALF, 2, 1];
    const OUTPUT: [usize; 3] = [2, 1, 1];
    const KERNEL: [usize; 2] = [1, 1];
    const STRIDE: [usize; 2] = [1 << 20, 1];
} {
    const INPUT: usize = 0;
    const OUTPUT: usize = 32;
    const PARAMS: average_pool2d_f32::Params = average_pool2d_f32::Params { min: 0.0, max: 1.0 };
});
layer!(AverageFloatResult of average_pool2d_f32: {
    const INPUT: [usize; 3] = [1, 1, 2];
    const OUTPUT: [usize; 3] = [1, HALF, 2];
    const KERNEL: [usize; 2] = [1, 1];
} {
    const INPUT: usize = 0;
    const OUTPUT: usize = 32;
    const PARAMS: average_pool2d_f32::Params = average_pool2d_f32::Params { min: 0.0, max: 1.0 };
});
layer!(AverageFloatReach of average_pool2d_f32: {
    const INPUT: [usize; 3] = [4, 1, 1];
    const OUTPUT: [usize; 3] = [4, 1, 1];
    const KERNEL: [usize; 2] = [3, 1];
    const DILATION: [usize; 2] = [HALF, 1];
} {
    const INPUT: usize = 0;
    const OUTPUT: usize = 32;
    const PARAMS: average_pool2d_f32::Params = average_pool2d_f32::Params { min: 0.0, max: 1.0 };
});

// As many multipliers as the window has taps: none.
layer!(Multipliers of average_pool2d_s8: {
    const INPUT: [usize; 3] = [4, 4, 1];
    const OUTPUT: [usize; 3] = [4, 4, 1];
    const KERNEL: [usize; 2] = [2, HALF];
    const RESCALE: bool = true;
} {
    const INPUT: usize = 0;
    const OUTPUT: usize = 32;
    const PARAMS: average_pool2d_s8::Params = AVERAGE;
});

// Means over so much that it is nothing.
layer!(Mean of mean_s8: {
    const KEPT: [usize; 3] = [1, 1, 1];
    const REDUCED: [usize; 2] = [HALF, 2];
} {
    const INPUT: usize = 0;
    const OUTPUT: usize = 32;
    const PARAMS: mean_s8::Params =
        mean_s8::Params { multiplier: Multiplier { multiplier: 0, shift: 0 }, offset: 0, output_zero_point: 0 };
});

layer!(MeanFloat of mean_f32: {
    const KEPT: [usize; 3] = [HALF, 2, 1];
    const REDUCED: [usize; 2] = [1, 1];
} {
    const INPUT: usize = 0;
    const OUTPUT: usize = 32;
    const PARAMS: mean_f32::Params = mean_f32::Params {};
});

fn main() {
    let arena = &mut Arena::<64>::new();
    max_pool2d_s8::run::<MaxImage, _>(arena); //~ a size does not fit into memory
    max_pool2d_s8::run::<MaxResult, _>(arena); //~ a size does not fit into memory
    max_pool2d_s8::run::<MaxReach, _>(arena); //~ a size does not fit into memory
    max_pool2d_f32::run::<MaxFloatImage, _>(arena); //~ a size does not fit into memory
    max_pool2d_f32::run::<MaxFloatResult, _>(arena); //~ a size does not fit into memory
    max_pool2d_f32::run::<MaxFloatReach, _>(arena); //~ a size does not fit into memory
    average_pool2d_s8::run::<AverageImage, _>(arena); //~ a size does not fit into memory
    average_pool2d_s8::run::<AverageResult, _>(arena); //~ a size does not fit into memory
    average_pool2d_s8::run::<AverageReach, _>(arena); //~ a size does not fit into memory
    average_pool2d_f32::run::<AverageFloatImage, _>(arena); //~ a size does not fit into memory
    average_pool2d_f32::run::<AverageFloatResult, _>(arena); //~ a size does not fit into memory
    average_pool2d_f32::run::<AverageFloatReach, _>(arena); //~ a size does not fit into memory
    average_pool2d_s8::run::<Multipliers, _>(arena); //~ a size does not fit into memory
    mean_s8::run::<Mean, _>(arena); //~ a size does not fit into memory
    mean_f32::run::<MeanFloat, _>(arena); //~ a size does not fit into memory
}
