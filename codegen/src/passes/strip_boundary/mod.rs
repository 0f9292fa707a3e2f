//! Lets a graph take and give integers where the file's graph begins by quantising its f32 inputs and ends by dequantising its
//! results. The generated `run_f32` does these conversions, and `run` is spared them.
//!
//! - An f32 input whose only reader is a `quantize`: the integers become the input, under the input's name. Not where
//!   the integers leave the graph at once: the conversion is then what the model is for.
//! - An output that is the result of a `dequantize` of something computed: the integers become the output, under the output's
//!   name. Not where they are an output already, or quantised per axis, which the caller could not undo.

use super::Pass;
use crate::diagnostic::Diagnostics;
use crate::ir::{DType, Graph, TensorId};
use crate::ops::quantisation::dequantize::Dequantize;
use crate::ops::quantisation::quantize::Quantize;

/// The pass.
pub(super) const PASS: Pass = Pass { name: "strip_boundary", run };

fn run(graph: &mut Graph) -> Result<(), Diagnostics> {
    for port in 0..graph.inputs.len() {
        strip_input(graph, port);
    }
    for port in 0..graph.outputs.len() {
        strip_output(graph, port);
    }
    Ok(())
}

fn strip_input(graph: &mut Graph, port: usize) -> Option<()> {
    let real = graph.inputs.get(port)?.tensor;
    let reader = graph.sole_consumer(real)?;
    let node = graph.node(reader);
    let integers = *node.outputs.first()?;
    if !node.op.is::<Quantize>() || !is_pair(graph, real, integers) || graph.leaves(integers) {
        return None;
    }
    graph.remove_node(reader);
    graph.tensor_mut(integers).name = graph.tensor(real).name.clone();
    graph.inputs.get_mut(port)?.tensor = integers;
    Some(())
}

fn strip_output(graph: &mut Graph, port: usize) -> Option<()> {
    let real = graph.outputs.get(port)?.tensor;
    let producer = graph.producer(real)?;
    let node = graph.node(producer);
    let integers = node.input(0)?;
    graph.producer(integers)?;
    if !node.op.is::<Dequantize>() || !is_pair(graph, real, integers) || graph.leaves(integers) {
        return None;
    }
    graph.outputs.get_mut(port)?.tensor = integers;
    graph.tensor_mut(integers).name = graph.tensor(real).name.clone();
    // Others may read the real numbers as well.
    if graph.consumers(real).is_empty() && !graph.leaves(real) {
        graph.remove_node(producer);
    }
    Some(())
}

/// Whether these are real numbers, and integers at a model's boundary that stand for them.
fn is_pair(graph: &Graph, real: TensorId, integers: TensorId) -> bool {
    let ty = graph.ty(integers);
    graph.ty(real).dtype == DType::F32
        && matches!(ty.dtype, DType::I8 | DType::U8 | DType::I16)
        && ty.per_tensor().is_some()
}
