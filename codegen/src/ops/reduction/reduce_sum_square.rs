//! Sums of squares over axes.

use super::reduced::reduction;

reduction! {
    /// The sum of the squares of the elements along some axes.
    ReduceSumSquare, "reduce_sum_square", SumSquare, tflite: [], onnx: "ReduceSumSquare", axes until 17, operand since 18
}
