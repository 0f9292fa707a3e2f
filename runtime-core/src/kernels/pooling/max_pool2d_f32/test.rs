//! Against the definition.

extern crate std;

use crate::kernels::test_support::{poolings, shape_constant};

poolings! {
    crate::kernels::pooling::max_pool2d_f32, f32, -9.0f32..9.0,
    |S, params, window| window.iter().copied().reduce(f32::max).unwrap().clamp(params.min, params.max);
    halves { INPUT = [4, 6, 3], OUTPUT = [2, 3, 3], KERNEL = [2, 2], STRIDE = [2, 2], }
        Params { min: f32::NEG_INFINITY, max: f32::INFINITY };
    padded { INPUT = [5, 4, 2], OUTPUT = [5, 4, 2], KERNEL = [3, 3], PADDING = [1, 1], }
        Params { min: -1.0, max: 6.0 };
}
