//! What every reduction by a function of `tinyml_arith::reduction` is as an operator: a member of the family says which function, and this
//! says the rest.

use tinyml_arith::overlap::Gaps;
use tinyml_arith::reduction::{Reduction, Whole};

use crate::ops::common::extents::Extents;
use super::integer::IntegerMean;
use crate::cost::Work;
use crate::ir::{
    Along, ByRows, ChannelFlow, DType, Data, Evaluation, Fault, IntegerForm, Operands, Tensor, TensorType, Value,
};
use crate::kernel::{Const, KernelCall, KernelChoice, Lowering, Operand, Overlap};
use crate::ops::common::channels::channelwise;

/// A reduction, as its operator describes it.
pub(super) struct Reduced<'a> {
    /// What the layer is called in generated code, in camel case.
    pub(super) label: &'static str,
    /// The function.
    pub(super) reduction: Reduction,
    /// The axes, each once.
    pub(super) axes: &'a [usize],
    /// Whether they stay in the result, with extent 1.
    pub(super) keep_dims: bool,
}

/// Declares an operator that is one of the runtime's reductions, with the names that it has in the file formats, and nothing else.
/// `axes until N, operand since M`: ONNX has the axes as an attribute until version N of its operator set, and as an operand from M on.
macro_rules! reduction {
    (
        $(#[$doc:meta])* $operator:ident, $name:literal, $reduction:ident,
        tflite: [$($tflite:literal),*],
        onnx: $onnx:literal, axes until $until:literal, operand since $since:literal
    ) => {
        crate::ir::attributes::attributes! {
            $(#[$doc])*
            pub struct $operator {
                /// The axes, each once.
                pub axes: Vec<usize>,
                /// Whether they stay in the result, with extent 1.
                pub keep_dims: bool,
            }
        }

        /// The operator table's entry.
        pub static DESCRIPTOR: crate::ir::Descriptor = crate::ir::Descriptor {
            name: $name,
            parse: $operator::parse,
            #[cfg(feature = "tflite")]
            tflite: &[$(($tflite, |node| {
                let keep_dims = node.options(crate::import::tflite::options::ReducerOptions::read)?.keep_dims;
                let axes = super::import::tflite_axes(node)?;
                let x = node.input(0)?;
                node.emit($operator { axes, keep_dims }, vec![Some(x)])
            })),*],
            #[cfg(feature = "onnx")]
            onnx: &[crate::import::onnx::Onnx::new(
                $onnx,
                2,
                crate::import::onnx::known![axes: Ints until $until, keepdims: Int, noop_with_empty_axes: Int since $since],
                |node| {
                    let super::import::Axes { operand, axes, keep_dims, after } = super::import::axes(node)?;
                    node.emit($operator { axes, keep_dims }, vec![Some(operand)], after)
                },
            )
            .before($since, 1)],
        };

        impl $operator {
            fn reduced(&self) -> super::reduced::Reduced<'_> {
                super::reduced::Reduced {
                    label: stringify!($operator),
                    reduction: tinyml_arith::reduction::Reduction::$reduction,
                    axes: &self.axes,
                    keep_dims: self.keep_dims,
                }
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
                self.reduced().infer(inputs)
            }

            fn check(
                &self,
                inputs: &crate::ir::Operands<'_>,
                outputs: &[&crate::ir::Tensor],
                faults: &mut Vec<crate::ir::Fault>,
            ) {
                self.reduced().check(inputs, outputs, faults);
            }

            fn evaluate(
                &self,
                call: &crate::ir::Evaluation<'_>,
            ) -> Result<Vec<crate::ir::Value>, crate::ir::Fault> {
                self.reduced().evaluate(call)
            }

            fn integer_form(&self) -> crate::ir::IntegerForm {
                self.reduced().integer_form()
            }

            fn by_rows(
                &self,
                inputs: &crate::ir::Operands<'_>,
                output: &crate::ir::TensorType,
            ) -> Option<crate::ir::ByRows> {
                super::reduced::by_rows(&self.axes, inputs, output)
            }

            fn along(
                &self,
                _inputs: &crate::ir::Operands<'_>,
                _output: &crate::ir::TensorType,
                times: &[Option<usize>],
            ) -> Option<crate::ir::Along> {
                super::reduced::along(&self.axes, self.keep_dims, times)
            }

            fn channel_flow(
                &self,
                inputs: &crate::ir::Operands<'_>,
                outputs: &[&crate::ir::Tensor],
            ) -> crate::ir::ChannelFlow {
                super::reduced::channel_flow(&self.axes, inputs, outputs)
            }

            fn lower(
                &self,
                lowering: &crate::kernel::Lowering<'_>,
            ) -> Result<crate::kernel::KernelChoice, crate::ir::Fault> {
                self.reduced().lower(lowering)
            }
        }
    };
}
pub(super) use reduction;

impl Reduced<'_> {
    /// Whether the result is one of the operand's elements.
    fn picks(&self) -> bool {
        matches!(self.reduction, Reduction::Max | Reduction::Min)
    }

    /// The element types that the function has a meaning for.
    fn takes(&self, dtype: DType) -> bool {
        match (dtype, self.reduction) {
            (DType::F32, _) => true,
            (DType::I8, Reduction::Sum | Reduction::Max | Reduction::Min) => true,
            (DType::I32 | DType::I64, Reduction::L2 | Reduction::LogSum | Reduction::LogSumExp) => false,
            (DType::I32 | DType::I64, _) => true,
            _ => false,
        }
    }

    pub(super) fn infer(&self, inputs: &Operands<'_>) -> Result<Vec<TensorType>, Fault> {
        let &[Some(x)] = inputs else { return Err("expects one operand".to_owned()) };
        Extents::new(&x.ty.shape, self.axes)?;
        let dtype = x.ty.dtype;
        if !self.takes(dtype) {
            let known = [DType::F32, DType::I8, DType::I32, DType::I64].into_iter().filter(|&known| self.takes(known));
            let known: Vec<String> = known.map(|known| known.to_string()).collect();
            return Err(format!("works on {}, not on {dtype}", known.join(", ")));
        }
        Ok(vec![TensorType::new(dtype, Extents::result(&x.ty.shape, self.axes, self.keep_dims))])
    }

    /// An extreme keeps the quantisation of its operand; integer sums need scales.
    pub(super) fn check(&self, inputs: &Operands<'_>, outputs: &[&Tensor], faults: &mut Vec<Fault>) {
        let ([Some(x)], [y]) = (inputs, outputs) else { return };
        if self.picks() && x.ty.quant != y.ty.quant {
            faults.push(format!("the operand is {}, but the result {}: their quantisation differs", x.ty, y.ty));
        }
        if !self.picks() && x.ty.dtype == DType::I8 {
            faults.extend(IntegerMean::sum(&x.ty, &y.ty, 1, crate::ir::Reference::Tflm).err());
        }
        if x.ty.dtype != DType::I8 && x.ty.quant.is_some() {
            faults.push(format!("the operand is {}: quantised values are i8", x.ty));
        }
    }

    pub(super) fn integer_form(&self) -> IntegerForm {
        match self.reduction {
            Reduction::Max | Reduction::Min => IntegerForm::SameAsInput,
            Reduction::Sum => IntegerForm::Free { weights: None, bias: None },
            _ => IntegerForm::None,
        }
    }

    fn whole<T: Whole>(&self, extents: &Extents, x: &[T]) -> Vec<T> {
        extents.walk(x, T::start(self.reduction), |acc, x| acc.fold(self.reduction, x), |acc| acc)
    }

    pub(super) fn evaluate(&self, call: &Evaluation<'_>) -> Result<Vec<Value>, Fault> {
        let (ty, x) = call.input(0)?;
        let output = call.output()?;
        let extents = Extents::new(&ty.shape, self.axes)?;
        let data = match x.data() {
            Data::F32(x) => Data::F32(extents.walk(
                x,
                self.reduction.start(),
                |acc, x| self.reduction.fold(acc, x),
                |acc| self.reduction.finish(acc),
            )),
            Data::I8(x) if self.picks() => Data::I8(self.whole(&extents, x)),
            Data::I8(x) => {
                let sum = IntegerMean::sum(ty, output, extents.count(), call.reference)?;
                let add = |sum: i32, x: i8| sum.wrapping_add(x.into());
                Data::I8(extents.walk(x, 0, add, |acc| sum.result(acc)))
            }
            Data::I32(x) => Data::I32(self.whole(&extents, x)),
            Data::I64(x) => Data::I64(self.whole(&extents, x)),
            _ => return Err(format!("has no meaning for {ty}")),
        };
        Ok(vec![Value::new(output.shape.clone(), data).ok_or("the result does not have the declared shape")?])
    }

    pub(super) fn lower(&self, lowering: &Lowering<'_>) -> Result<KernelChoice, Fault> {
        let x = &lowering.input(0)?.ty;
        let extents = Extents::new(&x.shape, self.axes)?;
        let mut shape = extents.constants();
        let (mut params, mut label) = (Vec::new(), self.label.to_owned());
        let kernel = match x.dtype {
            DType::I8 if !self.picks() => {
                let sum = IntegerMean::sum(x, lowering.output()?, extents.count(), lowering.reference())?;
                shape.extend(sum.rounding_shape());
                params = sum.params();
                // The kernel of means: another factor makes it a sum. Layers of one shape share their code.
                label = "Mean".to_owned();
                "mean_s8"
            }
            dtype => {
                shape.push(("REDUCTION", constant(self.reduction)));
                match dtype {
                    DType::F32 => "reduce_f32",
                    DType::I8 => "reduce_s8",
                    DType::I32 => "reduce_i32",
                    DType::I64 => "reduce_i64",
                    other => return Err(crate::kernel::no_kernel_for(other)),
                }
            }
        };
        let call = KernelCall {
            kernel,
            label: self.label,
            shape_name: shape_name(&label, x, self.axes),
            note: format!("over {} elements", extents.count()),
            shape,
            operands: vec![("INPUT", Operand::input(0)), ("OUTPUT", Operand::output(0))],
            params,
            // A result is written after its elements were read; those of later ones lie behind it.
            overlap: vec![(0, Overlap::Sliding(Gaps::BYTE_FOR_BYTE))],
        };
        // The kernels have the loops of the means, by which they were measured.
        let measured = if x.dtype == DType::F32 { "mean_f32" } else { "mean_s8" };
        Ok(KernelChoice::new(lowering.core, [(call, work(measured, &extents))]))
    }
}

