//! Unary elementwise operators: what they share.
//!
//! An operator says what it computes in real numbers and, where TFLM has an integer form of its own, that; it is then an
//! [`Operator`]. On int8 it has no kernel: the pass `tabulate` turns it into a `table`, by evaluating it over all 256 values.

use std::any::Any;
use std::fmt;

use tinyml_arith::unary::UnaryFunction;
use tinyml_arith::{Clamp, Quantization, onnx};

use crate::ops::common::quantised::per_tensor;
use crate::cost::Work;
use crate::ir::{
    Attributes, DType, Evaluation, Fault, IntegerForm, Op, Operands, Operator, Reference, Tensor, TensorType,
    Value,
};
use crate::kernel::{Const, Gaps, KernelCall, KernelChoice, Lowering, Operand, Overlap};

/// An operator on integers, one value at a time.
pub type IntegerFunction = Box<dyn Fn(i32) -> i32>;

/// Quantisations of operand and result, and the range of their storage.
#[derive(Clone, Copy, Debug)]
pub struct Quantised<'a> {
    /// The operand's.
    pub input: Quantization,
    /// The result's.
    pub output: Quantization,
    /// The result's type.
    pub output_ty: &'a TensorType,
    /// Range of the element type.
    pub storage: Clamp,
}

impl Quantised<'_> {
    /// A fault if the result is not int8 with this quantisation.
    pub fn require_int8_result(&self, scale: f32, zero_point: i32) -> Result<(), Fault> {
        if self.output_ty.dtype == DType::I8 && self.output == (Quantization { scale, zero_point }) {
            return Ok(());
        }
        let found = self.output_ty;
        Err(format!("TFLite's integer form gives i8 q({scale:?}, {zero_point}), but the result is {found}"))
    }
}

/// An operator that maps each element of its one operand by the same function.
pub trait Elementwise: Any + fmt::Debug + Send + Sync {
    /// The name in the IR text.
    const NAME: &'static str;
    /// The name of its layers in generated code, in camel case.
    const LABEL: &'static str;

    /// The term of the kernel's cost model: another function's where this one takes about as long and has not been measured.
    const COST: &'static str = Self::NAME;

    /// The attributes in the IR text.
    fn to_attributes(&self) -> Attributes;

    /// The f32 form, with its parameters.
    fn function(&self) -> (UnaryFunction, [f32; 2]);

    /// The real function, correctly rounded or nearly so; what ONNX's integer form is made from.
    fn real(&self, x: f32) -> f32 {
        let (function, [a, b]) = self.function();
        function.apply(x, a, b)
    }

    /// TFLite's integer form under `reference`; none if it has none.
    fn tflite_form(
        &self,
        _reference: Reference,
        _types: &Quantised<'_>,
    ) -> Result<Option<IntegerFunction>, Fault> {
        Ok(None)
    }

    /// How QDQ absorption and the quantiser treat the operator.
    fn form(&self) -> IntegerForm {
        IntegerForm::Free { weights: None, bias: None }
    }

    /// See [`Operator::with_clamp`].
    fn clamped(&self, _min: f32, _max: f32) -> Option<Op> {
        None
    }

    /// The parameters in words, for the layer's comment.
    fn note(&self) -> String {
        String::new()
    }
}

