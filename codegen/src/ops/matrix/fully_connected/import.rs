//! How the file formats write fully connected layers.

#[cfg(feature = "tflite")]
pub(super) use tflite_format::tflite_fully_connected;

#[cfg(feature = "tflite")]
mod tflite_format {
    use super::super::FullyConnected;
    use crate::import::tflite::NodeImport;
    use crate::import::tflite::options::{FullyConnectedOptions, WeightsFormat};
    use crate::ir::{DType, Fault, Operator, Quant, Shape, TensorId, TensorType, Value};
    use crate::ops::movement::concat::Concat;
    use crate::ops::movement::reshape::Reshape;

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
        check_bias_scale(node)?;
        let clamp = options.activation.clamp()?;
        let one_scale = matches!(node.tensor(weights).ty.quant, Some(Quant::PerTensor { .. }));
        if !one_scale {
            // The references read zero points of weights with one scale only.
            let weights = node.weights_without_zero_points(1)?;
            return layer(node, x, weights, clamp, options.keep_num_dims);
        }
        match centred(node, weights)? {
            None => layer(node, x, weights, clamp, options.keep_num_dims),
            Some(parts) => layer_of_parts(node, parts, clamp),
        }
    }

    /// The layer with symmetric weights.
    fn layer(
        node: &mut NodeImport<'_>,
        x: TensorId,
        weights: TensorId,
        clamp: [f32; 2],
        keep_num_dims: bool,
    ) -> Result<(), Fault> {
        // The declared shape says which form the result has, whatever `keep_num_dims` is: the reference takes it from there, too.
        let declared = node.tensor(node.output(0)?).ty.shape.clone();
        let operands = [Some(node.tensor(x)), Some(node.tensor(weights))];
        let fits = |keep_dims: bool| {
            let result = FullyConnected { clamp, keep_dims }.infer(&operands);
            result.is_ok_and(|types| types.iter().all(|ty| ty.shape == declared))
        };
        // Where neither form fits, the verifier says what is wrong with the one that the options name.
        let keep_dims = !fits(false) && (fits(true) || keep_num_dims);
        let inputs = vec![Some(x), Some(weights), node.optional(2)];
        node.emit(FullyConnected { clamp, keep_dims }, inputs)
    }

    /// As the references, refuses a bias whose scale is far from the operand's times the weights', where those have one scale. They
    /// compute with the latter in any case.
    fn check_bias_scale(node: &mut NodeImport<'_>) -> Result<(), Fault> {
        let scale = |ty: &TensorType| ty.per_tensor().map(|(scale, _)| f64::from(scale));
        let ty = |id: TensorId| &node.tensor(id).ty;
        let scales = (scale(ty(node.input(0)?)), scale(ty(node.input(1)?)), scale(ty(node.output(0)?)));
        let (Some(bias), (Some(x), Some(weights), Some(result))) = (node.optional(2), scales) else { return Ok(()) };
        let own = f64::from(node.file_scale(2));
        if (x * weights - own).abs() / result <= 0.02 {
            return Ok(());
        }
        let message = format!(
            "the bias `{}` has the scale {:?}, but the operand's times the weights' is {:?}: TFLite Micro and LiteRT refuse that",
            node.tensor(bias).name,
            own as f32,
            (x * weights) as f32
        );
        Err(node.refuse(message, "quantise the bias with the product of the two scales, as converters do"))
    }

    /// Weights minus their zero point, as a sum of int8 tensors; none if the zero point is 0.
    fn centred(node: &NodeImport<'_>, weights: TensorId) -> Result<Option<Vec<Value>>, Fault> {
        let weights = node.tensor(weights);
        let zero = match weights.ty.quant {
            Some(Quant::PerTensor { zero_point, .. }) if zero_point != 0 && weights.ty.dtype == DType::I8 => {
                i64::from(zero_point)
            }
            _ => return Ok(None),
        };
        let value = weights.data.as_ref().ok_or("operand 1 must be a constant")?;
        let mut left: Vec<i64> =
            value.integers().ok_or("the weights must be integers")?.iter().map(|weight| weight - zero).collect();
        let mut parts = Vec::new();
        while parts.is_empty() || left.iter().any(|&weight| weight != 0) {
            let part: Vec<i64> = left.iter().map(|&weight| weight.clamp(-128, 127)).collect();
            left.iter_mut().zip(&part).for_each(|(left, part)| *left -= part);
            let part = Value::from_integers(DType::I8, value.shape().clone(), &part);
            parts.push(part.ok_or("the weights do not fit their shape")?);
        }
        Ok(Some(parts))
    }

    /// `Σ x · (w₁ + w₂ + …)`: the operand beside itself, and the parts of the weights beside each other.
    fn layer_of_parts(node: &mut NodeImport<'_>, parts: Vec<Value>, clamp: [f32; 2]) -> Result<(), Fault> {
        let (x, output) = (node.input(0)?, node.output(0)?);
        let ty = node.tensor(x).ty.clone();
        let quant = node.tensor(node.input(1)?).ty.per_tensor().map(|(scale, _)| Quant::per_tensor(scale, 0));
        let &[outputs, inputs] = parts.first().map_or(&[][..], |part| part.shape().dims()) else {
            return Err("expects weights [O,I]".to_owned());
        };
        let count = parts.len();
        if count == 1 {
            let weights = parts.into_iter().next().ok_or("the weights are missing")?;
            let weights = node.add_constant("weights", weights, quant);
            return layer(node, x, weights, clamp, false);
        }
        let rows = ty.shape.elements().checked_div(inputs).ok_or("the weights have no inputs")?;
        let columns: Vec<i8> = (0..outputs)
            .flat_map(|output| parts.iter().map(move |part| (output, part)))
            .flat_map(|(output, part)| {
                part.as_i8().into_iter().flat_map(move |part| &part[output * inputs..(output + 1) * inputs])
            })
            .copied()
            .collect();
        let weights = Value::i8([outputs, inputs * count], columns).ok_or("the weights do not fit their shape")?;
        let weights = node.add_constant("weights", weights, quant);
        let of_shape = |shape: Vec<usize>, ty: &TensorType| TensorType { shape: Shape(shape), ..ty.clone() };
        let flat = node.intermediate("rows", of_shape(vec![rows, inputs], &ty));
        node.emit_to(Reshape { shape: vec![rows, inputs] }, vec![Some(x)], vec![flat]);
        let repeated = node.intermediate("repeated", of_shape(vec![rows, inputs * count], &ty));
        node.emit_to(Concat { axis: 1 }, vec![Some(flat); count], vec![repeated]);
        let declared = node.tensor(output).ty.clone();
        let result = node.intermediate("result", of_shape(vec![rows, outputs], &declared));
        let operands = vec![Some(repeated), Some(weights), node.optional(2)];
        node.emit_to(FullyConnected { clamp, keep_dims: false }, operands, vec![result]);
        node.emit(Reshape { shape: declared.shape.0 }, vec![Some(result)])
    }
}
