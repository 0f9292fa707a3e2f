//! The mean over axes.

#[cfg(feature = "onnx")]
mod import_onnx;
#[cfg(test)]
mod test;

use crate::ops::common::extents::Extents;
use super::integer::IntegerMean;
use super::reduced;
use crate::ir::attributes::attributes;
use crate::ir::{
    Along, Attributes, ChannelFlow, DType, Data, Descriptor, Evaluation, Fault, IntegerForm, Interval, Known, Operands,
    Operator, Tensor, TensorType, Value,
};
use crate::kernel::{Const, KernelCall, KernelChoice, Lowering, Operand, Overlap, no_kernel_for};
use crate::ops::common::channels::mapped;
use tinyml_arith::overlap::Gaps;

attributes! {
    /// The mean of the elements along some axes.
    pub struct Mean {
        /// The axes, each once.
        pub axes: Vec<usize>,
        /// Whether they stay in the result, with extent 1.
        pub keep_dims: bool,
    }
}

/// The operator table's entry.
pub static DESCRIPTOR: Descriptor = Descriptor {
    name: "mean",
    parse: Mean::parse,
    #[cfg(feature = "tflite")]
    tflite: &[("MEAN", tflite_mean)],
    #[cfg(feature = "onnx")]
    onnx: import_onnx::OPERATORS,
};

#[cfg(feature = "tflite")]
fn tflite_mean(node: &mut crate::import::tflite::NodeImport<'_>) -> Result<(), Fault> {
    let keep_dims = node.options(crate::import::tflite::options::ReducerOptions::read)?.keep_dims;
    let axes = super::import::tflite_axes(node)?;
    let x = node.input(0)?;
    node.emit(Mean { axes, keep_dims }, vec![Some(x)])
}

impl Operator for Mean {
    fn name(&self) -> &'static str {
        DESCRIPTOR.name
    }

    fn attributes(&self) -> Attributes {
        self.printed()
    }

    fn infer(&self, inputs: &Operands<'_>) -> Result<Vec<TensorType>, Fault> {
        let &[Some(x)] = inputs else { return Err("expects one operand".to_owned()) };
        Extents::new(&x.ty.shape, &self.axes)?;
        let shape = Extents::result(&x.ty.shape, &self.axes, self.keep_dims);
        Ok(vec![TensorType::new(x.ty.dtype, shape)])
    }

    fn evaluate(&self, call: &Evaluation<'_>) -> Result<Vec<Value>, Fault> {
        let (ty, x) = call.input(0)?;
        let output = call.output()?;
        let extents = Extents::new(&ty.shape, &self.axes)?;
        let count = extents.count();
        let data = match x.data() {
            Data::F32(x) => Data::F32(extents.walk(x, 0.0, |sum, x| sum + x, |sum| sum / count as f32)),
            Data::I8(x) => {
                let mean = IntegerMean::mean(ty, output, count, call.reference)?;
                let add = |sum: i32, x: i8| sum.wrapping_add(x.into());
                Data::I8(extents.walk(x, 0, add, |sum| mean.result(sum)))
            }
            _ => return Err(format!("has no meaning for {ty}")),
        };
        Ok(vec![Value::new(output.shape.clone(), data).ok_or("the result does not have the declared shape")?])
    }

    fn integer_form(&self) -> IntegerForm {
        IntegerForm::Free { weights: None, bias: None }
    }

    fn channel_flow(&self, inputs: &Operands<'_>, outputs: &[&Tensor]) -> ChannelFlow {
        reduced::channel_flow(&self.axes, inputs, outputs)
    }

    fn along(&self, _inputs: &Operands<'_>, _output: &TensorType, times: &[Option<usize>]) -> Option<Along> {
        reduced::along(&self.axes, self.keep_dims, times)
    }

    fn intervals(&self, known: &Known<'_>) -> Option<Vec<Interval>> {
        let (ty, _) = known.input(0)?;
        if reduced::is_over_channels(&self.axes, ty) {
            return None;
        }
        let count = Extents::new(&ty.shape, &self.axes).ok()?.count();
        let mean = IntegerMean::mean(ty, known.output, count, known.reference).ok()?;
        mapped(known, |x| match x.single() {
            Some(x) => Interval::constant(mean.result(x.wrapping_mul(count as i32)).into()),
            None => Interval { min: i8::MIN.into(), max: i8::MAX.into() },
        })
    }

    /// The mean over rows and columns. Sums in i32 hold any image that fits a microcontroller.
    fn sums_rows(&self, inputs: &Operands<'_>, _output: &TensorType) -> bool {
        matches!(inputs, [Some(x)] if x.ty.dtype == DType::I8 && x.ty.shape.rank() == 4) && self.axes == [1, 2]
    }

    fn lower_sums(&self, lowering: &Lowering<'_>) -> Result<KernelCall, Fault> {
        let x = &lowering.input(0)?.ty;
        let extents = Extents::new(&x.shape, &self.axes)?;
        let mean = IntegerMean::mean(x, lowering.output()?, extents.count(), lowering.reference())?;
        let channels = x.shape.channels();
        let mut shape: Vec<(&'static str, Const)> = vec![("CHANNELS", channels.into())];
        shape.extend(mean.rounding_shape());
        Ok(KernelCall {
            kernel: "rows_mean_s8",
            label: "Mean",
            shape_name: format!("MeanOf{channels}Sums"),
            note: format!("mean over {} elements", extents.count()),
            shape,
            operands: vec![("SUMS", Operand::Scratch { offset: 0 }), ("OUTPUT", Operand::output(0))],
            params: mean.params(),
            overlap: Vec::new(),
        })
    }

    fn lower(&self, lowering: &Lowering<'_>) -> Result<KernelChoice, Fault> {
        let x = &lowering.input(0)?.ty;
        let extents = Extents::new(&x.shape, &self.axes)?;
        let mut shape = extents.constants();
        let (kernel, params) = match x.dtype {
            DType::F32 => ("mean_f32", Vec::new()),
            DType::I8 => {
                let mean = IntegerMean::mean(x, lowering.output()?, extents.count(), lowering.reference())?;
                shape.extend(mean.rounding_shape());
                ("mean_s8", mean.params())
            }
            other => return Err(no_kernel_for(other)),
        };
        let call = KernelCall {
            kernel,
            label: "Mean",
            shape_name: reduced::shape_name("Mean", x, &self.axes),
            note: format!("over {} elements", extents.count()),
            shape,
            operands: vec![("INPUT", Operand::input(0)), ("OUTPUT", Operand::output(0))],
            params,
            // A mean is written after its elements were read; those of later ones lie behind it.
            overlap: vec![(0, Overlap::Sliding(Gaps::BYTE_FOR_BYTE))],
        };
        let work = reduced::work(kernel, &extents);
        Ok(KernelChoice::new(lowering.core, [(call, work)]))
    }
}