impl<T: Elementwise> Operator for T {
    fn name(&self) -> &'static str {
        T::NAME
    }

    fn attributes(&self) -> Attributes {
        self.to_attributes()
    }

    fn infer(&self, inputs: &Operands<'_>) -> Result<Vec<TensorType>, Fault> {
        let &[Some(x)] = inputs else {
            return Err(format!("expects one operand, got {}", inputs.len()));
        };
        match x.ty.dtype {
            DType::F32 | DType::I8 | DType::U8 => Ok(vec![TensorType::new(x.ty.dtype, x.ty.shape.clone())]),
            other => Err(format!("works on f32 and quantised i8 or u8, not on {other}")),
        }
    }

    fn check(&self, inputs: &Operands<'_>, outputs: &[&Tensor], faults: &mut Vec<Fault>) {
        let roles = inputs
            .iter()
            .flatten()
            .map(|x| (&x.ty, "operand"))
            .chain(outputs.iter().map(|y| (&y.ty, "result")));
        faults.extend(
            roles
                .filter(|(ty, _)| ty.dtype != DType::F32)
                .filter_map(|(ty, role)| per_tensor(ty, role).err()),
        );
    }

    fn evaluate(&self, call: &Evaluation<'_>) -> Result<Vec<Value>, Fault> {
        let (ty, x) = call.input(0)?;
        let output = call.output()?;
        let result = match x.as_f32() {
            Some(x) => Value::f32(output.shape.clone(), map_f32(self, x)),
            None => {
                let f = integer_function(self, ty, output, call.reference)?;
                let x = x.integers().ok_or("the operand has no elements of a number type")?;
                let results: Vec<_> = x.into_iter().map(|x| i64::from(f(x as i32))).collect();
                Value::from_integers(output.dtype, output.shape.clone(), &results)
            }
        };
        Ok(vec![result.ok_or("the result does not have the declared type")?])
    }

    fn integer_form(&self) -> IntegerForm {
        self.form()
    }

    fn is_unary_elementwise(&self) -> bool {
        true
    }

    fn with_clamp(&self, min: f32, max: f32) -> Option<Op> {
        self.clamped(min, max)
    }

    fn lower(&self, lowering: &Lowering<'_>) -> Result<KernelChoice, Fault> {
        let ty = lowering.output()?;
        if ty.dtype != DType::F32 {
            return Err(not_tabulated(ty));
        }
        let (function, [a, b]) = self.function();
        let elements = ty.shape.elements();
        let call = KernelCall {
            kernel: "unary_f32",
            label: T::LABEL,
            shape_name: format!("{}Of{elements}", T::LABEL),
            note: self.note(),
            shape: vec![("ELEMENTS", elements.into()), ("FUNCTION", function_const(function))],
            operands: vec![("INPUT", Operand::input(0)), ("OUTPUT", Operand::output(0))],
            params: vec![("a", a.into()), ("b", b.into())],
            overlap: vec![(0, Overlap::Sliding(Gaps::BYTE_FOR_BYTE))],
        };
        let work = Work::new("unary_f32", 400).with(T::COST, elements);
        Ok(KernelChoice::new(lowering.core, [(call, work)]))
    }
}

/// Why an int8 form cannot be lowered.
pub fn not_tabulated(ty: &TensorType) -> Fault {
    format!(
        "the pass `tabulate` should have made a table of this {ty}; this is a bug of the compiler, please report it"
    )
}

fn map_f32(operator: &impl Elementwise, x: &[f32]) -> Vec<f32> {
    let (function, [a, b]) = operator.function();
    let mut results = vec![0.0; x.len()];
    let mut i = 0;
    while i < x.len() {
        results[i] = function.apply(x[i], a, b);
        i += 1;
    }
    results
}

/// The operator on integers under a reference: TFLite's form where it has one, else between dequantisation and quantisation, with
/// the rounding of the reference.
fn integer_function(
    operator: &impl Elementwise,
    input_ty: &TensorType,
    output_ty: &TensorType,
    reference: Reference,
) -> Result<IntegerFunction, Fault> {
    let (input, output) = (quantisation(input_ty, "operand")?, quantisation(output_ty, "result")?);
    let storage = storage(output_ty.dtype)?;
    let types = Quantised { input, output, output_ty, storage };
    let onnx = reference == Reference::Onnx;
    if !onnx && let Some(form) = operator.tflite_form(reference, &types)? {
        return Ok(form);
    }
    let low = if input_ty.dtype == DType::U8 { 0 } else { -128 };
    let quantise =
        move |y: f32| if onnx { onnx::quantize(y, output, storage) } else { output.quantize(y, storage) };
    let results: Vec<i32> = (low..low + 256).map(|x| quantise(operator.real(input.dequantize(x)))).collect();
    Ok(Box::new(move |x| results.get((x - low) as usize).copied().unwrap_or(output.zero_point)))
}

