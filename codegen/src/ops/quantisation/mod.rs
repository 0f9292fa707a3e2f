//! Between real numbers and integers, and from one quantisation to another.

super::operators! {
    cast,
    dequantize,
    dynamic_quantize,
    quantize,
}
