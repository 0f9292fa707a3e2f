//! From one 8-bit quantisation to another: docs/arithmetic.md, QUANTIZE.

use tinyml_arith::quantize::Rescale;
use tinyml_arith::{Clamp, Quantization, onnx};

use super::quantised::{UNCLAMPED, clamp_range, per_tensor};
use crate::ir::{DType, Fault, Reference, TensorType};

/// The result for every element of an 8-bit tensor of type `from` as an element of type `to`; both indexed and given by
/// their bits. TFLM and LiteRT round as their QUANTIZE does, ONNX as DequantizeLinear and QuantizeLinear do.
pub fn table(from: &TensorType, to: &TensorType, reference: Reference) -> Result<[u8; 256], Fault> {
    let quantisation = |ty: &TensorType, role: &str| {
        let (scale, zero_point) = per_tensor(ty, role)?;
        Ok::<_, Fault>(Quantization { scale, zero_point })
    };
    let (x, y) = (quantisation(from, "operand")?, quantisation(to, "result")?);
    let storage = clamp_range(UNCLAMPED, to)?;
    let signed = match from.dtype {
        DType::I8 => true,
        DType::U8 => false,
        other => return Err(format!("has no table for {other}")),
    };
    if reference == Reference::Onnx {
        let input_storage = if signed { Clamp::INT8 } else { Clamp::UINT8 };
        return Ok(onnx::table(x, input_storage, y, storage, |real| real));
    }
    let rescale = Rescale::derive(x, y, storage);
    Ok(std::array::from_fn(|bits| {
        let element = if signed { i32::from(bits as u8 as i8) } else { bits as i32 };
        rescale.rescale(element) as u8
    }))
}
