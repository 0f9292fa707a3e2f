//! A float operator between conversions becomes an integer operator.

use super::{integers, quantised_by};
use crate::ir::{DType, Graph, IntegerForm, Node, NodeId, Quant, Tensor, TensorId, Value};

/// Absorbs the conversions around a node.
pub(super) fn absorb(graph: &mut Graph, id: NodeId) -> Option<()> {
    let node = graph.node(id).clone();
    let &[result] = node.outputs.as_slice() else { return None };
    if graph.ty(result).dtype != DType::F32 {
        return None;
    }
    let (weights, bias) = match node.op.integer_form() {
        IntegerForm::Free { weights, bias } => (weights, bias),
        IntegerForm::Fixed { .. } => (None, None),
        // One value after the other: any quantisation on both sides.
        IntegerForm::SameAsInput if node.op.is_unary_elementwise() => (None, None),
        IntegerForm::SameAsInput | IntegerForm::None => return None,
    };
    let reader = quantised_by(graph, result)?;
    let quantised = *graph.node(reader).outputs.first()?;

    let mut inputs = Vec::new();
    for (index, operand) in node.inputs.iter().enumerate() {
        let is_bias = bias == Some(index);
        inputs.push(match *operand {
            None => None,
            Some(operand) if is_bias => Some(operand),
            Some(operand) => {
                let source = integers(graph, operand)?;
                let ty = graph.ty(source);
                let is_weights = weights.is_some_and(|(at, _)| at == index);
                let fits =
                    if is_weights { graph.tensor(source).is_constant() } else { ty.per_tensor().is_some() };
                (fits && ty.dtype == DType::I8).then_some(())?;
                Some(source)
            }
        });
    }
    if let (Some((at, axis)), Some(bias)) = (weights, bias)
        && let Some(operand) = inputs.get(bias).copied().flatten()
    {
        let value = integer_bias(
            graph,
            operand,
            inputs.first().copied().flatten()?,
            inputs.get(at).copied().flatten()?,
            axis,
        )?;
        inputs[bias] = Some(value);
    }
    let candidate = Node { name: node.name, op: node.op, inputs, outputs: vec![quantised] };
    if !sound(graph, &candidate) {
        return None;
    }
    graph.remove_node(reader);
    *graph.node_mut(id) = candidate;
    Some(())
}

/// Whether the operator accepts these operands and this result.
fn sound(graph: &Graph, node: &Node) -> bool {
    let inputs: Vec<Option<&Tensor>> = node.inputs.iter().map(|id| id.map(|id| graph.tensor(id))).collect();
    let outputs: Vec<&Tensor> = node.outputs.iter().map(|&id| graph.tensor(id)).collect();
    let mut faults = Vec::new();
    node.op.check(&inputs, &outputs, &mut faults);
    let fits = |ty: &crate::ir::TensorType| {
        outputs.first().is_some_and(|out| ty.dtype == out.ty.dtype && ty.shape == out.ty.shape)
    };
    faults.is_empty() && node.op.infer(&inputs).is_ok_and(|types| types.first().is_some_and(fits))
}

/// The biases as i32 with the scale of operand times weights. The file's integers are taken as they are if that is their scale.
fn integer_bias(
    graph: &mut Graph,
    bias: TensorId,
    x: TensorId,
    weights: TensorId,
    axis: usize,
) -> Option<TensorId> {
    let (x_scale, _) = graph.ty(x).per_tensor()?;
    let quant = graph.ty(weights).quant.clone()?;
    let channels = *graph.ty(weights).shape.dims().get(axis)?;
    let scales: Vec<f32> = (0..channels).map(|channel| x_scale * quant.scale(channel)).collect();
    let own = match quant {
        Quant::PerTensor { .. } => Quant::per_tensor(*scales.first()?, 0),
        Quant::PerAxis { .. } => Quant::symmetric(0, scales.clone()),
    };
    let source = integers(graph, bias).unwrap_or(bias);
    let tensor = graph.tensor(source);
    let (name, value) = (tensor.name.clone(), tensor.data.clone()?);
    if value.shape().dims() != [channels] {
        return None;
    }
    let alike = |quant: &Quant| {
        quant.is_symmetric() && (0..channels).all(|c| (quant.scale(c) - scales[c]).abs() <= 1e-5 * scales[c])
    };
    let integers = match (&tensor.ty.quant, value.as_i32()) {
        (Some(quant), Some(data)) if alike(quant) => data.to_vec(),
        (quant, _) => {
            let real = value.dequantise(quant.as_ref());
            let steps = |(b, scale): (&f32, &f32)| {
                let steps = (f64::from(*b) / f64::from(*scale)).round_ties_even();
                // Larger ones would overflow the accumulators.
                (steps.abs() <= f64::from(1 << 30)).then_some(steps as i32)
            };
            real.iter().zip(&scales).map(steps).collect::<Option<Vec<i32>>>()?
        }
    };
    Some(graph.add_tensor(Tensor::constant(name, Value::i32([channels], integers)?, Some(own))))
}
