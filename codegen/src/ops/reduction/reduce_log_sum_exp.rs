//! Logarithms of sums of exponentials over axes.

use super::reduced::reduction;

reduction! {
    /// The logarithm of the sum of the exponentials of the elements along some axes.
    ReduceLogSumExp, "reduce_log_sum_exp", LogSumExp, tflite: [], onnx: "ReduceLogSumExp", axes until 17, operand since 18
}
