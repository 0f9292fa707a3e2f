//! How ONNX writes fully connected layers: Gemm, and MatMul with a constant. Products of two computed factors are those of
//! [`matmul`](crate::ops::matrix::matmul).

use super::FullyConnected;
use crate::import::onnx::{Constant, Handle, Item, Layout, NodeImport, Onnx, known};
use crate::ir::{DType, Fault, Quant, TensorId, Value};
use crate::ops::elementwise::add::Add;
use crate::ops::elementwise::mul::Mul;
use crate::ops::matrix::matmul::import_onnx::product;
use crate::ops::matrix::matmul::Matmul;
use crate::ops::common::quantised::UNCLAMPED;

/// The operators that import as fully connected layers.
pub(super) const OPERATORS: &[Onnx] = &[
    Onnx::new("Gemm", 3, known![alpha: Float, beta: Float, transA: Int, transB: Int], gemm),
    Onnx::new("MatMul", 2, known![], matmul),
    crate::ops::classical::linear::REGRESSOR,
    Onnx::new("QLinearMatMul", 8, known![], quantised_matmul).since(10),
    Onnx::microsoft("QGemm", 9, known![alpha: Float, transA: Int, transB: Int], quantised_gemm),
];

const ROWS: FullyConnected = FullyConnected { clamp: UNCLAMPED, keep_dims: false };

/// Gemm: `alpha · A · B + beta · C`.
fn gemm(node: &mut NodeImport<'_>) -> Result<(), Fault> {
    let alpha = node.attribute_or("alpha", 1.0f32)?;
    let beta = node.attribute_or("beta", 1.0f32)?;
    if node.is_computed(1) {
        return computed_gemm(node, alpha, beta);
    }
    let x = gemm_operand(node)?;
    let weights = node.weights(1)?;
    let weights = gemm_weights(node, scaled(weights, alpha, "alpha")?)?;
    let addend = addend(node, beta)?;
    let outputs = node.tensor(weights).ty.shape.dims().first().copied().unwrap_or(0);
    let bias = match &addend {
        None => None,
        Some(item) => bias(node, item, outputs)?,
    };
    if addend.is_none() || bias.is_some() {
        return node.emit(ROWS, vec![Some(x), Some(weights), bias], Layout::plain(2));
    }
    // C is computed, or differs from row to row.
    let product = node.step("product", ROWS, vec![Some(x), Some(weights)])?;
    sum(node, product, addend.ok_or("C is missing")?)
}

/// The same with computed B.
fn computed_gemm(node: &mut NodeImport<'_>, alpha: f32, beta: f32) -> Result<(), Fault> {
    let transposed = |name| Ok::<bool, Fault>(node.attribute_or(name, 0i64)? != 0);
    let op = Matmul { transpose_a: transposed("transA")?, transpose_b: transposed("transB")? };
    let (a, b) = (node.input(0)?, node.input(1)?);
    let factors = vec![Some(node.lay(&a, &Layout::plain(2))?), Some(node.lay(&b, &Layout::plain(2))?)];
    let addend = addend(node, beta)?;
    if alpha == 1.0 {
        return match addend {
            None => node.emit(op, factors, Layout::plain(2)),
            Some(addend) => {
                let product = node.step("product", op, factors)?;
                sum(node, product, addend)
            }
        };
    }
    let product = node.step("product", op, factors)?;
    let factor = Value::f32([1], vec![alpha]).ok_or("one number is no constant")?;
    let factor = node.add_constant("alpha", factor, None);
    let (op, factors) = (Mul { clamp: UNCLAMPED }, vec![Some(product), Some(factor)]);
    match addend {
        None => node.emit(op, factors, Layout::plain(2)),
        Some(addend) => {
            let scaled = node.step("scaled", op, factors)?;
            sum(node, scaled, addend)
        }
    }
}

/// C times `beta`, which is 1 where C is computed.
fn addend(node: &NodeImport<'_>, beta: f32) -> Result<Option<Item>, Fault> {
    match node.optional(2)? {
        Some(Item::Constant(constant)) => Ok(Some(Item::Constant(scaled(constant, beta, "beta")?))),
        Some(Item::Computed(_)) if beta != 1.0 => Err(format!("`beta={beta}` for a computed C is not supported")),
        other => Ok(other),
    }
}

