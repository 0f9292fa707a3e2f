//! The kernels of the operators.

use tinyml_arith::add::Add;
use tinyml_arith::binary::BinaryFunction;
use tinyml_arith::compare::Compare;
use tinyml_arith::mul::Mul;
use tinyml_arith::onnx;
use tinyml_arith::overlap::Gaps;
use tinyml_arith::prelu::Prelu;
use tinyml_arith::quotient::Div;
use tinyml_arith::squared_difference::SquaredDifference;
use tinyml_arith::Clamp;

use super::extents::{Extents, describe, moved};
use super::linear::{self, Linear};
use super::quantised::Quantised;
use super::{Binary, is_plain};
use crate::cost::Work;
use crate::ir::{DType, Fault, TensorType, Value};
use crate::kernel::{Blob, Const, Cut, Element, KernelCall, KernelChoice, Lowering, Operand, Overlap, Param, no_kernel_for};
use crate::ops::common::quantised::{UNCLAMPED, clamp_const, describe_clamp, multiplier_const, per_tensor};
use crate::ops::common::remembered::Remembered;

/// Names of the kernel for two operands in the arena, and of the one for a constant operand.
type Kernels = [&'static str; 2];

/// Kernels with their constants, and with what they cost.
struct Choice {
    kernels: Kernels,
    params: Vec<(&'static str, Param)>,
    /// Whether the kernel asks the shape which function it is.
    any_function: bool,
    /// The cost model, and its term beside the usual ones.
    model: &'static str,
    term: Option<&'static str>,
}

/// The kernel that carries the node out.
pub fn lower<B: Binary>(operator: &B, lowering: &Lowering<'_>) -> Result<KernelChoice, Fault> {
    let (a, b, output) = (lowering.input(0)?, lowering.input(1)?, lowering.output()?);
    let function = B::FUNCTION;
    let Choice { kernels, params, any_function, model, term } =
        if is_plain([&a.ty, &b.ty, output].into_iter()) {
            plain(function, operator.clamp(), a.ty.dtype)?
        } else {
            let types = [&a.ty, &b.ty];
            let quantised =
                Quantised::derive(function, types, output, operator.clamp(), lowering.reference())?;
            if [&a.ty, &b.ty].iter().any(|ty| ty.dtype != DType::I8) {
                return Err(no_kernel_for(a.ty.dtype));
            }
            match linear(&quantised, [&a.ty, &b.ty, output])? {
                Some(linear) => of_linear(linear),
                None => of_quantised(quantised)?,
            }
        };
    let extents = Extents::new(&output.shape, [&a.ty.shape, &b.ty.shape])?;
    let Extents { output: output_dims, operands: [a_dims, b_dims], calls } = extents;
    let label = B::LABEL;
    let mut call = KernelCall {
        kernel: kernels[0],
        label,
        shape_name: match any_function {
            true => format!("{label}{}{}", type_name(a.ty.dtype), describe(output_dims)),
            false => format!("{label}{}", describe(output_dims)),
        },
        note: String::new(),
        shape: vec![("OUTPUT", output_dims.into())],
        operands: Vec::new(),
        params,
        overlap: Vec::new(),
    };
    if any_function {
        call.shape.push(("FUNCTION", function_const(function)));
    }
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
    let bytes = (a.ty.dtype.size(), output.dtype.size());
    let gaps = [a_dims, b_dims].map(|dims| Gaps::broadcast(dims, output_dims, bytes.0, bytes.1));
    call.overlap = arena.iter().map(|&(_, index)| (index, Overlap::Sliding(gaps[index]))).collect();
    call.note.push_str(&describe_clamp(operator.clamp()));
    call.note = call.note.trim_start_matches(", ").to_owned();
    let elements: usize = output_dims.iter().product();
    let work = Work::new(model, 300);
    let work = match term {
        Some("subtraction") | None => {
            if a_dims == output_dims && b_dims == output_dims {
                work.with("element", elements)
            } else {
                work.with("row", elements / output_dims[3].max(1)).with("repeated_element", elements)
            }
        }
        Some(_) => work,
    };
    let work = term.iter().fold(work, |work, term| work.with(term, elements));
    let part = |(start, [of_a, of_b]): (usize, [usize; 2])| {
        let mut call = moved(&call, [of_a * bytes.0, of_b * bytes.0], start * bytes.1);
        if let Some((index, value)) = constant {
            let (start, dims) = [(of_a, a_dims), (of_b, b_dims)][index];
            let value = value.part([dims.iter().product()], start).ok_or("the constant is too short")?;
            call.params.insert(0, ("constant", blob(&value)?.into()));
        }
        Ok::<_, Fault>((call, work.clone()))
    };
    let calls = calls.into_iter().map(part).collect::<Result<Vec<_>, _>>()?;
    // Where an operand is repeated, the kernel goes all its way at once.
    let is_whole = a_dims == output_dims && b_dims == output_dims;
    let cut = |call| Cut { call, steps: elements, along: "elements" };
    let cuts = if is_whole { (0..calls.len()).map(cut).collect() } else { Vec::new() };
    Ok(KernelChoice { cuts, ..KernelChoice::new(lowering.core, calls) })
}

/// The kernels for plain numbers. Where a function has not been measured, the cost is that of one that takes about as long.
fn plain(function: BinaryFunction, [min, max]: [f32; 2], dtype: DType) -> Result<Choice, Fault> {
    let compares = function.is_comparison();
    let kernels = match (dtype, compares) {
        (DType::F32, false) => ["binary_f32", "binary_constant_f32"],
        (DType::F32, true) => ["compare_f32", "compare_constant_f32"],
        (DType::Bool, _) => ["binary_bool", "binary_constant_bool"],
        (DType::I8, false) => ["binary_i8", "binary_constant_i8"],
        (DType::I8, true) => ["compare_i8", "compare_constant_i8"],
        (DType::U8, false) => ["binary_u8", "binary_constant_u8"],
        (DType::U8, true) => ["compare_u8", "compare_constant_u8"],
        (DType::I16, false) => ["binary_i16", "binary_constant_i16"],
        (DType::I16, true) => ["compare_i16", "compare_constant_i16"],
        (DType::I32, false) => ["binary_i32", "binary_constant_i32"],
        (DType::I32, true) => ["compare_i32", "compare_constant_i32"],
        (DType::I64, false) => ["binary_i64", "binary_constant_i64"],
        (DType::I64, true) => ["compare_i64", "compare_constant_i64"],
        (DType::I4, _) => return Err(no_kernel_for(dtype)),
    };
    let params = match (dtype, compares) {
        (DType::F32, false) => vec![("min", min.into()), ("max", max.into())],
        _ => Vec::new(),
    };
    let (model, term) = match (dtype, function) {
        (DType::F32, BinaryFunction::Mul | BinaryFunction::Prelu) => ("mul_f32", None),
        (DType::F32, BinaryFunction::Pow) => ("unary_f32", Some("tanh")),
        (DType::F32, BinaryFunction::Div | BinaryFunction::FloorDiv) => ("unary_f32", Some("hard_swish")),
        (DType::F32, BinaryFunction::FloorMod | BinaryFunction::Remainder) => ("unary_f32", Some("logistic")),
        (DType::F32, _) => ("add_f32", None),
        _ => ("linear_s8", None),
    };
    Ok(Choice { kernels, params, any_function: true, model, term })
}

fn of_linear(linear: Linear) -> Choice {
    let Linear { first, second, offset } = linear;
    Choice {
        kernels: ["linear_s8", "linear_constant_s8"],
        params: vec![("first", first.into()), ("second", second.into()), ("offset", offset.into())],
        any_function: false,
        model: "linear_s8",
        term: (first < 0 || second < 0).then_some("subtraction"),
    }
}

fn of_quantised(quantised: Quantised) -> Result<Choice, Fault> {
    let own = |kernels: Kernels, model, constants: Const| Choice {
        kernels,
        params: vec![("arithmetic", constants.into())],
        any_function: false,
        model,
        term: None,
    };
    Ok(match quantised {
        Quantised::Add(constants) => own(["add_s8", "add_constant_s8"], "add_s8", add_const(constants)),
        // Subtraction is the same work as addition.
        Quantised::Sub(constants) => own(["sub_s8", "sub_constant_s8"], "add_s8", add_const(constants)),
        Quantised::Mul(constants) => own(["mul_s8", "mul_constant_s8"], "mul_s8", mul_const(constants)),
        Quantised::OnnxAdd(constants) => {
            own(["onnx_add_s8", "onnx_add_constant_s8"], "onnx_add_s8", onnx_add_const(constants))
        }
        Quantised::OnnxMul(constants) => {
            own(["onnx_mul_s8", "onnx_mul_constant_s8"], "onnx_mul_s8", onnx_mul_const(constants))
        }
        Quantised::Div(constants) => own(["div_s8", "div_constant_s8"], "add_s8", div_const(constants)),
        Quantised::SquaredDifference(constants) => own(
            ["squared_difference_s8", "squared_difference_constant_s8"],
            "add_s8",
            squared_difference_const(constants),
        ),
        Quantised::Prelu(constants) => own(["prelu_s8", "prelu_constant_s8"], "mul_s8", prelu_const(constants)),
        Quantised::Compare(_, constants) => Choice {
            any_function: true,
            ..own(["compare_s8", "compare_constant_s8"], "add_s8", compare_const(constants))
        },
        // Their bytes are in the order of the numbers.
        Quantised::Selection(function) => plain(function, UNCLAMPED, DType::I8)?,
    })
}

/// The linear function that equals a sum or difference for every pair of elements, if there is one.
fn linear(quantised: &Quantised, [a, b, output]: [&TensorType; 3]) -> Result<Option<Linear>, Fault> {
    if !matches!(quantised, Quantised::Add(_) | Quantised::Sub(_) | Quantised::OnnxAdd(_)) {
        return Ok(None);
    }
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
        _ => None,
    })
}

