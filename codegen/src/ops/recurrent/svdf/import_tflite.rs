//! How TFLite writes SVDF layers.

use super::{STATE, Svdf};
use crate::import::tflite::NodeImport;
use crate::import::tflite::options::SvdfOptions;
use crate::ir::{DType, Fault};
use crate::ops::common::quantised::UNCLAMPED;

/// SVDF: operand, weights, weights over time, bias, state.
pub(super) fn svdf(node: &mut NodeImport<'_>) -> Result<(), Fault> {
    let options = node.options(SvdfOptions::read)?;
    let x = node.input(0)?;
    for index in [1, 2] {
        node.constant(index)?;
    }
    let clamp = match node.tensor(x).ty.dtype {
        DType::F32 => options.activation.clamp()?,
        // What the reference's integers leave out: the result's range is all there is.
        _ => UNCLAMPED,
    };
    let output = node.output(0)?;
    let (state, next) = node.state(STATE)?;
    let inputs = vec![Some(x), node.optional(1), node.optional(2), node.optional(3), Some(state)];
    node.emit_to(Svdf { rank: options.rank, clamp }, inputs, vec![output, next]);
    Ok(())
}
