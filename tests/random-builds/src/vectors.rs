//! What a model is given and what it should give back, as bytes in the caller's types.

use tinyml_codegen::ir::interpret::Interpreter;
use tinyml_codegen::ir::{DType, Graph, Port, Value};

use crate::builder::Random;

/// Inferences of a model.
const COUNT: usize = 2;

/// Bytes of all inputs of some inferences one after the other, and of all outputs.
pub(crate) fn vectors(graph: &Graph, seed: u64) -> Result<[Vec<u8>; 2], String> {
    let mut random = Random(seed);
    let (mut given, mut expected) = (Vec::new(), Vec::new());
    let mut interpreter = Interpreter::new(graph);
    for _ in 0..COUNT {
        let inputs: Vec<Value> =
            graph.inputs.iter().map(|port| any_value(graph, port, &mut random)).collect();
        let outputs = interpreter.run(&inputs).map_err(|fault| fault.to_string())?;
        let callers = |(port, value): (&Port, &Value)| {
            // The caller's unsigned bytes are the graph's plus 128.
            let flip = if port.boundary.unsigned { 0x80 } else { 0 };
            value.to_le_bytes().into_iter().map(move |byte| byte ^ flip).collect::<Vec<u8>>()
        };
        given.extend(graph.inputs.iter().zip(&inputs).flat_map(callers));
        expected.extend(graph.outputs.iter().zip(&outputs).flat_map(callers));
    }
    Ok([given, expected])
}

/// Whether a result may be near the interpreter's instead of the same: where floats are added up, or quantised.
pub(crate) fn is_near(graph: &Graph) -> bool {
    let tensors = graph.nodes().flat_map(|(_, node)| node.operands().chain(node.outputs.iter().copied()));
    tensors.map(|id| graph.ty(id).dtype).any(|dtype| dtype == DType::F32)
}

fn any_value(graph: &Graph, port: &Port, random: &mut Random) -> Value {
    let ty = graph.ty(port.tensor);
    let elements = ty.shape.elements();
    let value = match ty.dtype.value_range() {
        None => Value::f32(
            ty.shape.clone(),
            (0..elements).map(|_| random.within(-2000, 2000) as f32 / 1000.0).collect(),
        ),
        Some((low, high)) => {
            let (low, high) = (low.max(i32::MIN.into()), high.min(i32::MAX.into()));
            let numbers: Vec<i64> = (0..elements).map(|_| random.within(low, high)).collect();
            Value::from_integers(ty.dtype, ty.shape.clone(), &numbers)
        }
    };
    value.unwrap_or_else(|| Value::zeros(ty.dtype, ty.shape.clone()))
}
