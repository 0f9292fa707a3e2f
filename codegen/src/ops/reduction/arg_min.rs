//! Where along an axis the smallest element is.

use super::arg::arg;

arg! {
    /// The place of the smallest element along an axis; of several, the first or the last.
    ArgMin, "arg_min", largest: false, tflite: "ARG_MIN", onnx: "ArgMin"
}
