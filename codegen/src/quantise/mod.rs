//! Post-training quantisation of float models: activations to int8 by calibrated ranges, weights to int8 per channel, biases to
//! int32.
//!
//! The steps: balance channel ranges between layers (`equalise`, optional) → observe activations on the calibration data
//! (`observe`) → choose ranges (`range`) and what shares one (`share`) → quantise weights and correct biases (`weights`) → retype the
//! graph (`retype`) → report how well it follows the float model (`report`).
//!
//! docs/quantisation.md says what users get from it.

mod equalise;
mod examine;
mod forms;
mod histogram;
mod observe;
mod range;
mod report;
mod retype;
mod share;
mod stand_in;
#[cfg(test)]
mod test;
mod weights;

use std::path::{Path, PathBuf};

pub use report::{LayerError, Report};

use crate::config::{Options, Precision};
use crate::data;
use crate::diagnostic::{Diagnostic, Diagnostics, Place};
use crate::ir::{DType, Graph, IntegerForm, Node, NodeId, Port, Reference, TensorId, Value, verify};
use crate::ops::quantisation::dequantize::Dequantize;
use examine::Answers;
use forms::Forms;

/// What a float model is quantised with if the options name no calibration data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WithoutData {
    /// With nothing: that is an error.
    Refuse,
    /// With random inputs: sizes and cycles are nearly those of the model that the user's data will give, its answers are not.
    StandIn,
}

/// Quantises a float graph as the options say; does nothing to a quantised one, to one without floats, or if floating point is asked for.
pub fn run(
    graph: &mut Graph,
    options: &Options,
    without_data: WithoutData,
    notes: &mut Diagnostics,
    files: &mut Vec<PathBuf>,
    observe: &mut dyn FnMut(&str, &Graph),
) -> Result<Option<Report>, Diagnostics> {
    let quantised = is_quantised(graph);
    let without_floats = graph.tensor_ids().all(|id| graph.ty(id).dtype != DType::F32);
    if quantised || without_floats || options.precision == Precision::F32 {
        return check_unused(options, quantised, notes).map(|()| None);
    }
    if options.calibration.is_none() && is_of_reals(graph) {
        return Ok(None);
    }
    let Some(path) = &options.calibration else {
        let samples = match without_data {
            WithoutData::Refuse => None,
            WithoutData::StandIn => stand_in::samples(graph),
        };
        let samples = samples.ok_or_else(|| no_calibration(graph))?;
        notes.extend(quantise(graph, &samples, options, observe)?.floating);
        notes.push(
            Diagnostic::note("there are no calibration data: these are the figures of int8 with the ranges of random inputs")
                .at(Place::option("calibration")),
        );
        return Ok(None);
    };
    files.push(path.clone());
    let samples = data::examples(graph, path).map_err(|faults| faults.at(Place::option("calibration")))?;
    let result = quantise(graph, &samples, options, observe).map_err(|faults| in_data(faults, path))?;
    notes.push(result.report.note(samples.len(), path));
    let at_data = |warning: Diagnostic| {
        warning.at(Place { option: Some("calibration".to_owned()), ..Place::file(path) })
    };
    notes.extend(result.warnings.into_iter().map(at_data));
    notes.extend(result.floating);
    Ok(Some(result.report))
}

/// What quantising a graph gives besides the graph.
struct Quantised {
    report: Report,
    /// What is odd about the examples.
    warnings: Vec<Diagnostic>,
    /// Notes on the operators that stay in floating point.
    floating: Vec<Diagnostic>,
}

