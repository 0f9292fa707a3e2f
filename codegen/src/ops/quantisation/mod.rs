//! Between real numbers and integers, and from one quantisation to another.

super::operators! {
    cast: "numbers and truth values without quantisation",
    dequantize: "activations have one scale",
    dynamic_quantize,
    quantize: "activations have one scale",
}
