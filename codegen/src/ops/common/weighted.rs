//! What layers with int8 weights share: from accumulators to results, and what the results may be.

use std::ops::Range;

use super::quantised::{channel_multipliers, clamp_range, per_tensor};
use crate::ir::{Fault, Interval, Known, Reference, TensorType, WeightedSums};
use tinyml_arith::{Clamp, Multiplier, Rounding, requantize};

/// From an i32 accumulator, bias included, to the i8 result.
pub struct Finish {
    multipliers: Vec<Multiplier>,
    rounding: Rounding,
    zero_point: i32,
    clamp: Clamp,
}

impl Finish {
    /// The constants for operand, weights and result of these types; `channels` of the result.
    pub fn derive(
        [x, weights, output]: [&TensorType; 3],
        channels: usize,
        clamp: [f32; 2],
        rounding: Rounding,
        reference: Reference,
    ) -> Result<Finish, Fault> {
        let (_, zero_point) = per_tensor(output, "result")?;
        let quant = weights.quant.as_ref().ok_or("the weights are not quantised")?;
        let multipliers = channel_multipliers(x, quant, output, channels, reference)?;
        Ok(Finish { multipliers, rounding, zero_point, clamp: clamp_range(clamp, output)? })
    }

    /// The result of an output channel.
    pub fn apply(&self, channel: usize, acc: i32) -> i32 {
        let scaled = requantize(acc, self.multipliers[channel], self.rounding);
        self.clamp.apply(scaled.wrapping_add(self.zero_point))
    }

    /// What the results of an output channel may be for accumulators from `low` to `high`, which are sums without wrapping.
    fn bounds(&self, channel: usize, low: i64, high: i64) -> Interval {
        if low == high {
            return Interval::constant(self.apply(channel, low as i32));
        }
        // Below this nothing wraps on the way, and without that each step is monotone.
        let limit = 1i64 << (30 - self.multipliers[channel].shift.clamp(0, 30));
        if low > -limit && high < limit {
            let at = |acc: i64| self.apply(channel, acc as i32);
            return Interval { min: at(low), max: at(high) };
        }
        Interval { min: self.clamp.min, max: self.clamp.max }
    }
}

/// What each channel of the result may be: the sums over the taps in the image with every element at its least and its most, for
/// each kind of place.
pub fn intervals(known: &Known<'_>, sums: &WeightedSums, finish: &Finish) -> Option<Vec<Interval>> {
    let (ty, operand) = known.input(0)?;
    let (_, zero) = ty.per_tensor()?;
    let constant = |index: usize| known.inputs.get(index).copied().flatten()?.0.data.as_deref();
    let weights = constant(sums.weights)?.as_i8()?;
    let bias = constant(sums.bias).and_then(|value| value.as_i32());
    let channels = known.output.shape.channels();
    let (group_in, group_out) = (operand.len() / sums.groups, channels / sums.groups);
    let steps: Vec<[i32; 2]> = operand.iter().map(|known| [known.min - zero, known.max - zero]).collect();
    let mut results = Vec::with_capacity(channels);
    let taps = sums.tap_count();
    let mut corners = Corners::new(sums.taps);
    for channel in 0..channels {
        let first = channel / group_out * group_in;
        let steps = &steps[first..first + group_in];
        let filter = &weights[channel * taps * group_in..(channel + 1) * taps * group_in];
        corners.sum_up(|tap| reach(&filter[tap * group_in..(tap + 1) * group_in], steps));
        let bias = bias.map_or(0, |bias| i64::from(bias[channel]));
        let [rows, columns] = &sums.inside;
        let windows = rows.iter().flat_map(|rows| columns.iter().map(move |columns| (rows, columns)));
        let at = |(rows, columns): (&Range<usize>, &Range<usize>)| {
            let [low, high] = corners.sum_of(rows, columns);
            finish.bounds(channel, bias + low, bias + high)
        };
        results.push(windows.map(at).reduce(Interval::hull)?);
    }
    Some(results)
}

/// Sums of two numbers for each tap over the taps above and to the left of each corner between them, so that the sum over a
/// rectangle of taps takes four of them, however many taps and rectangles there are (F. Crow, "Summed-area tables", 1984).
struct Corners {
    /// Rows and columns of taps.
    taps: [usize; 2],
    /// `[rows + 1][columns + 1]`.
    sums: Vec<[i64; 2]>,
}

impl Corners {
    fn new(taps: [usize; 2]) -> Corners {
        Corners { taps, sums: vec![[0; 2]; (taps[0] + 1) * (taps[1] + 1)] }
    }

    /// Takes the numbers of each tap.
    fn sum_up(&mut self, of_tap: impl Fn(usize) -> [i64; 2]) {
        let [rows, columns] = self.taps;
        // Indices and `while`: every weight of the model is read here in an unoptimised build.
        let mut tap = 0;
        while tap < rows * columns {
            let above = tap / columns * (columns + 1) + tap % columns;
            let here = above + columns + 2;
            let (own, [left, up, corner]) = (of_tap(tap), [here - 1, above + 1, above].map(|i| self.sums[i]));
            self.sums[here] = [own[0] + left[0] + up[0] - corner[0], own[1] + left[1] + up[1] - corner[1]];
            tap += 1;
        }
    }

    /// The sums over the taps in these rows and columns.
    fn sum_of(&self, rows: &Range<usize>, columns: &Range<usize>) -> [i64; 2] {
        let at = |row: usize, column: usize| self.sums[row * (self.taps[1] + 1) + column];
        let (all, above) = (at(rows.end, columns.end), at(rows.start, columns.end));
        let (left, corner) = (at(rows.end, columns.start), at(rows.start, columns.start));
        [0, 1].map(|side| all[side] - above[side] - left[side] + corner[side])
    }
}

/// The least and the most that `Σ weight · step` can be, for steps between their bounds.
fn reach(weights: &[i8], steps: &[[i32; 2]]) -> [i64; 2] {
    let (mut low, mut high) = (0i64, 0i64);
    let mut i = 0;
    while i < weights.len() {
        let weight = weights[i] as i32;
        if weight != 0 {
            let [least, most] = steps[i];
            let (a, b) = (weight * least, weight * most);
            low += a.min(b) as i64;
            high += a.max(b) as i64;
        }
        i += 1;
    }
    [low, high]
}
