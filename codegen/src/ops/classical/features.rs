//! What `ai.onnx.ml` does to features before a model, and to scores behind it: operators that become others.
//!
//! The rules are onnxruntime's, which leaves alone what has nothing to be divided by (docs/arithmetic.md, classical models).

use super::class_label;
use super::classifier::rows;
use crate::import::onnx::{ANY, Constant, Handle, Item, Layout, NodeImport, Onnx, known};
use crate::ir::{DType, Fault, TensorId, Value};
use crate::ops::common::quantised::UNCLAMPED;
use crate::ops::elementwise::choose::Choose;
use crate::ops::elementwise::div::Div;
use crate::ops::elementwise::equal::Equal;
use crate::ops::elementwise::greater::Greater;
use crate::ops::elementwise::mul::Mul;
use crate::ops::elementwise::not_equal::NotEqual;
use crate::ops::elementwise::sub::Sub;
use crate::ops::movement::concat::Concat;
use crate::ops::movement::select::Select;
use crate::ops::normalisation::normalise::Normalise;
use crate::ops::normalisation::softmax::Softmax;
use crate::ops::quantisation::cast::Cast;
use crate::ops::reduction::reduce_max::ReduceMax;

/// `(x - offset) · scale`, a product in the end.
pub(in crate::ops) const SCALER: Onnx = Onnx::ml("Scaler", 1, known![offset: Floats, scale: Floats], scaler);

/// Rows over their norm.
pub(in crate::ops) const NORMALIZER: Onnx = Onnx::ml("Normalizer", 1, known![norm: Text], normalizer);

/// A choice between features and what stands in for missing ones.
pub(in crate::ops) const IMPUTER: Onnx = Onnx::ml(
    "Imputer",
    1,
    known![
        imputed_value_floats: Floats, imputed_value_int64s: Ints, replaced_value_float: Float, replaced_value_int64: Int,
    ],
    imputer,
);

/// Whether features are above a threshold, as numbers.
pub(in crate::ops) const BINARIZER: Onnx = Onnx::ml("Binarizer", 1, known![threshold: Float], binarizer);

/// Some features of each row, or the labels of classes.
pub(in crate::ops) const EXTRACTOR: Onnx = Onnx::ml("ArrayFeatureExtractor", 2, known![], extractor);

/// Features side by side.
pub(in crate::ops) const VECTORIZER: Onnx = Onnx::ml("FeatureVectorizer", ANY, known![inputdimensions: Ints], vectorizer);

/// Rows of features as an operand in the file's terms.
fn item(tensor: TensorId) -> Item {
    Item::Computed(Handle { tensor, layout: Layout::plain(2) })
}

/// `numbers` beside rows, for an operator of two elements: one for all features, or one for each.
fn beside(
    node: &mut NodeImport<'_>,
    rows: TensorId,
    name: &str,
    numbers: Vec<f32>,
) -> Result<[Option<TensorId>; 2], Fault> {
    let features = node.tensor(rows).ty.shape.channels();
    if ![1, features].contains(&numbers.len()) {
        return Err(format!("`{name}` has {} elements, but there are {features} features", numbers.len()));
    }
    let value = Value::f32([numbers.len()], numbers).ok_or("a list has its own length")?;
    let constant = Item::Constant(Constant::plain(&format!("{}/{name}", node.name()), value.into()));
    match node.broadcast(&[item(rows), constant])?.0[..] {
        [rows, numbers] => Ok([Some(rows), Some(numbers)]),
        _ => Err("two operands stay two".to_owned()),
    }
}

fn scaler(node: &mut NodeImport<'_>) -> Result<(), Fault> {
    let offset: Vec<f32> = node.attribute_or("offset", Vec::new())?;
    let scale: Vec<f32> = node.attribute_or("scale", Vec::new())?;
    if offset.len() != scale.len() {
        return Err(format!("has {} offsets and {} scales: as many are needed", offset.len(), scale.len()));
    }
    let mut x = rows(node)?;
    if offset.iter().any(|&offset| offset != 0.0) {
        let operands = beside(node, x, "offset", offset)?;
        x = node.step("difference", Sub { clamp: UNCLAMPED }, operands.to_vec())?;
    }
    let operands = beside(node, x, "scale", scale)?;
    node.emit(Mul::PLAIN, operands.to_vec(), Layout::plain(2))
}

