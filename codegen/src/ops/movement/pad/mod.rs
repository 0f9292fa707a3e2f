//! A border of one value around a tensor.

mod evaluate;
mod import;
#[cfg(feature = "onnx")]
mod import_onnx;
mod lower;
#[cfg(test)]
mod test;

use crate::ops::common::channels::{channelwise, mapped};
use crate::ops::common::quantised::per_tensor;
use crate::ir::attributes::attributes;
use crate::ir::{
    Along, Attributes, Border, ChannelFlow, DType, Descriptor, Evaluation, Fault, IntegerForm, Interval, Known, Operands, Operator, Reference, Shape, Tensor,
    TensorType, Value,
};
use crate::kernel::{KernelChoice, Lowering};
use tinyml_arith::{Clamp, Quantization, onnx};

attributes! {
    /// The operand, bit for bit, with `before[i]` elements in front of it along axis `i` and `after[i]` behind it.
    pub struct Pad {
        /// Elements in front, per axis.
        pub before: Vec<usize>,
        /// Elements behind, per axis.
        pub after: Vec<usize>,
        /// What the border consists of, as a real number: quantised by the result's scale and zero point.
        pub value: f32,
    }
}

/// The operator table's entry.
pub static DESCRIPTOR: Descriptor = Descriptor {
    name: "pad",
    parse: Pad::parse,
    #[cfg(feature = "tflite")]
    tflite: &[("PAD", import::tflite), ("PADV2", import::tflite)],
    #[cfg(feature = "onnx")]
    onnx: import_onnx::OPERATORS,
};

/// Largest result. Paddings are the one place where a few bytes of a damaged file ask for any amount of memory.
const MAX_ELEMENTS: usize = 1 << 31;

impl Pad {
    /// The shape of the result.
    fn output_shape(&self, shape: &Shape) -> Result<Shape, Fault> {
        if self.before.len() != shape.rank() || self.after.len() != shape.rank() {
            let (before, after) = (self.before.len(), self.after.len());
            return Err(format!(
                "pads {before} axes in front and {after} behind, but {shape} has {}",
                shape.rank()
            ));
        }
        let padded = shape.dims().iter().zip(&self.before).zip(&self.after);
        let dims = padded.map(|((dim, before), after)| dim.checked_add(*before)?.checked_add(*after));
        let output =
            dims.collect::<Option<_>>().map(Shape).filter(|output| output.elements() <= MAX_ELEMENTS);
        output.ok_or_else(|| "the result is too large".to_owned())
    }

    /// The border's element in a quantised result; the number itself in a tensor of plain integers.
    fn integer_value(&self, output: &TensorType, reference: Reference) -> Result<i64, Fault> {
        let (low, high) =
            output.dtype.integer_range().ok_or_else(|| format!("has no integers in {}", output.dtype))?;
        if output.quant.is_none() {
            return Ok((self.value as i64).clamp(low, high));
        }
        let (scale, zero_point) = per_tensor(output, "result")?;
        let quantisation = Quantization { scale, zero_point };
        let bound = |bound: i64| i32::try_from(bound).unwrap_or(if bound < 0 { i32::MIN } else { i32::MAX });
        let storage = Clamp { min: bound(low), max: bound(high) };
        Ok(i64::from(match reference {
            Reference::Onnx => onnx::quantize(self.value, quantisation, storage),
            Reference::Tflm | Reference::Litert => quantisation.quantize(self.value, storage),
        }))
    }
}

impl Pad {
    fn adds_channels(&self) -> bool {
        [&self.before, &self.after].iter().any(|pads| pads.last().is_some_and(|&pad| pad != 0))
    }
}

impl Pad {
    /// The border, if it is one of rows and columns around an image; `output` is the type of the result.
    pub fn border(&self, output: &TensorType, reference: Reference) -> Option<Border> {
        let (&[0, top, left, 0], &[0, bottom, right, 0]) = (self.before.as_slice(), self.after.as_slice()) else {
            return None;
        };
        let element = match output.dtype {
            DType::F32 => f64::from(self.value),
            _ => self.integer_value(output, reference).ok()? as f64,
        };
        Some(Border { sizes: [top, bottom, left, right], element })
    }
}

impl Operator for Pad {
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

    fn check(&self, _inputs: &Operands<'_>, outputs: &[&Tensor], faults: &mut Vec<Fault>) {
        for output in outputs.iter().filter(|output| output.ty.quant.is_some()) {
            faults.extend(per_tensor(&output.ty, "result").err());
        }
    }

    fn evaluate(&self, call: &Evaluation<'_>) -> Result<Vec<Value>, Fault> {
        self.evaluate_pad(call)
    }

    fn integer_form(&self) -> IntegerForm {
        IntegerForm::SameAsInput
    }

    fn channel_flow(&self, inputs: &Operands<'_>, outputs: &[&Tensor]) -> ChannelFlow {
        match self.adds_channels() {
            true => ChannelFlow::Opaque,
            false => channelwise(inputs, outputs),
        }
    }

    fn intervals(&self, known: &Known<'_>) -> Option<Vec<Interval>> {
        if self.adds_channels() {
            return None;
        }
        let border = self.integer_value(known.output, known.reference).ok()?;
        let border = Interval::constant(i32::try_from(border).ok()?);
        mapped(known, |interval| interval.hull(border))
    }

    fn along(&self, inputs: &Operands<'_>, _output: &TensorType, axes: &[Option<usize>]) -> Option<Along> {
        let (&[Some(_)], &[Some(axis)]) = (inputs, axes) else { return None };
        // A place of the border depends on no place of the operand.
        let border = self.before.get(axis).zip(self.after.get(axis));
        (border == Some((&0, &0))).then_some(Along::same(axis))
    }

    fn lower(&self, lowering: &Lowering<'_>) -> Result<KernelChoice, Fault> {
        self.lower_pad(lowering)
    }
}
