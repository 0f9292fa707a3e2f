//! Against the definition, on numbers whose sums are exact.

extern crate std;

use crate::kernels::test_support::{poolings, shape_constant};

poolings! {
    crate::kernels::pooling::average_pool2d_f32, f32, (-64i32..64).prop_map(|v| v as f32 / 8.0),
    |S, params, window| {
        let count = if S::COUNT_PADDING { S::KERNEL[0] * S::KERNEL[1] } else { window.len() };
        (window.iter().sum::<f32>() / count as f32).clamp(params.min, params.max)
    };
    halves { INPUT = [4, 6, 3], OUTPUT = [2, 3, 3], KERNEL = [2, 2], STRIDE = [2, 2], }
        Params { min: f32::NEG_INFINITY, max: f32::INFINITY };
    padded { INPUT = [5, 4, 2], OUTPUT = [5, 4, 2], KERNEL = [3, 3], PADDING = [1, 1], }
        Params { min: -1.0, max: 3.0 };
    padding_counts { INPUT = [5, 4, 2], OUTPUT = [3, 2, 2], KERNEL = [3, 3], STRIDE = [2, 2], PADDING = [1, 1],
        COUNT_PADDING = true, }
        Params { min: f32::NEG_INFINITY, max: f32::INFINITY };
}