fn constant(reduction: Reduction) -> Const {
    Const::Variant(match reduction {
        Reduction::Sum => "Reduction::Sum",
        Reduction::Prod => "Reduction::Prod",
        Reduction::Max => "Reduction::Max",
        Reduction::Min => "Reduction::Min",
        Reduction::L1 => "Reduction::L1",
        Reduction::L2 => "Reduction::L2",
        Reduction::SumSquare => "Reduction::SumSquare",
        Reduction::LogSum => "Reduction::LogSum",
        Reduction::LogSumExp => "Reduction::LogSumExp",
    })
}

/// What a kernel of the family does, by the cost model of a kernel.
pub(super) fn work(model: &'static str, extents: &Extents) -> Work {
    let results = extents.kept.iter().product::<usize>();
    Work::new(model, 250).with("result", results).with("tap", results * extents.count())
}

/// The name of a kernel's shape: `MeanOf1x4x5x8Over1And2`.
pub(super) fn shape_name(label: &str, x: &TensorType, axes: &[usize]) -> String {
    let dims: Vec<String> = x.shape.dims().iter().map(usize::to_string).collect();
    let axes: Vec<String> = axes.iter().map(usize::to_string).collect();
    format!("{label}Of{}Over{}", dims.join("x"), axes.join("And"))
}

