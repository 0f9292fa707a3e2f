//! Classical models: forests, linear models, and what stands around a model's features and scores.

#[cfg(feature = "onnx")]
mod classifier;
#[cfg(feature = "onnx")]
pub(super) mod features;
#[cfg(feature = "onnx")]
pub(super) mod linear;

super::operators! {
    class_label: "rows of f32; scores are raw, SOFTMAX or LOGISTIC",
    tree_ensemble: "rows of f32; thresholds and weights are f32 lists; no BRANCH_MEMBER; scores are raw, SOFTMAX or LOGISTIC",
}
