//! The same elements under another shape.

mod import;
#[cfg(feature = "onnx")]
mod import_onnx;
#[cfg(test)]
mod test;

use crate::ir::attributes::attributes;
use crate::ir::{
    Along, Attributes, ChannelFlow, Descriptor, Evaluation, Fault, IntegerForm, Interval, Known, Op, Operands, Operator, Shape, Tensor,
    TensorType, Tie, Value,
};
use crate::kernel::{KernelChoice, Lowering};

attributes! {
    /// The operand's elements, bit for bit and in row-major order, under another shape.
    ///
    /// The result has a quantisation of its own, which should be the operand's: like the reference's kernels, this converts
    /// nothing.
    pub struct Reshape {
        /// The extents.
        pub shape: Vec<usize>,
    }
}

/// The operator table's entry.
pub static DESCRIPTOR: Descriptor = Descriptor {
    name: "reshape",
    parse: Reshape::parse,
    #[cfg(feature = "tflite")]
    tflite: &[("RESHAPE", import::tflite), ("SQUEEZE", import::tflite), ("EXPAND_DIMS", import::tflite)],
    #[cfg(feature = "onnx")]
    onnx: import_onnx::OPERATORS,
};

/// Which channels of two tensors with the same elements hold the same; none if neither number of channels divides the other.
fn tie(x: &TensorType, output: &TensorType) -> Option<Tie> {
    let (own, count) = (x.shape.channels(), output.shape.channels());
    let fits = own != 0 && count != 0 && (own.is_multiple_of(count) || count.is_multiple_of(own));
    fits.then_some(Tie::Along { first: 0, count })
}

impl Operator for Reshape {
    fn name(&self) -> &'static str {
        DESCRIPTOR.name
    }

    fn attributes(&self) -> Attributes {
        self.printed()
    }

    fn infer(&self, inputs: &Operands<'_>) -> Result<Vec<TensorType>, Fault> {
        let &[Some(operand)] = inputs else { return Err("expects one operand".to_owned()) };
        let shape = Shape(self.shape.clone());
        if shape.elements() != operand.ty.shape.elements() {
            return Err(format!("{} does not have as many elements as {shape}", operand.ty.shape));
        }
        Ok(vec![TensorType::new(operand.ty.dtype, shape)])
    }

    fn evaluate(&self, call: &Evaluation<'_>) -> Result<Vec<Value>, Fault> {
        let (ty, value) = call.input(0)?;
        let reshaped = value.reshaped(self.shape.clone());
        Ok(vec![
            reshaped
                .ok_or_else(|| format!("{} does not have as many elements as {:?}", ty.shape, self.shape))?,
        ])
    }

    fn integer_form(&self) -> IntegerForm {
        IntegerForm::SameAsInput
    }

    /// An element's channel is its place in the tensor modulo their number, in operand and result.
    fn channel_flow(&self, inputs: &Operands<'_>, outputs: &[&Tensor]) -> ChannelFlow {
        match (inputs, outputs) {
            ([Some(x)], [output]) => match tie(&x.ty, &output.ty) {
                Some(tie) => ChannelFlow::Tied(vec![Some(tie)]),
                None => ChannelFlow::Opaque,
            },
            _ => ChannelFlow::Opaque,
        }
    }

    fn intervals(&self, known: &Known<'_>) -> Option<Vec<Interval>> {
        let (ty, operand) = known.input(0)?;
        let mut results = vec![None; known.output.shape.channels()];
        for (own, result) in tie(ty, known.output)?.pairs(operand.len(), results.len()) {
            let all = results.get_mut(result)?;
            *all = Some(all.map_or(operand[own], |all: Interval| all.hull(operand[own])));
        }
        results.into_iter().collect()
    }

    fn with_channels(&self, _inputs: &Operands<'_>, channels: usize) -> Option<Op> {
        let (last, leading) = self.shape.split_last()?;
        (*last != channels).then(|| Op::new(Reshape { shape: [leading, &[channels]].concat() }))
    }

    /// Where an axis is the same one under another number: as many elements lie in front of it, and as many places along it.
    fn along(&self, inputs: &Operands<'_>, _output: &TensorType, axes: &[Option<usize>]) -> Option<Along> {
        let (&[Some(operand)], &[Some(axis)]) = (inputs, axes) else { return None };
        let in_front = |dims: &[usize], axis: usize| dims[..axis].iter().product::<usize>();
        let dims = operand.ty.shape.dims();
        let (outer, places) = (in_front(dims, axis), dims[axis]);
        let mut own = (0..self.shape.len())
            .filter(|&own| places > 1 && self.shape[own] == places && in_front(&self.shape, own) == outer);
        own.next().map(Along::same)
    }

    fn part(&self, axis: usize, _padding: [usize; 2], places: usize) -> Option<Op> {
        let mut shape = self.shape.clone();
        *shape.get_mut(axis)? = places;
        Some(Op::new(Reshape { shape }))
    }

    fn is_view(&self) -> bool {
        true
    }

    fn lower(&self, _lowering: &Lowering<'_>) -> Result<KernelChoice, Fault> {
        Err("is a view, which needs no kernel".to_owned())
    }
}
