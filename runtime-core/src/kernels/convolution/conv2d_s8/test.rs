//! Against the definition, over shapes that reach every part of the split.

use crate::kernels::test_support::{convolutions, shape_constant};

convolutions! {
    crate::kernels::convolution::conv2d_s8,
    |S, o, ky, kx, i| ((o * S::KERNEL[0] + ky) * S::KERNEL[1] + kx) * (S::INPUT[2] / S::GROUPS) + i;
    pointwise { INPUT = [3, 2, 5], OUTPUT = [3, 2, 7], KERNEL = [1, 1], }
    pointwise_strided { INPUT = [5, 4, 3], OUTPUT = [3, 2, 2], KERNEL = [1, 1], STRIDE = [2, 2], }
    padded_all_round { INPUT = [5, 6, 3], OUTPUT = [5, 6, 4], KERNEL = [3, 3], PADDING = [1, 1], }
    padded_behind_only { INPUT = [6, 8, 3], OUTPUT = [3, 4, 4], KERNEL = [3, 3], STRIDE = [2, 2], }
    unpadded { INPUT = [5, 6, 3], OUTPUT = [3, 4, 4], KERNEL = [3, 3], }
    kernel_beyond_image { INPUT = [2, 3, 2], OUTPUT = [2, 3, 3], KERNEL = [5, 5], PADDING = [2, 2], }
    dilated { INPUT = [7, 6, 2], OUTPUT = [7, 6, 3], KERNEL = [3, 3], DILATION = [2, 2], PADDING = [2, 2], }
    grouped { INPUT = [4, 5, 6], OUTPUT = [4, 5, 4], KERNEL = [3, 3], PADDING = [1, 1], GROUPS = 2, }
    uneven { INPUT = [12, 9, 1], OUTPUT = [6, 5, 4], KERNEL = [10, 4], STRIDE = [2, 2], PADDING = [4, 1], }
    half_even { INPUT = [4, 4, 3], OUTPUT = [4, 4, 2], KERNEL = [3, 3], PADDING = [1, 1],
        ROUNDING = tinyml_arith::Rounding::HalfEven, }
}
