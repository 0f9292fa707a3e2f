//! From what was seen of a tensor to the range that its int8 values cover.

use tinyml_arith::float;

use super::histogram::Histogram;
use crate::config::Calibrator;
use crate::ir::Quant;

/// The share of values that [`Calibrator::Percentile`] keeps.
const PERCENTILE: f64 = 0.9999;

/// MSE and entropy calibration try the full range, and ranges without what is beyond a threshold. Each threshold is the one before
/// times 2^(-1/16).
const STEP: f32 = 0.957_603_3;

/// Thresholds that MSE calibration tries: down to 1/64 of the largest value.
const MSE_STEPS: usize = 96;

/// Thresholds that entropy calibration tries: down to 1/16 of the largest value. Below, int8 has more levels than the histogram
/// has bins, and their number alone would decide.
const ENTROPY_STEPS: usize = 64;

/// The share of values other than zero that entropy calibration keeps at least. A value that is very frequent (what a dead channel
/// puts out, an activation's upper limit) is a spike within its level that only narrower levels resolve; without a bound the search
/// would give up everything else for it.
const ENTROPY_KEPT: f64 = 0.999;

/// Values of int8.
const LEVELS: usize = 256;

/// Scale and zero point of int8 values that cover a range; 0.0 is represented exactly.
pub(super) fn quant((min, max): (f32, f32)) -> Quant {
    let (min, max) = (min.min(0.0), max.max(0.0));
    let scale = (max - min) / 255.0;
    // A tensor that is always zero: any scale will do.
    if scale < f32::MIN_POSITIVE {
        return Quant::per_tensor(1.0, 0);
    }
    let zero_point = (-128.0 - min / scale).round().clamp(-128.0, 127.0);
    Quant::per_tensor(scale, zero_point as i32)
}

/// The int8 values that stand for real numbers.
pub(super) fn to_int8(reals: &[f32], quant: &Quant) -> Vec<i8> {
    let (scale, zero_point) = (quant.scale(0), quant.zero_point(0) as f32);
    reals.iter().map(|x| ((x / scale).round() + zero_point).clamp(-128.0, 127.0) as i8).collect()
}

/// The range to cover.
pub(super) fn range(seen: &Histogram, calibrator: Calibrator) -> (f32, f32) {
    match calibrator {
        Calibrator::MinMax => seen.range(),
        Calibrator::Percentile => percentile(seen),
        Calibrator::Mse => {
            let bins = seen.occupied();
            best(seen, MSE_STEPS, |range| squared_error(&bins, range))
        }
        Calibrator::Entropy => {
            let bins = seen.occupied();
            best(seen, ENTROPY_STEPS, |range| divergence(&bins, range))
        }
    }
}

/// The candidate with the least loss; of equals the widest.
fn best(seen: &Histogram, steps: usize, loss: impl Fn((f32, f32)) -> f64) -> (f32, f32) {
    let (min, max) = seen.range();
    let mut best = ((min, max), loss((min, max)));
    let mut threshold = max.max(-min);
    for _ in 0..steps {
        threshold *= STEP;
        // The shorter side is clipped only where it is beyond the threshold too.
        let candidate = (min.max(-threshold), max.min(threshold));
        let own = loss(candidate);
        if own < best.1 {
            best = (candidate, own);
        }
    }
    best.0
}

/// The range without the outermost values, half of them at either end.
fn percentile(seen: &Histogram) -> (f32, f32) {
    let bins = seen.occupied();
    let (min, max) = seen.range();
    let tail = (seen.total() as f64 * (1.0 - PERCENTILE) / 2.0) as u64;
    if tail == 0 {
        return (min, max);
    }
    (behind(bins.iter(), tail).min(0.0), behind(bins.iter().rev(), tail).max(0.0))
}

/// The first bin at which more than `tail` values have been passed; 0.0 if there are fewer.
fn behind<'a>(bins: impl Iterator<Item = &'a (f32, u64)>, tail: u64) -> f32 {
    let mut passed = 0;
    for (centre, count) in bins {
        passed += count;
        if passed > tail {
            return *centre;
        }
    }
    0.0
}

/// Conversion of reals to the 256 levels of a range, without the rounding function of the standard library: it is called for every
/// bin and candidate, in an unoptimised build.
#[derive(Clone, Copy)]
struct Levels {
    scale: f32,
    reciprocal: f32,
    /// The level of 0.0.
    zero: f32,
}

impl Levels {
    fn new(range: (f32, f32)) -> Self {
        let quant = quant(range);
        let scale = quant.scale(0);
        Levels { scale, reciprocal: 1.0 / scale, zero: (quant.zero_point(0) + 128) as f32 }
    }

    /// The level that stands for a value, from 0 to 255.
    fn level(self, value: f32) -> usize {
        // Negative numbers become 0 when they are cast.
        let level = (value * self.reciprocal + self.zero + 0.5) as usize;
        if level < LEVELS { level } else { LEVELS - 1 }
    }

    /// What becomes of a value.
    fn round_trip(self, value: f32) -> f32 {
        (self.level(value) as f32 - self.zero) * self.scale
    }
}

/// Σ (value - quantised value)².
fn squared_error(bins: &[(f32, u64)], range: (f32, f32)) -> f64 {
    let levels = Levels::new(range);
    let mut sum = 0.0;
    let mut i = 0;
    while i < bins.len() {
        let (value, count) = bins[i];
        let error = f64::from(levels.round_trip(value) - value);
        sum += error * error * count as f64;
        i += 1;
    }
    sum
}

/// Kullback-Leibler divergence of the distribution after quantisation from the one before. Before: what is clipped counts at the
/// outermost bins that are not. After: within a level, values are spread evenly over the occupied bins.
///
/// S. Migacz, "8-bit inference with TensorRT" (GTC 2017).
fn divergence(bins: &[(f32, u64)], range: (f32, f32)) -> f64 {
    let levels = Levels::new(range);
    let inside = |value: f32| value >= range.0 && value <= range.1;
    let first = bins.iter().position(|&(value, _)| inside(value));
    let last = bins.iter().rposition(|&(value, _)| inside(value));
    let (Some(first), Some(last)) = (first, last) else { return f64::INFINITY };
    let kept = &bins[first..=last];
    let count_of = |bins: &[(f32, u64)]| bins.iter().map(|&(_, count)| count).sum::<u64>();
    let (below, above) = (count_of(&bins[..first]), count_of(&bins[last + 1..]));
    let kept_mass = count_of(kept) as f64;
    let total = (below + above) as f64 + kept_mass;
    if kept_mass < total * ENTROPY_KEPT {
        return f64::INFINITY;
    }
    let (mut mass, mut occupied) = ([0u64; LEVELS], [0u32; LEVELS]);
    for &(value, count) in kept {
        let level = levels.level(value);
        mass[level] += count;
        occupied[level] += 1;
    }
    let mut divergence = 0.0;
    for (i, &(value, count)) in kept.iter().enumerate() {
        let level = levels.level(value);
        let clipped_below = if i == 0 { below } else { 0 };
        let clipped_above = if i + 1 == kept.len() { above } else { 0 };
        let before = (count + clipped_below + clipped_above) as f64 / total;
        let after = mass[level] as f64 / f64::from(occupied[level]) / kept_mass;
        divergence += before * f64::from(float::ln((before / after) as f32));
    }
    divergence
}