/// Scale and zero point of a per-tensor quantised operand; a fault that names it otherwise.
pub fn quantisation(ty: &TensorType, role: &str) -> Result<Quantization, Fault> {
    per_tensor(ty, role).map(|(scale, zero_point)| Quantization { scale, zero_point })
}

/// The range of a quantised element type.
pub fn storage(dtype: DType) -> Result<Clamp, Fault> {
    match dtype {
        DType::I8 => Ok(Clamp::INT8),
        DType::U8 => Ok(Clamp::UINT8),
        DType::I16 => Ok(Clamp::INT16),
        DType::I32 => Ok(Clamp { min: i32::MIN, max: i32::MAX }),
        other => Err(format!("{other} is no type of quantised values")),
    }
}

/// Writes the names of the runtime's functions once.
macro_rules! names {
    ($($name:ident)*) => {
        fn function_const(function: UnaryFunction) -> Const {
            Const::Variant(match function {
                $(UnaryFunction::$name => concat!("UnaryFunction::", stringify!($name)),)*
            })
        }
    };
}

names! {
    Clamp Logistic Tanh LeakyRelu HardSwish HardSigmoid Abs Neg Sign Square Reciprocal Sqrt Rsqrt Exp Log Floor Ceil Round Erf Elu Selu Celu
    Softplus Softsign Mish Gelu GeluTanh ThresholdedRelu Shrink
    Sin Cos Tan Asin Acos Atan Sinh Cosh Asinh Acosh Atanh
}

/// Declares an operator that is one of the runtime's functions, with the names that it has in the file formats, and nothing else. `costs as`:
/// the function that was measured and takes about as long.
macro_rules! function {
    ($(#[$doc:meta])* $operator:ident, $name:literal, costs as $cost:literal, tflite: $tflite:tt, onnx: $onnx:tt) => {
        crate::ir::attributes::attributes! {
            $(#[$doc])*
            pub struct $operator {}
        }

        /// The operator table's entry.
        pub static DESCRIPTOR: crate::ir::Descriptor = crate::ir::Descriptor {
            name: $name,
            parse: $operator::parse,
            #[cfg(feature = "tflite")]
            tflite: crate::ops::elementwise::unary::function!(@tflite $operator $tflite),
            #[cfg(feature = "onnx")]
            onnx: crate::ops::elementwise::unary::function!(@onnx $operator $onnx),
        };

        impl crate::ops::elementwise::unary::Elementwise for $operator {
            const NAME: &'static str = $name;
            const LABEL: &'static str = stringify!($operator);
            const COST: &'static str = $cost;

            fn to_attributes(&self) -> crate::ir::Attributes {
                self.printed()
            }

            fn function(&self) -> (tinyml_arith::unary::UnaryFunction, [f32; 2]) {
                (tinyml_arith::unary::UnaryFunction::$operator, [0.0; 2])
            }
        }
    };
    (@tflite $operator:ident [$($name:literal),*]) => {
        &[$(($name, |node| crate::ops::elementwise::unary::tflite_float(node, $operator {}))),*]
    };
    (@onnx $operator:ident [$($name:literal since $since:literal),*]) => {
        &[$(crate::import::onnx::Onnx::new($name, 1, crate::import::onnx::known![], |node| node.unary($operator {}))
            .since($since)
            .keeps_axes()),*]
    };
}
pub(super) use function;

/// Imports a TFLite operator that the reference has in f32 alone.
#[cfg(feature = "tflite")]
pub fn tflite_float(
    node: &mut crate::import::tflite::NodeImport<'_>,
    op: impl Operator,
) -> Result<(), Fault> {
    let ty = &node.tensor(node.input(0)?).ty;
    if ty.dtype != DType::F32 {
        return Err(format!("is supported on f32, not on {ty}"));
    }
    tflite_import(node, op)
}

/// Imports a TFLite operator with one operand as `op`.
#[cfg(feature = "tflite")]
pub fn tflite_import(
    node: &mut crate::import::tflite::NodeImport<'_>,
    op: impl Operator,
) -> Result<(), Fault> {
    let x = node.input(0)?;
    node.emit(op, vec![Some(x)])
}