fn blob(constant: &Value) -> Result<Blob, Fault> {
    let element = match constant.dtype() {
        DType::F32 => Element::F32,
        DType::I8 => Element::I8,
        DType::U8 | DType::Bool => Element::U8,
        DType::I16 => Element::I16,
        DType::I32 => Element::I32,
        DType::I64 => Element::I64,
        other @ DType::I4 => return Err(no_kernel_for(other)),
    };
    Ok(Blob::output(element, constant))
}

/// An element type in a name in camel case.
fn type_name(dtype: DType) -> String {
    let mut name = dtype.name().to_owned();
    name[..1].make_ascii_uppercase();
    name
}

/// Writes the names of the runtime's functions once.
macro_rules! names {
    ($($name:ident)*) => {
        fn function_const(function: BinaryFunction) -> Const {
            Const::Variant(match function {
                $(BinaryFunction::$name => concat!("BinaryFunction::", stringify!($name)),)*
            })
        }
    };
}

names! {
    Add Sub Mul Div Maximum Minimum SquaredDifference Pow FloorDiv FloorMod Remainder Prelu Equal NotEqual Greater GreaterEqual Less LessEqual
    And Or Xor ShiftLeft ShiftRight
}

fn div_const(constants: Div) -> Const {
    Const::Struct(
        "Div",
        vec![
            ("zero_point_1", constants.zero_point_1.into()),
            ("zero_point_2", constants.zero_point_2.into()),
            ("output", multiplier_const(constants.output)),
            ("output_zero_point", constants.output_zero_point.into()),
            ("clamp", clamp_const(constants.clamp)),
        ],
    )
}

fn squared_difference_const(constants: SquaredDifference) -> Const {
    Const::Struct(
        "SquaredDifference",
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

fn prelu_const(constants: Prelu) -> Const {
    Const::Struct(
        "Prelu",
        vec![
            ("input_zero_point", constants.input_zero_point.into()),
            ("alpha_zero_point", constants.alpha_zero_point.into()),
            ("identity", multiplier_const(constants.identity)),
            ("alpha", multiplier_const(constants.alpha)),
            ("output_zero_point", constants.output_zero_point.into()),
            ("clamp", clamp_const(constants.clamp)),
        ],
    )
}

fn compare_const(constants: Compare) -> Const {
    Const::Struct(
        "Compare",
        vec![
            ("zero_point_1", constants.zero_point_1.into()),
            ("zero_point_2", constants.zero_point_2.into()),
            ("multiplier_1", multiplier_const(constants.multiplier_1)),
            ("multiplier_2", multiplier_const(constants.multiplier_2)),
        ],
    )
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
