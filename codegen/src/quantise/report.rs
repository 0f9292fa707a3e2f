//! How well the quantised model follows the float model, tensor by tensor.

use std::collections::BTreeMap;
use std::path::Path;

use super::range;
use crate::diagnostic::{Diagnostic, Diagnostics, Place};
use crate::ir::interpret::Interpreter;
use crate::ir::{DType, Graph, Node, TensorId, Value};

/// Examples that the comparison runs on: enough for a ratio, few enough for a build.
const EXAMPLES: usize = 16;

/// Below this ratio at an output, in dB, there is a warning: the error is then a third of the signal.
const POOR: f32 = 10.0;

/// What stands for "no difference" (and its negative for "nothing in common"), in dB.
const LIMIT: f64 = 99.0;

/// The error of one tensor.
#[derive(Clone, Debug, PartialEq)]
pub struct LayerError {
    /// The tensor's name.
    pub tensor: String,
    /// The operator that computes it.
    pub operator: String,
    /// Signal-to-noise ratio in dB: power of the float tensor over the power of the difference. Accumulated from the input
    /// on, as the device has it. 99 where there is no difference.
    pub snr_db: f32,
}

/// The errors of the computed tensors.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    /// One entry for each quantised tensor in execution order, but for other views of the same elements.
    pub layers: Vec<LayerError>,
    /// One entry for each output of the model that is computed.
    pub outputs: Vec<LayerError>,
}

impl Report {
    /// The result in a sentence: the outputs' ratio, and the tensor where most is lost. A warning if it is poor.
    pub(super) fn note(&self, examples: usize, path: &Path) -> Diagnostic {
        let file = path.file_name().unwrap_or_default().to_string_lossy();
        let example = if examples == 1 { "example" } else { "examples" };
        let mut message = format!("quantised to int8 with {examples} {example} of {file}");
        let outputs: Vec<_> = match self.outputs.as_slice() {
            [only] => vec![format!("{:.1} dB at the output", only.snr_db)],
            several => several.iter().map(|o| format!("{:.1} dB at `{}`", o.snr_db, o.tensor)).collect(),
        };
        if !outputs.is_empty() {
            message.push_str(&format!("; signal-to-noise ratio {}", outputs.join(", ")));
        }
        if let Some(lowest) = lowest(&self.layers) {
            message.push_str(&format!(", lowest {:.1} dB at `{}`", lowest.snr_db, lowest.tensor));
        }
        match lowest(&self.outputs) {
            Some(output) if output.snr_db < POOR => Diagnostic::warning(message).at(Place::option("calibration")).help(
                "the quantised model differs much from the float model: give more, and more typical, examples; try another \
                 `calibrator` (min-max, percentile, mse, entropy) or `equalise = true`; or compute in floating point with `precision = \"f32\"`",
            ),
            _ => Diagnostic::note(message),
        }
    }
}

fn lowest(errors: &[LayerError]) -> Option<&LayerError> {
    errors.iter().min_by(|a, b| a.snr_db.total_cmp(&b.snr_db))
}

/// Powers of the signal and of the noise.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Power {
    signal: f64,
    noise: f64,
}

impl Power {
    pub(super) fn add(&mut self, expected: &[f32], found: &[f32]) {
        let n = expected.len().min(found.len());
        let mut i = 0;
        while i < n {
            let (x, y) = (f64::from(expected[i]), f64::from(found[i]));
            self.signal += x * x;
            self.noise += (x - y) * (x - y);
            i += 1;
        }
    }

    pub(super) fn db(self) -> f32 {
        if self.noise == 0.0 {
            return LIMIT as f32;
        }
        (10.0 * (self.signal / self.noise).log10()).clamp(-LIMIT, LIMIT) as f32
    }
}

/// Runs both graphs on examples from all over the data. Quantising keeps tensor ids, so tensors are compared by id.
pub(super) fn compare(
    float: &Graph,
    quantised: &Graph,
    samples: &[Vec<Value>],
) -> Result<Report, Diagnostics> {
    let mut powers: BTreeMap<TensorId, Power> = BTreeMap::new();
    // Examples are often sorted by class; those of a model with state are the steps of a sequence.
    let step = if float.states.is_empty() { samples.len().div_ceil(EXAMPLES).max(1) } else { 1 };
    let (mut before, mut after) = (Interpreter::new(float), Interpreter::new(quantised));
    for sample in samples.iter().step_by(step).take(EXAMPLES) {
        let mut expected: BTreeMap<TensorId, Value> = BTreeMap::new();
        before.run_observed(sample, &mut |id, value| _ = expected.insert(id, value.clone()))?;
        let ports = quantised.inputs.iter().zip(sample);
        let inputs: Vec<Value> =
            ports.map(|(port, value)| quantise_input(quantised, port.tensor, value)).collect();
        let mut see = |id: TensorId, value: &Value| {
            if let Some(reference) = expected.get(&id).and_then(Value::as_f32) {
                let found = value.dequantise(quantised.ty(id).quant.as_ref());
                powers.entry(id).or_default().add(reference, &found);
            }
        };
        after.run_observed(&inputs, &mut see)?;
    }
    let error = |node: &Node, id: TensorId| {
        let snr_db = powers.get(&id)?.db();
        let (tensor, operator) = (quantised.tensor(id).name.clone(), node.op.name().to_owned());
        Some(LayerError { tensor, operator, snr_db })
    };
    let computed = || quantised.nodes().flat_map(|(_, node)| node.outputs.iter().map(move |&id| (node, id)));
    let outputs = quantised.outputs.iter().filter_map(|port| {
        let (node, id) = computed().find(|&(_, id)| id == port.tensor)?;
        error(node, id)
    });
    Ok(Report {
        layers: computed()
            .filter(|(node, _)| !node.op.is_view())
            .filter_map(|(node, id)| error(node, id))
            .collect(),
        outputs: outputs.collect(),
    })
}

/// The caller's conversion of a real input.
fn quantise_input(graph: &Graph, id: TensorId, value: &Value) -> Value {
    let ty = graph.ty(id);
    match (value.as_f32(), &ty.quant) {
        (Some(reals), Some(quant)) if ty.dtype == DType::I8 => {
            Value::i8(ty.shape.clone(), range::to_int8(reals, quant)).unwrap_or_else(|| value.clone())
        }
        _ => value.clone(),
    }
}
