//! Sliding windows: a model of a whole window over time as one that takes the window's new rows and remembers what it computed of the others.
//!
//! When a window moves on by some rows, most rows of every tensor are rows of the window before, moved. `times` finds out which; `rows` which
//! of them are needed, kept and computed; `build` writes the graph of one step: ordinary nodes on few rows, and a
//! [`State`](crate::ir::State) for the rows of each tensor that the next step reads again. `choose` decides where the rows end and whole
//! tensors begin. So that interpreter, kernels, planner and emitter need to know nothing of windows.

mod build;
mod choose;
mod rows;
mod times;

#[cfg(test)]
mod test;

use crate::compiled::{Compiled, Sliding};
use crate::diagnostic::{Diagnostic, Diagnostics, Place};
use crate::ir::{Fault, Graph, Port};
use crate::ops::movement::reshape::Reshape;

/// Bytes of a `u32`.
const COUNTER_BYTES: usize = 4;

/// The model of one step, compiled by `lower` for some core. `step` is the number of rows of a step; none for the least that the strides allow.
///
/// # Errors
/// The model is none of one window over time, or the step is none of it: a fault at the option.
pub fn compile(
    graph: &Graph,
    step: Option<usize>,
    lower: &dyn Fn(&Graph) -> Result<Compiled, Diagnostics>,
) -> Result<Compiled, Diagnostics> {
    let at_option = |option: &str, fault: Fault, help: &str| -> Diagnostics {
        Diagnostic::error(fault).at(Place::option(option)).help(help).into()
    };
    let help = "`input = \"whole\"`, the default, takes every model, and a whole window with each inference";
    let graph = of_rows(graph);
    let (axis, window) = window(&graph).map_err(|fault| at_option("input", fault, help))?;
    let strides = times::least_step(&graph, axis);
    let step = step.unwrap_or(strides);
    leaves_something(step, window).map_err(|fault| {
        let help =
            format!("from 1 row to {}; with `input = \"whole\"` nothing is kept", window.saturating_sub(1));
        at_option("step", fault, &help)
    })?;
    let row = graph.inputs.iter().map(|port| graph.ty(port.tensor).shape.elements() / window).sum();
    let (mut compiled, rows) = choose::best(&graph, axis, step, lower)?;
    // The number of steps since the begin is a part of the state, so that it is saved and restored.
    let counter = compiled.plan.state_bytes.next_multiple_of(COUNTER_BYTES);
    compiled.plan.state_bytes = counter + COUNTER_BYTES;
    // A step is not carried out in slices.
    compiled.slicing = None;
    compiled.sliding = Some(Sliding { window, step, row, strides, whole_macs: graph.macs(), rows, counter });
    Ok(compiled)
}

/// The graph of one step of `step` rows in which all is computed by rows that can be, whatever that costs.
///
/// # Errors
/// As [`compile`].
pub fn everything(graph: &Graph, step: usize) -> Result<Graph, Fault> {
    let graph = of_rows(graph);
    let (axis, window) = window(&graph)?;
    leaves_something(step, window)?;
    Ok(build::build(&graph, &times::Times::new(&graph, axis, step, &|_| true)))
}

/// A fault for a step of as many rows as the window has, or of none.
fn leaves_something(step: usize, window: usize) -> Result<(), Fault> {
    match (1..window).contains(&step) {
        true => Ok(()),
        false => Err(format!("a step of {step} rows leaves nothing of a window of {window} rows")),
    }
}

/// The graph with an input that has rows, where the first thing that the model does is to give it some.
fn of_rows(graph: &Graph) -> Graph {
    let mut graph = graph.clone();
    let &[Port { tensor, ref boundary }] = graph.inputs.as_slice() else { return graph };
    let flat = graph.ty(tensor).shape.rank() < 3 && boundary.source_axes.is_none();
    let boundary = boundary.clone();
    if let Some(reader) = graph.sole_consumer(tensor).filter(|_| flat)
        && let [rows] = graph.node(reader).outputs[..]
        && graph.node(reader).op.is::<Reshape>()
        && graph.ty(rows).quant == graph.ty(tensor).quant
        && !graph.leaves(rows)
    {
        let name = graph.tensor(tensor).name.clone();
        graph.remove_node(reader);
        graph.tensor_mut(rows).name = name;
        graph.inputs = vec![Port { tensor: rows, boundary }];
    }
    graph
}

/// The input's axis of time, and its rows: the first axis behind the batch that has several.
fn window(graph: &Graph) -> Result<(usize, usize), Fault> {
    if !graph.states.is_empty() {
        return Err(
            "a model that remembers something from one inference to the next has no window of its own"
                .to_owned(),
        );
    }
    let &[Port { tensor, .. }] = graph.inputs.as_slice() else {
        return Err(format!("a window slides over one input, but the model has {}", graph.inputs.len()));
    };
    let shape = &graph.ty(tensor).shape;
    let axis = shape.dims().iter().position(|&extent| extent > 1);
    match axis {
        Some(axis) if axis > 0 && axis + 1 < shape.rank() => Ok((axis, shape.dims()[axis])),
        _ => Err(format!(
            "the input {shape} has no axis of time: a batch of 1, then the rows of the window, then what each row has"
        )),
    }
}
