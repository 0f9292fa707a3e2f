//! The kernels of a softmax.

use tinyml_arith::onnx;

use super::Softmax;
use super::evaluate::{Rows, check_tflite, onnx_exp_table};
use crate::cost::Work;
use crate::ir::{DType, Fault, Reference, TensorType};
use crate::kernel::{Blob, Const, KernelCall, KernelChoice, Lowering, Operand, Overlap, Param, Gaps, no_kernel_for};
use crate::ops::elementwise::unary::{quantisation, storage};

impl Softmax {
    pub(super) fn lower_softmax(&self, lowering: &Lowering<'_>) -> Result<KernelChoice, Fault> {
        let (x, output) = (&lowering.input(0)?.ty, lowering.output()?);
        let call = match (x.dtype, lowering.reference()) {
            (DType::F32, _) => float_call("Softmax", x, self.beta, false)?,
            (DType::I8, Reference::Onnx) => self.onnx_call(x, output)?,
            (DType::I8, Reference::Tflm | Reference::Litert) => self.tflite_call(x, output)?,
            (other, _) => return Err(no_kernel_for(other)),
        };
        choice(lowering, call, x)
    }

    fn tflite_call(&self, x: &TensorType, output: &TensorType) -> Result<KernelCall, Fault> {
        let softmax = check_tflite(x, output, self.beta)?;
        let params = vec![
            ("multiplier", softmax.input.multiplier.into()),
            ("shift", softmax.input.shift.into()),
            ("diff_min", softmax.diff_min.into()),
        ];
        call("softmax_s8", "Softmax", x, Vec::new(), params)
    }

    fn onnx_call(&self, x: &TensorType, output: &TensorType) -> Result<KernelCall, Fault> {
        let table = onnx_exp_table(quantisation(x, "operand")?.scale, self.beta);
        let softmax = onnx::Softmax::derive(quantisation(output, "result")?, storage(output.dtype)?);
        let params = vec![
            ("exp", Blob::parameters_u32(&table).into()),
            ("reciprocal", (softmax.reciprocal as i32).into()),
            ("output_zero_point", softmax.output_zero_point.into()),
        ];
        call("softmax_onnx_s8", "Softmax", x, Vec::new(), params)
    }
}

/// The choice of a kernel's call.
pub(in crate::ops) fn choice(
    lowering: &Lowering<'_>,
    call: KernelCall,
    x: &TensorType,
) -> Result<KernelChoice, Fault> {
    let Rows { rows, depth } = Rows::of(x)?;
    let work = Work::new(call.kernel, 900).with("row", rows).with("element", rows * depth);
    Ok(KernelChoice::new(lowering.core, [(call, work)]))
}

/// The call of the f32 kernel for a softmax or its logarithm.
pub(in crate::ops) fn float_call(
    label: &'static str,
    x: &TensorType,
    beta: f32,
    log: bool,
) -> Result<KernelCall, Fault> {
    let shape = if log { vec![("LOG", true.into())] } else { Vec::new() };
    call("softmax_f32", label, x, shape, vec![("beta", beta.into())])
}

fn call(
    kernel: &'static str,
    label: &'static str,
    x: &TensorType,
    more_shape: Vec<(&'static str, Const)>,
    params: Vec<(&'static str, Param)>,
) -> Result<KernelCall, Fault> {
    let Rows { rows, depth } = Rows::of(x)?;
    let mut shape = vec![("ROWS", rows.into()), ("DEPTH", depth.into())];
    shape.extend(more_shape);
    Ok(KernelCall {
        kernel,
        label,
        shape_name: format!("{label}Of{rows}x{depth}"),
        note: String::new(),
        shape,
        operands: vec![("INPUT", Operand::input(0)), ("OUTPUT", Operand::output(0))],
        params,
        overlap: vec![(0, Overlap::Sliding(Gaps::BYTE_FOR_BYTE))],
    })
}
