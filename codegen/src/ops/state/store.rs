//! A value in a place of its own, where the next inference reads it. Importers make none: the compiler puts one where a kernel cannot compute
//! the next value of a state where its present one is.

use crate::ir::attributes::attributes;
use crate::ir::{
    Attributes, Descriptor, Evaluation, Fault, IntegerForm, Map, Operands, Operator, Shape, TensorType, Value,
};
use crate::kernel::{Blob, KernelCall, KernelChoice, Lowering, Operand, no_kernel_for};
use crate::ops::movement::moved::{self, Movement};
use crate::ops::movement::strided::{Axis, Walk};

attributes! {
    /// The operand, at another place.
    pub struct Store {}
}

/// The operator table's entry.
pub static DESCRIPTOR: Descriptor = Descriptor {
    name: "store",
    parse: Store::parse,
    #[cfg(feature = "tflite")]
    tflite: &[],
    #[cfg(feature = "onnx")]
    onnx: &[],
};

impl Store {
    /// The copy of a constant from flash; of anything else, the movement's.
    fn lower_store(&self, lowering: &Lowering<'_>) -> Result<KernelChoice, Fault> {
        let operand = lowering.input(0)?;
        let Some(value) = &operand.data else { return moved::lower(self, lowering) };
        let (kernel, model, blob) = match (value.as_i8(), value.as_f32()) {
            (Some(data), _) => ("copy_constant_strided_s8", "copy_strided_s8", Blob::weights_i8(data)),
            (_, Some(data)) => ("copy_constant_strided_f32", "copy_strided_f32", Blob::weights_f32(data)),
            _ => return Err(no_kernel_for(operand.ty.dtype)),
        };
        let walk = Walk::new(&[Axis { extent: value.len(), from: 1, to: 1 }])?;
        let call = KernelCall {
            kernel,
            label: Store::LABEL,
            shape_name: walk.name(Store::LABEL),
            note: "a constant".to_owned(),
            shape: walk.constants(),
            operands: vec![("OUTPUT", Operand::output(0))],
            params: vec![("constant", blob.into())],
            overlap: Vec::new(),
        };
        let work = walk.work(model, operand.ty.dtype.size());
        Ok(KernelChoice::new(lowering.core, [(call, work)]))
    }
}

impl Operator for Store {
    fn name(&self) -> &'static str {
        DESCRIPTOR.name
    }

    fn attributes(&self) -> Attributes {
        self.printed()
    }

    fn infer(&self, inputs: &Operands<'_>) -> Result<Vec<TensorType>, Fault> {
        moved::infer(self, inputs)
    }

    fn evaluate(&self, call: &Evaluation<'_>) -> Result<Vec<Value>, Fault> {
        moved::evaluate(self, call)
    }

    fn integer_form(&self) -> IntegerForm {
        IntegerForm::SameAsInput
    }

    fn movement(&self, operand: &Shape) -> Option<Map> {
        self.map(operand).ok()
    }

    fn lower(&self, lowering: &Lowering<'_>) -> Result<KernelChoice, Fault> {
        self.lower_store(lowering)
    }
}

impl Movement for Store {
    const LABEL: &'static str = "Store";

    fn map(&self, operand: &Shape) -> Result<Map, Fault> {
        Ok(Map::identity(operand))
    }

    fn note(&self) -> String {
        String::new()
    }
}
