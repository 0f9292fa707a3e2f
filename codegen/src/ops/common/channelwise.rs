//! Constants of the layers with weights and biases, as the runtime's kernels take them.

use super::quantised::{clamp_const, per_tensor};
use crate::ir::Fault;
use crate::kernel::{Blob, Lowering, Param};
use tinyml_arith::{Clamp, Multiplier};

/// The weights (operand 1) of a layer in i8, output channel outermost.
pub fn weights_i8<'a>(lowering: &Lowering<'a>) -> Result<&'a [i8], Fault> {
    let weights = lowering.input(1)?.data.as_deref().and_then(|value| value.as_i8());
    weights.ok_or_else(|| "the weights are not constant i8".to_owned())
}

/// The `Params` of a kernel with int8 weights: `packed` are the weights in the kernel's order; the biases (operand 2) get the
/// operand's zero point folded in.
pub fn params_s8(
    lowering: &Lowering<'_>,
    packed: &[i8],
    channels: usize,
    multipliers: &[Multiplier],
    clamp: Clamp,
) -> Result<Vec<(&'static str, Param)>, Fault> {
    let (_, input_zero) = per_tensor(&lowering.input(0)?.ty, "operand")?;
    let (_, output_zero) = per_tensor(lowering.output()?, "result")?;
    let bias = folded_bias(lowering, channels, input_zero)?;
    let fractions: Vec<i32> = multipliers.iter().map(|m| m.multiplier).collect();
    let shifts: Vec<i8> = multipliers.iter().map(|m| m.shift as i8).collect();
    Ok(vec![
        ("weights", Blob::weights_i8(packed).into()),
        ("bias", Blob::weights_i32(&bias).into()),
        ("multipliers", Blob::parameters_i32(&fractions).into()),
        ("shifts", Blob::parameters_i8(&shifts).into()),
        ("input_zero_point", input_zero.into()),
        ("output_zero_point", output_zero.into()),
        ("clamp", clamp_const(clamp).into()),
    ])
}

/// The `Params` of a kernel with f32 weights in the graph's order.
pub fn params_f32(
    lowering: &Lowering<'_>,
    channels: usize,
    clamp: [f32; 2],
) -> Result<Vec<(&'static str, Param)>, Fault> {
    let constant = |index: usize| lowering.optional(index).and_then(|tensor| tensor.data.as_deref());
    let weights = constant(1).and_then(|value| value.as_f32()).ok_or("the weights are not constant f32")?;
    let bias = match (lowering.optional(2), constant(2).and_then(|value| value.as_f32())) {
        (_, Some(bias)) => bias.to_vec(),
        (None, None) => vec![0.0; channels],
        (Some(_), None) => return Err("the bias is not constant f32".to_owned()),
    };
    Ok(vec![
        ("weights", Blob::weights_f32(weights).into()),
        ("bias", Blob::weights_f32(&bias).into()),
        ("min", clamp[0].into()),
        ("max", clamp[1].into()),
    ])
}

/// `bias - zero_point * Σ w` per output channel, wrapping as the accumulators do.
pub fn folded_bias(lowering: &Lowering<'_>, channels: usize, zero_point: i32) -> Result<Vec<i32>, Fault> {
    let weights = weights_i8(lowering)?;
    let bias = match lowering.optional(2) {
        None => vec![0; channels],
        Some(bias) => {
            let data = bias.data.as_deref().and_then(|value| value.as_i32());
            data.ok_or("the bias is not constant i32")?.to_vec()
        }
    };
    let per_channel = weights.len() / channels.max(1);
    let fold = |(bias, weights): (&i32, &[i8])| {
        let sum = weights.iter().fold(0i32, |sum, &w| sum.wrapping_add(w.into()));
        bias.wrapping_sub(zero_point.wrapping_mul(sum))
    };
    Ok(bias.iter().zip(weights.chunks(per_channel.max(1))).map(fold).collect())
}
