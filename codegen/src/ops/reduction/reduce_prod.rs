//! Products over axes.

use super::reduced::reduction;

reduction! {
    /// The product of the elements along some axes. Whole numbers wrap around.
    ReduceProd, "reduce_prod", Prod, tflite: ["REDUCE_PROD"], onnx: "ReduceProd", axes until 17, operand since 18
}
