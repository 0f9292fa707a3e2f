//! A function of one int8 value, as the table of its 256 results.

#[cfg(test)]
mod test;

use crate::ops::common::channels::mapped;
use crate::cost::Work;
use crate::ir::attributes::attributes;
use crate::ir::{
    Attributes, DType, Descriptor, Evaluation, Fault, IntegerForm, Interval, Known, Operands, Operator, Quant, Tensor,
    TensorType, Value,
};
use crate::kernel::{Blob, KernelCall, KernelChoice, Lowering, Operand, Overlap, Gaps};

attributes! {
    /// `y = table[x]`, the table being in the order of the argument's bit pattern: for 0 to 127, then for -128 to -1.
    ///
    /// Operands: i8 of any shape, the table `[256]`, constant i8. The pass `tabulate` makes these nodes.
    pub struct Table {}
}

/// The operator table's entry.
pub static DESCRIPTOR: Descriptor = Descriptor {
    name: "table",
    parse: Table::parse,
    #[cfg(feature = "tflite")]
    tflite: &[],
    #[cfg(feature = "onnx")]
    onnx: &[],
};

impl Operator for Table {
    fn name(&self) -> &'static str {
        DESCRIPTOR.name
    }

    fn attributes(&self) -> Attributes {
        self.printed()
    }

    fn infer(&self, inputs: &Operands<'_>) -> Result<Vec<TensorType>, Fault> {
        let &[Some(x), Some(table)] = inputs else {
            return Err("expects an operand and a table".to_owned());
        };
        if x.ty.dtype != DType::I8 || table.ty.dtype != DType::I8 || table.ty.shape.dims() != [256] {
            return Err(format!("expects i8 and a table i8[256], got {} and {}", x.ty, table.ty));
        }
        Ok(vec![TensorType::new(DType::I8, x.ty.shape.clone())])
    }

    fn check(&self, inputs: &Operands<'_>, outputs: &[&Tensor], faults: &mut Vec<Fault>) {
        if let [_, Some(table)] = inputs
            && !table.is_constant()
        {
            faults.push("the table is not constant".to_owned());
        }
        let operands = inputs.first().copied().flatten().into_iter().chain(outputs.iter().copied());
        for tensor in operands.filter(|tensor| matches!(tensor.ty.quant, Some(Quant::PerAxis { .. }))) {
            faults
                .push(format!("`{}` is quantised per axis, but one table is for all elements", tensor.name));
        }
    }

    fn evaluate(&self, call: &Evaluation<'_>) -> Result<Vec<Value>, Fault> {
        let x = call.input(0)?.1.as_i8().ok_or("the operand is not i8")?;
        let table =
            call.input(1)?.1.as_i8().filter(|table| table.len() == 256).ok_or("the table is not i8[256]")?;
        let mut results = vec![0; x.len()];
        let mut i = 0;
        while i < x.len() {
            results[i] = table[x[i] as u8 as usize];
            i += 1;
        }
        let shape = call.output()?.shape.clone();
        Ok(vec![Value::i8(shape, results).ok_or("the result does not have the declared shape")?])
    }

    fn integer_form(&self) -> IntegerForm {
        IntegerForm::None
    }

    fn is_unary_elementwise(&self) -> bool {
        true
    }

    fn intervals(&self, known: &Known<'_>) -> Option<Vec<Interval>> {
        let table = known.inputs.get(1).copied().flatten()?.0.data.as_deref()?.as_i8()?;
        mapped(known, |interval| interval.map(|x| table[x as i8 as u8 as usize].into()))
    }

    fn lower(&self, lowering: &Lowering<'_>) -> Result<KernelChoice, Fault> {
        let table = lowering
            .input(1)?
            .data
            .as_deref()
            .and_then(Value::as_i8)
            .ok_or("the table is not constant i8")?;
        let elements = lowering.output()?.shape.elements();
        let call = KernelCall {
            kernel: "table_s8",
            label: "Table",
            shape_name: format!("TableOf{elements}"),
            note: String::new(),
            shape: vec![("ELEMENTS", elements.into())],
            operands: vec![("INPUT", Operand::input(0)), ("OUTPUT", Operand::output(0))],
            params: vec![("table", Blob::parameters_i8(table).into())],
            overlap: vec![(0, Overlap::Sliding(Gaps::BYTE_FOR_BYTE))],
        };
        let work = Work::new("table_s8", 80).with("element", elements);
        Ok(KernelChoice::new(lowering.core, [(call, work)]))
    }
}
