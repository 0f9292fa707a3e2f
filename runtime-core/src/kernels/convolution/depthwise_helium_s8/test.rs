//! Against the definition, over shapes that reach every part of the split.

extern crate std;

use crate::kernels::helium::helium_convolutions;
use tinyml_arith::helium::{OCTET, OCTET_ORDER};

helium_convolutions! {
    crate::kernels::convolution::depthwise_helium_s8, OCTET, OCTET_ORDER,
    |taps, o, tap| (o / OCTET * taps + tap) * OCTET + o % OCTET;
    padded { INPUT = [5, 6, 8], OUTPUT = [5, 6, 8], KERNEL = [3, 3], PADDING = [1, 1], GROUPS = 8, SCALING = Scaling::Floor, }
    padded_double { INPUT = [5, 6, 16], OUTPUT = [5, 6, 16], KERNEL = [3, 3], PADDING = [1, 1], GROUPS = 16, SCALING = Scaling::Double, }
    unpadded { INPUT = [5, 6, 7], OUTPUT = [3, 4, 7], KERNEL = [3, 3], GROUPS = 7, SCALING = Scaling::Floor, }
    strided { INPUT = [6, 8, 13], OUTPUT = [3, 4, 13], KERNEL = [3, 3], STRIDE = [2, 2], GROUPS = 13, SCALING = Scaling::Floor, }
    dilated { INPUT = [7, 7, 4], OUTPUT = [7, 7, 4], KERNEL = [3, 3], DILATION = [2, 2], PADDING = [2, 2], GROUPS = 4, SCALING = Scaling::Double, }
    column { INPUT = [12, 1, 9], OUTPUT = [12, 1, 9], KERNEL = [5, 1], PADDING = [2, 0], GROUPS = 9, SCALING = Scaling::Floor, }
    even_taps { INPUT = [4, 5, 10], OUTPUT = [3, 4, 10], KERNEL = [2, 2], GROUPS = 10, SCALING = Scaling::Floor, }
    kernel_beyond_image { INPUT = [4, 3, 3], OUTPUT = [4, 3, 3], KERNEL = [5, 5], PADDING = [2, 2], GROUPS = 3, SCALING = Scaling::Floor, }
    wide_constants { INPUT = [5, 6, 17], OUTPUT = [5, 6, 17], KERNEL = [3, 3], PADDING = [1, 1], GROUPS = 17, SCALING = Scaling::Double, CONSTANTS = Constants::Wide, }
}
