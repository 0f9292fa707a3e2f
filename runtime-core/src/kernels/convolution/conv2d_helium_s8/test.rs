//! Against the definition, over shapes that reach every part of the gathering and of the product.

extern crate std;

use crate::kernels::helium::helium_convolutions;
use tinyml_arith::helium::{quad_weights, weight_place};

helium_convolutions! {
    crate::kernels::convolution::conv2d_helium_s8, 4, [0, 1, 2, 3],
    |taps, o, tap| o / 4 * quad_weights(taps) + weight_place(taps, o % 4, tap);
    contiguous { INPUT = [3, 3, 16], OUTPUT = [3, 3, 8], KERNEL = [1, 1], SCALING = Scaling::Floor, }
    contiguous_wide { INPUT = [2, 2, 112], OUTPUT = [2, 2, 5], KERNEL = [1, 1], SCALING = Scaling::Double, }
    pointwise { INPUT = [3, 2, 5], OUTPUT = [3, 2, 7], KERNEL = [1, 1], SCALING = Scaling::Floor, }
    pointwise_with_a_rest { INPUT = [2, 2, 21], OUTPUT = [2, 2, 6], KERNEL = [1, 1], SCALING = Scaling::Double, }
    pointwise_strided { INPUT = [5, 4, 16], OUTPUT = [3, 2, 2], KERNEL = [1, 1], STRIDE = [2, 2], SCALING = Scaling::Floor, }
    one_position { INPUT = [1, 1, 40], OUTPUT = [1, 1, 9], KERNEL = [1, 1], SCALING = Scaling::Floor, }
    padded_all_round { INPUT = [5, 6, 3], OUTPUT = [5, 6, 4], KERNEL = [3, 3], PADDING = [1, 1], SCALING = Scaling::Floor, }
    padded_behind_only { INPUT = [6, 8, 3], OUTPUT = [3, 4, 4], KERNEL = [3, 3], STRIDE = [2, 2], SCALING = Scaling::Double, }
    unpadded { INPUT = [5, 6, 3], OUTPUT = [3, 4, 4], KERNEL = [3, 3], SCALING = Scaling::Floor, }
    kernel_beyond_image { INPUT = [2, 3, 2], OUTPUT = [2, 3, 3], KERNEL = [5, 5], PADDING = [2, 2], SCALING = Scaling::Floor, }
    dilated { INPUT = [7, 6, 2], OUTPUT = [7, 6, 3], KERNEL = [3, 3], DILATION = [2, 2], PADDING = [2, 2], SCALING = Scaling::Floor, }
    one_channel { INPUT = [12, 9, 1], OUTPUT = [6, 5, 8], KERNEL = [10, 4], STRIDE = [2, 2], PADDING = [4, 1], SCALING = Scaling::Double, }
    wide_constants { INPUT = [3, 2, 5], OUTPUT = [3, 2, 7], KERNEL = [1, 1], SCALING = Scaling::Double, CONSTANTS = Constants::Wide, }
    common_constants { INPUT = [3, 2, 5], OUTPUT = [3, 2, 11], KERNEL = [1, 1], SCALING = Scaling::Floor, CONSTANTS = Constants::Common, }
    common_and_double { INPUT = [4, 2, 33], OUTPUT = [4, 2, 6], KERNEL = [1, 1], SCALING = Scaling::Double, CONSTANTS = Constants::Common, }
    one_position_in_common { INPUT = [1, 1, 40], OUTPUT = [1, 1, 9], KERNEL = [1, 1], SCALING = Scaling::Floor, CONSTANTS = Constants::Common, }
}
