//! What the pooling operators share: extents, the walk over windows, the kernel call.

use std::collections::BTreeSet;

use crate::ops::common::window::{Window, one_image};
use crate::cost::Work;
use crate::ir::{Along, Fault, TensorType};
use crate::kernel::{Const, KernelCall, Operand, Overlap};
use tinyml_arith::overlap::Blocks;

/// Extents of operand and result, and the window between them.
pub struct PoolGeometry {
    /// Height, width and channels of the operand.
    pub image: [usize; 3],
    /// Height, width and channels of the result.
    pub output: [usize; 3],
    /// The window.
    pub window: Window,
}

impl PoolGeometry {
    /// The geometry for an image `[1, H, W, C]`; a fault if a window covers padding alone.
    pub fn new(image: &TensorType, window: Window) -> Result<Self, Fault> {
        one_image(&image.shape)?;
        let &[1, h, w, c] = image.shape.dims() else {
            return Err(format!("expects an image [1,H,W,C], got {}", image.shape));
        };
        let size = [h, w];
        let outputs = window.outputs(size)?;
        for axis in 0..2 {
            let runs = window.runs(axis, outputs[axis], size[axis]);
            if let Some(beside) = runs.iter().find(|run| run.taps.is_empty()) {
                let (name, output) = (["row", "column"][axis], beside.outputs.start);
                return Err(format!("the windows of {name} {output} lie in the padding alone"));
            }
        }
        Ok(PoolGeometry { image: [h, w, c], output: [outputs[0], outputs[1], c], window })
    }

    /// How the result goes along rows or columns.
    pub fn along(&self, axis: usize) -> Option<Along> {
        let side = axis.checked_sub(1).filter(|&side| side < 2)?;
        self.window.along(axis, self.image[side], self.output[side])
    }

    /// Number of taps in the window.
    pub fn taps(&self) -> usize {
        self.window.kernel[0] * self.window.kernel[1]
    }

    /// The numbers of elements that windows have in the image, each once.
    pub fn counts(&self) -> BTreeSet<usize> {
        let along = |axis: usize| -> BTreeSet<usize> {
            let runs = self.window.runs(axis, self.output[axis], self.image[axis]);
            runs.into_iter().map(|run| run.taps.len()).collect()
        };
        let columns = along(1);
        along(0).iter().flat_map(|rows| columns.iter().map(move |columns| rows * columns)).collect()
    }

    /// Whether any window leaves the image.
    pub fn has_border(&self) -> bool {
        (0..2).any(|axis| {
            let (size, outputs) = (self.image[axis], self.output[axis]);
            let last_tap = self.window.kernel[axis] - 1;
            self.window.tap(axis, 0, 0, size).is_none()
                || outputs
                    .checked_sub(1)
                    .is_some_and(|last| self.window.tap(axis, last, last_tap, size).is_none())
        })
    }

    /// For each result element: folds over the elements of its window in the image, then finishes with their number.
    pub fn walk<T: Copy, A: Copy, R>(
        &self,
        image: &[T],
        start: A,
        fold: impl Fn(A, T) -> A,
        finish: impl Fn(A, usize) -> R,
    ) -> Vec<R> {
        let [in_h, in_w, channels] = self.image;
        let [out_h, out_w, _] = self.output;
        let mut results = Vec::with_capacity(out_h * out_w * channels);
        let mut places = Vec::new();
        for oy in 0..out_h {
            for ox in 0..out_w {
                places.clear();
                for ky in self.window.taps_inside(0, oy, in_h) {
                    let Some(iy) = self.window.tap(0, oy, ky, in_h) else { continue };
                    for kx in self.window.taps_inside(1, ox, in_w) {
                        let Some(ix) = self.window.tap(1, ox, kx, in_w) else { continue };
                        places.push((iy * in_w + ix) * channels);
                    }
                }
                let mut channel = 0;
                while channel < channels {
                    let (mut acc, mut i) = (start, 0);
                    while i < places.len() {
                        acc = fold(acc, image[places[i] + channel]);
                        i += 1;
                    }
                    results.push(finish(acc, places.len()));
                    channel += 1;
                }
            }
        }
        results
    }

