//! The geometry of two-dimensional convolutions, shared by the kernels of all element types.

use tinyml_arith::Rounding;

/// Geometry of a convolution over an `H × W × C` image (batch 1, channels innermost). Weights are
/// `[C_out][K_h][K_w][C_in / GROUPS]`.
///
/// Output position `(y, x)` reads the input from `(y * STRIDE - PADDING)` on, in steps of `DILATION`; positions outside the
/// image count as the input's zero point.
pub trait Shape {
    /// Height, width and channels of the operand.
    const INPUT: [usize; 3];
    /// Height, width and channels of the result.
    const OUTPUT: [usize; 3];
    /// Height and width of the kernel.
    const KERNEL: [usize; 2];
    /// Steps between output positions, in rows and columns of the operand.
    const STRIDE: [usize; 2] = [1, 1];
    /// Steps between kernel taps, in rows and columns of the operand.
    const DILATION: [usize; 2] = [1, 1];
    /// Rows above and columns to the left of the image that count as zero.
    const PADDING: [usize; 2] = [0, 0];
    /// Number of groups of channels that are convolved apart.
    const GROUPS: usize = 1;
    /// Arithmetic of the requantisation (int8 kernels).
    const ROUNDING: Rounding = Rounding::Double;
}

/// Elements of operand and result.
pub(crate) const fn elements([h, w, c]: [usize; 3]) -> usize {
    h * w * c
}

/// Number of weights.
pub(crate) const fn weights<S: Shape>() -> usize {
    S::OUTPUT[2] * S::KERNEL[0] * S::KERNEL[1] * (S::INPUT[2] / S::GROUPS)
}

/// Refuses a geometry that contradicts itself.
pub(crate) const fn check<S: Shape>() {
    assert!(S::GROUPS > 0 && S::INPUT[2] % S::GROUPS == 0, "the groups do not divide the input channels");
    assert!(S::OUTPUT[2] % S::GROUPS == 0, "the groups do not divide the output channels");
    assert!(S::STRIDE[0] > 0 && S::STRIDE[1] > 0, "a stride is 0");
    assert!(S::DILATION[0] > 0 && S::DILATION[1] > 0, "a dilation is 0");
    assert!(S::KERNEL[0] > 0 && S::KERNEL[1] > 0, "a kernel extent is 0");
}

/// The output positions along one axis whose whole window lies inside the image: `(first, end)`. Kernels split their loops
/// here, so that the interior has no test for the border.
pub(crate) const fn interior<S: Shape>(axis: usize) -> (usize, usize) {
    let (size, outputs) = (S::INPUT[axis], S::OUTPUT[axis]);
    let (stride, padding) = (S::STRIDE[axis], S::PADDING[axis]);
    let reach = (S::KERNEL[axis] - 1) * S::DILATION[axis];
    let first = padding.div_ceil(stride);
    let end = if size + padding > reach { (size + padding - reach - 1) / stride + 1 } else { 0 };
    let end = if end < outputs { end } else { outputs };
    if first < end { (first, end) } else { (end, end) }
}
