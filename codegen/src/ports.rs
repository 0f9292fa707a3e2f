//! Between the model file's tensors, which example data hold, and the graph's: layout, signedness and, where the file has floats
//! and the graph integers, quantisation.

use crate::ir::{DType, Fault, Graph, Port, Reference, Shape, TensorType, Value};

/// The shape that the model file declares for a port.
pub fn file_shape(graph: &Graph, port: &Port) -> Shape {
    let shape = &graph.ty(port.tensor).shape;
    match &port.boundary.source_axes {
        Some(axes) => Shape(
            inverse(axes).into_iter().map(|axis| shape.dims().get(axis).copied().unwrap_or(1)).collect(),
        ),
        None => shape.clone(),
    }
}

/// The element type that the model file declares for a port.
pub fn file_dtype(graph: &Graph, port: &Port) -> DType {
    if port.boundary.unsigned { DType::U8 } else { graph.ty(port.tensor).dtype }
}

/// An input in the file's layout as the graph takes it. The fault says how the value does not fit.
pub fn to_graph(graph: &Graph, port: &Port, value: &Value) -> Result<Value, Fault> {
    let ty = graph.ty(port.tensor);
    let value = match &port.boundary.source_axes {
        Some(axes) => {
            let extended = extend(value, axes.len()).ok_or_else(|| mismatch(value, ty))?;
            extended.transposed(axes).ok_or_else(|| mismatch(value, ty))?
        }
        None => value.clone(),
    };
    let value = value.reshaped(ty.shape.clone()).ok_or_else(|| mismatch(&value, ty))?;
    match (value.as_f32(), value.as_u8(), ty.per_tensor()) {
        (Some(real), _, Some((scale, zero_point))) if ty.dtype != DType::F32 => {
            let onnx = graph.reference == Reference::Onnx;
            let (low, high) = ty.dtype.integer_range().ok_or_else(|| mismatch(&value, ty))?;
            let integers: Vec<i64> = real
                .iter()
                .map(|x| {
                    let scaled = x / scale;
                    let whole = if onnx { scaled.round_ties_even() } else { scaled.round() };
                    (whole as i64 + i64::from(zero_point)).clamp(low, high)
                })
                .collect();
            Value::from_integers(ty.dtype, ty.shape.clone(), &integers).ok_or_else(|| mismatch(&value, ty))
        }
        (_, Some(bytes), _) if ty.dtype == DType::I8 => {
            let signed = bytes.iter().map(|&b| (b ^ 0x80) as i8).collect();
            Value::i8(ty.shape.clone(), signed).ok_or_else(|| mismatch(&value, ty))
        }
        (_, Some(bytes), _) if ty.dtype == DType::Bool => {
            let truths = bytes.iter().map(|&byte| byte != 0).collect();
            Value::bool(ty.shape.clone(), truths).ok_or_else(|| mismatch(&value, ty))
        }
        _ if value.dtype() == ty.dtype => Ok(value),
        // NumPy makes integers of 64 bits unless it is told otherwise.
        _ if value.dtype() == DType::I64 && ty.quant.is_none() => {
            let integers = value.integers().unwrap_or_default();
            Value::from_integers(ty.dtype, ty.shape.clone(), &integers).ok_or_else(|| mismatch(&value, ty))
        }
        _ => Err(mismatch(&value, ty)),
    }
}

/// A graph output in the layout and, if that is f32 or u8, the element type of a value from the file's side.
pub fn from_graph(graph: &Graph, port: &Port, value: &Value, like: &Value) -> Result<Value, Fault> {
    let ty = graph.ty(port.tensor);
    let value = match (like.dtype(), value.as_i8()) {
        (DType::F32, Some(_)) => {
            let real = value.dequantise(ty.quant.as_ref());
            Value::f32(ty.shape.clone(), real).ok_or_else(|| mismatch(value, ty))?
        }
        (DType::U8, Some(bytes)) => {
            let unsigned = bytes.iter().map(|&b| b as u8 ^ 0x80).collect();
            Value::u8(ty.shape.clone(), unsigned).ok_or_else(|| mismatch(value, ty))?
        }
        // Generated code has truth values as bytes.
        (DType::Bool, _) => match value.as_u8() {
            Some(bytes) => Value::bool(ty.shape.clone(), bytes.iter().map(|&byte| byte != 0).collect())
                .ok_or_else(|| mismatch(value, ty))?,
            None => value.clone(),
        },
        _ => value.clone(),
    };
    match &port.boundary.source_axes {
        Some(axes) => value.transposed(&inverse(axes)).ok_or_else(|| mismatch(&value, ty)),
        None => Ok(value),
    }
}

fn inverse(axes: &[usize]) -> Vec<usize> {
    (0..axes.len()).map(|axis| axes.iter().position(|&from| from == axis).unwrap_or(axis)).collect()
}

/// Leading extents of 1 where the file's tensor has fewer axes than the graph's.
fn extend(value: &Value, rank: usize) -> Option<Value> {
    let mut dims = value.shape().dims().to_vec();
    while dims.len() < rank {
        dims.insert(0, 1);
    }
    value.reshaped(dims)
}

fn mismatch(value: &Value, ty: &TensorType) -> Fault {
    format!("the data are {}{}, the model has {ty}", value.dtype(), value.shape())
}