/// A product and C.
fn sum(node: &mut NodeImport<'_>, product: TensorId, addend: Item) -> Result<(), Fault> {
    let product = Item::Computed(Handle { tensor: product, layout: Layout::plain(2) });
    let (tensors, layout) = node.broadcast(&[product, addend])?;
    node.emit(Add { clamp: UNCLAMPED }, tensors.into_iter().map(Some).collect(), layout)
}

/// The operand `[M, K]`.
fn gemm_operand(node: &mut NodeImport<'_>) -> Result<TensorId, Fault> {
    let item = node.input(0)?;
    let layout = match node.attribute_or("transA", 0i64)? {
        0 => Layout::plain(2),
        _ => Layout::ordered([1, 0]),
    };
    node.lay(&item, &layout)
}

/// The weights `[N, K]`.
fn gemm_weights(node: &mut NodeImport<'_>, weights: Constant) -> Result<TensorId, Fault> {
    let layout = match node.attribute_or("transB", 0i64)? {
        0 => Layout::ordered([1, 0]),
        _ => Layout::plain(2),
    };
    node.lay(&Item::Constant(weights), &layout)
}

/// A constant times a factor.
fn scaled(constant: Constant, factor: f32, name: &str) -> Result<Constant, Fault> {
    if factor == 1.0 {
        return Ok(constant);
    }
    let data = constant.value.as_f32().ok_or_else(|| format!("`{name}={factor}` for quantised constants is not supported"))?;
    let value = Value::f32(constant.value.shape().clone(), data.iter().map(|v| v * factor).collect());
    let value = value.ok_or("the constant does not have its declared shape")?;
    Ok(Constant { name: format!("{}/{name}", constant.name), value: value.into(), ..constant })
}

/// C as biases `[N]`, if it is a constant that is the same for each row.
fn bias(node: &mut NodeImport<'_>, item: &Item, outputs: usize) -> Result<Option<TensorId>, Fault> {
    let Item::Constant(constant) = item else { return Ok(None) };
    if constant.value.len() == outputs && constant.value.shape().channels() == outputs {
        let flat = constant.reshaped(&[outputs]).ok_or("C does not have one value per output")?;
        return node.lay(&Item::Constant(flat), &Layout::plain(1)).map(Some);
    }
    match (constant.value.len(), constant.value.as_f32()) {
        (1, Some(&[value])) => {
            let value = Value::f32([outputs], vec![value; outputs]).ok_or("C does not have one value per output")?;
            Ok(Some(node.add_constant("bias", value, None)))
        }
        _ => Ok(None),
    }
}

/// MatMul: rows times a constant `[K, N]`, or a constant `[M, K]` times one column, are layers.
fn matmul(node: &mut NodeImport<'_>) -> Result<(), Fault> {
    match [node.input(0)?, node.input(1)?] {
        [Item::Computed(x), Item::Constant(weights)] if is_matrix(weights.value.shape().dims()) => rows(node, x, weights, None),
        [Item::Constant(weights), Item::Computed(x)] if is_column(node, &weights, &x) => column(node, weights, x),
        [Item::Constant(_), Item::Constant(_)] => Err("multiplies two constants, which is not supported".to_owned()),
        factors => product(node, factors, None),
    }
}

/// Whether the dimensions are those of one matrix, or of one column.
fn is_matrix(dims: &[usize]) -> bool {
    matches!(dims, [_]) || matches!(dims, [ones @ .., _, _] if ones.iter().all(|&dim| dim == 1))
}

/// Whether it is a matrix times one column.
fn is_column(node: &NodeImport<'_>, weights: &Constant, x: &Handle) -> bool {
    let dims = node.file_dims(&Item::Computed(x.clone()));
    weights.value.shape().rank() == 2 && matches!(dims[..], [_] | [_, 1])
}

fn quantised_matmul(node: &mut NodeImport<'_>) -> Result<(), Fault> {
    let x = node.quantised(0, 1)?;
    if node.is_computed(3) || !matches!(x, Item::Computed(_)) {
        let y = node.quantised(3, 4)?;
        let (quant, _) = node.quant(6, 0, &[])?;
        return product(node, [x, y], Some(quant));
    }
    let Item::Computed(x) = x else { return Err("multiplies two constants, which is not supported".to_owned()) };
    let constant = node.weights(3)?;
    let (quant, dtype) = node.quant(4, -1, constant.value.shape().dims())?;
    let Item::Constant(weights) = node.with_quant(Item::Constant(constant), quant, dtype.unwrap_or(DType::U8))? else {
        return Err("the second operand must be a constant".to_owned());
    };
    let (quant, _) = node.quant(6, 0, &[])?;
    rows(node, x, weights, Some(quant))
}

