//! The same inputs through an engine that is not ours: `tract` runs the float model of an ONNX file by its own code.
//!
//! It is there only with the feature `oracle`, since it takes minutes to build.

use tinyml_codegen::diagnostic::Diagnostics;
use tinyml_codegen::ir::{DType, Graph, Reference, Value};
use tinyml_codegen::module::Module;
use tinyml_codegen::source::Source;

/// What the generated code computes beside what the engine does, over all samples.
#[derive(Clone, Copy, Debug, Default, serde::Serialize)]
pub(crate) struct Comparison {
    /// Samples that both ran.
    pub(crate) samples: usize,
    /// Largest difference of an output element, in real numbers.
    pub(crate) largest_difference: f64,
    /// Largest magnitude of an output element of the engine.
    pub(crate) largest_output: f64,
    /// Samples in which the first output's largest element stands at the same place.
    pub(crate) same_largest: usize,
}

impl Comparison {
    /// Of outputs that are f32 on both sides: they may differ as sums in another order do.
    pub(crate) fn is_rounding(&self) -> bool {
        self.largest_difference <= 1e-4 * self.largest_output.max(1.0)
    }

    #[cfg_attr(not(feature = "oracle"), allow(dead_code))]
    fn add(&mut self, output: usize, ours: &[f32], theirs: &[f32]) {
        for (a, b) in ours.iter().zip(theirs) {
            // A NaN on one side only is as wrong as can be.
            let difference = if a.is_nan() == b.is_nan() { f64::from((a - b).abs()) } else { f64::INFINITY };
            let difference =
                if a.to_bits() == b.to_bits() || a.is_nan() && b.is_nan() { 0.0 } else { difference };
            self.largest_difference = self.largest_difference.max(difference);
            self.largest_output = self.largest_output.max(f64::from(b.abs()));
        }
        if output == 0 {
            self.samples += 1;
            self.same_largest += usize::from(largest(ours) == largest(theirs));
        }
    }
}

#[cfg_attr(not(feature = "oracle"), allow(dead_code))]
fn largest(numbers: &[f32]) -> Option<usize> {
    (0..numbers.len()).max_by(|&a, &b| numbers[a].total_cmp(&numbers[b]).then(b.cmp(&a)))
}

/// Whether the engine can say anything of the model: it runs float ONNX files, whose state are ports to it.
pub(crate) fn applies(model: &Source, module: &Module) -> bool {
    let imported: &Graph = &module.optimised.imported;
    let float = |port: &tinyml_codegen::ir::Port| imported.ty(port.tensor).dtype == DType::F32;
    model.path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("onnx"))
        && imported.reference != Reference::Onnx
        && imported.states.is_empty()
        && imported.inputs.iter().chain(&imported.outputs).all(float)
}

/// Runs the engine on the samples and compares what the generated code `found`.
#[cfg(feature = "oracle")]
pub(crate) fn compare(
    model: &Source,
    module: &Module,
    samples: &[Vec<Value>],
    found: &[Vec<Value>],
) -> Result<Option<Comparison>, Diagnostics> {
    use tinyml_codegen::diagnostic::Diagnostic;
    use tinyml_codegen::import::onnx::oracle::Oracle;
    use tinyml_codegen::ports::from_graph;

    let graph = &module.optimised.graph;
    let as_real = |port, value: &Value| {
        let like = Value::zeros(DType::F32, value.shape().clone());
        from_graph(graph, port, value, &like)
    };
    let mut comparison = Comparison::default();
    let mut oracle = None;
    for (sample, found) in samples.iter().zip(found) {
        let inputs = graph.inputs.iter().zip(sample).map(|(port, value)| as_real(port, value));
        let inputs = inputs.collect::<Result<Vec<_>, _>>().map_err(Diagnostic::error)?;
        let oracle = match &oracle {
            Some(oracle) => oracle,
            None => oracle.insert(Oracle::new(model, &inputs)?),
        };
        let expected = oracle.run(model, &inputs)?;
        for (output, ((port, value), theirs)) in graph.outputs.iter().zip(found).zip(&expected).enumerate() {
            let ours = as_real(port, value).map_err(Diagnostic::error)?;
            comparison.add(output, ours.as_f32().unwrap_or_default(), theirs.as_f32().unwrap_or_default());
        }
    }
    Ok(Some(comparison))
}

/// Nothing: this command was built without the engine.
#[cfg(not(feature = "oracle"))]
pub(crate) fn compare(
    _model: &Source,
    _module: &Module,
    _samples: &[Vec<Value>],
    _found: &[Vec<Value>],
) -> Result<Option<Comparison>, Diagnostics> {
    Ok(None)
}
