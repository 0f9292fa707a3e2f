//! The float graph becomes an integer graph: tensors get int8 types, constants their integers; operators without an integer form
//! are wrapped in conversions and stay in floating point.

use std::collections::BTreeMap;

use super::weights::Parameters;
use crate::ir::{
    Attributes, DType, Graph, IntegerForm, Node, NodeId, Op, Quant, Tensor, TensorId, TensorType,
};

pub(super) fn retype(graph: &mut Graph, quants: &BTreeMap<TensorId, Quant>, parameters: Parameters) {
    for (&id, quant) in quants {
        let ty = &mut graph.tensor_mut(id).ty;
        ty.dtype = DType::I8;
        ty.quant = Some(quant.clone());
    }
    for ((node, index), (value, quant)) in parameters {
        let name = match graph.node(node).input(index) {
            Some(old) => graph.tensor(old).name.clone(),
            None => format!("{}/bias", graph.node(node).name),
        };
        let constant = graph.add_tensor(Tensor::constant(name, value, Some(quant)));
        let inputs = &mut graph.node_mut(node).inputs;
        // A bias that the node did not have (bias correction makes one).
        while inputs.len() <= index {
            inputs.push(None);
        }
        inputs[index] = Some(constant);
    }
    for id in graph.order().to_vec() {
        if graph.node(id).op.integer_form() == IntegerForm::None {
            keep_in_float(graph, id, quants);
        }
    }
}

/// Converts the node's int8 operands to f32 before it and its f32 results to int8 behind it.
fn keep_in_float(graph: &mut Graph, id: NodeId, quants: &BTreeMap<TensorId, Quant>) {
    let node = graph.node(id).clone();
    let real = |graph: &mut Graph, tensor: TensorId| {
        let (name, shape) = (format!("{}/f32", graph.tensor(tensor).name), graph.ty(tensor).shape.clone());
        graph.add_tensor(Tensor::new(name, TensorType::new(DType::F32, shape)))
    };
    let conversion = |name: &str, op: Op, from: TensorId, to: TensorId| Node {
        name: name.to_owned(),
        op,
        inputs: vec![Some(from)],
        outputs: vec![to],
    };
    for (index, operand) in node.inputs.iter().enumerate() {
        let Some(operand) = operand.filter(|operand| quants.contains_key(operand)) else { continue };
        let float = real(graph, operand);
        graph.insert_before(
            id,
            conversion(
                &node.name,
                (crate::ops::by_name("dequantize").unwrap().parse)(&Attributes::default()).unwrap(),
                operand,
                float,
            ),
        );
        graph.node_mut(id).inputs[index] = Some(float);
    }
    for (index, &result) in node.outputs.iter().enumerate().filter(|(_, result)| quants.contains_key(result))
    {
        let float = real(graph, result);
        graph.insert_after(
            id,
            conversion(
                &node.name,
                (crate::ops::by_name("quantize").unwrap().parse)(&Attributes::default()).unwrap(),
                float,
                result,
            ),
        );
        graph.node_mut(id).outputs[index] = float;
    }
}