/// Each row of `x` times the weights `[K, N]` (or `[K]`: one column, and no axis for it).
fn rows(node: &mut NodeImport<'_>, x: Handle, weights: Constant, quant: Option<Quant>) -> Result<(), Fault> {
    let dims = weights.value.shape().dims();
    let matrix = match dims {
        [k] => [*k, 1],
        [ones @ .., k, n] if ones.iter().all(|&dim| dim == 1) => [*k, *n],
        _ => return Err(format!("the constant factor has the shape {dims:?}; batches of matrices are not supported")),
    };
    let vector = dims.len() == 1;
    let matrix = Item::Constant(weights.reshaped(&matrix).ok_or("the constant factor is quantised along a batch")?);
    let weights = node.lay(&matrix, &Layout::ordered([1, 0]))?;
    let rank = x.layout.rank();
    // The last axis must be innermost; the order of the others does not matter.
    let innermost = rank.checked_sub(1).is_some_and(|last| x.layout.axes().last() == Some(&Some(last)));
    let layout = if innermost { x.layout.clone() } else { Layout::plain(rank) };
    let x = node.lay(&Item::Computed(x), &layout)?;
    let op = FullyConnected { clamp: UNCLAMPED, keep_dims: true };
    if !vector {
        return node.emit_with(op, vec![Some(x), Some(weights)], layout, quant);
    }
    let product = node.step("product", op, vec![Some(x), Some(weights)])?;
    let mut dims = node.tensor(product).ty.shape.0.clone();
    dims.pop();
    let axes = layout.axes()[..dims.len()].to_vec();
    let tensor = node.view(product, dims)?;
    node.bind(Item::Computed(Handle { tensor, layout: Layout::new(axes) }));
    Ok(())
}

/// A constant `[M, K]` times one column `[K]` or `[K, 1]`: the weights of a layer with M outputs.
fn column(node: &mut NodeImport<'_>, weights: Constant, x: Handle) -> Result<(), Fault> {
    let dims = node.file_dims(&Item::Computed(x.clone()));
    let &[m, k] = weights.value.shape().dims() else {
        return Err("a constant first factor must be a matrix".to_owned());
    };
    let result = match dims[..] {
        [own] if own == k => vec![m],
        [own, 1] if own == k => vec![m, 1],
        _ => return Err(format!("a constant matrix times a computed {dims:?} is not supported; only one column is")),
    };
    let plain = node.lay(&Item::Computed(x), &Layout::plain(dims.len()))?;
    let row = node.view(plain, vec![1, k])?;
    let weights = node.lay(&Item::Constant(weights), &Layout::plain(2))?;
    let product = node.step("product", ROWS, vec![Some(row), Some(weights)])?;
    let layout = Layout::plain(result.len());
    let tensor = node.view(product, result)?;
    node.bind(Item::Computed(Handle { tensor, layout }));
    Ok(())
}

/// QGemm: A and B with scales and zero points, C as i32, then the result's scale and zero point.
fn quantised_gemm(node: &mut NodeImport<'_>) -> Result<(), Fault> {
    let alpha = node.attribute_or("alpha", 1.0f32)?;
    if alpha != 1.0 {
        return Err(format!("`alpha={alpha}` is not supported for quantised operands"));
    }
    if node.optional(7)?.is_none() {
        return Err("a result in floating point (no scale for it) is not supported".to_owned());
    }
    node.quantised(0, 1)?;
    let x = gemm_operand(node)?;
    let constant = node.weights(3)?;
    let outputs = if node.attribute_or("transB", 0i64)? == 0 { 1 } else { 0 };
    let (quant, dtype) = node.quant(4, outputs, constant.value.shape().dims())?;
    let Item::Constant(weights) = node.with_quant(Item::Constant(constant), quant, dtype.unwrap_or(DType::U8))? else {
        return Err("the weights must be a constant".to_owned());
    };
    let weights = gemm_weights(node, weights)?;
    let bias = node.quantised_bias(6, x, weights)?;
    let (quant, _) = node.quant(7, 0, &[])?;
    node.emit_with(ROWS, vec![Some(x), Some(weights), bias], Layout::plain(2), Some(quant))
}
