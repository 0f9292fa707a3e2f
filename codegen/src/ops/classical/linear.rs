//! Linear models of `ai.onnx.ml`: a fully connected layer, and what stands behind its sums.

use super::class_label::ClassLabel;
use super::classifier::{self, Complement, Transform};
use crate::import::onnx::{Handle, Item, Layout, NodeImport, Onnx, known};
use crate::ir::{Fault, TensorId, Value};
use crate::ops::common::quantised::UNCLAMPED;
use crate::ops::elementwise::neg::Neg;
use crate::ops::matrix::fully_connected::FullyConnected;
use crate::ops::movement::concat::Concat;

/// The classifier, whose labels [`ClassLabel`] decides on.
pub(super) const CLASSIFIER: Onnx = Onnx::ml(
    "LinearClassifier",
    1,
    known![
        classlabels_ints: Ints, classlabels_strings: Texts, coefficients: Floats, intercepts: Floats, multi_class: Int,
        post_transform: Text,
    ],
    classifier,
)
.with_all_results();

/// The regressor, which is a layer and nothing else.
pub(in crate::ops) const REGRESSOR: Onnx = Onnx::ml(
    "LinearRegressor",
    1,
    known![coefficients: Floats, intercepts: Floats, post_transform: Text, targets: Int],
    regressor,
);

const LAYER: FullyConnected = FullyConnected { clamp: UNCLAMPED, keep_dims: true };

/// A linear function of each row.
struct Linear {
    rows: TensorId,
    features: usize,
    /// `[targets][features]`.
    coefficients: Vec<f32>,
    /// One for each target, or none.
    intercepts: Vec<f32>,
}

impl Linear {
    /// The function of so many targets that the node describes.
    fn of(node: &mut NodeImport<'_>, targets: usize) -> Result<Linear, Fault> {
        let coefficients: Vec<f32> = node.attribute_or("coefficients", Vec::new())?;
        let intercepts: Vec<f32> = node.attribute_or("intercepts", Vec::new())?;
        let rows = classifier::rows(node)?;
        let features = node.tensor(rows).ty.shape.channels();
        if Some(coefficients.len()) != targets.checked_mul(features) {
            let own = coefficients.len();
            return Err(format!("has {own} coefficients, but {targets} scores of {features} features each"));
        }
        if !(intercepts.is_empty() || intercepts.len() == targets) {
            return Err(format!("has {} intercepts for {targets} scores", intercepts.len()));
        }
        if coefficients.iter().chain(&intercepts).any(|number| !number.is_finite()) {
            return Err("a coefficient or an intercept is not finite".to_owned());
        }
        Ok(Linear { rows, features, coefficients, intercepts })
    }

    /// The operands of the layer that computes it.
    fn operands(&self, node: &mut NodeImport<'_>) -> Result<Vec<Option<TensorId>>, Fault> {
        let targets = self.coefficients.len() / self.features.max(1);
        let weights = Value::f32([targets, self.features], self.coefficients.clone());
        let weights = node.add_constant("coefficients", weights.ok_or("the coefficients are no matrix")?, None);
        let mut operands = vec![Some(self.rows), Some(weights)];
        if !self.intercepts.is_empty() {
            let biases = Value::f32([targets], self.intercepts.clone()).ok_or("the intercepts are no vector")?;
            operands.push(Some(node.add_constant("intercepts", biases, None)));
        }
        Ok(operands)
    }

    /// The function without its first target, if that is the second one's opposite: so exporters write two classes.
    fn second_alone(&self) -> Option<Linear> {
        let (first, second) = self.coefficients.split_at_checked(self.features)?;
        let [a, b] = self.intercepts[..] else { return None };
        let opposite = |(a, b): (&f32, &f32)| *a == -*b;
        let are_opposite = second.len() == self.features && a == -b && first.iter().zip(second).all(opposite);
        are_opposite.then(|| Linear { coefficients: second.to_vec(), intercepts: vec![b], ..*self })
    }
}

fn classifier(node: &mut NodeImport<'_>) -> Result<(), Fault> {
    let labels = classifier::labels(node, "classlabels_ints")?;
    let transform = Transform::named(node)?;
    let intercepts: Vec<f32> = node.attribute_or("intercepts", Vec::new())?;
    // As in onnxruntime, they say how many scores there are.
    let targets = intercepts.len();
    let classes = labels.len();
    if targets != classes && !(targets == 1 && classes == 2) {
        return Err(node.advised(
            format!("has {targets} intercepts for {classes} classes"),
            "give each class an intercept, if only 0; or of two classes the second alone",
        ));
    }
    let linear = Linear::of(node, targets)?;
    let labels = labels.into_numbers(node)?;
    let two = |labels| ClassLabel { above: true, threshold: 0.0, labels };
    if targets == 1 {
        let operands = linear.operands(node)?;
        let score = node.step("score", LAYER, operands)?;
        classifier::decide(node, two(labels), score)?;
        return classifier::both(node, score, Complement::Rest, transform);
    }
    // The larger of two opposite scores is the one above 0; equal ones are 0, and the first counts.
    if let Some(linear) = linear.second_alone() {
        let operands = linear.operands(node)?;
        let score = node.step("score", LAYER, operands)?;
        classifier::decide(node, two(labels), score)?;
        let other = node.step("other", Neg {}, vec![Some(score)])?;
        let pair = vec![Some(other), Some(score)];
        let pair = match transform.is_none() {
            true => node.result(1, Concat { axis: 1 }, pair)?,
            false => node.step("pair", Concat { axis: 1 }, pair)?,
        };
        return classifier::bind_scores(node, transform, pair);
    }
    let operands = linear.operands(node)?;
    let scores = match transform.is_none() {
        true => node.result(1, LAYER, operands)?,
        false => node.step("scores", LAYER, operands)?,
    };
    classifier::decide(node, ClassLabel { above: false, threshold: 0.0, labels }, scores)?;
    classifier::bind_scores(node, transform, scores)
}

fn regressor(node: &mut NodeImport<'_>) -> Result<(), Fault> {
    let targets = node.attribute_or("targets", 1i64)?;
    let targets = usize::try_from(targets).ok().filter(|&targets| targets > 0).ok_or("`targets` must be at least 1")?;
    let transform = Transform::named(node)?;
    // What onnxruntime does to one target differs from what it does to several.
    if !transform.is_none() && targets == 1 {
        return Err(node.advised(
            "a transformation of one score is not supported",
            "export the model with `post_transform=NONE`, and transform the score in the application",
        ));
    }
    let operands = Linear::of(node, targets)?.operands(node)?;
    if transform.is_none() {
        return node.emit(LAYER, operands, Layout::plain(2));
    }
    let scores = node.step("scores", LAYER, operands)?;
    let tensor = transform.apply(node, scores, 0)?;
    node.bind(Item::Computed(Handle { tensor, layout: Layout::plain(2) }));
    Ok(())
}