fn normalizer(node: &mut NodeImport<'_>) -> Result<(), Fault> {
    let norm = node.attribute_or("norm", "MAX".to_owned())?;
    let x = rows(node)?;
    let over = vec![1];
    // No norm but 0 is below these, and 0 / least is 0: so rows of zeros stay what they are.
    match norm.as_str() {
        // What a softmax gives has the sum 1.
        "L1" if node.made_by::<Softmax>(x).is_some() => {
            node.bind(item(x));
            Ok(())
        }
        "L1" => {
            let op = Normalise { magnitudes: true, floor: f32::from_bits(1), ..Normalise::norm(over) };
            node.emit(op, vec![Some(x)], Layout::plain(2))
        }
        "L2" => {
            // The root of the least square is 2^-74.5.
            let op = Normalise { floor: 2f32.powi(-75), ..Normalise::norm(over) };
            node.emit(op, vec![Some(x)], Layout::plain(2))
        }
        // The largest number, not the largest magnitude; a row is left alone if it is 0.
        "MAX" => {
            let largest = node.step("largest", ReduceMax { axes: over, keep_dims: true }, vec![Some(x)])?;
            let [_, zero] = beside(node, largest, "zero", vec![0.0])?;
            let [_, one] = beside(node, largest, "one", vec![1.0])?;
            let is_zero = node.step("is_zero", Equal::PLAIN, vec![Some(largest), zero])?;
            let divisor = node.step("divisor", Choose {}, vec![Some(is_zero), one, Some(largest)])?;
            node.emit(Div::PLAIN, vec![Some(x), Some(divisor)], Layout::plain(2))
        }
        other => Err(format!("`norm={other}` is not known; MAX, L1 and L2 are")),
    }
}

fn imputer(node: &mut NodeImport<'_>) -> Result<(), Fault> {
    let imputed: Vec<f32> = node.attribute_or("imputed_value_floats", Vec::new())?;
    let replaced = node.attribute_or("replaced_value_float", 0f32)?;
    if imputed.is_empty() {
        return Err(node.advised(
            "has no `imputed_value_floats`; imputing integers is not supported",
            "export the model for features of float32",
        ));
    }
    let x = rows(node)?;
    let [_, stand_in] = beside(node, x, "imputed", imputed)?;
    let missing = if replaced.is_nan() {
        // Nothing but NaN differs from itself.
        node.step("missing", NotEqual::PLAIN, vec![Some(x), Some(x)])?
    } else {
        let operands = beside(node, x, "replaced", vec![replaced])?;
        node.step("missing", Equal::PLAIN, operands.to_vec())?
    };
    node.emit(Choose {}, vec![Some(missing), stand_in, Some(x)], Layout::plain(2))
}

fn binarizer(node: &mut NodeImport<'_>) -> Result<(), Fault> {
    let threshold = node.attribute_or("threshold", 0f32)?;
    let x = rows(node)?;
    let operands = beside(node, x, "threshold", vec![threshold])?;
    let above = node.step("above", Greater::PLAIN, operands.to_vec())?;
    node.emit(Cast { to: DType::F32 }, vec![Some(above)], Layout::plain(2))
}

/// Places along the last axis, of a vector as of one row. Of a constant, the labels of classes at computed places.
fn extractor(node: &mut NodeImport<'_>) -> Result<(), Fault> {
    if !node.is_computed(0) {
        return class_label::looked_up(node);
    }
    let places = node.constant(1)?.integers().ok_or("the places must be integers")?;
    let Handle { tensor, layout } = match node.file_dims(&node.input(0)?)[..] {
        [features] => {
            let row = node.handle(0)?.tensor;
            Handle { tensor: node.view(row, vec![1, features])?, layout: Layout::plain(2) }
        }
        _ => node.handle(0)?,
    };
    let axis = layout.rank().checked_sub(1).and_then(|last| layout.position(last)).ok_or("the operand has no axis")?;
    let shape = node.tensor(tensor).ty.shape.clone();
    let extent = shape.dims().get(axis).copied().unwrap_or(0);
    let place = |&place: &i64| usize::try_from(place).ok().filter(|&place| place < extent);
    let places: Option<Vec<usize>> = places.iter().map(place).collect();
    let places = places.filter(|places| !places.is_empty());
    let places = places.ok_or_else(|| format!("takes places that are not among the {extent} of the last axis, or none"))?;
    node.emit(Select::of([(axis, places)], &shape), vec![Some(tensor)], layout)
}

fn vectorizer(node: &mut NodeImport<'_>) -> Result<(), Fault> {
    let dimensions: Vec<i64> = node.attribute_or("inputdimensions", Vec::new())?;
    let count = node.input_count();
    if dimensions.len() != count {
        return Err(format!("has {} `inputdimensions` for {count} operands", dimensions.len()));
    }
    let mut parts = Vec::new();
    for (index, &dimension) in dimensions.iter().enumerate() {
        let part = super::classifier::rows_of(node, index)?;
        let features = node.tensor(part).ty.shape.channels();
        if usize::try_from(dimension) != Ok(features) {
            return Err(node.advised(
                format!("takes {dimension} of the {features} features of operand {index}"),
                "let `inputdimensions` be what the operands have",
            ));
        }
        parts.push(Some(part));
    }
    match parts[..] {
        [Some(only)] => {
            node.bind(item(only));
            Ok(())
        }
        [] => Err("has no operands".to_owned()),
        _ => node.emit(Concat { axis: 1 }, parts, Layout::plain(2)),
    }
}
