//! Between real numbers and integers, and from one quantisation to another.

super::operators! {
    dequantize,
    dynamic_quantize,
    quantize,
}
