//! Against the definition, over shapes that reach every part of the walk, forwards and backwards.

extern crate std;

use crate::kernels::test_support::{scaled_convolutions, shape_constant};

scaled_convolutions! {
    crate::kernels::convolution::conv2d_blocks_s8,
    |taps| taps, by 4;
    |channels, taps, o, tap| (o / 4 * taps + tap) * 4 + o % 4;
    pointwise { INPUT = [3, 2, 5], OUTPUT = [3, 2, 7], KERNEL = [1, 1], }
    pointwise_aligned { INPUT = [5, 5, 8], OUTPUT = [5, 5, 33], KERNEL = [1, 1], SCALING = crate::kernels::scaling::Scaling::Floor, }
    pointwise_strided { INPUT = [5, 4, 3], OUTPUT = [3, 2, 2], KERNEL = [1, 1], STRIDE = [2, 2], }
    padded_all_round { INPUT = [5, 6, 3], OUTPUT = [5, 6, 4], KERNEL = [3, 3], PADDING = [1, 1],
        SCALING = crate::kernels::scaling::Scaling::Double, }
    padded_behind_only { INPUT = [6, 8, 3], OUTPUT = [3, 4, 4], KERNEL = [3, 3], STRIDE = [2, 2], }
    unpadded { INPUT = [5, 6, 3], OUTPUT = [3, 4, 4], KERNEL = [3, 3], }
    kernel_beyond_image { INPUT = [2, 3, 2], OUTPUT = [2, 3, 3], KERNEL = [5, 5], PADDING = [2, 2], }
    dilated { INPUT = [7, 6, 2], OUTPUT = [7, 6, 3], KERNEL = [3, 3], DILATION = [2, 2], PADDING = [2, 2], }
    uneven { INPUT = [12, 9, 1], OUTPUT = [6, 5, 17], KERNEL = [10, 4], STRIDE = [2, 2], PADDING = [4, 1], }
    narrow { INPUT = [9, 1, 4], OUTPUT = [9, 1, 3], KERNEL = [3, 1], PADDING = [1, 0], SCALING = crate::kernels::scaling::Scaling::Floor, }
    one_position { INPUT = [3, 3, 2], OUTPUT = [1, 1, 5], KERNEL = [3, 3], }
    half_even { INPUT = [4, 4, 3], OUTPUT = [4, 4, 2], KERNEL = [3, 3], PADDING = [1, 1],
        ROUNDING = tinyml_arith::Rounding::HalfEven, }
}
