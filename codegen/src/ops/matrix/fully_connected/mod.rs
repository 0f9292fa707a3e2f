//! Fully connected (dense) layers.

mod channels;
mod evaluate;
mod import;
#[cfg(feature = "onnx")]
mod import_onnx;
mod lower;
#[cfg(test)]
mod test;

use crate::ops::common::quantised::{UNCLAMPED, check_bias, check_weights, narrow};
use crate::ir::attributes::attributes;
use crate::ir::{
    Along, Attributes, ChannelFlow, DType, Descriptor, Evaluation, Fault, IntegerForm, Interval, Known, Op, Operands, Operator, Tensor,
    TensorType, Value,
};
use crate::kernel::{KernelChoice, Lowering};

attributes! {
    /// `y[r, o] = clamp(bias[o] + Σ x[r, i] · w[o, i])`.
    ///
    /// Operands: `x`, whose elements in order are rows of `I` elements; weights `[O, I]`; optional bias `[O]`.
    pub struct FullyConnected {
        /// Range of the result in real numbers (fused activation).
        pub clamp: [f32; 2],
        /// Whether the result has the shape of `x` with `O` for the last axis, which then is `I`; else it is `[rows, O]`.
        pub keep_dims: bool,
    }
}

/// The operator table's entry.
pub static DESCRIPTOR: Descriptor = Descriptor {
    name: "fully_connected",
    parse: FullyConnected::parse,
    #[cfg(feature = "tflite")]
    tflite: &[("FULLY_CONNECTED", import::tflite_fully_connected)],
    #[cfg(feature = "onnx")]
    onnx: import_onnx::OPERATORS,
};

/// Extents of a layer.
struct Geometry {
    rows: usize,
    inputs: usize,
    outputs: usize,
}

impl FullyConnected {
    fn geometry(&self, x: &TensorType, weights: &TensorType) -> Result<Geometry, Fault> {
        let &[outputs, inputs] = weights.shape.dims() else {
            return Err(format!("expects weights [O,I], got {}", weights.shape));
        };
        let elements = x.shape.elements();
        if inputs == 0
            || !elements.is_multiple_of(inputs)
            || (self.keep_dims && x.shape.dims().last() != Some(&inputs))
        {
            return Err(format!(
                "{} does not consist of rows of {inputs} elements, as the weights have",
                x.shape
            ));
        }
        Ok(Geometry { rows: elements / inputs, inputs, outputs })
    }
}

impl Operator for FullyConnected {
    fn name(&self) -> &'static str {
        DESCRIPTOR.name
    }

    fn attributes(&self) -> Attributes {
        self.printed()
    }

    fn infer(&self, inputs: &Operands<'_>) -> Result<Vec<TensorType>, Fault> {
        let &[Some(x), Some(weights), ref rest @ ..] = inputs else {
            return Err("expects an operand and weights".to_owned());
        };
        let Geometry { rows, outputs, .. } = self.geometry(&x.ty, &weights.ty)?;
        if let Some(bias) = rest.first().copied().flatten()
            && bias.ty.shape.dims() != [outputs]
        {
            return Err(format!("the bias is {}, expected [{outputs}]", bias.ty.shape));
        }
        let shape = match x.ty.shape.dims() {
            [leading @ .., _] if self.keep_dims => [leading, &[outputs]].concat(),
            _ => vec![rows, outputs],
        };
        Ok(vec![TensorType::new(x.ty.dtype, shape)])
    }

    fn check(&self, inputs: &Operands<'_>, _outputs: &[&Tensor], faults: &mut Vec<Fault>) {
        if let [Some(x), Some(weights), ..] = inputs
            && x.ty.dtype != DType::F32
        {
            check_weights(weights, 0, faults);
            check_bias(inputs.get(2).copied().flatten(), faults);
        }
    }

    fn evaluate(&self, call: &Evaluation<'_>) -> Result<Vec<Value>, Fault> {
        self.evaluate_rows(call)
    }

    fn macs(&self, inputs: &Operands<'_>, outputs: &[&Tensor]) -> u64 {
        match (inputs, outputs) {
            ([_, Some(weights), ..], [output]) => {
                output.ty.shape.elements() as u64 * weights.ty.shape.channels() as u64
            }
            _ => 0,
        }
    }

    fn integer_form(&self) -> IntegerForm {
        IntegerForm::Free { weights: Some((1, 0)), bias: Some(2) }
    }

    fn channel_flow(&self, inputs: &Operands<'_>, _outputs: &[&Tensor]) -> ChannelFlow {
        self.flow(inputs)
    }

    fn intervals(&self, known: &Known<'_>) -> Option<Vec<Interval>> {
        self.channel_intervals(known)
    }

    /// Where time is an axis of rows.
    fn along(&self, inputs: &Operands<'_>, output: &TensorType, axes: &[Option<usize>]) -> Option<Along> {
        let (&[Some(x), ..], &[Some(axis), None, ..]) = (inputs, axes) else { return None };
        let (dims, result) = (x.ty.shape.dims(), output.shape.dims());
        let (in_front, behind) = dims.split_at_checked(axis)?;
        let (places, row) = behind.split_first()?;
        let (fits, own) = match self.keep_dims {
            true => (!row.is_empty(), axis),
            // The result has the rows of all axes behind one another.
            false => (in_front.iter().all(|&extent| extent == 1), 0),
        };
        (fits && result.get(own) == Some(places)).then_some(Along::same(own))
    }

    fn with_clamp(&self, min: f32, max: f32) -> Option<Op> {
        Some(Op::new(FullyConnected { clamp: narrow(self.clamp, min, max), ..self.clone() }))
    }

    fn unclamped(&self) -> Option<Op> {
        Some(Op::new(FullyConnected { clamp: UNCLAMPED, ..self.clone() }))
    }

    fn lower(&self, lowering: &Lowering<'_>) -> Result<KernelChoice, Fault> {
        self.lower_rows(lowering)
    }
}