    /// What a kernel of the model does: `by_words` if it takes four channels at once.
    pub fn work(&self, model: &'static str, by_words: bool) -> Work {
        let [height, width, channels] = self.image;
        let split = self.window.split([height, width], [self.output[0], self.output[1]]);
        let positions = split.inner + split.border;
        // A tap at the border is looked at, in the image or not.
        let (inner, border) = (split.inner * self.taps(), split.border * self.taps());
        let (words, alone) = if by_words { (channels / 4, channels % 4) } else { (0, channels) };
        Work::new(model, 500)
            .with("position", positions)
            .with("word", positions * words)
            .with("channel", positions * alone)
            .with("border_result", split.border * channels)
            .with("word_tap", inner * words)
            .with("channel_tap", inner * alone)
            .with("border_word_tap", border * words)
            .with("border_channel_tap", border * alone)
    }

    /// A call of a pooling kernel without its constants, for elements of some bytes; `note` is appended to its
    /// description.
    pub fn call(
        &self,
        kernel: &'static str,
        label: &'static str,
        note: &str,
        element_bytes: usize,
    ) -> KernelCall {
        let [in_h, in_w, channels] = self.image;
        let Window { kernel: [k_h, k_w], stride, dilation, .. } = self.window;
        let mut shape: Vec<(&'static str, Const)> =
            vec![("INPUT", self.image.into()), ("OUTPUT", self.output.into()), ("KERNEL", [k_h, k_w].into())];
        let mut text = format!("{k_h}×{k_w}");
        // Only what differs from the trait's defaults, so that the generated file says what is special.
        if stride != [1, 1] {
            text.push_str(&format!(", stride {}×{}", stride[0], stride[1]));
            shape.push(("STRIDE", stride.into()));
        }
        if dilation != [1, 1] {
            text.push_str(&format!(", dilation {}×{}", dilation[0], dilation[1]));
            shape.push(("DILATION", dilation.into()));
        }
        if self.window.origin() != [0, 0] {
            shape.push(("PADDING", self.window.origin().into()));
        }
        text.push_str(note);
        let gaps = self.window.gaps(self.image, self.output, element_bytes, Blocks::CHANNEL);
        KernelCall {
            kernel,
            label,
            shape_name: format!("{label}{k_h}x{k_w}On{in_h}x{in_w}x{channels}"),
            note: text,
            shape,
            operands: vec![("INPUT", Operand::input(0)), ("OUTPUT", Operand::output(0))],
            params: Vec::new(),
            overlap: vec![(0, Overlap::Sliding(gaps))],
        }
    }
}

/// Whether two types are quantised alike, as the reference tests it: scales within 10⁻⁶, equal zero points. Types without
/// quantisation are alike.
pub fn quantised_alike(a: &TensorType, b: &TensorType) -> bool {
    match (a.per_tensor(), b.per_tensor()) {
        (Some((a_scale, a_zero)), Some((b_scale, b_zero))) => {
            a_zero == b_zero && (a_scale - b_scale).abs() <= 1e-6
        }
        _ => a.quant == b.quant,
    }
}

/// The attributes of TFLite's pooling operators.
#[cfg(feature = "tflite")]
pub struct TflitePool {
    /// The window.
    pub window: Window,
    /// The fused activation.
    pub clamp: [f32; 2],
}

#[cfg(feature = "tflite")]
impl TflitePool {
    /// Reads them from an operator with `Pool2DOptions`.
    pub fn read(node: &crate::import::tflite::NodeImport<'_>) -> Result<Self, Fault> {
        use crate::ops::common::window::same_padding;
        use crate::import::tflite::options::{Padding, Pool2dOptions};

        let options = node.options(Pool2dOptions::read)?;
        let kernel = [options.filter_h, options.filter_w];
        let stride = [options.stride_h, options.stride_w];
        let image = node.tensor(node.input(0)?);
        let &[_, h, w, _] = image.ty.shape.dims() else {
            return Err(format!("expects four axes, `{}` has {}", image.name, image.ty.shape));
        };
        let padding = match options.padding {
            Padding::Valid => [0; 4],
            Padding::Same => {
                let (top, bottom) = same_padding(h, kernel[0], stride[0], 1);
                let (left, right) = same_padding(w, kernel[1], stride[1], 1);
                [top, bottom, left, right]
            }
        };
        let window = Window { kernel, stride, dilation: [1, 1], padding };
        Ok(TflitePool { window, clamp: options.activation.clamp()? })
    }
}
