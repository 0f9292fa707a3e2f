//! The geometry of sliding windows: convolutions and pooling.

mod runs;

pub use runs::Run;

use crate::ir::{Along, Fault, Shape};
use tinyml_arith::overlap::{Blocks, Gaps, Walk};

/// A fault for a batch of several images.
pub fn one_image(image: &Shape) -> Result<(), Fault> {
    match image.dims() {
        [batch, _, _, _] if *batch != 1 => {
            Err(format!("works on one image at a time, but the operand {image} has a batch of {batch}"))
        }
        _ => Ok(()),
    }
}

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

    /// How far the result of a kernel that carries out the positions in these blocks may lie over the image. Both are height,
    /// width and channels, of elements of some bytes.
    pub fn gaps(&self, image: [usize; 3], output: [usize; 3], element_bytes: usize, blocks: Blocks) -> Gaps {
        let in_bytes = |[height, width, channels]: [usize; 3]| [height, width, channels * element_bytes];
        let walk = Walk {
            input: in_bytes(image),
            output: in_bytes(output),
            kernel: self.kernel,
            stride: self.stride,
            dilation: self.dilation,
            padding: self.origin(),
            blocks,
        };
        walk.gaps()
    }

    /// The image position that tap `tap` of output `output` reads along `axis`; none if it lies in the padding.
    pub fn tap(&self, axis: usize, output: usize, tap: usize, size: usize) -> Option<usize> {
        let position =
            (output * self.stride[axis] + tap * self.dilation[axis]).checked_sub(self.padding[2 * axis])?;
        (position < size).then_some(position)
    }

    /// Whether any tap of the first or the last of `outputs` lies outside an image of this size.
    pub fn has_border(&self, size: [usize; 2], outputs: [usize; 2]) -> bool {
        let outside = |axis: usize, output: usize, tap| self.tap(axis, output, tap, size[axis]).is_none();
        (0..2).any(|axis| {
            outside(axis, 0, 0) || outside(axis, outputs[axis].saturating_sub(1), self.kernel[axis] - 1)
        })
    }

    /// How the output positions of an image of this size lie.
    pub fn split(&self, size: [usize; 2], outputs: [usize; 2]) -> Split {
        // Positions with all taps in the image, and the taps in the image of all positions.
        let along = |axis: usize| {
            let runs = self.runs(axis, outputs[axis], size[axis]);
            let sum = |of: &dyn Fn(&Run) -> usize| runs.iter().map(of).sum::<usize>();
            let whole = |run: &Run| if run.taps.len() == self.kernel[axis] { run.outputs.len() } else { 0 };
            (sum(&whole), sum(&|run| run.outputs.len() * run.taps.len()))
        };
        let ([rows, columns], window) = ([along(0), along(1)], self.kernel[0] * self.kernel[1]);
        let inner = rows.0 * columns.0;
        Split {
            inner,
            border: outputs[0] * outputs[1] - inner,
            border_taps: rows.1 * columns.1 - inner * window,
        }
    }

    /// `padding` with a border that counts as padding, too.
    pub fn widened(padding: [usize; 4], border: [usize; 4]) -> [usize; 4] {
        std::array::from_fn(|side| padding[side].saturating_add(border[side]))
    }

    /// The padding for an image of this size with which the positions are the present ones without so many rows above and below, columns left
    /// and right. None if they begin or end within the image.
    pub fn cropped(&self, size: [usize; 2], lines: [usize; 4]) -> Option<[usize; 4]> {
        let mut padding = [0; 4];
        let outputs = self.outputs(size).ok()?;
        for axis in 0..2 {
            let left = outputs[axis].checked_sub(lines[2 * axis])?.checked_sub(lines[2 * axis + 1])?;
            let before =
                self.padding[2 * axis].checked_sub(lines[2 * axis].checked_mul(self.stride[axis])?)?;
            let end = left.checked_sub(1)?.checked_mul(self.stride[axis])?.checked_add(self.reach(axis))?;
            (padding[2 * axis], padding[2 * axis + 1]) = (before, end.saturating_sub(size[axis] + before));
        }
        let wanted = [outputs[0] - lines[0] - lines[1], outputs[1] - lines[2] - lines[3]];
        (Window { padding, ..*self }.outputs(size).ok()? == wanted).then_some(padding)
    }

    /// The extent along `axis` from the first tap to the last.
    pub fn reach(&self, axis: usize) -> usize {
        (self.kernel[axis] - 1) * self.dilation[axis] + 1
    }

    /// How positions go along rows (axis 1) or columns (axis 2) of an image with so many; none if a position's window lies in the padding alone.
    pub fn along(&self, axis: usize, places: usize, positions: usize) -> Option<Along> {
        let side = axis.checked_sub(1).filter(|&side| side < 2)?;
        let taps = self.runs(side, positions, places);
        taps.iter().all(|run| !run.taps.is_empty()).then_some(())?;
        let before = isize::try_from(self.padding[2 * side]).ok()?;
        Some(Along { axis, reach: self.reach(side), stride: self.stride[side], before })
    }

    /// `padding` with another one along rows (axis 1) or columns (axis 2).
    pub fn padded(mut padding: [usize; 4], axis: usize, along: [usize; 2]) -> Option<[usize; 4]> {
        padding.get_mut((2 * axis).checked_sub(2)?..2 * axis)?.copy_from_slice(&along);
        Some(padding)
    }

    /// The padding for an image that contains the rows above and below.
    pub fn without_rows_outside(&self) -> [usize; 4] {
        [0, 0, self.padding[2], self.padding[3]]
    }

    /// Top and left padding, as the kernels' shapes have it.
    pub fn origin(&self) -> [usize; 2] {
        [self.padding[0], self.padding[2]]
    }
}

/// Output positions by where their windows lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Split {
    /// Positions whose whole window is in the image.
    pub inner: usize,
    /// The others.
    pub border: usize,
    /// Taps of the others that are in the image.
    pub border_taps: usize,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_are_split_at_the_border() {
        let window = Window { kernel: [3, 3], stride: [1, 1], dilation: [1, 1], padding: [1; 4] };
        // A corner has 4 taps in the image, an edge 6.
        let split = Split { inner: 6, border: 14, border_taps: 4 * 4 + 10 * 6 };
        assert_eq!(window.split([4, 5], [4, 5]), split);
        let alone = Window { padding: [0; 4], ..window };
        assert_eq!(alone.split([4, 5], [2, 3]), Split { inner: 6, border: 0, border_taps: 0 });
    }
}
