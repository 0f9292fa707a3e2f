//! Tensors of the file to tensors of the graph.

use super::constant_value;
use super::schema;
use crate::diagnostic::Diagnostic;
use crate::ir::{DType, Graph, Quant, Tensor, TensorId, TensorType, Value};

/// Stands for a tensor whose type could not be converted, so that the import can go on collecting faults.
pub(super) fn unknown_type() -> TensorType {
    TensorType::new(DType::F32, Vec::new())
}

/// The node's name: TFLite has none, so the first result's.
pub(super) fn node_name(operator: &schema::Operator<'_>, subgraph: &schema::Subgraph<'_>) -> String {
    match operator.outputs.first() {
        Some(&tensor) => subgraph.tensors[tensor].name.clone(),
        None => format!("operator {}", operator.index),
    }
}

/// Converts a tensor; constants are those with a buffer.
pub(super) fn tensor(tensor: &schema::Tensor<'_>) -> Result<Tensor, Diagnostic> {
    let dtype = dtype(tensor.dtype)?;
    let shape = shape(tensor)?;
    let quant = quantisation(tensor, dtype, &shape)?;
    if tensor.is_sparse {
        return Err(Diagnostic::error("sparse tensors are not supported")
            .help("convert the model without pruning's sparse encoding"));
    }
    if tensor.is_variable {
        return Err(Diagnostic::error("variable tensors (state) are not supported yet"));
    }
    if tensor.buffer.is_empty() && shape.iter().product::<usize>() != 0 {
        return Ok(Tensor::new(tensor.name.clone(), TensorType { dtype, shape: shape.into(), quant }));
    }
    let expected = shape.iter().product::<usize>().saturating_mul(dtype.size());
    let value = constant_value(dtype, &shape, tensor.buffer).ok_or_else(|| {
        let found = tensor.buffer.len();
        Diagnostic::error(format!(
            "the constant has {found} bytes, but its shape {shape:?} of {dtype} needs {expected}"
        ))
    })?;
    Ok(Tensor::constant(tensor.name.clone(), value, quant))
}

/// The operands of an operator with int8 weights on f32 activations as f32: the weights are dequantised.
pub(super) fn float_weights(graph: &mut Graph, mut operands: Vec<Option<TensorId>>) -> Vec<Option<TensorId>> {
    let first = operands.first().copied().flatten();
    if first.is_none_or(|first| graph.ty(first).dtype != DType::F32) {
        return operands;
    }
    for operand in operands.iter_mut().flatten() {
        let tensor = graph.tensor(*operand);
        if let (Some(value), Some(quant)) = (&tensor.data, &tensor.ty.quant)
            && let Some(real) = Value::f32(value.shape().clone(), value.dequantise(Some(quant)))
        {
            let name = tensor.name.clone();
            *operand = graph.add_tensor(Tensor::constant(name, real, None));
        }
    }
    operands
}

fn dtype(ty: schema::TensorType) -> Result<DType, Diagnostic> {
    Ok(match ty {
        schema::TensorType::Float32 => DType::F32,
        schema::TensorType::Int8 => DType::I8,
        schema::TensorType::Uint8 => DType::U8,
        schema::TensorType::Int16 => DType::I16,
        schema::TensorType::Int32 => DType::I32,
        schema::TensorType::Int64 => DType::I64,
        schema::TensorType::Int4 => DType::I4,
        schema::TensorType::Bool => DType::Bool,
        other => {
            return Err(Diagnostic::error(format!("the element type {other} is not supported"))
                .help("supported: FLOAT32, INT8, INT32 and, for constants, INT16, INT64, BOOL"));
        }
    })
}

/// The shape; a batch dimension that the signature leaves open is 1.
fn shape(tensor: &schema::Tensor<'_>) -> Result<Vec<usize>, Diagnostic> {
    tensor
        .shape
        .iter()
        .enumerate()
        .map(|(axis, &dim)| match usize::try_from(dim) {
            Ok(dim) => Ok(dim),
            Err(_) if axis == 0 => Ok(1),
            Err(_) => {
                Err(Diagnostic::error(format!("axis {axis} of the shape {:?} is not known", tensor.shape))
                    .help("convert the model with fixed input shapes"))
            }
        })
        .collect()
}

fn quantisation(
    tensor: &schema::Tensor<'_>,
    dtype: DType,
    shape: &[usize],
) -> Result<Option<Quant>, Diagnostic> {
    let Some(quant) = tensor.quantization.as_ref().filter(|quant| !quant.scales.is_empty()) else {
        return Ok(None);
    };
    if quant.details_type != 0 {
        return Err(Diagnostic::error("custom and blockwise quantisation are not supported")
            .help("use per-tensor or per-channel quantisation"));
    }
    if dtype == DType::F32 {
        // Converters leave ranges on float tensors; they mean nothing there.
        return Ok(None);
    }
    let zero_point = |index: usize| i32::try_from(quant.zero_points.get(index).copied().unwrap_or(0));
    let zero_points: Vec<i32> = (0..quant.scales.len())
        .map(zero_point)
        .collect::<Result<_, _>>()
        .map_err(|_| Diagnostic::error("a zero point has more than 32 bits"))?;
    if let [scale] = quant.scales[..] {
        return Ok(Some(Quant::per_tensor(scale, zero_points[0])));
    }
    let axis = usize::try_from(quant.axis).ok().filter(|&axis| axis < shape.len()).ok_or_else(|| {
        Diagnostic::error(format!("the quantised axis {} is not an axis of {shape:?}", quant.axis))
    })?;
    Ok(Some(Quant::PerAxis { axis, scales: quant.scales.clone(), zero_points }))
}
