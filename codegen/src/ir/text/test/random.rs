//! Round trips of random graphs.

use std::sync::Arc;

use proptest::prelude::*;

use super::{assert_same, convolution};
use crate::ir::text::{parse, print};
use crate::ir::{
    Boundary, DType, Graph, Node, Port, Quant, Reference, State, Tensor, TensorId, TensorType, Value,
};

fn arbitrary_float() -> impl Strategy<Value = f32> {
    any::<u32>().prop_map(f32::from_bits).prop_map(|value| if value.is_nan() { f32::NAN } else { value })
}

fn arbitrary_type() -> impl Strategy<Value = TensorType> {
    let dtype = prop::sample::select(vec![
        DType::F32,
        DType::I8,
        DType::U8,
        DType::I16,
        DType::I32,
        DType::I64,
        DType::I4,
        DType::Bool,
    ]);
    let per_axis = (0usize..4, prop::collection::vec((arbitrary_float(), any::<i32>()), 0..4)).prop_map(
        |(axis, channels)| {
            let (scales, zero_points) = channels.into_iter().unzip();
            Quant::PerAxis { axis, scales, zero_points }
        },
    );
    let per_tensor =
        (arbitrary_float(), any::<i32>()).prop_map(|(scale, zero)| Quant::per_tensor(scale, zero));
    let quant = prop::option::of(prop_oneof![per_axis, per_tensor]);
    (dtype, prop::collection::vec(0usize..4, 0..4), quant).prop_map(|(dtype, shape, quant)| TensorType {
        dtype,
        shape: shape.into(),
        quant,
    })
}

/// Any value of a type: bits from a seed.
fn value_from_seed(ty: &TensorType, seed: u64) -> Value {
    let mut state = seed;
    let mut next = || {
        state = state.wrapping_mul(0x5851_F42D_4C95_7F2D).wrapping_add(1);
        (state >> 8) as i64
    };
    let len = ty.shape.elements();
    let value = match ty.dtype.integer_range() {
        None if ty.dtype == DType::F32 => {
            let bits = (0..len).map(|_| f32::from_bits(next() as u32));
            Value::f32(ty.shape.clone(), bits.map(|v| if v.is_nan() { -0.0 } else { v }).collect())
        }
        range => {
            let (low, high) = range.unwrap_or((0, 1));
            // In i128, where the width of i64's range fits too.
            let width = i128::from(high) - i128::from(low) + 1;
            let mut element = || (i128::from(low) + i128::from(next()).rem_euclid(width)) as i64;
            let data: Vec<i64> = (0..len).map(|_| element()).collect();
            Value::from_integers(ty.dtype, ty.shape.clone(), &data)
        }
    };
    value.expect("the values are in range")
}

#[derive(Clone, Debug)]
struct ArbitraryNode {
    name: String,
    inputs: Vec<Option<prop::sample::Index>>,
    outputs: Vec<(String, TensorType)>,
    stride: [i64; 2],
    clamp: [f32; 2],
}

fn arbitrary_node() -> impl Strategy<Value = ArbitraryNode> {
    let outputs = prop::collection::vec((any::<String>(), arbitrary_type()), 0..3);
    let inputs = prop::collection::vec(prop::option::of(any::<prop::sample::Index>()), 0..4);
    (any::<String>(), inputs, outputs, [0i64..1 << 40, 0..9], [arbitrary_float(), arbitrary_float()])
        .prop_map(|(name, inputs, outputs, stride, clamp)| ArbitraryNode {
            name,
            inputs,
            outputs,
            stride,
            clamp,
        })
}

prop_compose! {
    /// Any graph whose parts hang together; it need not pass the verifier.
    fn arbitrary_graph()(
        name in any::<String>(),
        reference in prop::sample::select(vec![Reference::Tflm, Reference::Litert, Reference::Onnx]),
        labels in prop::collection::vec(any::<String>(), 0..3),
        sources in prop::collection::vec((any::<String>(), arbitrary_type(), 0..4, any::<u64>()), 1..6),
        nodes in prop::collection::vec(arbitrary_node(), 0..5),
        outputs in prop::collection::vec((any::<prop::sample::Index>(), any::<bool>()), 0..3),
        next in any::<prop::sample::Index>(),
    ) -> Graph {
        let mut graph = Graph::new(name, reference);
        graph.labels = labels;
        let mut states = Vec::new();
        for (name, ty, kind, seed) in sources {
            let value = value_from_seed(&ty, seed);
            let id = graph.add_tensor(Tensor::new(name, ty));
            let boundary = || Boundary { source_axes: (seed % 2 == 0).then(|| vec![1, 0]), unsigned: seed % 3 == 0 };
            match kind {
                0 => graph.inputs.push(Port { tensor: id, boundary: boundary() }),
                1 => states.push((id, (seed % 2 == 0).then_some(value))),
                _ => graph.tensor_mut(id).data = Some(Arc::new(value)),
            }
        }
        for node in nodes {
            let ids: Vec<TensorId> = graph.tensor_ids().collect();
            let inputs = node.inputs.iter().map(|index| index.map(|index| *index.get(&ids))).collect();
            let outputs = node.outputs.into_iter().map(|(name, ty)| graph.add_tensor(Tensor::new(name, ty))).collect();
            let op = convolution(node.stride, node.clamp);
            graph.add_node(Node { name: node.name, op, inputs, outputs });
        }
        let ids: Vec<TensorId> = graph.tensor_ids().collect();
        graph.outputs = outputs
            .into_iter()
            .map(|(index, unsigned)| Port { tensor: *index.get(&ids), boundary: Boundary { source_axes: None, unsigned } })
            .collect();
        graph.states = states
            .into_iter()
            .map(|(read, initial)| State { read, write: *next.get(&ids), initial })
            .collect();
        graph
    }
}

proptest! {
    #[test]
    fn any_graph_is_read_as_it_was_printed(graph in arbitrary_graph()) {
        let text = print(&graph);
        let parsed = parse(&text).map_err(|error| TestCaseError::fail(format!("{error}\n{text}")))?;
        prop_assert_eq!(&print(&parsed), &text);
        assert_same(&graph, &parsed);
    }
}
