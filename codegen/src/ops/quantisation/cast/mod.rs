//! Numbers and truth values in another element type.
//!
//! Quantised bytes have no such operator: they stand for other numbers ([`Dequantize`](super::dequantize::Dequantize)).

#[cfg(test)]
mod test;

use crate::cost::Work;
use crate::ir::attributes::attributes;
use crate::ir::{
    Attributes, DType, Data, Descriptor, Evaluation, Fault, IntegerForm, Operands, Operator, TensorType, Value,
};
use crate::kernel::{Gaps, KernelCall, KernelChoice, Lowering, Operand, Overlap, no_kernel_for};

attributes! {
    /// `x = n`: to f32 the nearest, ties to even; f32 to integers without the fraction, at the end of the range where it does not fit, NaN to 0;
    /// integers to narrower ones by their low bits; to truth values what differs from 0.
    pub struct Cast {
        /// The element type of the result.
        pub to: DType,
    }
}

/// The operator table's entry. ONNX's Cast itself has several forms, which its importer tells apart.
pub static DESCRIPTOR: Descriptor = Descriptor {
    name: "cast",
    parse: Cast::parse,
    #[cfg(feature = "tflite")]
    tflite: &[("CAST", import)],
    #[cfg(feature = "onnx")]
    onnx: &[crate::ops::classical::features::BINARIZER],
};

/// The types of the file's tensors say what is cast to what.
#[cfg(feature = "tflite")]
fn import(node: &mut crate::import::tflite::NodeImport<'_>) -> Result<(), Fault> {
    let (input, output) = (node.input(0)?, node.output(0)?);
    let [from, to] = [input, output].map(|id| node.tensor(id).ty.clone());
    if from.quant.is_some() || to.quant.is_some() {
        return Err(node.refuse(
            format!("casts {from} to {to}, of which one is quantised"),
            "use QUANTIZE and DEQUANTIZE between real numbers and the integers that stand for them",
        ));
    }
    node.emit(Cast { to: to.dtype }, vec![Some(input)])
}

impl Operator for Cast {
    fn name(&self) -> &'static str {
        DESCRIPTOR.name
    }

    fn attributes(&self) -> Attributes {
        self.printed()
    }

    fn infer(&self, inputs: &Operands<'_>) -> Result<Vec<TensorType>, Fault> {
        let &[Some(x)] = inputs else {
            return Err(format!("expects one operand, got {}", inputs.len()));
        };
        match (x.ty.dtype, &x.ty.quant) {
            (from, None) if kernel(from, self.to).is_some() => {
                Ok(vec![TensorType::new(self.to, x.ty.shape.clone())])
            }
            (dtype, None) => Err(format!("does not cast {dtype} to {}", self.to)),
            (_, Some(quant)) => Err(format!("the operand stands for other numbers: {quant}")),
        }
    }

    fn evaluate(&self, call: &Evaluation<'_>) -> Result<Vec<Value>, Fault> {
        let (_, x) = call.input(0)?;
        let result = Value::new(call.output()?.shape.clone(), converted(x.data(), self.to)?);
        Ok(vec![result.ok_or("the result does not have the declared shape")?])
    }

    fn integer_form(&self) -> IntegerForm {
        IntegerForm::None
    }

    fn is_unary_elementwise(&self) -> bool {
        true
    }

    fn lower(&self, lowering: &Lowering<'_>) -> Result<KernelChoice, Fault> {
        let x = &lowering.input(0)?.ty;
        let kernel = kernel(x.dtype, self.to).ok_or_else(|| no_kernel_for(x.dtype))?;
        let elements = x.shape.elements();
        let call = KernelCall {
            kernel,
            label: "Cast",
            shape_name: format!(
                "Cast{}To{}Of{elements}",
                x.dtype.name().to_uppercase(),
                self.to.name().to_uppercase()
            ),
            note: String::new(),
            shape: vec![("ELEMENTS", elements.into())],
            operands: vec![("INPUT", Operand::input(0)), ("OUTPUT", Operand::output(0))],
            params: Vec::new(),
            overlap: vec![(0, Overlap::Sliding(Gaps::elementwise(elements, x.dtype.size(), self.to.size())))],
        };
        // The same loop, with other elements and without the product.
        let work = Work::new("dequantize_s8", 100).with("element", elements);
        Ok(KernelChoice::new(lowering.core, [(call, work)]))
    }
}

/// Writes the pairs of types once.
macro_rules! pairs {
    ($($from:ident: $($to:ident)*;)*) => {
        /// The kernel for a pair of types; none for types that are not cast.
        fn kernel(from: DType, to: DType) -> Option<&'static str> {
            Some(match (from.name(), to.name()) {
                $($((stringify!($from), stringify!($to)) => concat!("cast_", stringify!($from), "_", stringify!($to)),)*)*
                _ => return None,
            })
        }
    };
}

pairs! {
    f32: i8 u8 i16 i32 i64 bool;
    i8: f32 u8 i16 i32 i64 bool;
    u8: f32 i8 i16 i32 i64 bool;
    i16: f32 i8 u8 i32 i64 bool;
    i32: f32 i8 u8 i16 i64 bool;
    i64: f32 i8 u8 i16 i32 bool;
    bool: f32 i8 u8 i16 i32 i64;
}

/// The elements in another type.
fn converted(data: &Data, to: DType) -> Result<Data, Fault> {
    macro_rules! numbers {
        ($data:expr) => {
            match to {
                DType::F32 => Data::F32($data.iter().map(|&x| x as f32).collect()),
                DType::I8 => Data::I8($data.iter().map(|&x| x as i8).collect()),
                DType::U8 => Data::U8($data.iter().map(|&x| x as u8).collect()),
                DType::I16 => Data::I16($data.iter().map(|&x| x as i16).collect()),
                DType::I32 => Data::I32($data.iter().map(|&x| x as i32).collect()),
                DType::I64 => Data::I64($data.iter().map(|&x| x as i64).collect()),
                DType::Bool => Data::Bool($data.iter().map(|&x| x as f32 != 0.0).collect()),
                DType::I4 => return Err(format!("does not cast to {to}")),
            }
        };
    }
    Ok(match data {
        Data::F32(data) => numbers!(data),
        Data::I8(data) => numbers!(data),
        Data::U8(data) => numbers!(data),
        Data::I16(data) => numbers!(data),
        Data::I32(data) => numbers!(data),
        Data::I64(data) => numbers!(data),
        Data::Bool(data) => {
            let bytes: Vec<u8> = data.iter().map(|&x| x.into()).collect();
            numbers!(bytes)
        }
    })
}
