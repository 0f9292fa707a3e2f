//! Operators that scale elements by what their neighbours along an axis are.

super::operators! {
    log_softmax,
    softmax,
}
