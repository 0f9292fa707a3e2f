//! From what was seen of a tensor to the range that its int8 values cover.

use std::collections::{BTreeMap, HashMap};

use super::observe::{BINS, Statistics};
use crate::config::Calibrator;
use crate::ir::{DType, Graph, IntegerForm, Quant, TensorId};

/// The share of values that [`Calibrator::Percentile`] keeps.
const PERCENTILE: f64 = 0.9999;

/// Ranges that MSE and entropy calibration try: the observed one, shrunk in steps of 1 % to this share.
const SMALLEST_SHARE: f32 = 0.3;

/// The quantisation of every f32 tensor that is fed or computed.
///
/// What an operator prescribes for its result (a softmax) is taken; an operator that moves or selects values hands its operand's
/// quantisation on.
pub(super) fn choose(
    graph: &Graph,
    statistics: &HashMap<TensorId, Statistics>,
    calibrator: Calibrator,
) -> BTreeMap<TensorId, Quant> {
    let mut quants = BTreeMap::new();
    let own = |id: TensorId| statistics.get(&id).map(|seen| quant(range(seen, calibrator)));
    for port in &graph.inputs {
        if let Some(quant) = own(port.tensor) {
            quants.insert(port.tensor, quant);
        }
    }
    for (_, node) in graph.nodes() {
        for &result in node.outputs.iter().filter(|&&id| graph.ty(id).dtype == DType::F32) {
            let handed_on = node.input(0).and_then(|operand| quants.get(&operand).cloned());
            let chosen = match (node.op.integer_form(), handed_on) {
                (IntegerForm::SameAsInput, Some(quant)) => Some(quant),
                (IntegerForm::Fixed { scale, zero_point }, _) => Some(Quant::per_tensor(scale, zero_point)),
                _ => own(result),
            };
            if let Some(quant) = chosen {
                quants.insert(result, quant);
            }
        }
    }
    quants
}

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

/// The range to cover.
pub(super) fn range(seen: &Statistics, calibrator: Calibrator) -> (f32, f32) {
    let full = (seen.min.min(0.0), seen.max.max(0.0));
    match calibrator {
        Calibrator::MinMax => full,
        Calibrator::Percentile => percentile(seen),
        Calibrator::Mse => best(full, |range| squared_error(seen, range)),
        Calibrator::Entropy => best(full, |range| divergence(seen, range)),
    }
}

/// The candidate with the least loss; of equals the widest.
fn best(full: (f32, f32), loss: impl Fn((f32, f32)) -> f64) -> (f32, f32) {
    let mut best = (full, loss(full));
    let mut share = 0.99;
    while share >= SMALLEST_SHARE {
        let candidate = (full.0 * share, full.1 * share);
        let own = loss(candidate);
        if own < best.1 {
            best = (candidate, own);
        }
        share -= 0.01;
    }
    best.0
}

fn percentile(seen: &Statistics) -> (f32, f32) {
    let total: u64 = seen.histogram.iter().map(|&count| u64::from(count)).sum();
    let tail = (total as f64 * (1.0 - PERCENTILE) / 2.0) as u64;
    let (low, high) = (bin_behind(seen, tail, 0..BINS), bin_behind(seen, tail, (0..BINS).rev()));
    (seen.centre(low).min(0.0), seen.centre(high).max(0.0))
}

/// The first bin at which more than `tail` values have been passed.
fn bin_behind(seen: &Statistics, tail: u64, mut bins: impl Iterator<Item = usize>) -> usize {
    let mut sum = 0;
    let behind = bins.find(|&bin| {
        sum += u64::from(seen.histogram[bin]);
        sum > tail
    });
    behind.unwrap_or(0)
}

/// What int8 makes of a value.
fn round_trip(value: f32, scale: f32, zero_point: f32) -> f32 {
    ((value / scale + zero_point).round().clamp(-128.0, 127.0) - zero_point) * scale
}

fn squared_error(seen: &Statistics, range: (f32, f32)) -> f64 {
    let quant = quant(range);
    let (scale, zero_point) = (quant.scale(0), quant.zero_point(0) as f32);
    let mut sum = 0.0;
    for (bin, &count) in seen.histogram.iter().enumerate().filter(|(_, count)| **count > 0) {
        let value = seen.centre(bin);
        let error = f64::from(round_trip(value, scale, zero_point) - value);
        sum += error * error * f64::from(count);
    }
    sum
}

/// Kullback-Leibler divergence of the distribution after quantisation from the one before: mass that is clipped piles up in the
/// outermost levels, and mass within a level is spread evenly over its occupied bins.
fn divergence(seen: &Statistics, range: (f32, f32)) -> f64 {
    let quant = quant(range);
    let (scale, zero_point) = (quant.scale(0), quant.zero_point(0) as f32);
    let level_of =
        |bin: usize| ((seen.centre(bin) / scale + zero_point).round().clamp(-128.0, 127.0) + 128.0) as usize;
    let total: f64 = seen.histogram.iter().map(|&count| f64::from(count)).sum();
    let inside = |bin: usize| {
        let value = seen.centre(bin);
        value >= range.0 && value <= range.1
    };
    // The reference distribution clips too: what is outside counts at the nearest bin inside.
    let mut reference = vec![0.0f64; BINS];
    let (first, last) = ((0..BINS).find(|&bin| inside(bin)), (0..BINS).rfind(|&bin| inside(bin)));
    let (Some(first), Some(last)) = (first, last) else { return f64::INFINITY };
    let (mut mass, mut occupied) = ([0.0f64; 256], [0u32; 256]);
    for (bin, &count) in seen.histogram.iter().enumerate().filter(|(_, count)| **count > 0) {
        reference[bin.clamp(first, last)] += f64::from(count);
        if inside(bin) {
            mass[level_of(bin)] += f64::from(count);
        }
    }
    for (bin, _) in reference.iter().enumerate().filter(|(_, count)| **count > 0.0) {
        occupied[level_of(bin)] += 1;
    }
    let kept: f64 = mass.iter().sum();
    let mut divergence = 0.0;
    for (bin, &count) in reference.iter().enumerate().filter(|(_, count)| **count > 0.0) {
        let level = level_of(bin);
        let spread = mass[level] / f64::from(occupied[level].max(1)) / kept.max(1.0);
        let own = count / total;
        divergence += own * (own / spread.max(1e-12)).ln();
    }
    divergence
}
