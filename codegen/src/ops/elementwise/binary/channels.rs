//! How the channels of the operators hang together.

use super::Binary;
use super::quantised::Quantised;
use crate::ir::{ChannelFlow, DType, Interval, Known, Operands, Tensor, TensorType, Tie};
use crate::ops::common::quantised::clamp_range;

/// An operand with one channel is shared by all of the result's, which may be more.
fn tie(operand: &TensorType, channels: usize) -> Tie {
    match operand.shape.channels() {
        1 if channels != 1 => Tie::Shared,
        _ => Tie::Along { first: 0, count: channels },
    }
}

/// Channel by channel.
pub fn channel_flow(inputs: &Operands<'_>, outputs: &[&Tensor]) -> ChannelFlow {
    let [output] = outputs else { return ChannelFlow::Opaque };
    let channels = output.ty.shape.channels();
    ChannelFlow::Tied(inputs.iter().map(|operand| operand.map(|x| tie(&x.ty, channels))).collect())
}

/// By trying all pairs where one operand is constant; else what the clamp lets through.
pub fn intervals<B: Binary>(operator: &B, known: &Known<'_>) -> Option<Vec<Interval>> {
    let ((a_ty, a), (b_ty, b)) = (known.input(0)?, known.input(1)?);
    if [a_ty, b_ty, known.output].iter().any(|ty| ty.dtype != DType::I8) {
        return None;
    }
    let constants = Quantised::derive(B::FUNCTION, [a_ty, b_ty], known.output, operator.clamp(), known.reference).ok()?;
    let range = clamp_range(operator.clamp(), known.output).ok()?;
    let channels = known.output.shape.channels();
    let of = |operand: &[Interval], channel: usize| operand.get(channel.min(operand.len() - 1)).copied();
    (0..channels)
        .map(|channel| {
            let (a, b) = (of(a, channel)?, of(b, channel)?);
            Some(match (a.single(), b.single()) {
                (Some(a), _) => b.map(|b| constants.eval(a as i8, b as i8).into()),
                (_, Some(b)) => a.map(|a| constants.eval(a as i8, b as i8).into()),
                _ => Interval { min: range.min, max: range.max },
            })
        })
        .collect()
}