/// The steps, for examples in the graph's layout.
fn quantise(
    graph: &mut Graph,
    samples: &[Vec<Value>],
    options: &Options,
    observe: &mut dyn FnMut(&str, &Graph),
) -> Result<Quantised, Diagnostics> {
    if options.equalise {
        equalise::equalise(graph);
        verify(graph)?;
        observe("equalise", graph);
    }
    let float = graph.clone();
    let forms = Forms::of(&float);
    let mut answers = Answers::new(&float);
    let observed = observe::observe(&float, samples, &forms, &mut |id, data| answers.see(id, data))?;
    let mut warnings = examine::examples(&float, samples);
    warnings.extend(answers.warning(&float, samples));
    let quants = share::choose(&float, &forms, &observed, options.calibrator);
    let parameters = weights::quantise(&float, &forms, &quants, &observed, options.bias_correction)?;
    // A model that is quantised here has no reference of its own; TFLM's arithmetic is that of the kernels.
    graph.reference = Reference::Tflm;
    let floating = retype::retype(graph, &forms, &quants, parameters);
    verify(graph)?;
    observe("quantise", graph);
    let report = report::compare(&float, graph, samples)?;
    let floating = floating.into_iter().map(|(id, reason)| stays_in_float(&float, id, reason)).collect();
    Ok(Quantised { report, warnings, floating })
}

/// Faults of the calibration data name their file; the others are of the model.
fn in_data(faults: Diagnostics, path: &Path) -> Diagnostics {
    let mut placed = Diagnostics::default();
    placed.extend(faults.into_iter().map(|fault| match fault.place.option.as_deref() {
        Some("calibration") => fault.at(Place::file(path)),
        _ => fault,
    }));
    placed
}

fn stays_in_float(graph: &Graph, id: NodeId, reason: &str) -> Diagnostic {
    let node = graph.node(id);
    Diagnostic::note(format!("computed in floating point, between conversions, because {reason}"))
        .at(graph.place(node))
}

/// Whether the model came quantised: some computed tensor holds scaled integers. Bytes that are fed, become real numbers at once and are computed
/// with so are how a float model takes a camera's image.
fn is_quantised(graph: &Graph) -> bool {
    let computed = graph.nodes().flat_map(|(_, node)| node.outputs.iter().copied());
    let fed = graph.inputs.iter().map(|port| port.tensor);
    let becomes_real = |&reader: &NodeId| {
        let node = graph.node(reader);
        let is_read = |result: &TensorId| !graph.consumers(*result).is_empty();
        node.op.is::<Dequantize>() && node.outputs.iter().all(is_read)
    };
    let kept = fed.filter(|&id| !graph.consumers(id).iter().all(becomes_real));
    computed.chain(kept).any(|id| graph.ty(id).quant.is_some())
}

/// Whether nothing is won by quantising: there are no weights, and operators that work on real numbers as they are measured.
fn is_of_reals(graph: &Graph) -> bool {
    let has_weights =
        |node: &Node| matches!(node.op.integer_form(), IntegerForm::Free { weights: Some(_), .. });
    graph.nodes().any(|(_, node)| node.op.needs_reals()) && !graph.nodes().any(|(_, node)| has_weights(node))
}

/// Options about quantising that can have no effect.
fn check_unused(options: &Options, quantised: bool, notes: &mut Diagnostics) -> Result<(), Diagnostics> {
    if quantised && options.precision == Precision::F32 {
        return Err(Diagnostic::error("the model is already quantised and cannot be computed in f32")
            .at(Place::option("precision"))
            .help("remove `precision`, or give the float model that it was made from")
            .into());
    }
    if options.calibration.is_some() {
        let why = match (quantised, options.precision) {
            (true, _) => "the model is already quantised",
            (false, Precision::F32) => "`precision` is f32",
            (false, _) => "the model has no real numbers",
        };
        notes.push(
            Diagnostic::warning(format!("the calibration data are not used: {why}"))
                .at(Place::option("calibration")),
        );
    }
    Ok(())
}

fn no_calibration(graph: &Graph) -> Diagnostic {
    let array = |port: &Port| format!("`{}` {}", graph.tensor(port.tensor).name, data::needed(graph, port));
    let inputs: Vec<_> = graph.inputs.iter().map(array).collect();
    let arrays = if inputs.len() == 1 { "the array" } else { "the arrays" };
    Diagnostic::error("this is a float model: to quantise it, the compiler needs example inputs").help(format!(
        "give `calibration = \"data.npz\"` with {arrays} {} (N, about 100, typical examples), or choose `precision = \"f32\"`",
        inputs.join(" and ")
    ))
}
