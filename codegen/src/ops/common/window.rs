//! The geometry of sliding windows: convolutions and pooling.

use crate::ir::Fault;

/// Smallest padding for which a window of stride `stride` covers ⌈size / stride⌉ positions: before and after. The odd one goes
/// behind, as TFLite's `SAME` and ONNX's `SAME_UPPER` have it.
pub fn same_padding(size: usize, kernel: usize, stride: usize, dilation: usize) -> (usize, usize) {
    let outputs = size.div_ceil(stride.max(1));
    let reach = outputs.saturating_sub(1) * stride + kernel.saturating_sub(1) * dilation + 1;
    let total = reach.saturating_sub(size);
    (total / 2, total - total / 2)
}

/// A window over an image: extents in (rows, columns), padding as top, bottom, left, right.
#[derive(Clone, Copy, Debug)]
pub struct Window {
    /// Extent.
    pub kernel: [usize; 2],
    /// Step between positions.
    pub stride: [usize; 2],
    /// Step between taps.
    pub dilation: [usize; 2],
    /// Rows above and below, columns left and right, that are not in the image.
    pub padding: [usize; 4],
}

impl Window {
    /// Number of positions along height and width; a fault if the geometry makes no sense.
    pub fn outputs(&self, size: [usize; 2]) -> Result<[usize; 2], Fault> {
        let mut outputs = [0; 2];
        for axis in 0..2 {
            let name = ["height", "width"][axis];
            let (kernel, stride, dilation) = (self.kernel[axis], self.stride[axis], self.dilation[axis]);
            if kernel == 0 || stride == 0 || dilation == 0 {
                return Err(format!(
                    "kernel, stride and dilation are at least 1, but along the {name} they are {kernel}, {stride} and {dilation}"
                ));
            }
            let padded =
                size[axis].saturating_add(self.padding[2 * axis]).saturating_add(self.padding[2 * axis + 1]);
            let reach = (kernel - 1).saturating_mul(dilation).saturating_add(1);
            outputs[axis] = padded.checked_sub(reach).map(|rest| rest / stride + 1).ok_or_else(|| {
                format!("the window reaches over {reach} along the {name}, but the padded image has {padded}")
            })?;
        }
        Ok(outputs)
    }

    /// The image position that tap `tap` of output `output` reads along `axis`; none if it lies in the padding.
    pub fn tap(&self, axis: usize, output: usize, tap: usize, size: usize) -> Option<usize> {
        let position =
            (output * self.stride[axis] + tap * self.dilation[axis]).checked_sub(self.padding[2 * axis])?;
        (position < size).then_some(position)
    }

    /// Top and left padding, as the kernels' shapes have it.
    pub fn origin(&self) -> [usize; 2] {
        [self.padding[0], self.padding[2]]
    }
}
