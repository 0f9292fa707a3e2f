//! The model over all examples, by the interpreter, whose integers are those of the device.

use std::collections::BTreeMap;
use std::num::NonZero;
use std::panic::resume_unwind;
use std::thread;

use serde::Serialize;

use crate::diagnostic::Diagnostics;
use crate::ir::interpret::Interpreter;
use crate::ir::{DType, Graph, Port, TensorId, Value};
use crate::ports::from_graph;

/// How much of a tensor lies at the end of its range, where larger values would have been cut.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Saturated {
    /// The tensor.
    pub tensor: String,
    /// Share of its elements over all examples.
    pub share: f64,
}

/// What a graph gives for all examples.
pub(super) struct Run {
    /// The output in real numbers and in the file's order, a row for each example.
    pub(super) outputs: Vec<Vec<f64>>,
    /// For a model that rebuilds its only input: the mean squared difference between input and output.
    pub(super) differences: Vec<f64>,
    /// Tensors with saturated elements, the most first.
    pub(super) saturated: Vec<Saturated>,
}

/// Elements at the end of the range, and all.
type Counts = BTreeMap<TensorId, [u64; 2]>;

/// Runs a graph. `output` is the number of the output that counts.
pub(super) fn run(graph: &Graph, output: usize, examples: &[Vec<Value>]) -> Result<Run, Diagnostics> {
    // The examples of a model with state are the steps of a sequence.
    let threads = match graph.states.is_empty() {
        true => thread::available_parallelism().map_or(1, NonZero::get),
        false => 1,
    };
    let part = examples.len().div_ceil(threads).max(1);
    let parts: Vec<_> = thread::scope(|scope| {
        let begun: Vec<_> = examples
            .chunks(part)
            .map(|examples| scope.spawn(move || some(graph, output, examples)))
            .collect();
        begun.into_iter().map(|part| part.join().unwrap_or_else(|panic| resume_unwind(panic))).collect()
    });
    let (mut outputs, mut differences, mut counts) = (Vec::new(), Vec::new(), Counts::new());
    for part in parts {
        let (rows, errors, counted) = part?;
        outputs.extend(rows);
        differences.extend(errors);
        for (id, [ends, all]) in counted {
            let sum = counts.entry(id).or_default();
            *sum = [sum[0] + ends, sum[1] + all];
        }
    }
    let mut saturated: Vec<Saturated> = counts
        .into_iter()
        .filter(|&(_, [ends, _])| ends > 0)
        .map(|(id, [ends, all])| Saturated {
            tensor: graph.tensor(id).name.clone(),
            share: ends as f64 / all as f64,
        })
        .collect();
    saturated.sort_by(|a, b| b.share.total_cmp(&a.share));
    Ok(Run { outputs, differences, saturated })
}

/// Rows of the output, differences, and counts of some examples.
type Part = (Vec<Vec<f64>>, Vec<f64>, Counts);

fn some(graph: &Graph, output: usize, examples: &[Vec<Value>]) -> Result<Part, Diagnostics> {
    let mut interpreter = Interpreter::new(graph);
    let counted: BTreeMap<TensorId, bool> =
        graph.tensor_ids().filter_map(|id| Some((id, cut_below(graph, id)?))).collect();
    let (mut rows, mut differences, mut counts) = (Vec::new(), Vec::new(), Counts::new());
    for example in examples {
        let outputs = interpreter.run_observed(example, &mut |id, value| {
            if let (Some(&below), Some(data)) = (counted.get(&id), value.as_i8()) {
                let ends = data.iter().filter(|&&x| x == i8::MAX || (below && x == i8::MIN)).count();
                let sum = counts.entry(id).or_default();
                *sum = [sum[0] + ends as u64, sum[1] + data.len() as u64];
            }
        })?;
        let (Some(port), Some(value)) = (graph.outputs.get(output), outputs.get(output)) else {
            continue;
        };
        if let ([input], [example]) = (graph.inputs.as_slice(), example.as_slice()) {
            let (given, found) = (reals(graph, input, example), reals(graph, port, value));
            let squares = given.iter().zip(&found).map(|(given, found)| (given - found).powi(2));
            differences.push(squares.sum::<f64>() / found.len().max(1) as f64);
        }
        let like = Value::zeros(DType::F32, value.shape().clone());
        let mut real = Port { boundary: port.boundary.clone(), ..*port };
        real.boundary.unsigned = false;
        let in_file_order = from_graph(graph, &real, value, &like).unwrap_or_else(|_| value.clone());
        rows.push(reals(graph, port, &in_file_order));
    }
    Ok((rows, differences, counts))
}

/// A port's elements as real numbers.
fn reals(graph: &Graph, port: &Port, value: &Value) -> Vec<f64> {
    let quant = graph.ty(port.tensor).quant.as_ref();
    match (value.as_f32(), quant) {
        (Some(reals), _) => reals.iter().map(|&real| real.into()).collect(),
        (None, Some(_)) => value.dequantise(quant).into_iter().map(f64::from).collect(),
        (None, None) => value.integers().unwrap_or_default().iter().map(|&integer| integer as f64).collect(),
    }
}

/// Whether also the lowest number of an int8 tensor may be a value that was cut, not the highest alone: it is no 0 that a ReLU made. None
/// where nothing is lost: views, and operators whose results end where the range does (softmax, the logistic function, tanh).
fn cut_below(graph: &Graph, id: TensorId) -> Option<bool> {
    let ty = graph.ty(id);
    let (scale, zero_point) = ty.per_tensor()?;
    let ends_there = [(1.0 / 256.0, -128), (1.0 / 128.0, 0)].contains(&(scale, zero_point));
    let is_view = graph.producer(id).is_some_and(|node| graph.node(node).op.is_view());
    let counts = ty.dtype == DType::I8 && !graph.tensor(id).is_constant() && !ends_there && !is_view;
    counts.then_some(zero_point != i32::from(i8::MIN))
}
