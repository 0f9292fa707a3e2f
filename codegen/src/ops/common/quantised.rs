//! Integer constants of quantised operators, from scales and zero points.

use tinyml_arith::float::round_half_away;
use tinyml_arith::{Clamp, HighMul, Multiplier, Rounding};

use crate::ir::{DType, Fault, Quant, Reference, Tensor, TensorType};
use crate::kernel::Const;

/// A clamp that lets everything through.
pub const UNCLAMPED: [f32; 2] = [f32::NEG_INFINITY, f32::INFINITY];

/// The rounding of requantisations under a reference; [`Reference::Litert`] differs in FULLY_CONNECTED only.
pub fn rounding(reference: Reference) -> Rounding {
    match reference {
        Reference::Tflm | Reference::Litert => Rounding::Double,
        Reference::Onnx => Rounding::HalfEven,
    }
}

/// Scale and zero point of a per-tensor quantised operand; a fault that names it otherwise.
pub fn per_tensor(ty: &TensorType, role: &str) -> Result<(f32, i32), Fault> {
    ty.per_tensor().ok_or_else(|| format!("the {role} is {ty}, but must have one scale and zero point"))
}

/// The range of quantised results for a clamp in real numbers, as TFLM's `CalculateActivationRangeQuantized`: bounds round
/// half away from zero in f32.
pub fn clamp_range(clamp: [f32; 2], ty: &TensorType) -> Result<Clamp, Fault> {
    let (scale, zero_point) = per_tensor(ty, "result")?;
    let (low, high) = match ty.dtype.integer_range() {
        Some((low, high)) if ty.dtype != DType::I64 => (low as i32, high as i32),
        _ => return Err(format!("{} has no quantised range", ty.dtype)),
    };
    let bound = |real: f32| zero_point.saturating_add(round_half_away(real / scale) as i32);
    Ok(Clamp {
        // A bound beyond the element type's range leaves only the nearest value of the type.
        min: if clamp[0] == f32::NEG_INFINITY { low } else { bound(clamp[0]).clamp(low, high) },
        max: if clamp[1] == f32::INFINITY { high } else { bound(clamp[1]).clamp(low, high) },
    })
}

/// The multiplier of each output channel of a convolution: input scale × weight scale / output scale. TFLM works in f64,
/// ONNX Runtime in f32.
pub fn channel_multipliers(
    input: &TensorType,
    weights: &Quant,
    output: &TensorType,
    channels: usize,
    reference: Reference,
) -> Result<Vec<Multiplier>, Fault> {
    let (input_scale, _) = per_tensor(input, "operand")?;
    let (output_scale, _) = per_tensor(output, "result")?;
    let real = |channel: usize| {
        let weight_scale = weights.scale(channel);
        match reference {
            Reference::Onnx => f64::from(input_scale * weight_scale / output_scale),
            _ => f64::from(input_scale) * f64::from(weight_scale) / f64::from(output_scale),
        }
    };
    Ok((0..channels).map(|channel| Multiplier::from_f64(real(channel))).collect())
}

/// Faults of int8 weights: not constant i8, not symmetric, quantised along another axis than `axis`.
pub fn check_weights(weights: &Tensor, axis: usize, faults: &mut Vec<Fault>) {
    match &weights.ty.quant {
        None => faults.push(format!("the weights `{}` are not quantised", weights.name)),
        Some(quant) if !quant.is_symmetric() => {
            faults.push(format!("the weights `{}` have a zero point other than 0", weights.name));
        }
        Some(quant) if quant.axis().is_some_and(|own| own != axis) => {
            faults
                .push(format!("the weights `{}` are quantised along another axis than {axis}", weights.name));
        }
        Some(_) => {}
    }
    if weights.ty.dtype != DType::I8 {
        faults.push(format!("the weights `{}` are {}, expected i8", weights.name, weights.ty.dtype));
    }
}

/// What a bias must be that is added to sums of products of integers.
pub fn check_bias(bias: Option<&Tensor>, faults: &mut Vec<Fault>) {
    if let Some(bias) = bias
        && bias.ty.dtype != DType::I32
    {
        faults.push(format!("the bias `{}` is {}, expected i32", bias.name, bias.ty.dtype));
    }
}

/// A clamp as a constant of generated code.
pub fn clamp_const(clamp: Clamp) -> Const {
    Const::Struct("Clamp", vec![("min", clamp.min.into()), ("max", clamp.max.into())])
}

/// A multiplier as a constant of generated code.
pub fn multiplier_const(multiplier: Multiplier) -> Const {
    let Multiplier { multiplier, shift } = multiplier;
    Const::Struct("Multiplier", vec![("multiplier", multiplier.into()), ("shift", shift.into())])
}

/// A rounding as a constant of generated code.
pub fn rounding_const(rounding: Rounding) -> Const {
    Const::Variant(match rounding {
        Rounding::Double => "Rounding::Double",
        Rounding::Single => "Rounding::Single",
        Rounding::HalfEven => "Rounding::HalfEven",
    })
}

/// A form of requantisation as a constant of generated code.
pub fn high_mul_const(form: HighMul) -> Const {
    Const::Variant(match form {
        HighMul::Floor => "HighMul::Floor",
        HighMul::Double => "HighMul::Double",
    })
}

/// `[low, high]` narrowed by a further clamp.
pub fn narrow(clamp: [f32; 2], min: f32, max: f32) -> [f32; 2] {
    // A second clamp acts on the result of the first, so its bounds win where the ranges do not meet.
    [clamp[0].max(min).min(max), clamp[1].min(max).max(min)]
}

/// A fused clamp in words, to append to a layer's note: `, ReLU`.
pub fn describe_clamp(clamp: [f32; 2]) -> String {
    match clamp {
        UNCLAMPED => String::new(),
        [0.0, f32::INFINITY] => ", ReLU".to_owned(),
        [0.0, 6.0] => ", ReLU6".to_owned(),
        [min, max] => format!(", clamped to {min}..={max}"),
    }
}
