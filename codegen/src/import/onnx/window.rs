//! Sliding windows as ONNX writes them: `kernel_shape`, `strides`, `dilations`, `pads`, `auto_pad`, `ceil_mode`.

use super::node::NodeImport;
use crate::ir::Fault;
use crate::ops::common::window::{Window, same_padding};

/// Extents, steps and padding of windows are at most this: so much padding at an image's border is a damaged file.
const LARGEST: usize = 1 << 20;

const AT_LEAST_ONE: &str = "kernel, strides and dilations must be at least 1";

/// A window of a transposed convolution: the result's height and width, and how its pixels lie.
pub struct TransposedWindow {
    /// Height and width of the result.
    pub size: [usize; 2],
    /// Steps between neighbouring pixels of the operand.
    pub stride: [usize; 2],
    /// Steps between taps.
    pub dilation: [usize; 2],
    /// Rows above and columns to the left that are left out.
    pub padding: [usize; 2],
}

/// A window, and what `ceil_mode` adds to its padding.
pub struct OnnxWindow {
    /// The window over rows and columns; a sequence is an image of one row.
    pub window: Window,
    /// Whether rounding the number of positions up needs padding that the file does not have.
    pub beyond: bool,
}

impl NodeImport<'_> {
    /// What is wrong with the window's attributes whatever the operand is: told also where that is not known.
    pub fn window_attributes(&self) -> Result<(), Fault> {
        for name in ["kernel_shape", "strides", "dilations", "pads"] {
            let values = self.attribute::<Vec<i64>>(name)?.unwrap_or_default();
            let sizes = self.sizes(name, &values, values.len())?;
            if name != "pads" && sizes.contains(&0) {
                return Err(AT_LEAST_ONE.to_owned());
            }
        }
        match self.auto_pad()?.as_str() {
            "NOTSET" | "" | "VALID" | "SAME_UPPER" | "SAME_LOWER" => Ok(()),
            other => Err(format!("`auto_pad={other}` is not known")),
        }
    }

    fn auto_pad(&self) -> Result<String, Fault> {
        self.attribute_or("auto_pad", "NOTSET".to_owned())
    }

    /// The window of a convolution or pool over an image of this height and width. `kernel` is that of the weights, if there are
    /// any; `axes` the number of axes that the window moves along in the file (1 or 2).
    pub fn window(
        &self,
        size: [usize; 2],
        kernel: Option<[usize; 2]>,
        axes: usize,
    ) -> Result<OnnxWindow, Fault> {
        let mut window = Window {
            kernel: self.kernel(kernel, axes)?,
            stride: self.extents("strides", Some(1), axes)?,
            dilation: self.extents("dilations", Some(1), axes)?,
            padding: [0; 4],
        };
        let own = window.kernel;
        if window.stride.contains(&0) || window.dilation.contains(&0) || own.contains(&0) {
            return Err(AT_LEAST_ONE.to_owned());
        }
        // One row of one sequence: steps and taps along the height have no meaning.
        if axes == 1 {
            (window.stride[0], window.dilation[0]) = (1, 1);
        }
        window.padding = self.padding(&window, size, axes)?;
        let mut beyond = false;
        if self.attribute_or("ceil_mode", 0i64)? != 0 {
            beyond = round_up(&mut window, size)?;
        }
        Ok(OnnxWindow { window, beyond })
    }

    /// An attribute with an extent for each axis of the file, as rows and columns; `default` where it is not there.
    fn extents(&self, name: &str, default: Option<usize>, axes: usize) -> Result<[usize; 2], Fault> {
        let values = match (self.attribute::<Vec<i64>>(name)?, default) {
            (Some(values), _) => values,
            (None, Some(default)) => vec![default as i64; axes],
            (None, None) => return Err(format!("the attribute `{name}` is missing")),
        };
        let values: Vec<usize> = self.sizes(name, &values, axes)?;
        Ok(if axes == 1 { [1, values[0]] } else { [values[0], values[1]] })
    }

    /// The extents of the window: `kernel` is that of the weights, if there are any.
    fn kernel(&self, kernel: Option<[usize; 2]>, axes: usize) -> Result<[usize; 2], Fault> {
        let own = match kernel {
            Some(kernel) if self.attribute::<Vec<i64>>("kernel_shape")?.is_none() => kernel,
            _ => self.extents("kernel_shape", None, axes)?,
        };
        match kernel {
            Some(kernel) if kernel != own => {
                Err(format!("`kernel_shape` is {own:?}, but the weights are for {kernel:?}"))
            }
            _ => Ok(own),
        }
    }

    /// The window of a transposed convolution of an image of this height and width by weights with this kernel.
    pub fn transposed_window(
        &self,
        size: [usize; 2],
        kernel: [usize; 2],
        axes: usize,
    ) -> Result<TransposedWindow, Fault> {
        let kernel = self.kernel(Some(kernel), axes)?;
        let mut stride = self.extents("strides", Some(1), axes)?;
        let mut dilation = self.extents("dilations", Some(1), axes)?;
        if stride.contains(&0) || dilation.contains(&0) || kernel.contains(&0) {
            return Err(AT_LEAST_ONE.to_owned());
        }
        let mut more = self.extents("output_padding", Some(0), axes)?;
        if axes == 1 {
            (stride[0], dilation[0], more[0]) = (1, 1, 0);
        }
        // Of the whole shape or of rows and columns alone.
        let wanted = match self.attribute::<Vec<i64>>("output_shape")? {
            Some(shape) => {
                let last = shape.get(shape.len().saturating_sub(axes)..).unwrap_or_default();
                let last = self.sizes("output_shape", last, axes)?;
                Some(if axes == 1 { [1, last[0]] } else { [last[0], last[1]] })
            }
            None => None,
        };
        let auto = self.auto_pad()?;
        let same = matches!(auto.as_str(), "SAME_UPPER" | "SAME_LOWER");
        let no_padding = Window { kernel: [1, 1], stride: [1, 1], dilation: [1, 1], padding: [0; 4] };
        let pads = if same || wanted.is_some() { [0; 4] } else { self.padding(&no_padding, size, axes)? };
        let mut window = TransposedWindow { size, stride, dilation, padding: [0; 2] };
        for axis in 0..2 {
            let reach = (kernel[axis] - 1).saturating_mul(dilation[axis]).saturating_add(1);
            let whole = (size[axis] - 1)
                .saturating_mul(stride[axis])
                .saturating_add(reach)
                .saturating_add(more[axis]);
            let extent = match wanted {
                Some(wanted) => Some(wanted[axis]),
                None if same => size[axis].checked_mul(stride[axis]),
                None => None,
            };
            (window.size[axis], window.padding[axis]) = match extent {
                // What is too much goes from both sides.
                Some(extent) => {
                    let total = whole.saturating_sub(extent);
                    (extent, if auto == "SAME_UPPER" { total / 2 } else { total - total / 2 })
                }
                None => {
                    let (front, behind) = (pads[2 * axis], pads[2 * axis + 1]);
                    (whole.saturating_sub(front).saturating_sub(behind), front)
                }
            };
        }
        Ok(window)
    }

    /// Top, bottom, left, right.
    fn padding(&self, window: &Window, size: [usize; 2], axes: usize) -> Result<[usize; 4], Fault> {
        let auto = self.auto_pad()?;
        match auto.as_str() {
            "NOTSET" | "" => {
                let Some(pads) = self.attribute::<Vec<i64>>("pads")? else { return Ok([0; 4]) };
                let pads: Vec<usize> = self.sizes("pads", &pads, 2 * axes)?;
                // All starts, then all ends.
                Ok(if axes == 1 { [0, 0, pads[0], pads[1]] } else { [pads[0], pads[2], pads[1], pads[3]] })
            }
            "VALID" => Ok([0; 4]),
            "SAME_UPPER" | "SAME_LOWER" => {
                let along = |axis: usize| {
                    let (kernel, stride, dilation) =
                        (window.kernel[axis], window.stride[axis], window.dilation[axis]);
                    let (small, large) = same_padding(size[axis], kernel, stride, dilation);
                    if auto == "SAME_UPPER" { (small, large) } else { (large, small) }
                };
                let ((top, bottom), (left, right)) = (along(0), along(1));
                Ok([top, bottom, left, right])
            }
            other => Err(format!("`auto_pad={other}` is not known")),
        }
    }

    /// `count` extents that are not negative.
    fn sizes(&self, name: &str, values: &[i64], count: usize) -> Result<Vec<usize>, Fault> {
        let sizes: Result<Vec<usize>, _> = values.iter().map(|&value| usize::try_from(value)).collect();
        match sizes {
            Ok(sizes) if sizes.iter().any(|&size| size > LARGEST) => {
                Err(format!("`{name}` is {sizes:?}; values up to {LARGEST} are supported"))
            }
            Ok(sizes) if sizes.len() == count => Ok(sizes),
            Ok(sizes) => Err(format!("`{name}` has {} values, expected {count}", sizes.len())),
            Err(_) => Err(format!("`{name}` is {values:?}; negative values are not supported")),
        }
    }
}

/// Enlarges the padding behind so that as many windows fit as `ceil_mode` asks for: the last one may reach beyond the padded
/// image, but must start inside the image or the padding in front of it.
fn round_up(window: &mut Window, size: [usize; 2]) -> Result<bool, Fault> {
    let floor = window.outputs(size)?;
    let mut beyond = false;
    for axis in 0..2 {
        let stride = window.stride[axis];
        let reach = (window.kernel[axis] - 1).saturating_mul(window.dilation[axis]).saturating_add(1);
        let before = window.padding[2 * axis];
        let padded = size[axis].saturating_add(before).saturating_add(window.padding[2 * axis + 1]);
        let rest = padded.saturating_sub(reach) % stride;
        let next = floor[axis].saturating_mul(stride);
        if rest != 0 && next < size[axis].saturating_add(before) {
            window.padding[2 * axis + 1] += next.saturating_add(reach).saturating_sub(padded);
            beyond = true;
        }
    }
    Ok(beyond)
}
