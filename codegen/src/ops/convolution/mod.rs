//! Convolutions: weights slide over an image.

super::operators! {
    conv_transpose2d: "one or two axes of an image; weights are constants; several scales along the output channels alone",
    conv2d: "one or two axes of an image; weights are constants (also int4, and int8 or half precision for f32 activations); several scales along the output channels alone",
}
