//! The smallest element over axes.

use super::reduced::reduction;

reduction! {
    /// The smallest element along some axes.
    ReduceMin, "reduce_min", Min, tflite: ["REDUCE_MIN"], onnx: "ReduceMin", axes until 17, operand since 18
}
