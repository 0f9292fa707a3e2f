//! What the classifiers of `ai.onnx.ml` have in common: from raw scores to a label and scores as the file wants them.
//!
//! The rules are onnxruntime's, which for two classes go beyond the standard (docs/arithmetic.md, classical models): the label depends on
//! the raw scores, and one score stands for both classes.

use super::class_label::ClassLabel;
use crate::import::onnx::{Handle, Item, Layout, NodeImport};
use crate::ir::{DType, Fault, TensorId, Value};
use crate::ops::common::quantised::UNCLAMPED;
use crate::ops::elementwise::logistic::Logistic;
use crate::ops::elementwise::neg::Neg;
use crate::ops::elementwise::sub::Sub;
use crate::ops::movement::concat::Concat;
use crate::ops::normalisation::softmax::Softmax;

/// What becomes of raw scores.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Transform {
    None,
    Logistic,
    Softmax,
}

/// Which classes have a score in every row, as far as the label depends on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Covered {
    /// All.
    All,
    /// Not all, but those that have one have a positive one.
    Positive,
    /// Not all.
    Some,
}

/// Raw scores `[N, C]`.
pub(super) struct Raw {
    pub(super) tensor: TensorId,
    /// Scores of a row: as many as classes, or one for two.
    pub(super) classes: usize,
    /// What the one score of two classes must be above for the second.
    pub(super) threshold: f32,
    /// What the first of two classes has beside the one score.
    pub(super) complement: Complement,
    pub(super) covered: Covered,
    pub(super) transform: Transform,
}

/// What the first of two classes has where the second has the score `s`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Complement {
    /// `1 - s`.
    Rest,
    /// `-s`.
    Negative,
}

/// The labels of the classes.
pub(super) enum Labels {
    Numbers(Vec<i64>),
    Names(Vec<String>),
}

impl Labels {
    pub(super) fn len(&self) -> usize {
        match self {
            Labels::Numbers(numbers) => numbers.len(),
            Labels::Names(names) => names.len(),
        }
    }

    /// The labels as numbers: names count from 0, and become the model's.
    pub(super) fn into_numbers(self, node: &mut NodeImport<'_>) -> Result<Vec<i64>, Fault> {
        let count = self.len();
        match self {
            Labels::Numbers(numbers) => Ok(numbers),
            Labels::Names(names) => {
                node.set_labels(names)?;
                Ok((0..count as i64).collect())
            }
        }
    }
}

impl Transform {
    /// The attribute `post_transform` as a name.
    pub(super) fn named(node: &NodeImport<'_>) -> Result<Transform, Fault> {
        match node.attribute_or("post_transform", "NONE".to_owned())?.as_str() {
            "NONE" => Ok(Transform::None),
            "LOGISTIC" => Ok(Transform::Logistic),
            "SOFTMAX" => Ok(Transform::Softmax),
            other => Err(refused(node, other)),
        }
    }

    /// The attribute `post_transform` as a number.
    pub(super) fn numbered(node: &NodeImport<'_>) -> Result<Transform, Fault> {
        match node.attribute_or("post_transform", 0i64)? {
            0 => Ok(Transform::None),
            1 => Ok(Transform::Softmax),
            2 => Ok(Transform::Logistic),
            3 => Err(refused(node, "SOFTMAX_ZERO")),
            4 => Err(refused(node, "PROBIT")),
            other => Err(refused(node, &other.to_string())),
        }
    }

    pub(super) fn is_none(self) -> bool {
        self == Transform::None
    }

    /// The transformed scores of several classes: the result at `index`.
    pub(super) fn apply(self, node: &mut NodeImport<'_>, scores: TensorId, index: usize) -> Result<TensorId, Fault> {
        match self {
            Transform::None => Ok(scores),
            Transform::Logistic => node.result(index, Logistic {}, vec![Some(scores)]),
            Transform::Softmax => node.result(index, Softmax { beta: 1.0 }, vec![Some(scores)]),
        }
    }
}

fn refused(node: &NodeImport<'_>, name: &str) -> Fault {
    node.advised(
        format!("`post_transform={name}` is not supported; NONE, LOGISTIC and SOFTMAX are"),
        "export the model with raw scores, and transform them in the application",
    )
}

