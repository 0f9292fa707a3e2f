//! How the channels of a convolution hang together.

use super::{Conv2d, Geometry};
use crate::ir::{ChannelFlow, DType, Interval, Known, Operands, Tensor, WeightedSums};
use crate::ops::common::quantised::rounding;
use crate::ops::common::weighted::{self, Finish};

impl Conv2d {
    /// The sums, if image and weights are i8 and the weights and biases known.
    fn sums(&self, image: &Tensor, weights: &Tensor, bias: Option<&Tensor>) -> Option<WeightedSums> {
        let known = weights.is_constant() && bias.is_none_or(Tensor::is_constant);
        if !known || image.ty.dtype != DType::I8 || weights.ty.dtype != DType::I8 {
            return None;
        }
        image.ty.per_tensor()?;
        let Geometry { image: [h, w, _], output, window, .. } = self.geometry(&image.ty, &weights.ty).ok()?;
        let inside = [(0, h), (1, w)].map(|(axis, size)| {
            let runs = window.runs(axis, output[axis], size);
            runs.into_iter().map(|run| run.taps).collect()
        });
        Some(WeightedSums { weights: 1, bias: 2, groups: self.groups, taps: window.kernel, inside })
    }

    pub(super) fn flow(&self, inputs: &Operands<'_>) -> ChannelFlow {
        let sums = match *inputs {
            [Some(image), Some(weights), ref rest @ ..] => {
                self.sums(image, weights, rest.first().copied().flatten())
            }
            _ => None,
        };
        sums.map_or(ChannelFlow::Opaque, ChannelFlow::Weighted)
    }

    pub(super) fn channel_intervals(&self, known: &Known<'_>) -> Option<Vec<Interval>> {
        let operand = |index: usize| Some(known.inputs.get(index).copied().flatten()?.0);
        let (image, weights) = (operand(0)?, operand(1)?);
        let sums = self.sums(image, weights, operand(2))?;
        let types = [&image.ty, &weights.ty, known.output];
        let channels = known.output.shape.channels();
        let rounding = rounding(known.reference);
        let finish = Finish::derive(types, channels, self.clamp, rounding, known.reference).ok()?;
        weighted::intervals(known, &sums, &finish)
    }

    /// With the groups that are left: an image with as many channels, weights with the channels of a group.
    pub(super) fn with_groups(&self, inputs: &Operands<'_>) -> Option<Conv2d> {
        let &[Some(image), Some(weights), ..] = inputs else { return None };
        let groups = image.ty.shape.channels().checked_div(weights.ty.shape.channels())?;
        (groups != self.groups).then(|| Conv2d { groups, ..self.clone() })
    }
}
