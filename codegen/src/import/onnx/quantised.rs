//! Quantisation as ONNX writes it: scales and zero points are operands of the nodes, not properties of the tensors.

use std::sync::Arc;

use super::item::{Constant, Handle, Item};
use super::layout::Layout;
use super::node::NodeImport;
use crate::ir::{DType, Fault, Graph, IntegerForm, NodeId, Operator, Quant, TensorId, Value};

impl NodeImport<'_> {
    /// The quantisation that the operands `scale` and `scale + 1` (its zero point, which may be left out) give to a tensor of this
    /// shape, and the element type that the zero point has.
    pub fn quant(&self, scale: usize, axis: i64, dims: &[usize]) -> Result<(Quant, Option<DType>), Fault> {
        let scales = self.reals(scale)?;
        let zero_point = match self.optional(scale + 1)? {
            Some(_) => Some(self.constant(scale + 1)?),
            None => None,
        };
        let dtype = zero_point.as_ref().map(|value| value.dtype());
        let zero_points = match &zero_point {
            Some(value) => value.integers().ok_or("the zero point must be an integer")?,
            None => vec![0; scales.len()],
        };
        let narrow: Result<Vec<i32>, _> = zero_points.iter().map(|&z| i32::try_from(z)).collect();
        let zero_points = narrow.map_err(|_| "a zero point has more than 32 bits")?;
        if zero_points.len() != scales.len() {
            return Err(format!("{} scales, but {} zero points", scales.len(), zero_points.len()));
        }
        if let Some(scale) = scales.iter().find(|&&scale| !(scale > 0.0 && scale.is_finite())) {
            return Err(format!("the scale {scale} is not a positive number"));
        }
        if let ([scale], [zero_point]) = (&scales[..], &zero_points[..]) {
            return Ok((Quant::per_tensor(*scale, *zero_point), dtype));
        }
        let axis = axis_index(axis, dims.len())?;
        if dims.get(axis) != Some(&scales.len()) {
            return Err(format!("{} scales along axis {axis} of a tensor of shape {dims:?}", scales.len()));
        }
        Ok((Quant::PerAxis { axis, scales, zero_points }, dtype))
    }

    /// The operand at `index` as integers of this quantisation, which is that of the operands at `scale` and behind it.
    pub fn quantised(&mut self, index: usize, scale: usize) -> Result<Item, Fault> {
        self.mark_quantised();
        let item = self.input(index)?;
        let (quant, dtype) = self.quant(scale, 0, &self.file_dims(&item))?;
        self.with_quant(item, quant, dtype.unwrap_or(DType::U8))
    }

    /// The fault of activations that are quantised to another type than 8 bits.
    pub fn unsupported_activations(&self, dtype: DType) -> Fault {
        let name = dtype.name().replace('i', "INT");
        self.advised(
            super::super::unsupported_activations(&name),
            "quantise activations to 8 bits (onnxruntime: activation_type QUInt8 or QInt8)",
        )
    }

    /// The item as integers of this quantisation. A fault if it has another one.
    pub fn with_quant(&mut self, item: Item, quant: Quant, dtype: DType) -> Result<Item, Fault> {
        if !matches!(dtype, DType::I8 | DType::U8 | DType::I32) {
            return Err(match item {
                Item::Constant(constant) => {
                    format!(
                        "`{}` is quantised to {dtype}, which is not supported; i8 and u8 are",
                        constant.name
                    )
                }
                Item::Computed(_) => self.unsupported_activations(dtype),
            });
        }
        match item {
            Item::Constant(constant) => {
                if constant.value.dtype() != dtype || constant.dequantised {
                    return Err(format!(
                        "`{}` is {}, but its zero point is {dtype}",
                        constant.name,
                        constant.dtype()
                    ));
                }
                Ok(Item::Constant(Constant { quant: Some(quant), ..constant }))
            }
            Item::Computed(handle) => {
                let tensor = self.tensor(handle.tensor);
                if tensor.ty.dtype != dtype {
                    return Err(format!(
                        "`{}` is {}, but its zero point is {dtype}",
                        tensor.name, tensor.ty.dtype
                    ));
                }
                if quant.axis().is_some() {
                    return Err("activations with a scale for each channel are not supported".to_owned());
                }
                match &tensor.ty.quant {
                    None => self.set_quant(handle.tensor, quant),
                    Some(own) if *own == quant => {}
                    Some(own) => {
                        let name = &tensor.name;
                        return Err(format!("`{name}` is read as {quant}, but what computes it gives {own}"));
                    }
                }
                Ok(Item::Computed(handle))
            }
        }
    }

    /// A unary operator on quantised integers, as `QLinearSigmoid`: operands x, its scale and zero point, the result's.
    pub fn quantised_unary(&mut self, op: impl Operator) -> Result<(), Fault> {
        let x = self.quantised(0, 1)?;
        let handle = self.as_handle(&x)?;
        let (quant, _) = self.quant(3, 0, &[])?;
        self.emit_with(op, vec![Some(handle.tensor)], handle.layout, Some(quant))
    }

    /// The item as a tensor in whatever layout it has.
    pub fn as_handle(&mut self, item: &Item) -> Result<Handle, Fault> {
        match item {
            Item::Computed(handle) => Ok(handle.clone()),
            Item::Constant(_) => {
                let layout = Layout::plain(self.file_dims(item).len());
                Ok(Handle { tensor: self.lay(item, &layout)?, layout })
            }
        }
    }

    /// The biases at `index` as i32 with the scale of operand times weights; none if they are left out.
    pub fn quantised_bias(
        &mut self,
        index: usize,
        x: TensorId,
        weights: TensorId,
    ) -> Result<Option<TensorId>, Fault> {
        if self.optional(index)?.is_none() {
            return Ok(None);
        }
        let value = self.constant(index)?;
        if value.dtype() != DType::I32 {
            return Err(format!("the biases are {}, expected i32", value.dtype()));
        }
        let count = value.len();
        let value = value.reshaped([count]).ok_or("the biases do not have one axis")?;
        let (scale, _) = self.tensor(x).ty.per_tensor().ok_or("the operand has no scale")?;
        let quant = match &self.tensor(weights).ty.quant {
            Some(Quant::PerTensor { scale: own, .. }) => Quant::per_tensor(scale * own, 0),
            Some(Quant::PerAxis { scales, .. }) if scales.len() == count => {
                Quant::symmetric(0, scales.iter().map(|own| scale * own).collect())
            }
            _ => return Err("the weights do not have one scale, or one for each bias".to_owned()),
        };
        Ok(Some(self.add_constant("bias", value, Some(quant))))
    }
}

