//! What the float model's activations look like on the calibration data: histograms, and means for bias correction.

use std::collections::BTreeMap;

use super::forms::Forms;
use super::histogram::Histogram;
use crate::diagnostic::{Diagnostic, Diagnostics, Place};
use crate::ir::interpret::Interpreter;
use crate::ir::{Graph, TensorId, Value};

/// The largest magnitude that is calibrated: sums and products of such values stay finite in the arithmetic on ranges.
const LARGEST: f32 = 1e30;

/// What was seen of one tensor.
#[derive(Clone, Debug)]
pub(super) struct Statistics {
    /// All its values.
    pub(super) histogram: Histogram,
    /// Mean of each element over the examples.
    pub(super) mean: Vec<f32>,
}

/// Statistics by tensor.
pub(super) type Observed = BTreeMap<TensorId, Statistics>;

/// Statistics of every f32 tensor that is fed or computed, but for features as they are measured; `watch` sees each of them, too. A state
/// goes on from one example to the next.
pub(super) fn observe(
    graph: &Graph,
    samples: &[Vec<Value>],
    forms: &Forms,
    watch: &mut dyn FnMut(TensorId, &[f32]),
) -> Result<Observed, Diagnostics> {
    let mut observed = Observed::new();
    let weight = 1.0 / samples.len().max(1) as f32;
    let mut interpreter = Interpreter::new(graph);
    for (number, sample) in samples.iter().enumerate() {
        let mut fault = None;
        let mut see = |id: TensorId, value: &Value| {
            let Some(data) = value.as_f32().filter(|_| !forms.is_measured(id)) else { return };
            // What follows from a faulty tensor is faulty too: the first one is the cause.
            if fault.is_some() {
                return;
            }
            if !is_usable(data) {
                fault = Some(unusable(graph, id, number));
                return;
            }
            watch(id, data);
            let entry = observed
                .entry(id)
                .or_insert_with(|| Statistics { histogram: Histogram::new(), mean: vec![0.0; data.len()] });
            entry.histogram.extend(data);
            add_scaled(&mut entry.mean, data, weight);
        };
        interpreter.run_observed(sample, &mut see)?;
        if let Some(fault) = fault {
            return Err(fault.into());
        }
    }
    Ok(observed)
}

/// Whether there is no NaN, no infinity, and nothing near it.
pub(super) fn is_usable(data: &[f32]) -> bool {
    let mut i = 0;
    // NaN is not within the bounds either.
    while i < data.len() && data[i] <= LARGEST && data[i] >= -LARGEST {
        i += 1;
    }
    i == data.len()
}

/// `sums += data · factor`.
fn add_scaled(sums: &mut [f32], data: &[f32], factor: f32) {
    let n = sums.len().min(data.len());
    let mut i = 0;
    while i < n {
        sums[i] += data[i] * factor;
        i += 1;
    }
}

fn unusable(graph: &Graph, id: TensorId, example: usize) -> Diagnostic {
    let fed = graph.inputs.iter().any(|port| port.tensor == id);
    let name = &graph.tensor(id).name;
    let (message, help) = if fed {
        (
            format!("the calibration data of `{name}` hold NaN, infinity or a number beyond {LARGEST:e}"),
            "look at that example: how it was recorded, scaled, divided",
        )
    } else {
        (
            format!(
                "the float model computes NaN, infinity or a number beyond {LARGEST:e} from the calibration data"
            ),
            "check that the examples are scaled as in training, and that the model works with them elsewhere",
        )
    };
    Diagnostic::error(format!("{message} (example {example}, counted from 0)"))
        .at(Place { option: Some("calibration".into()), ..Place::tensor(name) })
        .help(help)
}
