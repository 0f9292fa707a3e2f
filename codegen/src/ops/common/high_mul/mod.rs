//! Constants for requantisation by one high multiply (`tinyml_arith::high_mul`), proven equal to the exact definition.
//!
//! What a channel's requantisation does to an accumulator, clamp included, is a staircase of at most 255 steps. A form of
//! `tinyml_arith::high_mul` may stand for it if each of its steps lies at the same accumulator. For
//! [`HighMul::Floor`] every step gives an interval in which the sum of the rounding constant and all offsets must lie; the
//! intervals of all steps meet in a small one, and a small number added to the bias together with whole units of the high word
//! hits it: the bias carries the rounding. So any rounding whose steps are nearly equidistant needs no rounding
//! instructions at all, a ReLU's double rounding among them. [`HighMul::Double`] remains for what has results below zero.

mod search;
#[cfg(test)]
mod test;

use super::remembered::Remembered;
use tinyml_arith::{Clamp, HighMul, Multiplier, Rounding, requantize};

/// A channel's requantisation as its definition has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Exact {
    /// Scale of the accumulators in units of the result's.
    pub multiplier: Multiplier,
    /// How the product is rounded.
    pub rounding: Rounding,
    /// Added to the rounded product.
    pub zero_point: i32,
    /// Range of the result.
    pub clamp: Clamp,
    /// The least and the greatest accumulator that the channel can have, bias included.
    pub accumulators: (i64, i64),
}

impl Exact {
    /// The result for an accumulator.
    pub fn apply(&self, acc: i64) -> i32 {
        self.clamp.apply(requantize(acc as i32, self.multiplier, self.rounding).wrapping_add(self.zero_point))
    }

    /// Whether nothing wraps in the definition: only then are the results a staircase.
    pub fn is_monotone(&self) -> bool {
        let (min, max) = self.accumulators;
        let left = self.multiplier.shift.max(0);
        let fits = |acc: i64| i64::from(i32::MIN) <= acc && acc <= i64::from(i32::MAX);
        self.multiplier.multiplier >= 0 && min <= max && left < 16 && fits(min << left) && fits(max << left)
    }

    /// For each result above the least: the least accumulator that gives it or more; accumulators are those of the channel,
    /// one beyond them stands for none.
    fn steps(&self) -> Vec<(i32, i64)> {
        let (min, max) = self.accumulators;
        let real = self.multiplier.to_f64();
        let step = |result: i32| {
            let reached = |acc: i64| self.apply(acc) >= result;
            // Next to the exact place, as far as rounding goes; where the multiplier is next to nothing, anywhere.
            let guess = ((f64::from(result - self.zero_point) - 0.5) / real) as i64;
            let mut low = guess.saturating_sub(2).clamp(min, max);
            let mut high = guess.saturating_add(2).clamp(min, max + 1);
            if reached(low) {
                low = min;
            }
            if high <= max && !reached(high) {
                high = max + 1;
            }
            while low < high {
                let middle = low + (high - low) / 2;
                match reached(middle) {
                    true => high = middle,
                    false => low = middle + 1,
                }
            }
            (result, low)
        };
        (self.clamp.min + 1..=self.clamp.max).map(step).collect()
    }
}

/// The constants of a channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Channel {
    /// To be added to the bias.
    pub bias: i32,
    /// Factor of the high multiply.
    pub multiplier: i32,
    /// Added to the high word.
    pub offset: i32,
    /// Right shift of the sum.
    pub shift: u32,
}

impl Channel {
    /// The result for an accumulator (without this channel's addition to the bias), before saturation.
    pub fn apply(&self, form: HighMul, acc: i64) -> i32 {
        form.apply((acc + i64::from(self.bias)) as i32, self.multiplier, self.offset, self.shift)
    }
}

/// The constants of a layer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layer {
    /// The form, for all channels.
    pub form: HighMul,
    /// The constants of each channel.
    pub channels: Vec<Channel>,
    /// The least and the greatest result before saturation.
    pub range: (i32, i32),
}

impl Layer {
    /// The shift, if all channels have the same.
    pub fn shift(&self) -> Option<u32> {
        let first = self.channels.first()?.shift;
        self.channels.iter().all(|channel| channel.shift == first).then_some(first)
    }
}

/// The channels of a layer with int8 operand and weights (output channel outermost), for [`fit`]. `bias` has the operand's
/// zero point folded in; one multiplier stands for all channels.
pub fn channels(
    weights: &[i8],
    bias: &[i32],
    multipliers: &[Multiplier],
    rounding: Rounding,
    zero_point: i32,
    clamp: Clamp,
) -> Vec<Exact> {
    let per_channel = (weights.len() / bias.len().max(1)).max(1);
    let multiplier = |index: usize| multipliers.get(index).or(multipliers.first()).copied();
    bias.iter()
        .zip(weights.chunks(per_channel))
        .enumerate()
        .filter_map(|(index, (&bias, weights))| {
            let multiplier = multiplier(index)?;
            let accumulators = accumulators(bias, weights);
            Some(Exact { multiplier, rounding, zero_point, clamp, accumulators })
        })
        .collect()
}

