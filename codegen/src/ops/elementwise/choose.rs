//! One of two elements, as a truth value says.

use crate::cost::Work;
use crate::ir::attributes::attributes;
use crate::ir::{
    Attributes, ByRows, DType, Descriptor, Evaluation, Fault, IntegerForm, Operands, Operator, Tensor, TensorType,
    Value,
};
use crate::kernel::{
    Blob, Element, Gaps, KernelCall, KernelChoice, Lowering, Operand, Overlap, no_kernel_for,
};
use crate::ops::elementwise::binary::{Extents, by_rows, describe, moved};
#[cfg(feature = "onnx")]
use crate::import::onnx::{Onnx, known};

attributes! {
    /// `y = a` where `condition` is true, else `b`, element by element; operands repeat along axes of extent 1 by NumPy's rule.
    ///
    /// Operands: the condition, bool; `a` and `b` of any element type, which with its quantisation is the result's.
    pub struct Choose {}
}

/// The operator table's entry.
pub static DESCRIPTOR: Descriptor = Descriptor {
    name: "choose",
    parse: Choose::parse,
    #[cfg(feature = "tflite")]
    tflite: &[("SELECT_V2", import)],
    #[cfg(feature = "onnx")]
    onnx: &[Onnx::new("Where", 3, known![], |node| {
        let items = [node.input(0)?, node.input(1)?, node.input(2)?];
        let (tensors, layout) = node.broadcast(&items)?;
        node.emit(Choose {}, tensors.into_iter().map(Some).collect(), layout)
    })
    .since(9), crate::ops::classical::features::IMPUTER],
};

#[cfg(feature = "tflite")]
fn import(node: &mut crate::import::tflite::NodeImport<'_>) -> Result<(), Fault> {
    let operands = [node.input(0)?, node.input(1)?, node.input(2)?];
    let result = node.output(0)?;
    let quant = node.tensor(result).ty.quant.clone();
    if operands[1..].iter().any(|&operand| node.tensor(operand).ty.quant != quant) {
        return Err(node.refuse(
            "selects between tensors of different quantisations, whose bytes the reference copies as they are",
            "give operands and result one scale and zero point",
        ));
    }
    node.emit(Choose {}, operands.map(Some).to_vec())
}

