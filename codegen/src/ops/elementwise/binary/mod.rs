//! Functions of two elements with NumPy's broadcasting: what the operators share.
//!
//! An operator is one line of `binary_operator!`: its names, and which [`BinaryFunction`] it is. Those that give numbers may have a clamp behind
//! them; those that give truth values (comparisons, and logic on truth values) have none.

mod broadcast;
mod channels;
mod evaluate;
mod extents;
#[cfg(feature = "tflite")]
mod import;
#[cfg(feature = "onnx")]
mod import_onnx;
mod linear;
mod lower;
mod quantised;

#[cfg(feature = "tflite")]
pub use import::{import_tflite, read_tflite};
#[cfg(feature = "onnx")]
pub use import_onnx::{chain, import_onnx, import_onnx_quantised, logic_onnx, mean};

pub use channels::{channel_flow, intervals};
pub use evaluate::evaluate;
pub use extents::{Extents, describe, moved};
pub use lower::lower;

use tinyml_arith::binary::BinaryFunction;

use crate::ops::common::quantised::{UNCLAMPED, per_tensor};
use crate::ir::{ByRows, DType, Fault, Op, Operands, Shape, Tensor, TensorType};

/// An operator that is a function of two elements.
pub trait Binary {
    /// The function.
    const FUNCTION: BinaryFunction;
    /// The name of its layers in generated code, in camel case.
    const LABEL: &'static str;

    /// Range of the result in real numbers (fused activation).
    fn clamp(&self) -> [f32; 2] {
        UNCLAMPED
    }

    /// The operator with a further clamp; none if it has no room for one.
    fn clamped(&self, _min: f32, _max: f32) -> Option<Op> {
        None
    }
}

/// Whether the function is one of elements of this type.
fn accepts(function: BinaryFunction, dtype: DType) -> bool {
    match dtype {
        DType::F32 => !function.is_bitwise(),
        DType::Bool => matches!(
            function,
            BinaryFunction::Equal
                | BinaryFunction::NotEqual
                | BinaryFunction::And
                | BinaryFunction::Or
                | BinaryFunction::Xor
        ),
        DType::I8 | DType::U8 | DType::I16 | DType::I32 | DType::I64 => true,
        DType::I4 => false,
    }
}

/// The type of the result: what both operands broadcast to.
pub fn infer(function: BinaryFunction, inputs: &Operands<'_>) -> Result<Vec<TensorType>, Fault> {
    let &[Some(a), Some(b)] = inputs else { return Err("expects two operands".to_owned()) };
    if a.ty.dtype != b.ty.dtype {
        return Err(format!("the operands are {} and {}, but must have one element type", a.ty, b.ty));
    }
    if !accepts(function, a.ty.dtype) {
        return Err(format!("does not work on elements of the type {}", a.ty.dtype));
    }
    let shape = a.ty.shape.broadcast(&b.ty.shape);
    let shape =
        shape.ok_or_else(|| format!("the shapes {} and {} do not broadcast", a.ty.shape, b.ty.shape))?;
    let dtype = if function.is_comparison() { DType::Bool } else { a.ty.dtype };
    Ok(vec![TensorType::new(dtype, shape)])
}

/// Whether the numbers are plain, without a quantisation that gives them another meaning.
fn is_plain<'a>(mut types: impl Iterator<Item = &'a TensorType>) -> bool {
    types.all(|ty| ty.quant.is_none())
}

/// Faults of the quantisation: plain numbers have none, and no clamp but f32; quantised ones are 8-bit and per tensor, and the function has an
/// integer form.
pub fn check<B: Binary>(
    operator: &B,
    inputs: &Operands<'_>,
    outputs: &[&Tensor],
    faults: &mut Vec<Fault>,
) {
    let (function, clamp) = (B::FUNCTION, operator.clamp());
    let tensors = || inputs.iter().flatten().copied().chain(outputs.iter().copied());
    if is_plain(tensors().map(|tensor| &tensor.ty)) {
        let of_integers = tensors().find(|tensor| tensor.ty.dtype != DType::F32);
        if let Some(tensor) = of_integers.filter(|_| clamp != UNCLAMPED) {
            faults.push(format!("has no clamp for {} (`{}`)", tensor.ty.dtype, tensor.name));
        }
        return;
    }
    for tensor in tensors().filter(|tensor| tensor.ty.dtype != DType::Bool) {
        match tensor.ty.dtype {
            DType::I8 | DType::U8 => {
                faults.extend(per_tensor(&tensor.ty, &format!("tensor `{}`", tensor.name)).err());
            }
            other => faults.push(format!("has no arithmetic for quantised {other} (`{}`)", tensor.name)),
        }
    }
    if !quantised::has_form(function) {
        faults.push("has no arithmetic for quantised tensors".to_owned());
    }
    if matches!(function, BinaryFunction::Maximum | BinaryFunction::Minimum) {
        let mut types = tensors().map(|tensor| tensor.ty.quant.as_ref());
        let first = types.next().flatten();
        if types.any(|quant| quant != first) {
            faults.push("selects between integers of different quantisations".to_owned());
        }
    }
}

/// Row by row, if constants are the same for each row and the other operands have all rows.
pub fn by_rows(inputs: &Operands<'_>, output: &TensorType) -> Option<ByRows> {
    let rows = |shape: &Shape| {
        let axis = (1 + shape.rank()).checked_sub(output.shape.rank());
        axis.and_then(|axis| shape.dims().get(axis).copied()).unwrap_or(1)
    };
    let height = rows(&output.shape);
    let fits = |tensor: &&Tensor| match tensor.is_constant() {
        true => rows(&tensor.ty.shape) == 1,
        false => tensor.ty.shape.rank() == output.shape.rank() && rows(&tensor.ty.shape) == height,
    };
    inputs.iter().flatten().all(fits).then_some(ByRows::ROW)
}

