//! Operators that scale elements by what their neighbours along an axis are.

super::operators! {
    log_softmax,
    normalise: "f32; over one or two groups of axes",
    softmax,
}
