//! Quantised graphs, in place of files that TFLite's importer reads.

use tinyml_codegen::ir::{
    Boundary, DType, Graph, Node, Op, Port, Quant, Reference, Tensor, TensorType, Value,
};
use tinyml_codegen::ops::movement::reshape::Reshape;

use crate::builder::{Builder, Random};
use crate::names;

/// A graph of some layers, with what else a model may have at its borders.
pub(crate) fn graph(random: &mut Random) -> Graph {
    let reference = random.pick(&[Reference::Tflm, Reference::Litert, Reference::Onnx]);
    let mut builder = Builder::new(reference, image(random));
    for _ in 0..random.size(0, 8) {
        builder.step(random.next());
    }
    let mut graph = builder.finish(random.next());
    borders(random, &mut graph);
    rename(random, &mut graph);
    graph
}

/// Extents of an image: small, uneven, or long in one direction, now and then beyond what 16 bits count.
fn image(random: &mut Random) -> [usize; 3] {
    let small = [random.size(1, 6), random.size(1, 6), random.size(1, 6)];
    let long = random.pick(&[17, 64, 255, 257, 1000, 4099, 65_535, 65_536, 70_000]);
    match random.size(0, 9) {
        0 => [long, 1, 1],
        1 => [1, long, random.size(1, 3)],
        2 => [1, 1, long],
        3 => [1, 1, 1],
        _ => small,
    }
}

/// Further inputs, and outputs that are inputs, constants, the same tensor again, views of each other.
fn borders(random: &mut Random, graph: &mut Graph) {
    while random.percent(25) {
        let ty = any_type(random);
        let input = graph.add_tensor(Tensor::new("", ty));
        graph.inputs.push(input.into());
        if random.percent(70) {
            graph.outputs.push(input.into());
        }
    }
    while random.percent(30) {
        let ty = any_type(random);
        let bytes = (0..ty.bytes()).map(|_| random.within(0, 255) as u8);
        let bytes: Vec<u8> = bytes.collect();
        let value =
            Value::from_le_bytes(ty.dtype, ty.shape.clone(), &bytes).expect("as many as the shape has");
        let constant = graph.add_tensor(Tensor::constant("", value, ty.quant));
        graph.outputs.push(constant.into());
    }
    while random.percent(25) {
        let again = random.pick(&(0..graph.outputs.len()).collect::<Vec<_>>());
        let port = graph.outputs[again].clone();
        graph.outputs.push(port);
    }
    while random.percent(25) {
        let of = random.pick(&(0..graph.outputs.len()).collect::<Vec<_>>());
        let source = graph.outputs[of].tensor;
        let ty = graph.ty(source).clone();
        let shape = random
            .pick(&[vec![ty.shape.elements()].as_slice(), &[1, ty.shape.elements(), 1], ty.shape.dims()])
            .to_vec();
        let view = graph.add_tensor(Tensor::new("", TensorType { shape: shape.clone().into(), ..ty }));
        let op = Op::new(Reshape { shape });
        graph.add_node(Node { name: String::new(), op, inputs: vec![Some(source)], outputs: vec![view] });
        graph.outputs.push(Port { tensor: view, boundary: Boundary::default() });
    }
    // The real outputs need not come first.
    let turned = random.size(0, graph.outputs.len() - 1);
    graph.outputs.rotate_left(turned);
    while random.percent(20) {
        let label = names::any(random);
        graph.labels.push(label);
    }
}

/// A type of a tensor that nothing is computed from.
fn any_type(random: &mut Random) -> TensorType {
    let shape = random.pick(&[[1, 1].as_slice(), &[3], &[], &[2, 3, 1, 5], &[1, 7]]).to_vec();
    let plain = [DType::F32, DType::I8, DType::U8, DType::I16, DType::I32, DType::I64];
    match random.percent(50) {
        true => TensorType::new(random.pick(&plain), shape),
        false => match random.size(0, 2) {
            0 => TensorType::quantised(DType::U8, shape, Quant::per_tensor(0.1, random.pick(&[0, 128, 255]))),
            1 => TensorType::quantised(DType::I16, shape, Quant::per_tensor(0.001, 0)),
            _ => {
                TensorType::quantised(DType::I8, shape, Quant::per_tensor(0.1, random.pick(&[-128, 0, 127])))
            }
        },
    }
}

/// Gives everything a hostile name.
fn rename(random: &mut Random, graph: &mut Graph) {
    for id in graph.tensor_ids() {
        graph.tensor_mut(id).name = names::any(random);
    }
    for id in graph.order().to_vec() {
        graph.node_mut(id).name = names::any(random);
    }
}