/// Declares an operator: its struct, its entry in the operator table, its rules. `clamped` if it gives numbers, which may be clamped.
macro_rules! binary_operator {
    ($(#[$doc:meta])* $name:ident, $text:literal, clamped, $form:expr, tflite: $tflite:expr, onnx: $onnx:expr) => {
        $crate::ir::attributes::attributes! {
            $(#[$doc])*
            pub struct $name {
                /// Range of the result in real numbers (fused activation).
                pub clamp: [f32; 2],
            }
        }

        impl $name {
            /// The operator without a clamp.
            #[allow(dead_code, reason = "not all are imported so")]
            pub const PLAIN: $name = $name { clamp: $crate::ops::common::quantised::UNCLAMPED };
        }

        impl $crate::ops::elementwise::binary::Binary for $name {
            const FUNCTION: tinyml_arith::binary::BinaryFunction = tinyml_arith::binary::BinaryFunction::$name;
            const LABEL: &'static str = stringify!($name);

            fn clamp(&self) -> [f32; 2] {
                self.clamp
            }

            fn clamped(&self, min: f32, max: f32) -> Option<$crate::ir::Op> {
                let clamp = $crate::ops::common::quantised::narrow(self.clamp, min, max);
                Some($crate::ir::Op::new($name { clamp }))
            }
        }

        $crate::ops::elementwise::binary::binary_operator!(@operator $name, $text, $form, $tflite, $onnx);
    };
    ($(#[$doc:meta])* $name:ident, $text:literal, tflite: $tflite:expr, onnx: $onnx:expr) => {
        $crate::ir::attributes::attributes! {
            $(#[$doc])*
            pub struct $name {}
        }

        impl $name {
            /// The operator.
            #[allow(dead_code, reason = "not all are imported so")]
            pub const PLAIN: $name = $name {};
        }

        impl $crate::ops::elementwise::binary::Binary for $name {
            const FUNCTION: tinyml_arith::binary::BinaryFunction = tinyml_arith::binary::BinaryFunction::$name;
            const LABEL: &'static str = stringify!($name);
        }

        $crate::ops::elementwise::binary::binary_operator!(
            @operator $name, $text, $crate::ir::IntegerForm::None, $tflite, $onnx
        );
    };
    (@operator $name:ident, $text:literal, $form:expr, $tflite:expr, $onnx:expr) => {
        /// The operator table's entry.
        pub static DESCRIPTOR: $crate::ir::Descriptor = $crate::ir::Descriptor {
            name: $text,
            parse: $name::parse,
            #[cfg(feature = "tflite")]
            tflite: $tflite,
            #[cfg(feature = "onnx")]
            onnx: $onnx,
        };

        impl $crate::ir::Operator for $name {
            fn name(&self) -> &'static str {
                DESCRIPTOR.name
            }

            fn attributes(&self) -> $crate::ir::Attributes {
                self.printed()
            }

            fn infer(
                &self,
                inputs: &$crate::ir::Operands<'_>,
            ) -> Result<Vec<$crate::ir::TensorType>, $crate::ir::Fault> {
                $crate::ops::elementwise::binary::infer(tinyml_arith::binary::BinaryFunction::$name, inputs)
            }

            fn check(
                &self,
                inputs: &$crate::ir::Operands<'_>,
                outputs: &[&$crate::ir::Tensor],
                faults: &mut Vec<$crate::ir::Fault>,
            ) {
                $crate::ops::elementwise::binary::check(self, inputs, outputs, faults);
            }

            fn evaluate(
                &self,
                call: &$crate::ir::Evaluation<'_>,
            ) -> Result<Vec<$crate::ir::Value>, $crate::ir::Fault> {
                $crate::ops::elementwise::binary::evaluate(self, call)
            }

            fn integer_form(&self) -> $crate::ir::IntegerForm {
                $form
            }

            fn is_elementwise(&self) -> bool {
                true
            }

            fn channel_flow(
                &self,
                inputs: &$crate::ir::Operands<'_>,
                outputs: &[&$crate::ir::Tensor],
            ) -> $crate::ir::ChannelFlow {
                $crate::ops::elementwise::binary::channel_flow(inputs, outputs)
            }

            fn intervals(&self, known: &$crate::ir::Known<'_>) -> Option<Vec<$crate::ir::Interval>> {
                $crate::ops::elementwise::binary::intervals(self, known)
            }

            fn by_rows(
                &self,
                inputs: &$crate::ir::Operands<'_>,
                output: &$crate::ir::TensorType,
            ) -> Option<$crate::ir::ByRows> {
                $crate::ops::elementwise::binary::by_rows(inputs, output)
            }

            fn with_clamp(&self, min: f32, max: f32) -> Option<$crate::ir::Op> {
                $crate::ops::elementwise::binary::Binary::clamped(self, min, max)
            }

            fn lower(
                &self,
                lowering: &$crate::kernel::Lowering<'_>,
            ) -> Result<$crate::kernel::KernelChoice, $crate::ir::Fault> {
                $crate::ops::elementwise::binary::lower(self, lowering)
            }
        }
    };
}
pub(crate) use binary_operator;