/// Gives integers that are only moved or selected the quantisation of what they come from, or of what becomes of them: the file
/// says it at one of the places.
pub(super) fn spread(graph: &mut Graph) {
    let ends = |graph: &Graph, id: NodeId| -> Option<(TensorId, TensorId)> {
        let node = graph.node(id);
        let moves = node.op.integer_form() == IntegerForm::SameAsInput && !node.op.is_unary_elementwise();
        moves.then_some((node.input(0)?, *node.outputs.first()?))
    };
    let copy = |graph: &mut Graph, from: TensorId, to: TensorId| {
        let quant = graph.ty(from).quant.clone();
        let ty = &mut graph.tensor_mut(to).ty;
        if ty.quant.is_none() && quant.as_ref().is_some_and(|quant| quant.axis().is_none()) {
            ty.quant = quant;
        }
    };
    // Each of these operators has one operand: up to the first one, and down again.
    let order = graph.order().to_vec();
    for &id in order.iter().rev() {
        if let Some((x, result)) = ends(graph, id) {
            copy(graph, result, x);
        }
    }
    for id in order {
        if let Some((x, result)) = ends(graph, id) {
            copy(graph, x, result);
        }
    }
}

/// An axis as the file writes it: negative ones count from the last.
pub fn axis_index(axis: i64, rank: usize) -> Result<usize, Fault> {
    let from_start = if axis < 0 { axis.checked_add(rank as i64) } else { Some(axis) };
    from_start
        .and_then(|axis| usize::try_from(axis).ok())
        .filter(|&axis| axis < rank)
        .ok_or_else(|| format!("axis {axis} is not an axis of a tensor with {rank}"))
}

/// A constant of real numbers in integers: QuantizeLinear, carried out on the host.
pub fn quantise_constant(value: &Value, quant: &Quant, dtype: DType) -> Option<Arc<Value>> {
    let (low, high) = dtype.integer_range()?;
    let channel = value.channel_of(quant.axis());
    let real = value.as_f32()?;
    let integers: Vec<i64> = real
        .iter()
        .enumerate()
        .map(|(i, x)| {
            let channel = channel(i);
            let steps = (x / quant.scale(channel)).round_ties_even() as i64;
            steps.saturating_add(quant.zero_point(channel).into()).clamp(low, high)
        })
        .collect();
    Value::from_integers(dtype, value.shape().clone(), &integers).map(Arc::new)
}
