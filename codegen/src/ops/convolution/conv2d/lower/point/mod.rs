//! Depthwise convolution with one output position, whose taps lie at equal distances: what a network over time does with a window as
//! long as what it remembers.

pub(super) mod dsp;
pub(super) mod scalar;

use std::ops::Range;

use super::LayerS8;
use crate::kernel::Const;

/// The taps that read the image, at equal distances.
struct Taps {
    /// Their rows and columns in the kernel.
    kernel: [Range<usize>; 2],
    /// Columns of the kernel.
    columns: usize,
    /// Elements of the image before the first one's channels.
    first: usize,
    /// Elements from one's channels to those of the next.
    step: usize,
    channels: usize,
}

impl Taps {
    /// Those of a depthwise layer of one position, with one result for each channel.
    fn of(layer: &LayerS8<'_>) -> Option<Taps> {
        let [height, width, channels] = layer.geometry.image;
        let window = &layer.geometry.window;
        if !layer.depthwise || layer.geometry.output != [1, 1, channels] {
            return None;
        }
        let kernel = [window.taps_inside(0, 0, height), window.taps_inside(1, 0, width)];
        let (rows, columns) = (kernel[0].len(), kernel[1].len());
        let step = match (rows, columns) {
            (0, _) | (_, 0) => return None,
            // No next one.
            (1, 1) => channels,
            (1, _) => window.dilation[1] * channels,
            (_, 1) => window.dilation[0] * width * channels,
            // Row follows on row.
            _ if window.dilation == [1, 1] && columns == width => channels,
            _ => return None,
        };
        let place = |axis: usize, extent: usize| window.tap(axis, 0, kernel[axis].start, extent);
        let first = (place(0, height)? * width + place(1, width)?) * channels;
        Some(Taps { kernel, columns: window.kernel[1], first, step, channels })
    }

    fn count(&self) -> usize {
        self.kernel[0].len() * self.kernel[1].len()
    }

    /// Whether the result may begin where the operand does, since a channel's taps lie at places of that channel.
    fn in_place(&self) -> bool {
        self.first.is_multiple_of(self.channels) && self.step.is_multiple_of(self.channels)
    }

    /// Their places in a channel's weights.
    fn places(&self) -> impl Iterator<Item = usize> {
        let [rows, columns] = self.kernel.clone();
        rows.flat_map(move |row| columns.clone().map(move |column| row * self.columns + column))
    }

    /// What a kernel's `Shape` has of them.
    fn shape(&self) -> Vec<(&'static str, Const)> {
        let mut shape: Vec<(&'static str, Const)> =
            vec![("CHANNELS", self.channels.into()), ("TAPS", self.count().into())];
        if self.first != 0 {
            shape.push(("FIRST", self.first.into()));
        }
        shape
    }

    /// Their weights, `[C][taps]`.
    fn weights(&self, layer: &LayerS8<'_>) -> Vec<i8> {
        let own = layer.weights.len() / self.channels.max(1);
        let channels = layer.weights.chunks_exact(own.max(1));
        channels.flat_map(|channel| self.places().map(|place| channel[place])).collect()
    }

    /// The biases, with what the taps outside the image add to the sums.
    fn bias(&self, layer: &LayerS8<'_>, bias: &[i32], input_zero: i32) -> Vec<i32> {
        let sum = |weights: &[i8]| weights.iter().map(|&weight| i32::from(weight)).sum::<i32>();
        let own = layer.weights.len() / self.channels.max(1);
        let inside = self.weights(layer);
        let channels = layer.weights.chunks_exact(own.max(1)).zip(inside.chunks_exact(self.count()));
        let outside = channels.map(|(all, inside)| sum(all) - sum(inside));
        bias.iter()
            .zip(outside)
            .map(|(bias, outside)| bias.wrapping_add(input_zero.wrapping_mul(outside)))
            .collect()
    }
}
