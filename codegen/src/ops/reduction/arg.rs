//! What the operators share that say where along an axis an extreme element is.

use crate::ops::common::extents::Extents;
use super::reduced::{shape_name, work};
use crate::ir::{DType, Data, Evaluation, Fault, Operands, TensorType, Value};
use crate::kernel::{Const, KernelCall, KernelChoice, Lowering, Operand};

/// Which place is meant, as its operator describes it.
pub(super) struct Arg {
    /// What the layer is called in generated code, in camel case.
    pub(super) label: &'static str,
    /// Whether the largest element is meant, not the smallest.
    pub(super) largest: bool,
    pub(super) axis: usize,
    pub(super) keep_dims: bool,
    pub(super) last: bool,
    pub(super) wide: bool,
}

/// Declares the operator of the largest or the smallest element, with its names in the file formats.
macro_rules! arg {
    ($(#[$doc:meta])* $operator:ident, $name:literal, largest: $largest:literal, tflite: $tflite:literal, onnx: $onnx:literal) => {
        crate::ir::attributes::attributes! {
            $(#[$doc])*
            pub struct $operator {
                /// The axis.
                pub axis: usize,
                /// Whether it stays in the result, with extent 1.
                pub keep_dims: bool,
                /// Whether the last of several places is meant, not the first.
                pub last: bool,
                /// Whether the result has 64 bits, not 32.
                pub wide: bool,
            }
        }

        /// The operator table's entry.
        pub static DESCRIPTOR: crate::ir::Descriptor = crate::ir::Descriptor {
            name: $name,
            parse: $operator::parse,
            #[cfg(feature = "tflite")]
            tflite: &[($tflite, |node| {
                let [axis] = super::import::tflite_axes(node)?[..] else {
                    return Err("expects one axis".to_owned());
                };
                let wide = node.tensor(node.output(0)?).ty.dtype == crate::ir::DType::I64;
                let x = node.input(0)?;
                node.emit($operator { axis, keep_dims: false, last: false, wide }, vec![Some(x)])
            })],
            #[cfg(feature = "onnx")]
            onnx: &[crate::import::onnx::Onnx::new(
                $onnx,
                1,
                crate::import::onnx::known![axis: Int, keepdims: Int, select_last_index: Int since 12],
                |node| {
                    let item = node.input(0)?;
                    let rank = node.file_dims(&item).len();
                    let axis = crate::import::onnx::axis_index(node.attribute_or("axis", 0)?, rank)?;
                    let keep_dims = node.attribute_or("keepdims", 1i64)? != 0;
                    let last = node.attribute_or("select_last_index", 0i64)? != 0;
                    let found = super::import::Axes::new(node, &[axis], keep_dims)?;
                    let [axis] = found.axes[..] else { return Err("expects one axis".to_owned()) };
                    let op = $operator { axis, keep_dims, last, wide: true };
                    node.emit(op, vec![Some(found.operand)], found.after)
                },
            )],
        };

        impl $operator {
            fn arg(&self) -> super::arg::Arg {
                let $operator { axis, keep_dims, last, wide } = *self;
                super::arg::Arg { label: stringify!($operator), largest: $largest, axis, keep_dims, last, wide }
            }
        }

        impl crate::ir::Operator for $operator {
            fn name(&self) -> &'static str {
                DESCRIPTOR.name
            }

            fn attributes(&self) -> crate::ir::Attributes {
                self.printed()
            }

            fn infer(
                &self,
                inputs: &crate::ir::Operands<'_>,
            ) -> Result<Vec<crate::ir::TensorType>, crate::ir::Fault> {
                self.arg().infer(inputs)
            }

            fn evaluate(
                &self,
                call: &crate::ir::Evaluation<'_>,
            ) -> Result<Vec<crate::ir::Value>, crate::ir::Fault> {
                self.arg().evaluate(call)
            }

            fn by_rows(
                &self,
                inputs: &crate::ir::Operands<'_>,
                output: &crate::ir::TensorType,
            ) -> Option<crate::ir::ByRows> {
                super::reduced::by_rows(&[self.axis], inputs, output)
            }

            fn along(
                &self,
                _inputs: &crate::ir::Operands<'_>,
                _output: &crate::ir::TensorType,
                times: &[Option<usize>],
            ) -> Option<crate::ir::Along> {
                super::reduced::along(&[self.axis], self.keep_dims, times)
            }

            fn lower(
                &self,
                lowering: &crate::kernel::Lowering<'_>,
            ) -> Result<crate::kernel::KernelChoice, crate::ir::Fault> {
                self.arg().lower(lowering)
            }
        }
    };
}
pub(super) use arg;

impl Arg {
    pub(super) fn infer(&self, inputs: &Operands<'_>) -> Result<Vec<TensorType>, Fault> {
        let &[Some(x)] = inputs else { return Err("expects one operand".to_owned()) };
        Extents::new(&x.ty.shape, &[self.axis])?;
        if !matches!(x.ty.dtype, DType::F32 | DType::I8) {
            return Err(format!("works on f32 and i8, not on {}", x.ty.dtype));
        }
        let dtype = if self.wide { DType::I64 } else { DType::I32 };
        Ok(vec![TensorType::new(dtype, Extents::result(&x.ty.shape, &[self.axis], self.keep_dims))])
    }

    /// The place of each result. A number that is none is neither larger nor smaller than another.
    fn places<T: Copy + PartialOrd>(&self, extents: &Extents, x: &[T]) -> Vec<usize> {
        let fold = |(best, place, next): (Option<T>, usize, usize), x: T| {
            let better = best.is_none_or(|best| {
                let beyond = if self.largest { x > best } else { x < best };
                beyond || (self.last && x == best)
            });
            if better { (Some(x), next, next + 1) } else { (best, place, next + 1) }
        };
        extents.walk(x, (None, 0, 0), fold, |(_, place, _)| place)
    }

    pub(super) fn evaluate(&self, call: &Evaluation<'_>) -> Result<Vec<Value>, Fault> {
        let (ty, x) = call.input(0)?;
        let extents = Extents::new(&ty.shape, &[self.axis])?;
        let places = match x.data() {
            Data::F32(x) => self.places(&extents, x),
            Data::I8(x) => self.places(&extents, x),
            _ => return Err(format!("has no meaning for {ty}")),
        };
        let output = call.output()?;
        let places: Vec<i64> = places.into_iter().map(|place| place as i64).collect();
        let value = Value::from_integers(output.dtype, output.shape.clone(), &places);
        Ok(vec![value.ok_or("the result does not have the declared type")?])
    }

    pub(super) fn lower(&self, lowering: &Lowering<'_>) -> Result<KernelChoice, Fault> {
        let x = &lowering.input(0)?.ty;
        let extents = Extents::new(&x.shape, &[self.axis])?;
        let (kernel, measured) = match (x.dtype, self.wide) {
            (DType::F32, false) => ("arg_f32_i32", "mean_f32"),
            (DType::F32, true) => ("arg_f32_i64", "mean_f32"),
            (DType::I8, false) => ("arg_s8_i32", "mean_s8"),
            (DType::I8, true) => ("arg_s8_i64", "mean_s8"),
            (other, _) => return Err(crate::kernel::no_kernel_for(other)),
        };
        // One axis is one group, with what is before and behind it.
        let [before, behind, _] = extents.kept;
        let call = KernelCall {
            kernel,
            label: self.label,
            shape_name: shape_name(self.label, x, &[self.axis]),
            note: format!("of {} elements", extents.count()),
            shape: vec![
                ("KEPT", Const::Dims(vec![before, behind])),
                ("AXIS", extents.count().into()),
                ("LARGEST", Const::Bool(self.largest)),
                ("LAST", Const::Bool(self.last)),
            ],
            operands: vec![("INPUT", Operand::input(0)), ("OUTPUT", Operand::output(0))],
            params: Vec::new(),
            overlap: Vec::new(),
        };
        Ok(KernelChoice::new(lowering.core, [(call, work(measured, &extents))]))
    }
}