/// The attributes with the classes' labels; what the operator calls those that are numbers.
pub(super) fn labels(node: &NodeImport<'_>, numbers: &str) -> Result<Labels, Fault> {
    let numbers: Vec<i64> = node.attribute_or(numbers, Vec::new())?;
    let names: Vec<String> = node.attribute_or("classlabels_strings", Vec::new())?;
    let labels = match (numbers.is_empty(), names.is_empty()) {
        (false, true) => Labels::Numbers(numbers),
        (true, false) => Labels::Names(names),
        _ => return Err("must have labels of its classes, either numbers or strings".to_owned()),
    };
    match labels.len() {
        1 => Err("has one class, so that there is nothing to decide".to_owned()),
        _ => Ok(labels),
    }
}

/// The operand as rows of features `[N, F]`.
pub(super) fn rows(node: &mut NodeImport<'_>) -> Result<TensorId, Fault> {
    rows_of(node, 0)
}

/// The operand at `index` as rows of features `[N, F]`.
pub(super) fn rows_of(node: &mut NodeImport<'_>, index: usize) -> Result<TensorId, Fault> {
    let item = node.input(index)?;
    if node.dtype(&item) != DType::F32 {
        return Err(format!("takes rows of f32, got {}", node.dtype(&item)));
    }
    let dims = node.file_dims(&item);
    let tensor = node.lay(&item, &Layout::plain(dims.len()))?;
    match *dims.as_slice() {
        [_, _] => Ok(tensor),
        [features] => node.view(tensor, vec![1, features]),
        _ => Err(format!("takes rows of features [N,F], got the shape {dims:?}")),
    }
}

/// Binds an ensemble's results: the labels, and the scores.
pub(super) fn classify(node: &mut NodeImport<'_>, raw: Raw, labels: Labels) -> Result<(), Fault> {
    let Raw { tensor, classes, threshold, complement, covered, transform } = raw;
    if covered == Covered::Some && classes > 2 {
        return Err(node.advised(
            "has a class that no leaf of some rows has a weight for, and weights that are not positive: which class then counts depends on the engine",
            "give each leaf a weight for each class, if only 0",
        ));
    }
    let count = labels.len();
    let labels = labels.into_numbers(node)?;
    let label = match (count, classes) {
        (2, 1) => ClassLabel { above: true, threshold, labels },
        (2, 2) => {
            node.note(
                "of two classes with scores of their own, the second counts where its score is above 0, as in onnxruntime".to_owned(),
            );
            if labels != [0, 1] {
                return Err(node.advised(
                    format!("two classes with scores of their own and the labels {labels:?} are not supported; 0 and 1 are"),
                    "give the leaves weights for class 0 alone, as exporters do",
                ));
            }
            ClassLabel { above: true, threshold: 0.0, labels }
        }
        _ => ClassLabel { above: false, threshold: 0.0, labels },
    };
    decide(node, label, tensor)?;
    match (count, classes) {
        (2, 1) => both(node, tensor, complement, transform),
        _ => bind_scores(node, transform, tensor),
    }
}

/// Binds the labels that scores decide for.
pub(super) fn decide(node: &mut NodeImport<'_>, label: ClassLabel, scores: TensorId) -> Result<(), Fault> {
    let tensor = node.result(0, label, vec![Some(scores)])?;
    node.bind_result(0, Item::Computed(Handle { tensor, layout: Layout::plain(1) }));
    Ok(())
}

/// Binds the transformed scores of several classes.
pub(super) fn bind_scores(node: &mut NodeImport<'_>, transform: Transform, raw: TensorId) -> Result<(), Fault> {
    let tensor = transform.apply(node, raw, 1)?;
    node.bind_result(1, Item::Computed(Handle { tensor, layout: Layout::plain(2) }));
    Ok(())
}

/// Binds the scores of two classes, of which the second has `score`: one and the other, or the logistic function of both with opposite
/// signs. SOFTMAX changes nothing of one score.
pub(super) fn both(
    node: &mut NodeImport<'_>,
    score: TensorId,
    complement: Complement,
    transform: Transform,
) -> Result<(), Fault> {
    let logistic = transform == Transform::Logistic;
    let other = if complement == Complement::Rest && !logistic {
        let one = Value::f32([1, 1], vec![1.0]).ok_or("one number has one element")?;
        let one = node.add_constant("one", one, None);
        node.step("other", Sub { clamp: UNCLAMPED }, vec![Some(one), Some(score)])?
    } else {
        node.step("other", Neg {}, vec![Some(score)])?
    };
    let pair = vec![Some(other), Some(score)];
    if logistic {
        let pair = node.step("pair", Concat { axis: 1 }, pair)?;
        return bind_scores(node, transform, pair);
    }
    let pair = node.result(1, Concat { axis: 1 }, pair)?;
    bind_scores(node, Transform::None, pair)
}
