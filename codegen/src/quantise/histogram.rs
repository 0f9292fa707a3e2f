//! Histograms whose range need not be known beforehand, so that one run over the data is enough.
//!
//! The bins cover `-limit..limit`, a power of two. A value beyond doubles the limit as often as it takes; neighbouring bins are then
//! merged, which loses nothing but resolution. Loops are written with indices: the macro runs this in an unoptimised build.

/// Bins of a histogram. At least a quarter of them covers the values on the side of zero with the largest.
pub(super) const BINS: usize = 8192;

const HALF: usize = BINS / 2;

/// The smallest limit: the width of a bin must have a reciprocal.
const SMALLEST_LIMIT: f32 = 1.0 / (1u128 << 100) as f32;

/// Counts of values in equal steps.
#[derive(Clone, Debug)]
pub(super) struct Histogram {
    limit: f32,
    counts: Vec<u64>,
    /// Exact zeros (padding, the lower end of a ReLU), which every quantisation represents exactly. They are in no bin: as a spike
    /// they would hide the distribution around them.
    zeros: u64,
    /// Smallest and largest value, exactly.
    min: f32,
    max: f32,
}

impl Histogram {
    /// The histogram of nothing.
    pub(super) fn new() -> Self {
        Histogram {
            limit: SMALLEST_LIMIT,
            counts: vec![0; BINS],
            zeros: 0,
            min: f32::INFINITY,
            max: f32::NEG_INFINITY,
        }
    }

    /// Counts values, which must be finite.
    pub(super) fn extend(&mut self, values: &[f32]) {
        let mut scale = HALF as f32 / self.limit;
        let mut i = 0;
        while i < values.len() {
            let x = values[i];
            i += 1;
            if x < self.min {
                self.min = x;
            }
            if x > self.max {
                self.max = x;
            }
            if x == 0.0 {
                self.zeros += 1;
                continue;
            }
            let magnitude = x.abs();
            if magnitude >= self.limit {
                self.grow(magnitude);
                scale = HALF as f32 / self.limit;
            }
            // Below HALF, since the scale is a power of two.
            let steps = (magnitude * scale) as usize;
            self.counts[if x > 0.0 { HALF + steps } else { HALF - 1 - steps }] += 1;
        }
    }

    /// Adds what another histogram has counted.
    pub(super) fn merge(&mut self, other: &Histogram) {
        let mut other = other.clone();
        let limit = self.limit.max(other.limit);
        self.widen(limit);
        other.widen(limit);
        self.counts.iter_mut().zip(&other.counts).for_each(|(own, more)| *own += more);
        self.zeros += other.zeros;
        self.min = self.min.min(other.min);
        self.max = self.max.max(other.max);
    }

    /// Doubles the limit until it is above `largest`.
    fn grow(&mut self, largest: f32) {
        let mut limit = self.limit;
        while limit <= largest && limit.is_finite() {
            limit *= 2.0;
        }
        self.widen(limit);
    }

    /// Widens to a limit that is the own one doubled some times.
    fn widen(&mut self, limit: f32) {
        while self.limit < limit {
            self.limit *= 2.0;
            let mut merged = vec![0; BINS];
            for (bin, count) in self.counts.iter().enumerate() {
                merged[HALF / 2 + bin / 2] += count;
            }
            self.counts = merged;
        }
    }

    /// Smallest and largest value; 0.0 is always among them, because it is always representable.
    pub(super) fn range(&self) -> (f32, f32) {
        (self.min.min(0.0), self.max.max(0.0))
    }

    /// Number of values, zeros included.
    pub(super) fn total(&self) -> u64 {
        self.zeros + self.counts.iter().sum::<u64>()
    }

    /// The bins with values in them other than zero, from the least up: centre and count.
    pub(super) fn occupied(&self) -> Vec<(f32, u64)> {
        let width = self.limit / HALF as f32;
        let centre = |bin: usize| ((bin as f32 + 0.5 - HALF as f32) * width).clamp(self.min, self.max);
        let occupied = self.counts.iter().enumerate().filter(|(_, count)| **count > 0);
        occupied.map(|(bin, &count)| (centre(bin), count)).collect()
    }
}
