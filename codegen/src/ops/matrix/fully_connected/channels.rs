//! How the channels of a fully connected layer hang together.

use super::FullyConnected;
use super::evaluate::rounding;
use crate::ir::{ChannelFlow, DType, Interval, Known, Operands, Tensor, WeightedSums};
use crate::ops::common::weighted::{self, Finish};

impl FullyConnected {
    /// The sums, if operand and weights are i8, the weights and biases known, and every row begins with the operand's first channel:
    /// the elements of a row that belong to one channel are its taps.
    fn sums(&self, x: &Tensor, weights: &Tensor, bias: Option<&Tensor>) -> Option<WeightedSums> {
        let known = weights.is_constant() && bias.is_none_or(Tensor::is_constant);
        if !known || x.ty.dtype != DType::I8 || weights.ty.dtype != DType::I8 {
            return None;
        }
        x.ty.per_tensor()?;
        let (inputs, channels) = (self.geometry(&x.ty, &weights.ty).ok()?.inputs, x.ty.shape.channels());
        if channels == 0 || !inputs.is_multiple_of(channels) {
            return None;
        }
        let taps = inputs / channels;
        let all = |count: usize| std::iter::once(0..count).collect();
        Some(WeightedSums { weights: 1, bias: 2, groups: 1, taps: [1, taps], inside: [1, taps].map(all) })
    }

    pub(super) fn flow(&self, inputs: &Operands<'_>) -> ChannelFlow {
        let sums = match *inputs {
            [Some(x), Some(weights), ref rest @ ..] => self.sums(x, weights, rest.first().copied().flatten()),
            _ => None,
        };
        sums.map_or(ChannelFlow::Opaque, ChannelFlow::Weighted)
    }

    pub(super) fn channel_intervals(&self, known: &Known<'_>) -> Option<Vec<Interval>> {
        let operand = |index: usize| Some(known.inputs.get(index).copied().flatten()?.0);
        let (x, weights) = (operand(0)?, operand(1)?);
        let sums = self.sums(x, weights, operand(2))?;
        let types = [&x.ty, &weights.ty, known.output];
        let channels = known.output.shape.channels();
        let rounding = rounding(known.reference);
        let finish = Finish::derive(types, channels, self.clamp, rounding, known.reference).ok()?;
        weighted::intervals(known, &sums, &finish)
    }
}
