//! Between real numbers and integers, and from one quantisation to another.

super::operators! {
    cast: "to f32",
    dequantize: "activations have one scale",
    dynamic_quantize,
    quantize: "activations have one scale",
}
