//! Euclidean norms over axes.

use super::reduced::reduction;

reduction! {
    /// The root of the sum of the squares of the elements along some axes.
    ReduceL2, "reduce_l2", L2, tflite: [], onnx: "ReduceL2", axes until 17, operand since 18
}
