//! The kernels of the three operators.

use tinyml_arith::add::Add;
use tinyml_arith::mul::Mul;
use tinyml_arith::onnx;
use tinyml_arith::overlap::Gaps;
use tinyml_arith::{Clamp, Multiplier};

use super::Arithmetic;
use super::linear::{self, Linear};
use super::quantised::Quantised;
use crate::cost::Work;
use crate::ir::{DType, Fault, Shape, TensorType, Value};
use crate::kernel::{Blob, Const, KernelCall, KernelChoice, Lowering, Operand, Overlap, no_kernel_for};
use crate::ops::common::quantised::{clamp_const, describe_clamp, per_tensor};
use crate::ops::common::remembered::Remembered;

/// Names of the kernel for two operands in the arena, and of the one for a constant operand.
type Kernels = [&'static str; 2];

/// The kernel that carries the node out.
pub fn lower(
    arithmetic: Arithmetic,
    clamp: [f32; 2],
    lowering: &Lowering<'_>,
) -> Result<KernelChoice, Fault> {
    let (a, b, output) = (lowering.input(0)?, lowering.input(1)?, lowering.output()?);
    let mut subtracts = false;
    let (kernels, params) = match output.dtype {
        DType::F32 => (kernels_f32(arithmetic), vec![("min", clamp[0].into()), ("max", clamp[1].into())]),
        DType::I8 => {
            let quantised =
                Quantised::derive(arithmetic, [&a.ty, &b.ty], output, clamp, lowering.reference())?;
            let types = [&a.ty, &b.ty, output];
            if let Some(Linear { first, second, offset }) = linear(&quantised, types)? {
                subtracts = first < 0 || second < 0;
                let constants =
                    vec![("first", first.into()), ("second", second.into()), ("offset", offset.into())];
                (["linear_s8", "linear_constant_s8"], constants)
            } else {
                let (kernels, constants) = kernels_s8(quantised);
                (kernels, vec![("arithmetic", constants.into())])
            }
        }
        other => return Err(no_kernel_for(other)),
    };
    let [output_dims, a_dims, b_dims] = kernel_dims(&output.shape, &a.ty.shape, &b.ty.shape)?;
    let label = match arithmetic {
        Arithmetic::Add => "Add",
        Arithmetic::Sub => "Sub",
        Arithmetic::Mul => "Mul",
    };
    let mut call = KernelCall {
        kernel: kernels[0],
        label,
        shape_name: format!("{label}{}", describe(output_dims)),
        note: String::new(),
        shape: vec![("OUTPUT", output_dims.into())],
        operands: Vec::new(),
        params,
        overlap: Vec::new(),
    };
    for (name, dims) in [("INPUT_1", a_dims), ("INPUT_2", b_dims)] {
        if dims != output_dims {
            call.shape.push((name, dims.into()));
            call.shape_name.push_str(&format!("By{}", describe(dims)));
        }
    }
    let constant = match (a.data.as_deref(), b.data.as_deref()) {
        (None, None) => None,
        (Some(constant), None) => Some((0, constant)),
        (None, Some(constant)) => Some((1, constant)),
        (Some(_), Some(_)) => return Err("both operands are constants, so that the result is one".to_owned()),
    };
    let arena: &[(&'static str, usize)] = match constant {
        None => &[("INPUT_1", 0), ("INPUT_2", 1)],
        Some((index, value)) => {
            call.kernel = kernels[1];
            call.note = format!("with a constant {}", value.shape());
            call.params.insert(0, ("constant", blob(value)?.into()));
            if index == 0 {
                call.shape.push(("CONSTANT_FIRST", true.into()));
                call.shape_name.push_str("FromConstant");
                &[("INPUT", 1)]
            } else {
                &[("INPUT", 0)]
            }
        }
    };
    call.operands = arena.iter().map(|&(name, index)| (name, Operand::input(index))).collect();
    call.operands.push(("OUTPUT", Operand::output(0)));
    let element_bytes = output.dtype.size();
    let gaps = [a_dims, b_dims].map(|dims| Gaps::broadcast(dims, output_dims, element_bytes));
    call.overlap = arena.iter().map(|&(_, index)| (index, Overlap::Sliding(gaps[index]))).collect();
    call.note.push_str(&describe_clamp(clamp));
    call.note = call.note.trim_start_matches(", ").to_owned();
    let elements: usize = output_dims.iter().product();
    let work = Work::new(model(kernels[0]), 300);
    let work = if a_dims == output_dims && b_dims == output_dims {
        work.with("element", elements)
    } else {
        work.with("row", elements / output_dims[3].max(1)).with("repeated_element", elements)
    };
    let work = if subtracts { work.with("subtraction", elements) } else { work };
    Ok(KernelChoice::new(lowering.core, [(call, work)]))
}

/// The cost model of a kernel: subtraction is the same work as addition.
fn model(kernel: &'static str) -> &'static str {
    match kernel {
        "sub_s8" => "add_s8",
        "sub_f32" => "add_f32",
        other => other,
    }
}

/// The linear function that equals a sum or difference for every pair of elements, if there is one.
fn linear(quantised: &Quantised, [a, b, output]: [&TensorType; 3]) -> Result<Option<Linear>, Fault> {
    let scale = |ty, role| Ok::<_, Fault>(f64::from(per_tensor(ty, role)?.0));
    let output_scale = scale(output, "result")?;
    let ratios = [scale(a, "first operand")? / output_scale, scale(b, "second operand")? / output_scale];
    let difference = [ratios[0], -ratios[1]];
    thread_local!(static KNOWN: Remembered<(Quantised, [u64; 2]), Option<Linear>> = Remembered::default());
    let fit = |exact: &dyn Fn(i8, i8) -> i32, ratios: [f64; 2], clamp| match clamp {
        Clamp::INT8 => {
            let key = (*quantised, ratios.map(f64::to_bits));
            KNOWN.with(|known| known.get(&key, || linear::fit(exact, ratios, clamp)))
        }
        _ => None,
    };
    Ok(match quantised {
        Quantised::Add(add) => fit(&|a, b| add.add(a, b).into(), ratios, add.clamp),
        Quantised::Sub(sub) => fit(&|a, b| sub.sub(a, b).into(), difference, sub.clamp),
        Quantised::OnnxAdd(add) => {
            let ratios = if add.coefficient_2 < 0 { difference } else { ratios };
            fit(&|a, b| add.eval(a.into(), b.into()), ratios, add.clamp)
        }
        Quantised::Mul(_) | Quantised::OnnxMul(_) => None,
    })
}

fn blob(constant: &Value) -> Result<Blob, Fault> {
    match (constant.as_i8(), constant.as_f32()) {
        (Some(data), _) => Ok(Blob::weights_i8(data)),
        (_, Some(data)) => Ok(Blob::weights_f32(data)),
        _ => Err(no_kernel_for(constant.dtype())),
    }
}

fn kernels_f32(arithmetic: Arithmetic) -> Kernels {
    match arithmetic {
        Arithmetic::Add => ["add_f32", "add_constant_f32"],
        Arithmetic::Sub => ["sub_f32", "sub_constant_f32"],
        Arithmetic::Mul => ["mul_f32", "mul_constant_f32"],
    }
}

fn kernels_s8(arithmetic: Quantised) -> (Kernels, Const) {
    match arithmetic {
        Quantised::Add(constants) => (["add_s8", "add_constant_s8"], add_const(constants)),
        Quantised::Sub(constants) => (["sub_s8", "sub_constant_s8"], add_const(constants)),
        Quantised::Mul(constants) => (["mul_s8", "mul_constant_s8"], mul_const(constants)),
        Quantised::OnnxAdd(constants) => (["onnx_add_s8", "onnx_add_constant_s8"], onnx_add_const(constants)),
        Quantised::OnnxMul(constants) => (["onnx_mul_s8", "onnx_mul_constant_s8"], onnx_mul_const(constants)),
    }
}

fn multiplier_const(multiplier: Multiplier) -> Const {
    let Multiplier { multiplier, shift } = multiplier;
    Const::Struct("Multiplier", vec![("multiplier", multiplier.into()), ("shift", shift.into())])
}

fn add_const(constants: Add) -> Const {
    Const::Struct(
        "Add",
        vec![
            ("zero_point_1", constants.zero_point_1.into()),
            ("zero_point_2", constants.zero_point_2.into()),
            ("multiplier_1", multiplier_const(constants.multiplier_1)),
            ("multiplier_2", multiplier_const(constants.multiplier_2)),
            ("output", multiplier_const(constants.output)),
            ("output_zero_point", constants.output_zero_point.into()),
            ("clamp", clamp_const(constants.clamp)),
        ],
    )
}

fn mul_const(constants: Mul) -> Const {
    Const::Struct(
        "Mul",
        vec![
            ("zero_point_1", constants.zero_point_1.into()),
            ("zero_point_2", constants.zero_point_2.into()),
            ("output", multiplier_const(constants.output)),
            ("output_zero_point", constants.output_zero_point.into()),
            ("clamp", clamp_const(constants.clamp)),
        ],
    )
}

fn onnx_add_const(constants: onnx::Add) -> Const {
    Const::Struct(
        "onnx::Add",
        vec![
            ("coefficient_1", constants.coefficient_1.into()),
            ("coefficient_2", constants.coefficient_2.into()),
            ("offset", constants.offset.into()),
            ("shift", constants.shift.into()),
            ("output_zero_point", constants.output_zero_point.into()),
            ("clamp", clamp_const(constants.clamp)),
        ],
    )
}

fn onnx_mul_const(constants: onnx::Mul) -> Const {
    Const::Struct(
        "onnx::Mul",
        vec![
            ("zero_point_1", constants.zero_point_1.into()),
            ("zero_point_2", constants.zero_point_2.into()),
            ("multiplier", constants.multiplier.into()),
            ("offset", constants.offset.into()),
            ("shift", constants.shift.into()),
            ("clamp", clamp_const(constants.clamp)),
        ],
    )
}

/// Extents without the ones in front, for a name: `5x5x64`.
fn describe(dims: [usize; 4]) -> String {
    let first = dims.iter().position(|&dim| dim != 1).unwrap_or(3);
    dims[first..].iter().map(usize::to_string).collect::<Vec<_>>().join("x")
}

/// Result and operands in four axes, filled up with 1 in front. Where there are more, neighbouring axes along which
/// the same operands repeat become one.
fn kernel_dims(output: &Shape, a: &Shape, b: &Shape) -> Result<[[usize; 4]; 3], Fault> {
    let rank = output.rank();
    let own = |shape: &Shape, axis: usize| {
        (axis + shape.rank()).checked_sub(rank).and_then(|own| shape.dims().get(own).copied()).unwrap_or(1)
    };
    let mut axes: Vec<[usize; 3]> =
        (0..rank).map(|axis| [own(output, axis), own(a, axis), own(b, axis)]).collect();
    if rank > 4 {
        axes = merged(&axes);
    }
    let missing = 4usize.checked_sub(axes.len()).ok_or_else(|| {
        format!("has no kernel for {a} with {b}: the operands repeat along too many axes in turn")
    })?;
    let mut dims = [[1; 4]; 3];
    for (axis, extents) in axes.iter().enumerate() {
        for (dims, extent) in dims.iter_mut().zip(extents) {
            dims[missing + axis] = *extent;
        }
    }
    Ok(dims)
}

fn merged(axes: &[[usize; 3]]) -> Vec<[usize; 3]> {
    let repeats = |[output, a, b]: [usize; 3]| (a != output, b != output);
    let mut merged: Vec<[usize; 3]> = Vec::new();
    for &axis in axes.iter().filter(|[output, ..]| *output != 1) {
        match merged.last_mut() {
            Some(last) if repeats(*last) == repeats(axis) => {
                last.iter_mut().zip(axis).for_each(|(extent, more)| *extent *= more);
            }
            _ => merged.push(axis),
        }
    }
    merged
}
