//! The option `state`, or what a file says in its place: an input and an output that are one state of the model.
//!
//! Both vanish from the ports. What the output is becomes what the input is at the next inference; the first one begins with zeros.
//! Real numbers that the model has from integers (the end of a quantised model) are kept as these integers, which stand for the same
//! numbers: nothing is rounded from one inference to the next that the model does not round, and a state takes a quarter of the bytes.

use crate::diagnostic::{Diagnostic, Diagnostics, Place};
use crate::ir::{DType, Graph, Node, Op, Port, State, Tensor, TensorId, TensorType};
use crate::ops::movement::reshape::Reshape;
use crate::ops::movement::transpose::Transpose;
use crate::ops::quantisation::dequantize::Dequantize;
use crate::ports::file_shape;

/// Ties the ports of these names, inputs before outputs.
pub(super) fn run(graph: &mut Graph, pairs: &[(String, String)]) -> Result<(), Diagnostics> {
    let mut faults = Diagnostics::default();
    // Told by the names that the file has, whatever is tied before.
    let (inputs, outputs) = (graph.inputs.clone(), graph.outputs.clone());
    let mut tied: [Vec<TensorId>; 2] = Default::default();
    for (input, output) in pairs {
        let found = [(&inputs, input, "input"), (&outputs, output, "output")].map(|(ports, name, what)| {
            find(graph, ports, name, what).map_err(|fault| faults.push(fault)).ok()
        });
        let [Some(read), Some(write)] = found else { continue };
        if tied[0].contains(&read.tensor) || tied[1].contains(&write.tensor) {
            let name = if tied[0].contains(&read.tensor) { input } else { output };
            faults.push(
                Diagnostic::error(format!("`{name}` is named twice")).at(Place::option("state")).help(
                    "every input has one output that it is tied to, and every output one input: `h_in=h_out,c_in=c_out`",
                ),
            );
            continue;
        }
        match tie(graph, &read, &write, (input, output)) {
            Ok(()) => {
                tied[0].push(read.tensor);
                tied[1].push(write.tensor);
            }
            Err(fault) => faults.push(fault),
        }
    }
    graph.inputs.retain(|port| !tied[0].contains(&port.tensor));
    graph.outputs.retain(|port| !tied[1].contains(&port.tensor));
    if !tied[1].is_empty() && graph.outputs.is_empty() {
        faults.push(
            Diagnostic::error("all outputs of the model are tied to inputs, so that it has none")
                .at(Place::option("state"))
                .help("an output that is also to be seen must be in the file twice, under two names"),
        );
    }
    for number in 0..graph.states.len() {
        keep_integers(graph, number);
    }
    faults.into_result(())
}

/// Keeps the integers in place of the real numbers that they stand for, where a state's next value is made of such alone.
fn keep_integers(graph: &mut Graph, number: usize) {
    let State { read, write, .. } = graph.states[number];
    // What only orders the numbers comes before they are real, too.
    let (mut value, mut orders) = (write, Vec::new());
    let integers = loop {
        let Some(node) = graph.producer(value).map(|id| graph.node(id)) else { return };
        let Some(operand) = node.input(0) else { return };
        if node.op.is::<Dequantize>() {
            break operand;
        }
        if !(node.op.is::<Transpose>() || node.op.is::<Reshape>()) {
            return;
        }
        orders.push((node.op.clone(), value));
        value = operand;
    };
    let ty = graph.ty(integers).clone();
    let Some(&first) = graph.order().first() else { return };
    if ty.dtype != DType::I8 || ty.per_tensor().is_none() {
        return;
    }
    let mut next = integers;
    for (op, real) in orders.into_iter().rev() {
        let Tensor { name, ty: real, .. } = graph.tensor(real);
        let ordered =
            Tensor::new(format!("{name}/integers"), TensorType { shape: real.shape.clone(), ..ty.clone() });
        next = add(graph, op, next, ordered);
    }
    let Tensor { name, ty: real, .. } = graph.tensor(read);
    let (name, ty) = (name.clone(), TensorType { shape: real.shape.clone(), ..ty });
    let initial = ty.zero();
    let kept = graph.add_tensor(Tensor::new(name.clone(), ty));
    graph.tensor_mut(read).name = format!("{name}/real");
    let op = Op::new(Dequantize {});
    graph.insert_before(first, Node { name, op, inputs: vec![Some(kept)], outputs: vec![read] });
    graph.states[number] = State { read: kept, write: next, initial };
}

