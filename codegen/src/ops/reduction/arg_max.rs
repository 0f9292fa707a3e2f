//! Where along an axis the largest element is.

use super::arg::arg;

arg! {
    /// The place of the largest element along an axis; of several, the first or the last.
    ArgMax, "arg_max", largest: true, tflite: "ARG_MAX", onnx: "ArgMax"
}
