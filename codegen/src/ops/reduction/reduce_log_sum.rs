//! Logarithms of sums over axes.

use super::reduced::reduction;

reduction! {
    /// The logarithm of the sum of the elements along some axes.
    ReduceLogSum, "reduce_log_sum", LogSum, tflite: [], onnx: "ReduceLogSum", axes until 17, operand since 18
}
