//! The mean over axes.

mod extents;
#[cfg(feature = "onnx")]
mod import_onnx;
#[cfg(test)]
mod test;

use crate::ops::common::channels::{channelwise, mapped};
use crate::ops::common::quantised::{per_tensor, rounding_const};
use crate::cost::Work;
use crate::ir::attributes::attributes;
use crate::ir::{
    Attributes, ChannelFlow, DType, Data, Descriptor, Evaluation, Fault, IntegerForm, Interval, Known, Operands, Operator, Reference,
    Tensor, TensorType, Value,
};
use crate::kernel::{Const, KernelCall, KernelChoice, Lowering, Operand, Overlap, Param, no_kernel_for};
use extents::Extents;
use tinyml_arith::overlap::Gaps;
use tinyml_arith::{Clamp, Multiplier, Quantization, Rounding, mean, onnx};

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

/// MEAN: the axes are the second operand; negative ones count from the last.
#[cfg(feature = "tflite")]
fn tflite_mean(node: &mut crate::import::tflite::NodeImport<'_>) -> Result<(), Fault> {
    let keep_dims = node.options(crate::import::tflite::options::ReducerOptions::read)?.keep_dims;
    let x = node.input(0)?;
    let rank = node.tensor(x).ty.shape.rank();
    let mut axes = Vec::new();
    for axis in node.integers(1)? {
        let from_end = if axis < 0 { axis.saturating_add(rank as i64) } else { axis };
        match usize::try_from(from_end).ok().filter(|&axis| axis < rank) {
            Some(axis) => axes.push(axis),
            None => return Err(format!("axis {axis} is not an axis of {}", node.tensor(x).ty.shape)),
        }
    }
    axes.sort_unstable();
    axes.dedup();
    node.emit(Mean { axes, keep_dims }, vec![Some(x)])
}

/// The arithmetic of one integer mean: docs/arithmetic.md, MEAN.
struct IntegerMean {
    multiplier: Multiplier,
    offset: i32,
    output_zero_point: i32,
    rounding: Rounding,
}

impl IntegerMean {
    fn new(x: &TensorType, output: &TensorType, count: usize, reference: Reference) -> Result<Self, Fault> {
        let (scale, zero_point) = per_tensor(x, "operand")?;
        let (output_scale, output_zero_point) = per_tensor(output, "result")?;
        let count =
            u32::try_from(count).map_err(|_| format!("the mean of {count} elements is not supported"))?;
        Ok(match reference {
            Reference::Onnx => {
                let (x, y) = (
                    Quantization { scale, zero_point },
                    Quantization { scale: output_scale, zero_point: output_zero_point },
                );
                let onnx::Average { multiplier, offset, .. } =
                    onnx::Average::derive(x, y, count, Clamp::INT8);
                IntegerMean { multiplier, offset, output_zero_point, rounding: Rounding::HalfEven }
            }
            Reference::Tflm | Reference::Litert => {
                let mean::Mean { multiplier, offset, .. } =
                    mean::Mean::derive(scale, zero_point, output_scale, output_zero_point, count);
                IntegerMean { multiplier, offset, output_zero_point, rounding: Rounding::Double }
            }
        })
    }

    /// The kernels' constants.
    fn params(&self) -> Vec<(&'static str, Param)> {
        let Multiplier { multiplier, shift } = self.multiplier;
        let fields = vec![("multiplier", multiplier.into()), ("shift", shift.into())];
        vec![
            ("multiplier", Const::Struct("Multiplier", fields).into()),
            ("offset", self.offset.into()),
            ("output_zero_point", self.output_zero_point.into()),
        ]
    }

    /// The rounding, where it is not that of the kernels' trait.
    fn rounding_shape(&self) -> Option<(&'static str, Const)> {
        (self.rounding != Rounding::Double).then(|| ("ROUNDING", rounding_const(self.rounding)))
    }

    fn result(&self, sum: i32) -> i8 {
        let &IntegerMean { multiplier, offset, output_zero_point, rounding } = self;
        match rounding {
            Rounding::HalfEven => {
                let average = onnx::Average { multiplier, offset, output_zero_point, clamp: Clamp::INT8 };
                average.eval(sum) as i8
            }
            _ => mean::Mean { multiplier, offset, output_zero_point }.mean(sum),
        }
    }
}

impl Mean {
    /// Whether the mean goes over the channels, so that those of the result are none of the operand's.
    fn is_over_channels(&self, x: &TensorType) -> bool {
        self.axes.iter().any(|axis| axis + 1 == x.shape.rank())
    }
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
        let kept = |(axis, &dim): (usize, &usize)| match self.axes.contains(&axis) {
            false => Some(dim),
            true => self.keep_dims.then_some(1),
        };
        let shape: Vec<usize> = x.ty.shape.dims().iter().enumerate().filter_map(kept).collect();
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
                let mean = IntegerMean::new(ty, output, count, call.reference)?;
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
        match inputs {
            [Some(x)] if !self.is_over_channels(&x.ty) => channelwise(inputs, outputs),
            _ => ChannelFlow::Opaque,
        }
    }

    fn intervals(&self, known: &Known<'_>) -> Option<Vec<Interval>> {
        let (ty, _) = known.input(0)?;
        if self.is_over_channels(ty) {
            return None;
        }
        let count = Extents::new(&ty.shape, &self.axes).ok()?.count();
        let mean = IntegerMean::new(ty, known.output, count, known.reference).ok()?;
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
        let mean = IntegerMean::new(x, lowering.output()?, extents.count(), lowering.reference())?;
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
        let mut shape: Vec<(&'static str, Const)> =
            vec![("KEPT", extents.kept.into()), ("REDUCED", Const::Dims(extents.reduced.to_vec()))];
        let (kernel, params) = match x.dtype {
            DType::F32 => ("mean_f32", Vec::new()),
            DType::I8 => {
                let mean = IntegerMean::new(x, lowering.output()?, extents.count(), lowering.reference())?;
                shape.extend(mean.rounding_shape());
                ("mean_s8", mean.params())
            }
            other => return Err(no_kernel_for(other)),
        };
        let dims: Vec<String> = x.shape.dims().iter().map(usize::to_string).collect();
        let axes: Vec<String> = self.axes.iter().map(usize::to_string).collect();
        let call = KernelCall {
            kernel,
            label: "Mean",
            shape_name: format!("MeanOf{}Over{}", dims.join("x"), axes.join("And")),
            note: format!("over {} elements", extents.count()),
            shape,
            operands: vec![("INPUT", Operand::input(0)), ("OUTPUT", Operand::output(0))],
            params,
            // A mean is written after its elements were read; those of later ones lie behind it.
            overlap: vec![(0, Overlap::Sliding(Gaps::BYTE_FOR_BYTE))],
        };
        let results = extents.kept.iter().product::<usize>();
        let work = Work::new(kernel, 250).with("result", results).with("tap", results * extents.count());
        Ok(KernelChoice::new(lowering.core, [(call, work)]))
    }
}
