//! The exclusive disjunction, of truth values or bit by bit; negation is that with a constant.

#[cfg(any(feature = "tflite", feature = "onnx"))]
use crate::ir::{DType, Fault, Value};
use crate::ops::elementwise::binary::binary_operator;
#[cfg(feature = "tflite")]
use crate::ops::elementwise::binary::import_tflite;
#[cfg(feature = "onnx")]
use crate::{
    import::onnx::{Constant, Item, NodeImport, Onnx, known},
    ops::elementwise::binary::{import_onnx, logic_onnx},
};

binary_operator! {
    /// `y = a ^ b`, of truth values or bit by bit; operands repeat along axes of extent 1 by NumPy's rule.
    Xor, "xor", tflite: &[
        ("BITWISE_XOR", |node| import_tflite(node, Xor::PLAIN)),
        ("LOGICAL_NOT", |node| {
            let x = node.input(0)?;
            let ones = ones(node.tensor(x).ty.dtype)?;
            let ones = node.add_constant("ones", ones, None);
            node.emit(Xor::PLAIN, vec![Some(x), Some(ones)])
        }),
    ], onnx: &[
        Onnx::new("Xor", 2, known![], |node| logic_onnx(node, Xor::PLAIN)).keeps_axes(),
        Onnx::new("BitwiseXor", 2, known![], |node| import_onnx(node, Xor::PLAIN)).since(18).keeps_axes(),
        Onnx::new("Not", 1, known![], negation).keeps_axes(),
        Onnx::new("BitwiseNot", 1, known![], negation).since(18).keeps_axes(),
    ]
}

/// All bits of an element.
#[cfg(any(feature = "tflite", feature = "onnx"))]
fn ones(dtype: DType) -> Result<Value, Fault> {
    let value = match dtype {
        DType::Bool => Value::bool([1], vec![true]),
        DType::U8 => Value::u8([1], vec![u8::MAX]),
        _ => Value::from_integers(dtype, [1], &[-1]),
    };
    value.ok_or_else(|| format!("works on truth values and integers, not on {dtype}"))
}

#[cfg(feature = "onnx")]
fn negation(node: &mut NodeImport<'_>) -> Result<(), Fault> {
    let x = node.input(0)?;
    let dtype = node.dtype(&x);
    if (node.operator() == "Not") != (dtype == DType::Bool) {
        return Err(format!("does not work on {dtype}"));
    }
    let ones = Constant::plain(&format!("{}/ones", node.name()), ones(dtype)?.into());
    let (tensors, layout) = node.broadcast(&[x, Item::Constant(ones)])?;
    node.emit(Xor::PLAIN, tensors.into_iter().map(Some).collect(), layout)
}
