//! How channels pass through operators that do not mix them.

use crate::ir::{ChannelFlow, Interval, Known, Operands, Tensor, Tie};

/// Each channel of the result belongs to the same channel of every operand.
pub fn channelwise(inputs: &Operands<'_>, outputs: &[&Tensor]) -> ChannelFlow {
    let [output] = outputs else { return ChannelFlow::Opaque };
    let count = output.ty.shape.channels();
    let tie = |operand: &Option<&Tensor>| operand.map(|_| Tie::Along { first: 0, count });
    ChannelFlow::Tied(inputs.iter().map(tie).collect())
}

/// The intervals of the result's channels, where each is computed from the interval of the channel of operand 0 that it belongs to.
pub fn mapped(known: &Known<'_>, f: impl Fn(Interval) -> Interval) -> Option<Vec<Interval>> {
    Some(known.input(0)?.1.iter().map(|&interval| f(interval)).collect())
}