/// The least and the greatest of `bias + Σ w * x` over all int8 operands.
fn accumulators(bias: i32, weights: &[i8]) -> (i64, i64) {
    weights.iter().fold((i64::from(bias), i64::from(bias)), |(min, max), &w| {
        let ends = [i64::from(w) * -128, i64::from(w) * 127];
        (min + ends[0].min(ends[1]), max + ends[0].max(ends[1]))
    })
}

/// The greatest addition to a bias.
const MAX_BIAS: u64 = 1 << 20;

/// Constants for a layer's channels. [`HighMul::Floor`] with the least shift that does for all channels; else with a
/// shift of its own for each; else [`HighMul::Double`]; none if no form gives the exact results.
pub fn fit(channels: &[Exact]) -> Option<Layer> {
    thread_local!(static KNOWN: Remembered<Vec<Exact>, Option<Layer>> = Remembered::default());
    KNOWN.with(|known| known.get(channels, || search_form(channels)))
}

fn search_form(channels: &[Exact]) -> Option<Layer> {
    if channels.is_empty() || !channels.iter().all(Exact::is_monotone) {
        return None;
    }
    let floor = || {
        let steps: Vec<_> = channels.iter().map(Exact::steps).collect();
        let of_all = |shift: u32| -> Option<Vec<Channel>> {
            channels.iter().zip(&steps).map(|(exact, steps)| floor_form(exact, steps, shift)).collect()
        };
        let of_each = || -> Option<Vec<Channel>> {
            let least =
                |(exact, steps): (&Exact, &Vec<_>)| (0..16).find_map(|shift| floor_form(exact, steps, shift));
            channels.iter().zip(&steps).map(least).collect()
        };
        (0..16).find_map(of_all).or_else(of_each)
    };
    let double = || -> Option<Vec<Channel>> { channels.iter().map(double_form).collect() };
    let (form, constants) = match floor() {
        Some(constants) => (HighMul::Floor, constants),
        None => (HighMul::Double, double()?),
    };
    let results = channels.iter().zip(&constants).flat_map(|(exact, channel): (&Exact, &Channel)| {
        [exact.accumulators.0, exact.accumulators.1].map(|acc| channel.apply(form, acc))
    });
    let range = results.fold((i32::MAX, i32::MIN), |(min, max), result| (min.min(result), max.max(result)));
    Some(Layer { form, channels: constants, range })
}

/// [`HighMul::Floor`] with this shift; none if no constants have the exact steps.
fn floor_form(exact: &Exact, steps: &[(i32, i64)], shift: u32) -> Option<Channel> {
    let (min, max) = exact.accumulators;
    let unit = exact.multiplier.shift + 1 + shift as i32;
    if unit > 0 {
        return None;
    }
    let nearest = match unit {
        -62.. => (i64::from(exact.multiplier.multiplier) + ((1i64 << -unit) >> 1)) >> -unit,
        _ => 0,
    };
    // A multiplier beside the nearest one often leaves more room.
    [0, 1, -1, 2, -2].into_iter().find_map(|change| {
        let multiplier = i32::try_from(nearest + change).ok().filter(|&m| m >= 0)?;
        let (low, high) = room(exact, steps, multiplier, shift)?;
        let (bias, offset) = search::offsets(multiplier as u32, low, high, MAX_BIAS)?;
        let fits = |acc: i64| i32::try_from(acc + i64::from(bias)).is_ok();
        // The sum of high word and offset has 32 bits, too.
        let offset = i32::try_from(offset).ok().filter(|offset| offset.unsigned_abs() < 1 << 30)?;
        (fits(min) && fits(max)).then_some(Channel { bias, multiplier, offset, shift })
    })
}

/// The sums of offsets (in units of the product) with which the form has the exact steps: an interval, both ends included.
fn room(exact: &Exact, steps: &[(i32, i64)], multiplier: i32, shift: u32) -> Option<(i128, i128)> {
    let (min, max) = exact.accumulators;
    let multiplier = i128::from(multiplier);
    let (mut low, mut high) = (i128::MIN, i128::MAX);
    for &(result, acc) in steps {
        let edge = i128::from(result) << (32 + shift);
        // `acc * multiplier + offsets >= edge`, and one accumulator less is below the edge.
        if acc <= max {
            low = low.max(edge - i128::from(acc) * multiplier);
        }
        if acc > min {
            high = high.min(edge - 1 - i128::from(acc - 1) * multiplier);
        }
        if low > high {
            return None;
        }
    }
    // Without a step (one possible result) all offsets on one side do; those near zero are searched.
    let near = 1i128 << (40 + shift);
    let (low, high) = match (low == i128::MIN, high == i128::MAX) {
        (true, true) => (-near, near),
        (true, false) => (high - near, high),
        (false, true) => (low, low + near),
        (false, false) => (low, high),
    };
    (low <= high).then_some((low, high))
}

/// [`HighMul::Double`]; none if it is not the channel's rounding, or something could wrap.
fn double_form(exact: &Exact) -> Option<Channel> {
    let (min, max) = exact.accumulators;
    let shift = u32::try_from(-exact.multiplier.shift).ok().filter(|shift| (1..=22).contains(shift))?;
    let doubles = |acc: i64| i32::try_from(2 * acc).is_ok();
    if exact.rounding != Rounding::Double || !doubles(min) || !doubles(max) {
        return None;
    }
    let offset = (exact.zero_point << shift) + (1 << (shift - 1));
    Some(Channel { bias: 0, multiplier: exact.multiplier.multiplier, offset, shift })
}
