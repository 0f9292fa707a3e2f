//! Convolutions: weights slide over an image.

super::operators! {
    conv2d,
}
