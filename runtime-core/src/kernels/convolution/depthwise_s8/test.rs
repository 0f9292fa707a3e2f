//! Against the definition, over shapes that reach every part of the split.

use crate::kernels::test_support::{convolutions, shape_constant};

convolutions! {
    crate::kernels::convolution::depthwise_s8,
    |S, o, ky, kx, _i| (ky * S::KERNEL[1] + kx) * S::OUTPUT[2] + o;
    padded { INPUT = [5, 6, 8], OUTPUT = [5, 6, 8], KERNEL = [3, 3], PADDING = [1, 1], GROUPS = 8, }
    unpadded { INPUT = [5, 6, 7], OUTPUT = [3, 4, 7], KERNEL = [3, 3], GROUPS = 7, }
    strided { INPUT = [6, 8, 5], OUTPUT = [3, 4, 5], KERNEL = [3, 3], STRIDE = [2, 2], GROUPS = 5, }
    two_results_per_channel { INPUT = [5, 4, 3], OUTPUT = [5, 4, 6], KERNEL = [3, 3], PADDING = [1, 1], GROUPS = 3, }
    dilated { INPUT = [7, 7, 4], OUTPUT = [7, 7, 4], KERNEL = [3, 3], DILATION = [2, 2], PADDING = [2, 2], GROUPS = 4, }
    column { INPUT = [12, 1, 6], OUTPUT = [12, 1, 6], KERNEL = [5, 1], PADDING = [2, 0], GROUPS = 6, }
    pointwise { INPUT = [3, 3, 5], OUTPUT = [3, 3, 5], KERNEL = [1, 1], GROUPS = 5, }
    kernel_beyond_image { INPUT = [4, 3, 3], OUTPUT = [4, 3, 3], KERNEL = [5, 5], PADDING = [2, 2], GROUPS = 3, }
    half_even { INPUT = [4, 4, 2], OUTPUT = [4, 4, 2], KERNEL = [3, 3], PADDING = [1, 1], GROUPS = 2,
        ROUNDING = tinyml_arith::Rounding::HalfEven, }
}
