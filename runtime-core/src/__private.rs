//! All that generated code names. Not part of the public API: a release's generated code fits this release only.

pub use crate::arena::{Aligned, AlignedTo8, Arena, Element, Storage, array};
pub use crate::boundary::{dequantize, flip_sign, quantize};
pub use crate::classes::class;
pub use crate::face::{Infer, Push, Reset};
pub use crate::info::{Halves, TensorInfo};
pub use crate::kernels::classical::{class_label_f32, tree_ensemble_f32};
pub use crate::kernels::convolution::{
    conv2d_blocks_s8, conv2d_dsp_s8, conv2d_f32, conv2d_helium_s8, conv2d_pairs_s8, conv2d_s8,
    depthwise_3x3_dsp_s8, depthwise_dsp_s8, depthwise_helium_s8, depthwise_point_dsp_s8, depthwise_point_s8,
    depthwise_rows_s8, depthwise_s8,
};
pub use crate::kernels::elementwise::binary::plain::{
    binary_bool, binary_constant_bool, binary_constant_f32, binary_constant_i8, binary_constant_i16,
    binary_constant_i32, binary_constant_i64, binary_constant_u8, binary_f32, binary_i8, binary_i16,
    binary_i32, binary_i64, binary_u8, compare_constant_f32, compare_constant_i8, compare_constant_i16,
    compare_constant_i32, compare_constant_i64, compare_constant_u8, compare_f32, compare_i8, compare_i16,
    compare_i32, compare_i64, compare_u8,
};
pub use crate::kernels::elementwise::binary::s8::{
    add_constant_s8, add_s8, compare_constant_s8, compare_s8, div_constant_s8, div_s8, linear_constant_s8,
    linear_s8, mul_constant_s8, mul_s8, onnx_add_constant_s8, onnx_add_s8, onnx_mul_constant_s8, onnx_mul_s8,
    prelu_constant_s8, prelu_s8, squared_difference_constant_s8, squared_difference_s8, sub_constant_s8,
    sub_s8,
};
pub use crate::kernels::elementwise::select::{select_i8, select_i16, select_i32, select_i64};
pub use crate::kernels::elementwise::{table_s8, unary_f32};
pub use crate::kernels::matrix::batch_matmul::{batch_matmul_f32, batch_matmul_s8};
pub use crate::kernels::matrix::{
    fully_connected_blocks_s8, fully_connected_dsp_s8, fully_connected_f32, fully_connected_s8,
};
pub use crate::kernels::movement::pad::{pad_f32, pad_s8};
pub use crate::kernels::movement::strided::{
    copy_constant_strided_f32, copy_constant_strided_s8, copy_strided_f32, copy_strided_s8, lookup_strided_s8,
};
pub use crate::kernels::normalisation::{normalise_f32, softmax_f32, softmax_onnx_s8, softmax_s8};
pub use crate::kernels::pooling::{average_pool2d_f32, average_pool2d_s8, max_pool2d_f32, max_pool2d_s8};
pub use crate::kernels::quantisation::cast::*;
pub use crate::kernels::quantisation::{dequantize_s8, dynamic_quantize_f32, quantize_s8};
pub use crate::kernels::recurrent::sequence::Parameters;
pub use crate::kernels::recurrent::{gru_f32, lstm_f32, lstm_s8, rnn_f32, svdf_f32, svdf_s8, svdf_s16};
pub use crate::kernels::reduction::arg::{arg_f32_i32, arg_f32_i64, arg_s8_i32, arg_s8_i64};
pub use crate::kernels::reduction::reduce::{reduce_f32, reduce_i32, reduce_i64, reduce_s8};
pub use crate::kernels::reduction::{mean_f32, mean_s8};
pub use crate::kernels::rows::{
    average as rows_average_s8, fill as rows_fill, keep as rows_keep, mean as rows_mean_s8,
    outside as rows_outside, put as rows_put, sum as rows_sum_s8, take as rows_take,
};
pub use crate::kernels::sampling::{resize_linear_f32, resize_linear_s8, resize_linear_words_s8};
pub use crate::kernels::scaling::Scaling;
pub use crate::memory::{Cursor, Memory, Regions, WithState};
pub use crate::saved::{RestoreError, move_back, restore, save};
pub use crate::sliced::{InSlices, Slices};
pub use tinyml_arith::add::Add;
pub use tinyml_arith::binary::BinaryFunction;
pub use tinyml_arith::compare::Compare;
pub use tinyml_arith::helium::Constants;
pub use tinyml_arith::lstm::Lstm;
pub use tinyml_arith::matrix::{Code, Finish, Packing};
pub use tinyml_arith::mul::Mul;
pub use tinyml_arith::onnx;
pub use tinyml_arith::prelu::Prelu;
pub use tinyml_arith::quotient::Div;
pub use tinyml_arith::reduction::Reduction;
pub use tinyml_arith::resize::Ties as ResizeTies;
pub use tinyml_arith::sigmoid16::TanhInput;
pub use tinyml_arith::squared_difference::SquaredDifference;
pub use tinyml_arith::unary::UnaryFunction;
pub use tinyml_arith::{Clamp, HighMul, Multiplier, Rounding};
