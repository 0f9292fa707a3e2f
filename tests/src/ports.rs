//! Between the model file's tensors, which goldens hold, and the graph's: layout, signedness and, where the file has floats and
//! the graph integers, quantisation.

use tinyml_codegen::ir::{DType, Graph, Port, Value};

/// A golden input as the graph takes it.
pub fn to_graph(graph: &Graph, port: &Port, value: &Value) -> Result<Value, String> {
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
            let onnx = graph.reference == tinyml_codegen::ir::Reference::Onnx;
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
        _ if value.dtype() == ty.dtype => Ok(value),
        _ => Err(mismatch(&value, ty)),
    }
}

/// A graph output as the golden has it.
pub fn from_graph(graph: &Graph, port: &Port, value: &Value, golden: &Value) -> Result<Value, String> {
    let ty = graph.ty(port.tensor);
    let value = match (golden.dtype(), value.as_i8()) {
        (DType::F32, Some(_)) => {
            let real = value.dequantise(ty.quant.as_ref());
            Value::f32(ty.shape.clone(), real).ok_or_else(|| mismatch(value, ty))?
        }
        (DType::U8, Some(bytes)) => {
            let unsigned = bytes.iter().map(|&b| b as u8 ^ 0x80).collect();
            Value::u8(ty.shape.clone(), unsigned).ok_or_else(|| mismatch(value, ty))?
        }
        _ => value.clone(),
    };
    match &port.boundary.source_axes {
        Some(axes) => {
            let mut back = vec![0; axes.len()];
            axes.iter().enumerate().for_each(|(to, &from)| back[from] = to);
            value.transposed(&back).ok_or_else(|| mismatch(&value, ty))
        }
        None => Ok(value),
    }
}

/// Leading extents of 1 where the file's tensor has fewer axes than the graph's.
fn extend(value: &Value, rank: usize) -> Option<Value> {
    let mut dims = value.shape().dims().to_vec();
    while dims.len() < rank {
        dims.insert(0, 1);
    }
    value.reshaped(dims)
}

fn mismatch(value: &Value, ty: &tinyml_codegen::ir::TensorType) -> String {
    format!("a golden is {}{}, the model has {ty}", value.dtype(), value.shape())
}
