//! Against the definition, over shapes that reach every part of the ring, forwards and backwards.

extern crate std;

use crate::kernels::scaling::Scaling;
use crate::kernels::test_support::{scaled_convolutions, shape_constant};

scaled_convolutions! {
    crate::kernels::convolution::depthwise_rows_s8,
    |taps| taps, by 1;
    |channels, _taps, o, tap| tap * channels + o;
    padded { INPUT = [5, 5, 4], OUTPUT = [5, 5, 4], KERNEL = [3, 3], PADDING = [1, 1], GROUPS = 4, POSITIONS = 5,
        SCALING = Scaling::Floor, }
    blocks { INPUT = [4, 11, 3], OUTPUT = [4, 11, 3], KERNEL = [3, 3], PADDING = [1, 1], GROUPS = 3, POSITIONS = 4,
        SCALING = Scaling::Double, }
    strided { INPUT = [9, 10, 2], OUTPUT = [5, 5, 2], KERNEL = [3, 3], STRIDE = [2, 2], PADDING = [1, 1], GROUPS = 2,
        POSITIONS = 3, }
    padded_behind { INPUT = [8, 8, 17], OUTPUT = [4, 4, 17], KERNEL = [3, 3], STRIDE = [2, 2], GROUPS = 17, POSITIONS = 4, }
    gaps { INPUT = [9, 9, 2], OUTPUT = [3, 3, 2], KERNEL = [2, 1], STRIDE = [3, 4], GROUPS = 2, POSITIONS = 2, }
    beyond { INPUT = [2, 3, 2], OUTPUT = [2, 3, 2], KERNEL = [5, 5], PADDING = [2, 2], GROUPS = 2, POSITIONS = 1, }
    dilated { INPUT = [7, 6, 3], OUTPUT = [7, 6, 3], KERNEL = [3, 2], DILATION = [2, 3], PADDING = [2, 2], GROUPS = 3,
        POSITIONS = 5, }
    whole { INPUT = [5, 4, 6], OUTPUT = [1, 1, 6], KERNEL = [5, 4], GROUPS = 6, POSITIONS = 1, }
    half_even { INPUT = [4, 4, 3], OUTPUT = [4, 4, 3], KERNEL = [3, 1], PADDING = [1, 0], GROUPS = 3, POSITIONS = 2,
        ROUNDING = tinyml_arith::Rounding::HalfEven, }
}
