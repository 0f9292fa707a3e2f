//! The largest element over axes.

use super::reduced::reduction;

reduction! {
    /// The largest element along some axes.
    ReduceMax, "reduce_max", Max, tflite: ["REDUCE_MAX"], onnx: "ReduceMax", axes until 17, operand since 18
}
