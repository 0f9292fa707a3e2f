//! What the float model's activations look like on the calibration data: ranges, histograms and means.
//!
//! The interpreter runs twice over the data: the histograms' bins need the ranges of the first run. Loops over elements are written
//! with indices, since the macro runs this in an unoptimised build.

use std::collections::HashMap;

use crate::diagnostic::{Diagnostic, Diagnostics, Place};
use crate::ir::interpret::Interpreter;
use crate::ir::{DType, Graph, TensorId, Value};

/// Bins of a histogram.
pub(super) const BINS: usize = 2048;

/// What was seen of one tensor.
#[derive(Clone, Debug, Default)]
pub(super) struct Statistics {
    pub(super) min: f32,
    pub(super) max: f32,
    /// Counts over `[min, max]` in equal steps.
    pub(super) histogram: Vec<u32>,
    /// Mean of each element over the examples.
    pub(super) mean: Vec<f32>,
}

/// Statistics of every f32 tensor that is fed or computed.
pub(super) fn observe(
    graph: &Graph,
    samples: &[Vec<Value>],
) -> Result<HashMap<TensorId, Statistics>, Diagnostics> {
    let mut statistics: HashMap<TensorId, Statistics> = HashMap::new();
    let mut faults = Diagnostics::default();
    for sample in samples {
        let mut see = |id: TensorId, value: &Value| {
            let Some(data) = value.as_f32() else { return };
            let entry = statistics.entry(id).or_insert_with(|| Statistics {
                min: f32::INFINITY,
                max: f32::NEG_INFINITY,
                histogram: vec![0; BINS],
                mean: vec![0.0; data.len()],
            });
            entry.see_range(data, 1.0 / samples.len() as f32);
        };
        Interpreter::new(graph).run_observed(sample, &mut see)?;
    }
    for (&id, entry) in &statistics {
        if !(entry.min.is_finite() && entry.max.is_finite()) {
            faults.push(
                Diagnostic::error("the calibration data lead to values that are not finite")
                    .at(Place { option: Some("calibration".into()), ..Place::tensor(&graph.tensor(id).name) })
                    .help("look for NaN or infinity in the data"),
            );
        }
    }
    faults.into_result(())?;
    for sample in samples {
        let mut see = |id: TensorId, value: &Value| {
            if let (Some(data), Some(entry)) = (value.as_f32(), statistics.get_mut(&id)) {
                entry.see_histogram(data);
            }
        };
        Interpreter::new(graph).run_observed(sample, &mut see)?;
    }
    debug_assert!(statistics.keys().all(|&id| graph.ty(id).dtype == DType::F32));
    Ok(statistics)
}

impl Statistics {
    fn see_range(&mut self, data: &[f32], weight: f32) {
        let mut i = 0;
        while i < data.len() {
            let x = data[i];
            // NaN becomes the smallest value and stays it, so that it is noticed.
            if x < self.min || x.is_nan() {
                self.min = x;
            }
            if x > self.max {
                self.max = x;
            }
            self.mean[i] += x * weight;
            i += 1;
        }
    }

    fn see_histogram(&mut self, data: &[f32]) {
        let width = self.max - self.min;
        let scale = if width > 0.0 { BINS as f32 / width } else { 0.0 };
        let mut i = 0;
        while i < data.len() {
            let bin = ((data[i] - self.min) * scale) as usize;
            let bin = if bin < BINS { bin } else { BINS - 1 };
            self.histogram[bin] += 1;
            i += 1;
        }
    }

    /// The centre of a bin.
    pub(super) fn centre(&self, bin: usize) -> f32 {
        self.min + (self.max - self.min) * ((bin as f32 + 0.5) / BINS as f32)
    }
}
