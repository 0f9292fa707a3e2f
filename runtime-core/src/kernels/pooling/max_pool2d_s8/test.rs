//! Against the definition.

extern crate std;

use crate::kernels::test_support::{poolings, shape_constant};
use tinyml_arith::Clamp;

poolings! {
    crate::kernels::pooling::max_pool2d_s8, i8, any::<i8>(),
    |S, params, window| (*window.iter().max().unwrap()).clamp(params.clamp.min as i8, params.clamp.max as i8);
    halves { INPUT = [4, 6, 3], OUTPUT = [2, 3, 3], KERNEL = [2, 2], STRIDE = [2, 2], }
        Params { clamp: Clamp::INT8 };
    padded { INPUT = [5, 4, 2], OUTPUT = [5, 4, 2], KERNEL = [3, 3], PADDING = [1, 1], }
        Params { clamp: Clamp { min: -100, max: 110 } };
    words { INPUT = [5, 4, 9], OUTPUT = [3, 2, 9], KERNEL = [3, 3], STRIDE = [2, 2], PADDING = [1, 1], }
        Params { clamp: Clamp { min: -100, max: 110 } };
    dilated { INPUT = [7, 6, 2], OUTPUT = [7, 6, 2], KERNEL = [3, 3], DILATION = [2, 2], PADDING = [2, 2], }
        Params { clamp: Clamp::INT8 };
    whole_image { INPUT = [3, 5, 4], OUTPUT = [1, 1, 4], KERNEL = [3, 5], }
        Params { clamp: Clamp { min: 0, max: 127 } };
}
