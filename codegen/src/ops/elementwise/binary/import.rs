//! How TFLite writes the three operators: two operands, a fused activation.

use crate::import::tflite::NodeImport;
use crate::import::tflite::options::ArithmeticOptions;
use crate::ir::{Fault, TensorId};

/// Clamp and operands of ADD, SUB or MUL.
pub fn read_tflite(node: &NodeImport<'_>) -> Result<([f32; 2], Vec<Option<TensorId>>), Fault> {
    let options = node.options(ArithmeticOptions::read)?;
    Ok((options.activation.clamp()?, vec![Some(node.input(0)?), Some(node.input(1)?)]))
}