impl Operator for Choose {
    fn name(&self) -> &'static str {
        DESCRIPTOR.name
    }

    fn attributes(&self) -> Attributes {
        self.printed()
    }

    fn infer(&self, inputs: &Operands<'_>) -> Result<Vec<TensorType>, Fault> {
        let &[Some(condition), Some(a), Some(b)] = inputs else {
            return Err("expects a condition and two operands".to_owned());
        };
        if condition.ty.dtype != DType::Bool {
            return Err(format!("the condition is {}, expected bool", condition.ty));
        }
        if a.ty.dtype != b.ty.dtype {
            return Err(format!("selects between {} and {}, which differ in their element type", a.ty, b.ty));
        }
        kernel(a.ty.dtype)?;
        let shape = a.ty.shape.broadcast(&b.ty.shape).and_then(|shape| shape.broadcast(&condition.ty.shape));
        let shape = shape.ok_or_else(|| {
            format!("the shapes {}, {} and {} do not broadcast", condition.ty.shape, a.ty.shape, b.ty.shape)
        })?;
        Ok(vec![TensorType::new(a.ty.dtype, shape)])
    }

    fn check(&self, inputs: &Operands<'_>, outputs: &[&Tensor], faults: &mut Vec<Fault>) {
        let mut selected = inputs.iter().skip(1).flatten().chain(outputs).map(|tensor| &tensor.ty.quant);
        let first = selected.next();
        if selected.any(|quant| Some(quant) != first) {
            faults.push("selects between integers of different quantisations".to_owned());
        }
    }

    fn evaluate(&self, call: &Evaluation<'_>) -> Result<Vec<Value>, Fault> {
        let shape = &call.output()?.shape;
        let operand = |index: usize| -> Result<Value, Fault> {
            let (ty, value) = call.input(index)?;
            value.broadcast_to(shape).ok_or_else(|| format!("{ty} does not broadcast to {shape}"))
        };
        let (condition, a, b) = (operand(0)?, operand(1)?, operand(2)?);
        let condition = condition.as_bool().ok_or("the condition has no truth values")?;
        // Elements of the one and, behind them, of the other.
        let second = |(place, &holds): (usize, &bool)| if holds { place } else { place + condition.len() };
        let places: Vec<usize> = condition.iter().enumerate().map(second).collect();
        let both = a.followed_by(&b, [2 * condition.len()]).ok_or("the operands differ in their type")?;
        Ok(vec![both.pick(shape.clone(), &places).ok_or("the result does not have the declared shape")?])
    }

    fn integer_form(&self) -> IntegerForm {
        IntegerForm::None
    }

    fn is_elementwise(&self) -> bool {
        true
    }

    fn by_rows(&self, inputs: &Operands<'_>, output: &TensorType) -> Option<ByRows> {
        by_rows(inputs, output)
    }

    fn lower(&self, lowering: &Lowering<'_>) -> Result<KernelChoice, Fault> {
        let (condition, a, b) = (lowering.input(0)?, lowering.input(1)?, lowering.input(2)?);
        let output = lowering.output()?;
        let (kernel, element) = kernel(output.dtype)?;
        let Extents { output: output_dims, operands: operand_dims, calls } =
            Extents::new(&output.shape, [&condition.ty.shape, &a.ty.shape, &b.ty.shape])?;
        let mut call = KernelCall {
            kernel,
            label: "Choose",
            shape_name: format!("Choose{}Of{}", describe(output_dims), output.dtype.size()),
            note: String::new(),
            shape: vec![("OUTPUT", output_dims.into())],
            operands: Vec::new(),
            params: Vec::new(),
            overlap: Vec::new(),
        };
        let roles = [
            ("CONDITION", "condition", condition, Element::U8),
            ("INPUT_1", "first", a, element),
            ("INPUT_2", "second", b, element),
        ];
        for (index, (&(place, _, tensor, _), dims)) in roles.iter().zip(operand_dims).enumerate() {
            if dims != output_dims {
                call.shape.push((place, dims.into()));
                call.shape_name.push_str(&format!("By{}", describe(dims)));
            }
            if !tensor.is_constant() {
                let gaps = Gaps::broadcast(dims, output_dims, tensor.ty.dtype.size(), output.dtype.size());
                call.operands.push((place, Operand::input(index)));
                call.overlap.push((index, Overlap::Sliding(gaps)));
            }
        }
        call.operands.push(("OUTPUT", Operand::output(0)));
        let elements: usize = output_dims.iter().product();
        // A like loop, with one operand more.
        let work = Work::new("linear_s8", 200)
            .with("row", elements / output_dims[3].max(1))
            .with("repeated_element", elements);
        let bytes = output.dtype.size();
        let part = |(start, starts): (usize, [usize; 3])| {
            let [of_condition, of_a, of_b] = starts;
            let mut call = moved(&call, [of_condition, of_a * bytes, of_b * bytes], start * bytes);
            for ((&(_, role, tensor, element), dims), start) in roles.iter().zip(operand_dims).zip(starts) {
                // Empty for an operand in the arena.
                let value = match tensor.data.as_deref() {
                    Some(value) => value.part([dims.iter().product()], start).ok_or("a constant is too short")?,
                    None => Value::zeros(DType::U8, [0]),
                };
                call.params.push((role, Blob::output(element, &value).into()));
            }
            Ok::<_, Fault>((call, work.clone()))
        };
        let calls = calls.into_iter().map(part).collect::<Result<Vec<_>, _>>()?;
        Ok(KernelChoice::new(lowering.core, calls))
    }
}

/// The kernel for elements of this type, and the element type of its constants, which are of the same size.
fn kernel(dtype: DType) -> Result<(&'static str, Element), Fault> {
    Ok(match dtype {
        DType::I8 | DType::U8 | DType::Bool => ("select_i8", Element::I8),
        DType::I16 => ("select_i16", Element::I16),
        DType::F32 | DType::I32 => ("select_i32", Element::I32),
        DType::I64 => ("select_i64", Element::I64),
        DType::I4 => return Err(no_kernel_for(dtype)),
    })
}
