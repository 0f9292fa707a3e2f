//! The independent oracle of float models: `tract` runs the file's own graph.
//!
//! Its kernels depend on the CPU, so results are compared within a tolerance.

use std::panic::{AssertUnwindSafe, catch_unwind};

use tract_onnx::prelude::*;

use crate::diagnostic::{Diagnostic, Place};
use crate::ir::{Data, Value};
use crate::source::Source;

/// A model in `tract`, ready to run.
pub struct Oracle {
    model: Arc<TypedRunnableModel>,
}

impl Oracle {
    /// Loads the model for inputs of these types and shapes, in the file's order and layout.
    ///
    /// # Errors
    /// `tract` does not support the model.
    pub fn new(source: &Source, inputs: &[Value]) -> Result<Oracle, Diagnostic> {
        let folder = source.folder().to_str();
        let load = || -> TractResult<Arc<TypedRunnableModel>> {
            let proto = onnx().proto_model_for_read(&mut source.bytes.as_slice())?;
            let mut model = onnx().parse(&proto, folder)?.model;
            for (index, value) in inputs.iter().enumerate() {
                let tensor = tensor(value)?;
                model.set_input_fact(index, InferenceFact::dt_shape(tensor.datum_type(), tensor.shape()))?;
            }
            // Declared output shapes may hold the open batch.
            for index in 0..model.outputs.len() {
                model.set_output_fact(index, InferenceFact::default())?;
            }
            model.into_optimized()?.into_runnable()
        };
        Ok(Oracle { model: guarded(source, load)? })
    }

    /// The outputs for these inputs, in the file's order and layout.
    ///
    /// # Errors
    /// `tract` cannot run the model.
    pub fn run(&self, source: &Source, inputs: &[Value]) -> Result<Vec<Value>, Diagnostic> {
        let run = || -> TractResult<Vec<Value>> {
            let tensors: TVec<TValue> =
                inputs.iter().map(|value| Ok(tensor(value)?.into_tvalue())).collect::<TractResult<_>>()?;
            self.model.run(tensors)?.iter().map(|result| value(result)).collect()
        };
        guarded(source, run)
    }
}

/// `tract` asserts some of what it expects of a model; that is an error here, too.
fn guarded<T>(source: &Source, run: impl FnOnce() -> TractResult<T>) -> Result<T, Diagnostic> {
    let fail = |what: String| {
        Diagnostic::error(format!("the reference (tract) cannot run the model: {what}"))
            .at(Place::file(&source.path))
    };
    match catch_unwind(AssertUnwindSafe(run)) {
        Ok(result) => result.map_err(|fault| fail(format!("{fault:#}"))),
        Err(_) => Err(fail("it panicked".to_owned())),
    }
}

fn tensor(value: &Value) -> TractResult<Tensor> {
    let shape = value.shape().dims();
    match value.data() {
        Data::F32(data) => Tensor::from_shape(shape, data),
        Data::I8(data) => Tensor::from_shape(shape, data),
        Data::U8(data) => Tensor::from_shape(shape, data),
        Data::I16(data) => Tensor::from_shape(shape, data),
        Data::I32(data) => Tensor::from_shape(shape, data),
        Data::I64(data) => Tensor::from_shape(shape, data),
        Data::Bool(data) => Tensor::from_shape(shape, data),
    }
}

fn value(tensor: &Tensor) -> TractResult<Value> {
    let shape = tensor.shape().to_vec();
    let tensor = match tensor.datum_type().unquantized() {
        DatumType::I8 | DatumType::U8 | DatumType::I32 | DatumType::I64 => tensor.clone(),
        _ => tensor.cast_to::<f32>()?.into_owned(),
    };
    macro_rules! of {
        ($($ty:ty, $make:ident;)*) => {
            match tensor.datum_type().unquantized() {
                $(dt if dt == <$ty>::datum_type() => {
                    Value::$make(shape, tensor.to_plain_array_view::<$ty>()?.iter().copied().collect())
                })*
                other => return Err(TractError::msg(format!("a result of type {other:?}"))),
            }
        };
    }
    let value = of!(f32, f32; i8, i8; u8, u8; i32, i32; i64, i64;);
    value.ok_or_else(|| TractError::msg("a result does not fill its shape"))
}
