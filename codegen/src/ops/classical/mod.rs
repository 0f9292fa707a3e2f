//! Classical models: forests, and what stands around a model's scores.

#[cfg(feature = "onnx")]
mod classifier;

super::operators! {
    class_label,
    tree_ensemble: "rows of f32; thresholds and weights are f32 lists; no BRANCH_MEMBER; scores are raw, SOFTMAX or LOGISTIC",
}
