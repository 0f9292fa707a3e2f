//! Real numbers to integers, and integers to integers of another quantisation.

#[cfg(feature = "onnx")]
mod import_onnx;
#[cfg(test)]
mod test;

use tinyml_arith::quantize::Rescale;
use tinyml_arith::{Quantization, onnx};

use crate::ops::common::quantised::{rounding, rounding_const};
use crate::ops::elementwise::unary::{not_tabulated, quantisation, storage};
use crate::cost::Work;
use crate::ir::{
    Attribute, Attributes, DType, Descriptor, Evaluation, Fault, IntegerForm, Op, Operands, Operator,
    Reference, Tensor, TensorType, Value,
};
use crate::kernel::{KernelCall, KernelChoice, Lowering, Operand, Overlap, Gaps};
use tinyml_arith::Rounding;

/// `q = saturate(round(x / scale) + zero_point)` of the real number that the operand stands for.
#[derive(Clone, Debug, PartialEq)]
pub struct Quantize {
    /// Element type of the result.
    pub to: DType,
}

/// The operator table's entry.
pub static DESCRIPTOR: Descriptor = Descriptor {
    name: "quantize",
    parse: Quantize::parse,
    #[cfg(feature = "tflite")]
    tflite: &[("QUANTIZE", tflite_quantize)],
    #[cfg(feature = "onnx")]
    onnx: import_onnx::OPERATORS,
};

#[cfg(feature = "tflite")]
fn tflite_quantize(node: &mut crate::import::tflite::NodeImport<'_>) -> Result<(), Fault> {
    let (x, result) = (node.input(0)?, node.output(0)?);
    let to = node.tensor(result).ty.dtype;
    node.emit(Quantize { to }, vec![Some(x)])
}

impl Quantize {
    /// The operator with these attributes; `to` is i8 if it is left out.
    pub fn parse(attributes: &Attributes) -> Result<Op, Fault> {
        attributes.only(&["to"])?;
        let to = match attributes.0.first() {
            None => DType::I8,
            Some((_, Attribute::Word(word))) => {
                DType::from_name(word).ok_or_else(|| format!("`to={word}` is not an element type"))?
            }
            Some((_, other)) => return Err(format!("`to={other}` is not an element type")),
        };
        Ok(Op::new(Quantize { to }))
    }
}

impl Operator for Quantize {
    fn name(&self) -> &'static str {
        DESCRIPTOR.name
    }

    fn attributes(&self) -> Attributes {
        Attributes(vec![("to".to_owned(), Attribute::Word(self.to.name().to_owned()))])
    }

    fn infer(&self, inputs: &Operands<'_>) -> Result<Vec<TensorType>, Fault> {
        let &[Some(x)] = inputs else {
            return Err(format!("expects one operand, got {}", inputs.len()));
        };
        storage(self.to)?;
        Ok(vec![TensorType::new(self.to, x.ty.shape.clone())])
    }

    fn check(&self, inputs: &Operands<'_>, outputs: &[&Tensor], faults: &mut Vec<Fault>) {
        for output in outputs.iter().filter(|output| output.ty.quant.is_none()) {
            faults.push(format!("the result `{}` has no scale", output.name));
        }
        // Between integers, scales per axis on either side have no use that a file format could express.
        if let [Some(x)] = inputs
            && x.ty.dtype != DType::F32
        {
            faults.extend(quantisation(&x.ty, "operand").err());
            faults.extend(outputs.iter().filter_map(|output| quantisation(&output.ty, "result").err()));
        }
    }

    fn evaluate(&self, call: &Evaluation<'_>) -> Result<Vec<Value>, Fault> {
        let (ty, x) = call.input(0)?;
        let output = call.output()?;
        let results = match x.as_f32() {
            Some(real) => quantise_reals(real, x, output, call.reference)?,
            None => {
                let integers = x.integers().ok_or("the operand has no elements of a number type")?;
                let requantise = requantisation(ty, output, call.reference)?;
                integers.into_iter().map(|x| i64::from(requantise(x as i32))).collect()
            }
        };
        let result = Value::from_integers(output.dtype, output.shape.clone(), &results);
        Ok(vec![result.ok_or("the result does not have the declared type")?])
    }

    fn integer_form(&self) -> IntegerForm {
        IntegerForm::None
    }

    fn is_unary_elementwise(&self) -> bool {
        true
    }

    fn lower(&self, lowering: &Lowering<'_>) -> Result<KernelChoice, Fault> {
        let (x, output) = (&lowering.input(0)?.ty, lowering.output()?);
        match (x.dtype, output.dtype) {
            (DType::F32, DType::I8) => {}
            (DType::I8, DType::I8) => return Err(not_tabulated(output)),
            (from, to) => return Err(format!("has no kernel from {from} to {to}")),
        }
        let to = quantisation(output, "result")?;
        let elements = output.shape.elements();
        let mut shape = vec![("ELEMENTS", elements.into())];
        let rounding = rounding(lowering.reference());
        if rounding != Rounding::Double {
            shape.push(("ROUNDING", rounding_const(rounding)));
        }
        let call = KernelCall {
            kernel: "quantize_s8",
            label: "Quantize",
            shape_name: format!("QuantizeOf{elements}"),
            note: String::new(),
            shape,
            operands: vec![("INPUT", Operand::input(0)), ("OUTPUT", Operand::output(0))],
            params: vec![("scale", to.scale.into()), ("zero_point", to.zero_point.into())],
            overlap: vec![(0, Overlap::Sliding(Gaps::elementwise(elements, 4, 1)))],
        };
        let work = Work::new("quantize_s8", 250).with("element", elements);
        Ok(KernelChoice::new(lowering.core, [(call, work)]))
    }
}

/// The quantised value of a real number under a reference.
fn quantise(real: f32, to: Quantization, storage: tinyml_arith::Clamp, reference: Reference) -> i32 {
    match reference {
        Reference::Onnx => onnx::quantize(real, to, storage),
        Reference::Tflm | Reference::Litert => to.quantize(real, storage),
    }
}

fn quantise_reals(
    real: &[f32],
    x: &Value,
    output: &TensorType,
    reference: Reference,
) -> Result<Vec<i64>, Fault> {
    let quant = output.quant.as_ref().ok_or("the result is not quantised")?;
    let storage = storage(output.dtype)?;
    let channel = x.channel_of(quant.axis());
    let element = |(i, &x): (usize, &f32)| {
        let to = Quantization { scale: quant.scale(channel(i)), zero_point: quant.zero_point(channel(i)) };
        i64::from(quantise(x, to, storage, reference))
    };
    Ok(real.iter().enumerate().map(element).collect())
}

/// From integers to integers. TFLM multiplies with the ratio of the scales in fixed point; in ONNX this is DequantizeLinear
/// and QuantizeLinear.
fn requantisation(
    x: &TensorType,
    output: &TensorType,
    reference: Reference,
) -> Result<impl Fn(i32) -> i32, Fault> {
    let (from, to) = (quantisation(x, "operand")?, quantisation(output, "result")?);
    let storage = storage(output.dtype)?;
    let rescale = Rescale::derive(from, to, storage);
    Ok(move |x| match reference {
        Reference::Onnx => onnx::quantize(onnx::dequantize(x, from), to, storage),
        Reference::Tflm | Reference::Litert => rescale.rescale(x),
    })
}
