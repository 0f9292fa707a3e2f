//! How the file formats write fully connected layers.

#[cfg(feature = "tflite")]
pub(super) use tflite_format::tflite_fully_connected;

#[cfg(feature = "tflite")]
mod tflite_format {
    use super::super::FullyConnected;
    use crate::import::tflite::NodeImport;
    use crate::import::tflite::options::{FullyConnectedOptions, WeightsFormat};
    use crate::ir::{DType, Fault, Operator};

    /// FULLY_CONNECTED: weights `[O, I]`, as in the IR.
    pub(in crate::ops::matrix::fully_connected) fn tflite_fully_connected(
        node: &mut NodeImport<'_>,
    ) -> Result<(), Fault> {
        let options = node.options(FullyConnectedOptions::read)?;
        if options.weights_format != WeightsFormat::Default {
            return Err("shuffled weights (SHUFFLED4x16INT8) are not supported".to_owned());
        }
        let (x, weights) = (node.input(0)?, node.input(1)?);
        let (x_dtype, weights_dtype) = (node.tensor(x).ty.dtype, node.tensor(weights).ty.dtype);
        if x_dtype == DType::F32 && weights_dtype != DType::F32 {
            return Err(format!(
                "hybrid layers (f32 activations, {weights_dtype} weights) are not supported"
            ));
        }
        // The declared shape says which form the result has, whatever `keep_num_dims` is: the reference takes it from there, too.
        let declared = node.tensor(node.output(0)?).ty.shape.clone();
        let clamp = options.activation.clamp()?;
        let operands = [Some(node.tensor(x)), Some(node.tensor(weights))];
        let fits = |keep_dims: bool| {
            let result = FullyConnected { clamp, keep_dims }.infer(&operands);
            result.is_ok_and(|types| types.iter().all(|ty| ty.shape == declared))
        };
        // Where neither form fits, the verifier says what is wrong with the one that the options name.
        let keep_dims = !fits(false) && (fits(true) || options.keep_num_dims);
        let inputs = vec![Some(x), Some(weights), node.optional(2)];
        node.emit(FullyConnected { clamp, keep_dims }, inputs)
    }
}
