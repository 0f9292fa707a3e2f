//! The kernels of an SVDF layer.

use super::evaluate::Integers;
use super::{Geometry, STATE, Svdf};
use crate::cost::Work;
use crate::ir::{DType, Fault, Value};
use crate::kernel::{Blob, Const, KernelCall, KernelChoice, Lowering, Operand, Param, no_kernel_for};
use crate::ops::common::quantised::{describe_clamp, multiplier_const, rounding_const};
use tinyml_arith::Rounding;

impl Svdf {
    pub(super) fn lower_step(&self, lowering: &Lowering<'_>) -> Result<KernelChoice, Fault> {
        let [x, weights, time] = [0, 1, 2].map(|index| lowering.input(index));
        let (x, weights, time) = (&x?.ty, weights?, time?);
        if lowering.input(0)?.is_constant() || lowering.input(STATE)?.is_constant() {
            return Err("takes a constant operand or state, which is not supported where the other is computed".to_owned());
        }
        let geometry = self.geometry(x, &weights.ty, &time.ty)?;
        let state = &lowering.input(STATE)?.ty;
        let (kernel, params) = match (x.dtype, state.dtype) {
            (DType::F32, _) => ("svdf_f32", self.reals(lowering, &geometry)?),
            (DType::I8, DType::I8) => ("svdf_s8", integers(lowering, &geometry)?),
            (DType::I8, DType::I16) => ("svdf_s16", integers(lowering, &geometry)?),
            (other, _) => return Err(no_kernel_for(other)),
        };
        let Geometry { inputs, units, rank, memory } = geometry;
        let mut shape: Vec<(&'static str, Const)> =
            [("INPUTS", inputs), ("UNITS", units), ("RANK", rank), ("MEMORY", memory)]
                .map(|(name, extent)| (name, extent.into()))
                .to_vec();
        if x.dtype == DType::I8 {
            let rounding = crate::ops::common::quantised::rounding(lowering.reference());
            if rounding != Rounding::Double {
                shape.push(("ROUNDING", rounding_const(rounding)));
            }
        }
        let call = KernelCall {
            kernel,
            label: "Svdf",
            shape_name: format!("Svdf{inputs}To{units}Rank{rank}Memory{memory}"),
            note: format!(
                "{inputs} to {units}, rank {rank}, {memory} steps{}",
                describe_clamp(self.clamp)
            ),
            shape,
            operands: vec![
                ("INPUT", Operand::input(0)),
                ("STATE", Operand::input(STATE)),
                ("OUTPUT", Operand::output(0)),
                ("NEXT", Operand::output(1)),
            ],
            params,
            overlap: Vec::new(),
        };
        let filters = units * rank;
        let work = Work::new(kernel, 300)
            .with("unit", units)
            .with("filter", filters)
            .with("product", filters * inputs)
            .with("kept", filters * memory);
        Ok(KernelChoice::new(lowering.core, [(call, work)]).with_in_place(vec![(STATE, 1)]))
    }

    fn reals(&self, lowering: &Lowering<'_>, geometry: &Geometry) -> Result<Vec<(&'static str, Param)>, Fault> {
        let real = |index: usize| constant(lowering, index)?.as_f32().ok_or("a constant is not f32".to_owned());
        let bias = match lowering.optional(3) {
            Some(_) => real(3)?.to_vec(),
            None => vec![0.0; geometry.units],
        };
        Ok(vec![
            ("weights", Blob::weights_f32(real(1)?).into()),
            ("time", Blob::weights_f32(real(2)?).into()),
            ("bias", Blob::weights_f32(&bias).into()),
            ("min", self.clamp[0].into()),
            ("max", self.clamp[1].into()),
        ])
    }
}

fn constant<'a>(lowering: &Lowering<'a>, index: usize) -> Result<&'a Value, Fault> {
    let tensor = lowering.input(index)?;
    tensor.data.as_deref().ok_or_else(|| format!("`{}` is not a constant", tensor.name))
}

fn integers(lowering: &Lowering<'_>, geometry: &Geometry) -> Result<Vec<(&'static str, Param)>, Fault> {
    let types = [0, 1, 2, STATE].map(|index| lowering.input(index).map(|tensor| &tensor.ty));
    let [x, weights, time, state] = types;
    let constants =
        Integers::derive([x?, weights?, time?, state?, lowering.output()?], lowering.reference())?;
    let weights = constant(lowering, 1)?.as_i8().ok_or("the weights are not i8")?;
    let feature_bias: Vec<i32> = weights
        .chunks_exact(geometry.inputs)
        .map(|weights| {
            let sum = weights.iter().fold(0i32, |sum, &weight| sum.wrapping_add(weight.into()));
            sum.wrapping_mul(constants.input_zero_point).wrapping_neg()
        })
        .collect();
    let time = constant(lowering, 2)?;
    let (time_blob, all) = match (time.as_i8(), time.as_i16()) {
        (Some(time), _) => (Blob::weights_i8(time), time.iter().map(|&weight| weight.into()).collect()),
        (_, Some(time)) => (Blob::weights_i16(time), time.iter().map(|&weight| weight.into()).collect::<Vec<i32>>()),
        _ => return Err("the weights over time are neither i8 nor i16".to_owned()),
    };
    let bias = match lowering.optional(3) {
        Some(_) => constant(lowering, 3)?.as_i32().ok_or("the bias is not i32")?.to_vec(),
        None => vec![0; geometry.units],
    };
    let bias: Vec<i32> = all
        .chunks_exact(geometry.rank * geometry.memory)
        .zip(bias)
        .map(|(weights, bias)| {
            let sum = weights.iter().fold(0i32, |sum, &weight| sum.wrapping_add(weight));
            bias.wrapping_sub(sum.wrapping_mul(constants.state_zero_point))
        })
        .collect();
    Ok(vec![
        ("weights", Blob::weights_i8(weights).into()),
        ("feature_bias", Blob::weights_i32(&feature_bias).into()),
        ("feature", multiplier_const(constants.feature).into()),
        ("state_zero_point", constants.state_zero_point.into()),
        ("time", time_blob.into()),
        ("bias", Blob::weights_i32(&bias).into()),
        ("output", multiplier_const(constants.output).into()),
        ("output_zero_point", constants.output_zero_point.into()),
    ])
}
