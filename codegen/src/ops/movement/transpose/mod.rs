//! Axes in another order.

mod import;
#[cfg(test)]
mod test;

use crate::ops::common::channels::{channelwise, mapped};
use crate::ops::movement::strided::{self, Axis};
use crate::ir::attributes::attributes;
use crate::ir::{
    Attributes, ChannelFlow, DType, Descriptor, Evaluation, Fault, IntegerForm, Interval, Known, Operands, Operator, Shape, Tensor, TensorType,
    Value,
};
use crate::kernel::{KernelCall, KernelChoice, Lowering, Operand};

attributes! {
    /// Axis `i` of the result is axis `perm[i]` of the operand; elements are moved bit for bit.
    pub struct Transpose {
        /// A permutation of the axes.
        pub perm: Vec<usize>,
    }
}

/// The operator table's entry.
pub static DESCRIPTOR: Descriptor = Descriptor {
    name: "transpose",
    parse: Transpose::parse,
    #[cfg(feature = "tflite")]
    tflite: &[("TRANSPOSE", import::tflite)],
    #[cfg(feature = "onnx")]
    onnx: &[],
};

impl Transpose {
    /// Whether, for an operand of this shape, no element moves: only axes of extent 1 change places.
    pub fn is_reshape(&self, shape: &Shape) -> bool {
        let moving: Vec<usize> = self
            .perm
            .iter()
            .copied()
            .filter(|&axis| shape.dims().get(axis).is_some_and(|&dim| dim != 1))
            .collect();
        moving.is_sorted()
    }

    /// Whether the innermost axis stays where it is.
    fn keeps_channels(&self) -> bool {
        self.perm.last().is_some_and(|&axis| axis + 1 == self.perm.len())
    }

    /// The transposition that does what `first` and then this one do; none if they are for different ranks.
    pub fn after(&self, first: &Transpose) -> Option<Transpose> {
        let perm = self.perm.iter().map(|&axis| first.perm.get(axis).copied()).collect::<Option<_>>()?;
        (self.perm.len() == first.perm.len()).then_some(Transpose { perm })
    }

    /// The shape of the result.
    pub fn output_shape(&self, shape: &Shape) -> Result<Shape, Fault> {
        let mut sorted = self.perm.clone();
        sorted.sort_unstable();
        if !sorted.iter().copied().eq(0..shape.rank()) {
            return Err(format!("{:?} is not a permutation of the axes of {shape}", self.perm));
        }
        Ok(Shape(self.perm.iter().map(|&axis| shape.dims()[axis]).collect()))
    }
}

impl Operator for Transpose {
    fn name(&self) -> &'static str {
        DESCRIPTOR.name
    }

    fn attributes(&self) -> Attributes {
        self.printed()
    }

    fn infer(&self, inputs: &Operands<'_>) -> Result<Vec<TensorType>, Fault> {
        let &[Some(operand)] = inputs else { return Err("expects one operand".to_owned()) };
        Ok(vec![TensorType::new(operand.ty.dtype, self.output_shape(&operand.ty.shape)?)])
    }

    fn evaluate(&self, call: &Evaluation<'_>) -> Result<Vec<Value>, Fault> {
        let (ty, value) = call.input(0)?;
        let transposed = value.transposed(&self.perm);
        Ok(vec![
            transposed
                .ok_or_else(|| format!("{:?} is not a permutation of the axes of {}", self.perm, ty.shape))?,
        ])
    }

    fn integer_form(&self) -> IntegerForm {
        IntegerForm::SameAsInput
    }

    fn channel_flow(&self, inputs: &Operands<'_>, outputs: &[&Tensor]) -> ChannelFlow {
        match self.keeps_channels() {
            true => channelwise(inputs, outputs),
            false => ChannelFlow::Opaque,
        }
    }

    fn intervals(&self, known: &Known<'_>) -> Option<Vec<Interval>> {
        self.keeps_channels().then(|| mapped(known, |interval| interval)).flatten()
    }

    fn lower(&self, lowering: &Lowering<'_>) -> Result<KernelChoice, Fault> {
        let operand = &lowering.input(0)?.ty;
        let output = self.output_shape(&operand.shape)?;
        let (from, to) = (operand.shape.strides(), output.strides());
        let axes: Vec<Axis> = self
            .perm
            .iter()
            .enumerate()
            .map(|(axis, &source)| Axis { extent: output.dims()[axis], from: from[source], to: to[axis] })
            .collect();
        let kernel = match operand.dtype {
            DType::I8 => "copy_strided_s8",
            DType::F32 => "copy_strided_f32",
            other => return Err(format!("has no kernel for {other}")),
        };
        let words = |numbers: &[usize], between: &str| {
            numbers.iter().map(usize::to_string).collect::<Vec<_>>().join(between)
        };
        let call = KernelCall {
            kernel,
            label: "Transpose",
            shape_name: format!("Transpose{}By{}", words(operand.shape.dims(), "x"), words(&self.perm, "")),
            note: format!("axes {}", words(&self.perm, ", ")),
            shape: strided::shape(&axes)?,
            operands: vec![("INPUT", Operand::input(0)), ("OUTPUT", Operand::output(0))],
            params: Vec::new(),
            overlap: Vec::new(),
        };
        let work = strided::work(kernel, operand.dtype.size(), &axes)?;
        Ok(KernelChoice::new(lowering.core, [(call, work)]))
    }
}
