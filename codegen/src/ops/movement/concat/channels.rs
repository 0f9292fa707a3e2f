//! How the channels of joined tensors hang together.

use super::{Concat, is_requantised};
use crate::ir::{ChannelFlow, DType, Interval, Known, Operands, Tensor, TensorType, Tie};
use crate::ops::common::channels::channelwise;
use crate::ops::common::rescale;

impl Concat {
    fn joins_channels(&self, output: &TensorType) -> bool {
        self.axis + 1 == output.shape.rank()
    }

    pub(super) fn flow(&self, inputs: &Operands<'_>, outputs: &[&Tensor]) -> ChannelFlow {
        match outputs {
            [output] if self.joins_channels(&output.ty) => {
                let mut first = 0;
                let tie = |operand: &Option<&Tensor>| {
                    let count = operand.as_ref()?.ty.shape.channels();
                    first += count;
                    Some(Tie::Along { first: first - count, count })
                };
                ChannelFlow::Tied(inputs.iter().map(tie).collect())
            }
            _ => channelwise(inputs, outputs),
        }
    }

    pub(super) fn channel_intervals(&self, known: &Known<'_>) -> Option<Vec<Interval>> {
        if known.output.dtype != DType::I8 {
            return None;
        }
        let mut parts = Vec::new();
        for index in 0..known.inputs.len() {
            let (ty, operand) = known.input(index)?;
            let requantise = match is_requantised(ty, known.output) {
                true => Some(rescale::table(ty, known.output, known.reference).ok()?),
                false => None,
            };
            let of = |interval: &Interval| match &requantise {
                Some(table) => interval.map(|x| (table[usize::from(x as i8 as u8)] as i8).into()),
                None => *interval,
            };
            parts.push(operand.iter().map(of).collect::<Vec<_>>());
        }
        if self.joins_channels(known.output) {
            return Some(parts.concat());
        }
        let hull = |a: Vec<Interval>, b: Vec<Interval>| a.into_iter().zip(b).map(|(a, b)| a.hull(b)).collect();
        parts.into_iter().reduce(hull)
    }
}
