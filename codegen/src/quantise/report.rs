//! How well the quantised model follows the float model, tensor by tensor.

use std::collections::HashMap;
use std::path::Path;

use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::ir::interpret::Interpreter;
use crate::ir::{DType, Graph, TensorId, Value};

/// Examples that the comparison runs on: enough for a ratio, few enough for a build.
const EXAMPLES: usize = 16;

/// The error of one tensor.
#[derive(Clone, Debug, PartialEq)]
pub struct LayerError {
    /// The tensor's name.
    pub tensor: String,
    /// The operator that computes it.
    pub operator: String,
    /// Signal-to-noise ratio in dB: power of the float tensor over the power of the difference. Accumulated from the input
    /// on, as the device has it.
    pub snr_db: f32,
}

/// The errors of all computed tensors, in execution order.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    /// One entry for each quantised tensor.
    pub layers: Vec<LayerError>,
}

impl Report {
    /// The result in a sentence: the outputs' ratio, and the tensor where most is lost.
    pub(super) fn note(&self, examples: usize, path: &Path) -> Diagnostic {
        let file = path.file_name().unwrap_or_default().to_string_lossy();
        let worst = self.layers.iter().min_by(|a, b| a.snr_db.total_cmp(&b.snr_db));
        let last = self.layers.last();
        let mut message = format!("quantised to int8 with {examples} examples of {file}");
        if let (Some(worst), Some(last)) = (worst, last) {
            message.push_str(&format!(
                "; signal-to-noise ratio {:.1} dB at the output, lowest {:.1} dB at `{}`",
                last.snr_db, worst.snr_db, worst.tensor
            ));
        }
        Diagnostic::note(message)
    }
}

/// Runs both graphs on the first examples. Quantising keeps tensor ids, so tensors are compared by id.
pub(super) fn compare(
    float: &Graph,
    quantised: &Graph,
    samples: &[Vec<Value>],
) -> Result<Report, Diagnostics> {
    let mut power: HashMap<TensorId, (f64, f64)> = HashMap::new();
    for sample in samples.iter().take(EXAMPLES) {
        let mut expected: HashMap<TensorId, Value> = HashMap::new();
        Interpreter::new(float)
            .run_observed(sample, &mut |id, value| _ = expected.insert(id, value.clone()))?;
        let inputs: Vec<Value> = quantised
            .inputs
            .iter()
            .zip(sample)
            .map(|(port, value)| quantise_input(quantised, port.tensor, value))
            .collect();
        let mut see = |id: TensorId, value: &Value| {
            let Some(reference) = expected.get(&id).and_then(Value::as_f32) else { return };
            let found = value.dequantise(quantised.ty(id).quant.as_ref());
            let entry = power.entry(id).or_default();
            for (x, y) in reference.iter().zip(&found) {
                let (signal, noise) = (f64::from(*x), f64::from(*x) - f64::from(*y));
                entry.0 += signal * signal;
                entry.1 += noise * noise;
            }
        };
        Interpreter::new(quantised).run_observed(&inputs, &mut see)?;
    }
    let layers = quantised
        .nodes()
        .flat_map(|(_, node)| node.outputs.iter().map(move |&id| (node, id)))
        .filter_map(|(node, id)| {
            let (signal, noise) = power.get(&id)?;
            let snr_db = (10.0 * (signal / noise.max(f64::MIN_POSITIVE)).log10()).clamp(-99.0, 99.0) as f32;
            let (tensor, operator) = (quantised.tensor(id).name.clone(), node.op.name().to_owned());
            Some(LayerError { tensor, operator, snr_db })
        })
        .collect();
    Ok(Report { layers })
}

/// The caller's conversion of a real input.
fn quantise_input(graph: &Graph, id: TensorId, value: &Value) -> Value {
    let ty = graph.ty(id);
    match (value.as_f32(), ty.per_tensor()) {
        (Some(data), Some((scale, zero_point))) if ty.dtype == DType::I8 => {
            let quantise = |x: &f32| ((x / scale).round() + zero_point as f32).clamp(-128.0, 127.0) as i8;
            let integers = data.iter().map(quantise).collect();
            Value::i8(ty.shape.clone(), integers).unwrap_or_else(|| value.clone())
        }
        _ => value.clone(),
    }
}