/// Row by row where rows stay and no two of them meet.
pub(super) fn by_rows(axes: &[usize], inputs: &Operands<'_>, output: &TensorType) -> Option<ByRows> {
    let image = matches!(inputs, [Some(x)] if x.ty.shape.rank() == 4) && output.shape.rank() == 4;
    (image && axes.iter().all(|&axis| axis >= 2)).then_some(ByRows::ROW)
}

/// Along time where it is none of the axes.
pub(super) fn along(axes: &[usize], keep_dims: bool, times: &[Option<usize>]) -> Option<Along> {
    let &[Some(time)] = times else { return None };
    let in_front = if keep_dims { 0 } else { axes.iter().filter(|&&axis| axis < time).count() };
    (!axes.contains(&time)).then_some(Along::same(time - in_front))
}

/// Whether channels are reduced, so that those of the result are none of the operand's.
pub(super) fn is_over_channels(axes: &[usize], x: &TensorType) -> bool {
    axes.iter().any(|axis| axis + 1 == x.shape.rank())
}

/// Each channel by itself, unless channels are reduced.
pub(super) fn channel_flow(axes: &[usize], inputs: &Operands<'_>, outputs: &[&Tensor]) -> ChannelFlow {
    match inputs {
        [Some(x)] if !is_over_channels(axes, &x.ty) => channelwise(inputs, outputs),
        _ => ChannelFlow::Opaque,
    }
}