/// The port with this name.
fn find(graph: &Graph, ports: &[Port], name: &str, what: &str) -> Result<Port, Diagnostic> {
    let named = |port: &&Port| graph.tensor(port.tensor).name == name;
    let mut found = ports.iter().filter(named);
    match (found.next(), found.next()) {
        (Some(port), None) => Ok(port.clone()),
        (Some(_), Some(_)) => Err(Diagnostic::error(format!("the model has several {what}s `{name}`"))
            .at(Place::option("state"))
            .help("give the ports of the file names of their own")),
        (None, _) => {
            let names: Vec<&str> = ports.iter().map(|port| graph.tensor(port.tensor).name.as_str()).collect();
            Err(Diagnostic::error(format!("the model has no {what} `{name}`"))
                .at(Place::option("state"))
                .help(format!("its {what}s are: {}", names.join(", "))))
        }
    }
}

fn tie(
    graph: &mut Graph,
    read: &Port,
    write: &Port,
    (input, output): (&str, &str),
) -> Result<(), Diagnostic> {
    let (from, to) = (graph.ty(write.tensor), graph.ty(read.tensor));
    let shapes = [file_shape(graph, read), file_shape(graph, write)];
    let same_bytes = read.boundary.unsigned == write.boundary.unsigned;
    if from.dtype != to.dtype || from.quant != to.quant || shapes[0] != shapes[1] || !same_bytes {
        let side = |ty: &TensorType, shape| TensorType { shape, ..ty.clone() }.to_string();
        let [first, second] = shapes;
        return Err(Diagnostic::error(format!(
            "the input `{input}` is {}, but the output `{output}` is {}",
            side(to, first),
            side(from, second)
        ))
        .at(Place::option("state"))
        .help(
            "a state is read as it was written: let both have the same element type, shape and quantisation",
        ));
    }
    let initial = graph.ty(read.tensor).zero();
    let write = in_layout(graph, write, read);
    graph.states.push(State { read: read.tensor, write, initial });
    Ok(())
}

/// The output with its axes in the input's order.
fn in_layout(graph: &mut Graph, output: &Port, input: &Port) -> TensorId {
    let to = graph.ty(input.tensor).clone();
    let name = graph.tensor(output.tensor).name.clone();
    let mut value = output.tensor;
    if output.boundary.source_axes != input.boundary.source_axes {
        // The axes of the file's tensor, by where they are in the output, in the order of the input.
        let rank = to.shape.rank();
        let plain: Vec<usize> = (0..rank).collect();
        let place = output.boundary.source_axes.as_ref().unwrap_or(&plain);
        let wanted = input.boundary.source_axes.as_ref().unwrap_or(&plain);
        let at = |axis: &usize| place.iter().position(|from| from == axis).unwrap_or(*axis);
        let perm: Vec<usize> = wanted.iter().map(at).collect();
        value = add(
            graph,
            Op::new(Transpose { perm }),
            value,
            Tensor::new(format!("{name}/in_order"), to.clone()),
        );
    }
    if graph.ty(value).shape != to.shape {
        let shape = to.shape.0.clone();
        value = add(graph, Op::new(Reshape { shape }), value, Tensor::new(format!("{name}/kept"), to));
    }
    value
}

fn add(graph: &mut Graph, op: Op, operand: TensorId, result: Tensor) -> TensorId {
    let name = result.name.clone();
    let result = graph.add_tensor(result);
    graph.add_node(Node { name, op, inputs: vec![Some(operand)], outputs: vec![result] });
    result
}
