//! Addition, subtraction and multiplication of two tensors with NumPy's broadcasting: what the three operators share.

mod broadcast;
mod channels;
mod evaluate;
#[cfg(feature = "tflite")]
mod import;
#[cfg(feature = "onnx")]
mod import_onnx;
mod linear;
mod lower;
mod quantised;

#[cfg(feature = "tflite")]
pub use import::read_tflite;
#[cfg(feature = "onnx")]
pub use import_onnx::{import_onnx, import_onnx_quantised};

pub use channels::{channel_flow, intervals};
pub use evaluate::evaluate;
pub use lower::lower;

use crate::ops::common::quantised::{UNCLAMPED, per_tensor};
use crate::ir::{ByRows, DType, Fault, Operands, Shape, Tensor, TensorType};

/// Which of the three.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arithmetic {
    /// `a + b`.
    Add,
    /// `a - b`.
    Sub,
    /// `a · b`.
    Mul,
}

/// The type of the result: what both operands broadcast to.
pub fn infer(inputs: &Operands<'_>) -> Result<Vec<TensorType>, Fault> {
    let &[Some(a), Some(b)] = inputs else { return Err("expects two operands".to_owned()) };
    if a.ty.dtype != b.ty.dtype {
        return Err(format!("the operands are {} and {}, but must have one element type", a.ty, b.ty));
    }
    let shape = a.ty.shape.broadcast(&b.ty.shape);
    let shape =
        shape.ok_or_else(|| format!("the shapes {} and {} do not broadcast", a.ty.shape, b.ty.shape))?;
    Ok(vec![TensorType::new(a.ty.dtype, shape)])
}

/// Faults of the quantisation: 8-bit tensors are quantised per tensor, other integers are plain numbers without a clamp.
pub fn check(clamp: [f32; 2], inputs: &Operands<'_>, outputs: &[&Tensor], faults: &mut Vec<Fault>) {
    for tensor in inputs.iter().flatten().chain(outputs) {
        match tensor.ty.dtype {
            DType::F32 => {}
            DType::I8 | DType::U8 => {
                faults.extend(per_tensor(&tensor.ty, &format!("tensor `{}`", tensor.name)).err())
            }
            _ if tensor.ty.quant.is_some() => {
                faults
                    .push(format!("has no arithmetic for quantised {} (`{}`)", tensor.ty.dtype, tensor.name));
            }
            _ if clamp != UNCLAMPED => {
                faults.push(format!("has no clamp for {} (`{}`)", tensor.ty.dtype, tensor.name))
            }
            _ => {}
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

/// Declares an operator: its struct, its entry in the operator table, its rules.
macro_rules! binary_operator {
    ($(#[$doc:meta])* $name:ident, $text:literal, $tflite:literal, $onnx:expr) => {
        $crate::ir::attributes::attributes! {
            $(#[$doc])*
            pub struct $name {
                /// Range of the result in real numbers (fused activation).
                pub clamp: [f32; 2],
            }
        }

        /// The operator table's entry.
        pub static DESCRIPTOR: $crate::ir::Descriptor = $crate::ir::Descriptor {
            name: $text,
            parse: $name::parse,
            #[cfg(feature = "tflite")]
            tflite: &[($tflite, |node| {
                let (clamp, inputs) = $crate::ops::elementwise::binary::read_tflite(node)?;
                node.emit($name { clamp }, inputs)
            })],
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
                $crate::ops::elementwise::binary::infer(inputs)
            }

            fn check(
                &self,
                inputs: &$crate::ir::Operands<'_>,
                outputs: &[&$crate::ir::Tensor],
                faults: &mut Vec<$crate::ir::Fault>,
            ) {
                $crate::ops::elementwise::binary::check(self.clamp, inputs, outputs, faults);
            }

            fn evaluate(
                &self,
                call: &$crate::ir::Evaluation<'_>,
            ) -> Result<Vec<$crate::ir::Value>, $crate::ir::Fault> {
                use $crate::ops::elementwise::binary::{Arithmetic, evaluate};
                evaluate(Arithmetic::$name, self.clamp, call)
            }

            fn integer_form(&self) -> $crate::ir::IntegerForm {
                $crate::ir::IntegerForm::Free { weights: None, bias: None }
            }

            fn channel_flow(
                &self,
                inputs: &$crate::ir::Operands<'_>,
                outputs: &[&$crate::ir::Tensor],
            ) -> $crate::ir::ChannelFlow {
                $crate::ops::elementwise::binary::channel_flow(inputs, outputs)
            }

            fn intervals(&self, known: &$crate::ir::Known<'_>) -> Option<Vec<$crate::ir::Interval>> {
                use $crate::ops::elementwise::binary::{Arithmetic, intervals};
                intervals(Arithmetic::$name, self.clamp, known)
            }

            fn by_rows(
                &self,
                inputs: &$crate::ir::Operands<'_>,
                output: &$crate::ir::TensorType,
            ) -> Option<$crate::ir::ByRows> {
                $crate::ops::elementwise::binary::by_rows(inputs, output)
            }

            fn with_clamp(&self, min: f32, max: f32) -> Option<$crate::ir::Op> {
                let clamp = $crate::ops::common::quantised::narrow(self.clamp, min, max);
                Some($crate::ir::Op::new($name { clamp }))
            }

            fn lower(
                &self,
                lowering: &$crate::kernel::Lowering<'_>,
            ) -> Result<$crate::kernel::KernelChoice, $crate::ir::Fault> {
                use $crate::ops::elementwise::binary::{Arithmetic, lower};
                lower(Arithmetic::$name, self.clamp, lowering)
            }
        }
    };
}
pub(crate) use binary_operator;
