//! Tensors of the file to tensors of the graph.

use super::schema;
use crate::diagnostic::Diagnostic;
use crate::ir::{DType, Fault, Quant, Shape, TensorType, Value};
use crate::limits::{self, too_large};

/// A tensor's type, and what is wrong with its quantisation. That is a fault only where an operator reads it.
pub(super) struct Converted {
    pub(super) ty: TensorType,
    pub(super) fault: Option<Fault>,
}

/// The element type in the graph; none if no operator computes with it. Packed four-bit constants have one byte for each element,
/// and half precision constants have single precision: both hold the same numbers. Of 16 bits are states, and weights of states.
pub(super) fn dtype(tensor: &schema::Tensor<'_>) -> Option<DType> {
    Some(match tensor.dtype {
        schema::TensorType::Float32 => DType::F32,
        schema::TensorType::Float16 if tensor.is_constant() => DType::F32,
        schema::TensorType::Int8 => DType::I8,
        schema::TensorType::Int4 if tensor.is_constant() => DType::I8,
        schema::TensorType::Uint8 => DType::U8,
        schema::TensorType::Int16 if tensor.is_constant() || tensor.is_variable => DType::I16,
        schema::TensorType::Int32 => DType::I32,
        schema::TensorType::Int64 => DType::I64,
        schema::TensorType::Bool => DType::Bool,
        _ => return None,
    })
}

/// Type, shape and quantisation of a tensor.
pub(super) fn tensor_type(tensor: &schema::Tensor<'_>, dtype: DType) -> Result<Converted, Diagnostic> {
    if tensor.is_sparse {
        return Err(Diagnostic::error("sparse tensors are not supported")
            .help("convert the model without pruning's sparse encoding"));
    }
    let shape = shape(tensor)?;
    let (quant, fault) = match quantisation(tensor, dtype, &shape) {
        Ok(quant) => (quant, None),
        Err(fault) => (None, Some(fault)),
    };
    Ok(Converted { ty: TensorType { dtype, shape: shape.into(), quant }, fault })
}

/// The shape; a batch dimension that the signature leaves open is 1.
fn shape(tensor: &schema::Tensor<'_>) -> Result<Vec<usize>, Diagnostic> {
    let dim = |(axis, &dim): (usize, &i32)| match usize::try_from(dim) {
        Ok(dim) => Ok(dim),
        Err(_) if axis == 0 => Ok(1),
        Err(_) => Err(Diagnostic::error(format!("axis {axis} of the shape {:?} is not known", tensor.shape))
            .help("convert the model with fixed input shapes")),
    };
    limits::few_axes(tensor.shape.len()).map_err(too_large)?;
    let dims: Vec<usize> = tensor.shape.iter().enumerate().map(dim).collect::<Result<_, _>>()?;
    limits::elements(&dims).map_err(too_large)?;
    Ok(dims)
}

/// The quantisation of tensors of 8 and 16 bits. Of others none is read: converters leave ranges on floats, and biases have the scale that
/// follows from operand and weights.
fn quantisation(tensor: &schema::Tensor<'_>, dtype: DType, shape: &[usize]) -> Result<Option<Quant>, Fault> {
    let is_quantised = matches!(dtype, DType::I8 | DType::U8 | DType::I16);
    let Some(quant) = tensor.quantization.as_ref().filter(|_| is_quantised) else { return Ok(None) };
    if quant.details_type != 0 {
        return Err("custom and blockwise quantisation are not supported".to_owned());
    }
    let (scales, zeros) = (quant.scales.len(), quant.zero_points.len());
    if scales != zeros {
        return Err(format!("the quantisation has {scales} scales, but {zeros} zero points"));
    }
    // The channels of a layer whose weights are all zero may have the scale 0.
    let sound = |scale: f32| scale.is_finite() && (scale > 0.0 || (scale == 0.0 && tensor.is_constant()));
    if let Some(scale) = quant.scales.iter().find(|&&scale| !sound(scale)) {
        return Err(format!("the quantisation has the scale {scale:?}, but scales are positive"));
    }
    let (low, high) = dtype.integer_range().unwrap_or_default();
    if let Some(zero) = quant.zero_points.iter().find(|&&zero| zero < low || zero > high) {
        return Err(format!("the quantisation has the zero point {zero}, outside {low}..={high}"));
    }
    let zero_points: Vec<i32> = quant.zero_points.iter().map(|&zero| zero as i32).collect();
    if let [scale] = quant.scales[..] {
        return Ok(Some(Quant::per_tensor(scale, zero_points[0])));
    }
    let axis = usize::try_from(quant.axis).ok().filter(|&axis| shape.get(axis) == Some(&scales));
    let axis = axis.ok_or_else(|| {
        format!("the quantisation has {scales} scales for axis {} of the shape {shape:?}", quant.axis)
    })?;
    Ok(Some(Quant::PerAxis { axis, scales: quant.scales.clone(), zero_points }))
}

/// The value of a constant. Flatbuffer data is little endian.
pub(super) fn value(tensor: &schema::Tensor<'_>, dtype: DType, shape: &Shape) -> Result<Value, Diagnostic> {
    let bytes = tensor.buffer;
    let value = match tensor.dtype {
        schema::TensorType::Int4 => {
            // Two elements in each byte, the first in the low half.
            let halves = bytes.iter().flat_map(|&b| [((b << 4) as i8) >> 4, (b as i8) >> 4]);
            Value::i8(shape.clone(), halves.take(shape.elements()).collect())
        }
        schema::TensorType::Float16 => {
            let (halves, _) = bytes.as_chunks::<2>();
            Value::f32(shape.clone(), halves.iter().map(|&half| single(u16::from_le_bytes(half))).collect())
        }
        _ => Value::from_le_bytes(dtype, shape.clone(), bytes),
    };
    value.ok_or_else(|| {
        Diagnostic::error(format!(
            "the constant has {} bytes, which {dtype}{shape} does not take",
            bytes.len()
        ))
        .help("export or download the model again")
    })
}

/// The number that half precision bits stand for.
fn single(half: u16) -> f32 {
    let (exponent, fraction) = (u32::from(half >> 10 & 0x1f), u32::from(half & 0x3ff));
    let magnitude = match (exponent, fraction) {
        // Subnormal: units of 2^-24.
        (0, _) => fraction as f32 / (1 << 24) as f32,
        (0x1f, _) => f32::from_bits(0x7f80_0000 | fraction << 13),
        _ => f32::from_bits((exponent + 112) << 23 | fraction << 13),
    };
    if half >> 15 == 0 { magnitude } else { -magnitude }
}

#[cfg(test)]
mod test {
    use super::single;

    #[test]
    fn half_precision_is_widened_exactly() {
        let cases = [
            (0x0000, 0.0f32),
            (0x3c00, 1.0),
            (0xc000, -2.0),
            (0x7bff, 65504.0),
            (0x0400, 2.0f32.powi(-14)),
            (0x0001, 2.0f32.powi(-24)),
            (0x83ff, -1023.0 * 2.0f32.powi(-24)),
            (0x7c00, f32::INFINITY),
            (0x3555, 0.333_251_95),
        ];
        for (half, real) in cases {
            assert_eq!(single(half), real, "{half:#06x}");
        }
        assert!(single(0x7e00).is_nan());
        assert!(single(0x8000).is_sign_negative());
    }
}
