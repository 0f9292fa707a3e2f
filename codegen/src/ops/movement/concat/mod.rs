//! Tensors joined along one axis.

mod channels;
mod evaluate;
mod import;
#[cfg(feature = "onnx")]
mod import_onnx;
mod lower;
#[cfg(test)]
mod test;

use crate::ops::common::quantised::per_tensor;
use crate::ir::attributes::attributes;
use crate::ir::{
    Along, Attributes, ByRows, ChannelFlow, DType, Descriptor, Evaluation, Fault, IntegerForm, Interval, Known, Operands, Operator, Quant, Shape, Tensor,
    TensorType, Value,
};
use crate::kernel::{KernelChoice, Lowering};

attributes! {
    /// The operands one behind the other along `axis`; their other extents are equal.
    ///
    /// 8-bit operands whose quantisation differs from the result's are requantised. (TFLM and LiteRT refuse such models; the
    /// arithmetic is that of their QUANTIZE, or of ONNX's QuantizeLinear.)
    pub struct Concat {
        /// The axis along which the operands are joined.
        pub axis: usize,
    }
}

/// The operator table's entry.
pub static DESCRIPTOR: Descriptor = Descriptor {
    name: "concat",
    parse: Concat::parse,
    #[cfg(feature = "tflite")]
    tflite: &[("CONCATENATION", import::tflite), ("PACK", import::pack)],
    #[cfg(feature = "onnx")]
    onnx: import_onnx::OPERATORS,
};

impl Concat {
    /// For a shape: how often its part of the result is repeated by the axes in front of `axis`, and how many elements lie
    /// together.
    fn blocks(&self, shape: &Shape) -> (usize, usize) {
        let dims = shape.dims();
        let (outer, inner) = dims.split_at(self.axis.min(dims.len()));
        (outer.iter().product(), inner.iter().product())
    }
}

/// Whether the elements of an operand must be requantised to be elements of the result.
fn is_requantised(operand: &TensorType, output: &TensorType) -> bool {
    operand.quant != output.quant
}

impl Operator for Concat {
    fn name(&self) -> &'static str {
        DESCRIPTOR.name
    }

    fn attributes(&self) -> Attributes {
        self.printed()
    }

    fn infer(&self, inputs: &Operands<'_>) -> Result<Vec<TensorType>, Fault> {
        let present: Vec<&Tensor> = inputs.iter().flatten().copied().collect();
        let [first, ..] = present[..] else { return Err("expects at least one operand".to_owned()) };
        if present.len() != inputs.len() {
            return Err("an operand is missing".to_owned());
        }
        let mut dims = first.ty.shape.0.clone();
        let axis = self.axis;
        if axis >= dims.len() {
            return Err(format!("{} has no axis {axis}", first.ty.shape));
        }
        dims[axis] = 0;
        for tensor in present {
            let mut own = tensor.ty.shape.0.clone();
            let extent = own.get_mut(axis).map(std::mem::take).unwrap_or_default();
            let fits = own.iter().enumerate().all(|(i, &dim)| i == axis || dims.get(i) == Some(&dim));
            if !fits || own.len() != dims.len() || tensor.ty.dtype != first.ty.dtype {
                return Err(format!(
                    "cannot join {}{} and {}{} along axis {axis}",
                    first.ty.dtype, first.ty.shape, tensor.ty.dtype, tensor.ty.shape
                ));
            }
            dims[axis] = dims[axis].checked_add(extent).ok_or("the result is too large")?;
        }
        Ok(vec![TensorType::new(first.ty.dtype, dims)])
    }

    fn check(&self, inputs: &Operands<'_>, outputs: &[&Tensor], faults: &mut Vec<Fault>) {
        let &[output] = outputs else { return };
        for tensor in inputs.iter().flatten().filter(|tensor| is_requantised(&tensor.ty, &output.ty)) {
            let name = &tensor.name;
            if !matches!(tensor.ty.dtype, DType::I8 | DType::U8) {
                faults.push(format!("cannot requantise {} (`{name}`)", tensor.ty.dtype));
                continue;
            }
            faults.extend(per_tensor(&tensor.ty, &format!("operand `{name}`")).err());
            faults.extend(per_tensor(&output.ty, "result").err());
        }
        if matches!(output.ty.quant, Some(Quant::PerAxis { .. })) {
            faults.push("joins tensors that are quantised per channel".to_owned());
        }
    }

    fn evaluate(&self, call: &Evaluation<'_>) -> Result<Vec<Value>, Fault> {
        self.evaluate_concat(call)
    }

    fn integer_form(&self) -> IntegerForm {
        IntegerForm::Free { weights: None, bias: None }
    }

    fn channel_flow(&self, inputs: &Operands<'_>, outputs: &[&Tensor]) -> ChannelFlow {
        self.flow(inputs, outputs)
    }

    fn intervals(&self, known: &Known<'_>) -> Option<Vec<Interval>> {
        self.channel_intervals(known)
    }

    fn by_rows(&self, inputs: &Operands<'_>, output: &TensorType) -> Option<ByRows> {
        let computed = inputs.iter().flatten().all(|tensor| !tensor.is_constant());
        (computed && output.shape.rank() == 4 && self.axis >= 2).then_some(ByRows::ROW)
    }

    fn along(&self, _inputs: &Operands<'_>, _output: &TensorType, axes: &[Option<usize>]) -> Option<Along> {
        let &[Some(axis), ref others @ ..] = axes else { return None };
        let together = axis != self.axis && others.iter().all(|&other| other == Some(axis));
        together.then_some(Along::same(axis))
    }

    fn lower(&self, lowering: &Lowering<'_>) -> Result<KernelChoice, Fault> {
        self.lower_concat(lowering)
    }
}
