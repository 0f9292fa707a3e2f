//! Channels: what is known of them one by one, and how operators carry them on.
//!
//! A channel is an index along a tensor's innermost axis. A channel whose elements are one and the same number, or that no result
//! depends on, need not be computed; [`ChannelFlow`] says which other channels come and go with it.

use std::ops::Range;

use super::graph::Reference;
use super::tensor::{DType, Tensor, TensorType};

/// The numbers that an element may be, whatever the model is fed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Interval {
    /// The smallest.
    pub min: i32,
    /// The largest.
    pub max: i32,
}

impl Interval {
    /// All numbers of an element type; none for others than i8, about which nothing is known.
    pub fn of(dtype: DType) -> Option<Interval> {
        (dtype == DType::I8).then_some(Interval { min: i8::MIN.into(), max: i8::MAX.into() })
    }

    /// One number.
    pub fn constant(value: i32) -> Interval {
        Interval { min: value, max: value }
    }

    /// The number, if it is one.
    pub fn single(self) -> Option<i32> {
        (self.min == self.max).then_some(self.min)
    }

    /// The smallest interval that holds both.
    pub fn hull(self, other: Interval) -> Interval {
        Interval { min: self.min.min(other.min), max: self.max.max(other.max) }
    }

    /// The smallest interval that holds `f` of each number of this one.
    pub fn map(self, f: impl Fn(i32) -> i32) -> Interval {
        (self.min..=self.max)
            .fold(Interval::constant(f(self.min)), |all, x| all.hull(Interval::constant(f(x))))
    }
}

/// The operands of a node, by what is known of each channel.
pub struct Known<'a> {
    /// Operand tensors, with an interval for each channel; without any for what is not known.
    pub inputs: &'a [Option<(&'a Tensor, &'a [Interval])>],
    /// Type of the result.
    pub output: &'a TensorType,
    /// Arithmetic of quantised operators.
    pub reference: Reference,
}

impl<'a> Known<'a> {
    /// Type and intervals of the operand at `index`; none if it is missing, or not known.
    pub fn input(&self, index: usize) -> Option<(&'a TensorType, &'a [Interval])> {
        let (tensor, intervals) = self.inputs.get(index).copied().flatten()?;
        (intervals.len() == tensor.ty.shape.channels()).then_some((&tensor.ty, intervals))
    }
}

/// How the channels of a node's operands and result hang together.
#[derive(Clone, Debug, PartialEq)]
pub enum ChannelFlow {
    /// No channel can go.
    Opaque,
    /// Each channel of the result belongs to one of an operand, and they come and go together. Per operand; none for operands that
    /// have no channels (a table).
    Tied(Vec<Option<Tie>>),
    /// The result's channels are weighted sums of the operand's.
    Weighted(WeightedSums),
}

/// Which channels of the result belong to those of an operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tie {
    /// `count` channels of the result, from `first` on, in order; both sides repeat until the longer is at its end.
    Along {
        /// The first.
        first: usize,
        /// How many.
        count: usize,
    },
    /// The operand's only channel is read by all of the result's.
    Shared,
}

impl Tie {
    /// The pairs of an operand's channel and the result's, for an operand with `channels`.
    pub fn pairs(self, channels: usize, result: usize) -> impl Iterator<Item = (usize, usize)> {
        let (first, count) = match self {
            Tie::Along { first, count } => (first, count),
            Tie::Shared => (0, result),
        };
        let all = if channels == 0 || count == 0 { 0 } else { channels.max(count) };
        (0..all).map(move |i| (i % channels, first + i % count))
    }
}

/// A convolution or fully connected layer on integers: `result[o] = finish(o, bias[o] + Σ (operand[c] - zero point) · weight)`, the
/// weights being `[O][taps][channels of a group]`, the operand's channels those of its groups in order. Operand 0 is the image; the
/// others are constant.
#[derive(Clone, Debug, PartialEq)]
pub struct WeightedSums {
    /// Operand index of the weights.
    pub weights: usize,
    /// Operand index of the biases, i32, which may be left out.
    pub bias: usize,
    /// Groups of channels that are summed apart.
    pub groups: usize,
    /// Rows and columns of taps of each output channel.
    pub taps: [usize; 2],
    /// The kinds of places in the result, along rows and along columns: the taps that lie in the image. The others add nothing.
    pub inside: [Vec<Range<usize>>; 2],
}

impl WeightedSums {
    /// Taps of each output channel.
    pub fn tap_count(&self) -> usize {
        self.taps[0] * self.taps[1]
    }

    /// Whether each tap lies in the image everywhere.
    pub fn is_always_inside(&self) -> Vec<bool> {
        let along = |axis: usize| {
            let first = self.inside[axis].iter().map(|taps| taps.start).max().unwrap_or(0);
            let end = self.inside[axis].iter().map(|taps| taps.end).min().unwrap_or(self.taps[axis]);
            (0..self.taps[axis]).map(move |tap| (first..end).contains(&tap))
        };
        along(0).flat_map(|row| along(1).map(move |column| row && column)).collect()
    }
}
