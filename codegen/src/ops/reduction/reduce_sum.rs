//! Sums over axes.

use super::reduced::reduction;

reduction! {
    /// The sum of the elements along some axes. Whole numbers wrap around.
    ReduceSum, "reduce_sum", Sum, tflite: ["SUM"], onnx: "ReduceSum", axes until 12, operand since 13
}
