//! Sums of magnitudes over axes.

use super::reduced::reduction;

reduction! {
    /// The sum of the magnitudes of the elements along some axes.
    ReduceL1, "reduce_l1", L1, tflite: [], onnx: "ReduceL1", axes until 17, operand since 18
}
