//! What each channel of each tensor may be: interval arithmetic from the inputs on, which operators carry out
//! ([`Operator::intervals`](super::Operator::intervals)).

use super::{ChannelFlow, DType, Graph, Interval, Known, Node, TensorId, Value};

/// For each tensor an interval per channel; none for what is not i8, and for constants.
pub type Intervals = Vec<Vec<Interval>>;

/// The intervals of all tensors.
pub fn intervals(graph: &Graph) -> Intervals {
    let mut known: Intervals = vec![Vec::new(); graph.tensor_count()];
    let fed = graph.inputs.iter().map(|port| port.tensor);
    for id in fed.chain(graph.states.iter().map(|state| state.read)) {
        known[id.index()] = anything(graph, id);
    }
    for (_, node) in graph.nodes() {
        let result = of_result(graph, node, &known);
        for (position, &output) in node.outputs.iter().enumerate() {
            let channels = graph.ty(output).shape.channels();
            let result = result.clone().filter(|result| position == 0 && result.len() == channels);
            known[output.index()] = result.unwrap_or_else(|| anything(graph, output));
        }
    }
    known
}

/// Every number of the element type.
fn anything(graph: &Graph, id: TensorId) -> Vec<Interval> {
    let ty = graph.ty(id);
    Interval::of(ty.dtype).map(|all| vec![all; ty.shape.channels()]).unwrap_or_default()
}

fn of_result(graph: &Graph, node: &Node, known: &Intervals) -> Option<Vec<Interval>> {
    let &[output] = node.outputs.as_slice() else { return None };
    if graph.ty(output).dtype != DType::I8 {
        return None;
    }
    let flow = node.channel_flow(graph);
    // Constants whose channels take part; weights are read as they are.
    let constants: Vec<Vec<Interval>> = node
        .inputs
        .iter()
        .enumerate()
        .map(|(index, id)| match &flow {
            ChannelFlow::Tied(ties) if ties.get(index).copied().flatten().is_some() => {
                id.and_then(|id| graph.constant(id)).and_then(of_constant).unwrap_or_default()
            }
            _ => Vec::new(),
        })
        .collect();
    let operand = |(id, constant): (&Option<TensorId>, &'_ Vec<Interval>)| {
        let id = (*id)?;
        let tensor = graph.tensor(id);
        Some((tensor, if tensor.is_constant() { constant.clone() } else { known[id.index()].clone() }))
    };
    let operands: Vec<_> = node.inputs.iter().zip(&constants).map(operand).collect();
    let inputs: Vec<_> = operands
        .iter()
        .map(|operand| operand.as_ref().map(|(tensor, known)| (*tensor, known.as_slice())))
        .collect();
    node.op.intervals(&Known { inputs: &inputs, output: graph.ty(output), reference: graph.reference })
}

fn of_constant(value: &Value) -> Option<Vec<Interval>> {
    let data = value.as_i8()?;
    let channels = value.shape().channels();
    let mut all = vec![None; channels];
    for (i, &element) in data.iter().enumerate() {
        let own = all.get_mut(i % channels)?;
        let element = Interval::constant(element.into());
        *own = Some(own.map_or(element, |own: Interval| own.hull(element)));
    }
    all.into_iter().collect()
}
