//! The kernel of a convolution, with its packed constants.

mod blocks;
mod depthwise_3x3;
mod depthwise_dsp;
mod dsp;
mod helium;
mod pairs;
mod point;
mod rows;
mod scalar;

use super::{Conv2d, Geometry};
use crate::cost::Work;
use crate::ir::{DType, Fault};
use crate::kernel::{Const, KernelCall, KernelChoice, Lowering, Operand, Overlap, no_kernel_for};
use crate::ops::common::channelwise::{folded_bias, params_f32, weights_i8};
use crate::ops::common::high_mul;
use crate::ops::common::quantised::{
    channel_multipliers, clamp_range, describe_clamp, high_mul_const, per_tensor, rounding,
};
use crate::ops::common::scaling::Requantisation;
use tinyml_arith::overlap::Blocks;
use tinyml_arith::{Clamp, HighMul, Multiplier, Rounding};

impl Conv2d {
    pub(super) fn lower_conv(&self, lowering: &Lowering<'_>) -> Result<KernelChoice, Fault> {
        let candidates = self.kernels(lowering)?;
        KernelChoice::best(candidates, lowering.optimise).ok_or_else(|| "has no kernel".to_owned())
    }

    /// The kernels that can do it.
    pub(super) fn kernels(&self, lowering: &Lowering<'_>) -> Result<Vec<KernelChoice>, Fault> {
        let image = lowering.input(0)?;
        let geometry = self.geometry(&image.ty, &lowering.input(1)?.ty)?;
        match image.ty.dtype {
            DType::I8 => self.lower_s8(lowering, &geometry),
            DType::F32 => {
                let mut call = self.call("conv2d_f32", &geometry);
                call.overlap = geometry.overlap(4, Blocks::POSITION);
                call.params = params_f32(lowering, geometry.output[2], self.clamp)?;
                let Products { results, inner, border, .. } = Products::of(&geometry);
                let work = Work::new("conv2d_f32", 400)
                    .with("result", results)
                    .with("tap", results * geometry.window.kernel.iter().product::<usize>())
                    .with("product", inner + border);
                Ok(vec![KernelChoice::new(lowering.core, [(call, work)])])
            }
            other => Err(no_kernel_for(other)),
        }
    }

    /// A call of the kernel without its operands and constants.
    fn call(&self, kernel: &'static str, geometry: &Geometry) -> KernelCall {
        let [k_h, k_w] = geometry.window.kernel;
        let [in_h, in_w, in_c] = geometry.image;
        let label = match (self.is_depthwise(in_c), [k_h, k_w]) {
            (true, _) => "Depthwise",
            (false, [1, 1]) => "Pointwise",
            (false, _) => "Conv",
        };
        let mut shape: Vec<(&'static str, Const)> = vec![
            ("INPUT", geometry.image.into()),
            ("OUTPUT", geometry.output.into()),
            ("KERNEL", [k_h, k_w].into()),
        ];
        let mut note = format!("{k_h}×{k_w}");
        // Only what differs from the trait's defaults, so that the generated file says what is special.
        if self.stride != [1, 1] {
            note.push_str(&format!(", stride {}×{}", self.stride[0], self.stride[1]));
            shape.push(("STRIDE", self.stride.into()));
        }
        if self.dilation != [1, 1] {
            note.push_str(&format!(", dilation {}×{}", self.dilation[0], self.dilation[1]));
            shape.push(("DILATION", self.dilation.into()));
        }
        if geometry.window.origin() != [0, 0] {
            shape.push(("PADDING", geometry.window.origin().into()));
        }
        if self.groups != 1 {
            shape.push(("GROUPS", self.groups.into()));
        }
        note.push_str(&describe_clamp(self.clamp));
        KernelCall {
            kernel,
            label,
            shape_name: format!("{label}{k_h}x{k_w}On{in_h}x{in_w}x{in_c}To{}", geometry.output[2]),
            note,
            shape,
            operands: vec![("INPUT", Operand::input(0)), ("OUTPUT", Operand::output(0))],
            params: Vec::new(),
            overlap: Vec::new(),
        }
    }

    fn lower_s8(&self, lowering: &Lowering<'_>, geometry: &Geometry) -> Result<Vec<KernelChoice>, Fault> {
        let (image, output) = (lowering.input(0)?, lowering.output()?);
        let quant = lowering.input(1)?.ty.quant.as_ref().ok_or("the weights are not quantised")?;
        let channels = geometry.output[2];
        let layer = LayerS8 {
            conv: self,
            lowering,
            geometry,
            depthwise: self.is_depthwise(geometry.image[2]),
            weights: weights_i8(lowering)?,
            multipliers: channel_multipliers(&image.ty, quant, output, channels, lowering.reference())?,
            rounding: rounding(lowering.reference()),
            clamp: clamp_range(self.clamp, output)?,
        };
        let mut candidates = Vec::new();
        for kernel in KERNELS_S8 {
            candidates.extend(kernel(&layer)?);
        }
        if candidates.is_empty() {
            candidates.push(scalar::choice(&layer)?);
        }
        Ok(candidates)
    }
}

/// What a kernel that takes one tap after the other does.
struct Products {
    /// Elements of the result.
    results: usize,
    /// Products where the whole window is in the image.
    inner: usize,
    /// Products in the image of windows that leave it.
    border: usize,
    /// Taps of the windows that leave the image, for all elements of the result.
    border_taps: usize,
}

impl Products {
    fn of(geometry: &Geometry) -> Products {
        let ([in_height, in_width, _], [height, width, channels]) = (geometry.image, geometry.output);
        let split = geometry.window.split([in_height, in_width], [height, width]);
        let window: usize = geometry.window.kernel.iter().product();
        let per_tap = channels * geometry.group[0];
        Products {
            results: height * width * channels,
            inner: split.inner * window * per_tap,
            border: split.border_taps * per_tap,
            border_taps: split.border * window * channels,
        }
    }
}

impl Geometry {
    /// How far the result may lie over the image, for a kernel that carries it out in these blocks.
    fn overlap(&self, element_bytes: usize, blocks: Blocks) -> Vec<(usize, Overlap)> {
        let gaps = self.window.gaps(self.image, self.output, element_bytes, blocks);
        vec![(0, Overlap::Sliding(gaps))]
    }

    /// The same of int8, for a kernel that does not run backwards.
    fn overlap_forwards(&self, blocks: Blocks) -> Vec<(usize, Overlap)> {
        let gaps = self.window.gaps(self.image, self.output, 1, blocks).only_forwards();
        vec![(0, Overlap::Sliding(gaps))]
    }
}

/// An int8 layer, as the kernels that may carry it out look at it.
struct LayerS8<'a> {
    conv: &'a Conv2d,
    lowering: &'a Lowering<'a>,
    geometry: &'a Geometry,
    /// Whether each group has one input channel.
    depthwise: bool,
    /// `[C_out][K_h][K_w][C_in / groups]`.
    weights: &'a [i8],
    /// One per output channel.
    multipliers: Vec<Multiplier>,
    rounding: Rounding,
    clamp: Clamp,
}

/// The constants of a layer for the forms of `tinyml_arith::high_mul`.
struct HighMulLayer {
    scaling: high_mul::Layer,
    /// Per output channel, with the operand's zero point and the form's addition folded in.
    bias: Vec<i32>,
    input_zero: i32,
    /// Whether results are clamped to less than what saturation leaves.
    clamped: bool,
}

impl HighMulLayer {
    /// What a kernel's `Shape` has of them, where it differs from the defaults.
    fn shape(&self) -> Vec<(&'static str, Const)> {
        let mut shape = Vec::new();
        if self.scaling.form != HighMul::Floor {
            shape.push(("FORM", high_mul_const(self.scaling.form)));
        }
        // Beyond 31: each channel has its own.
        let shift = self.scaling.shift().map_or(32, |shift| shift as usize);
        if shift != 0 {
            shape.push(("SHIFT", shift.into()));
        }
        if self.clamped {
            shape.push(("CLAMPED", Const::Bool(true)));
        }
        shape
    }
}

impl LayerS8<'_> {
    /// The constants for one high multiply; none if no form of it has the exact results.
    fn high_mul(&self) -> Result<Option<HighMulLayer>, Fault> {
        let (_, input_zero) = per_tensor(&self.lowering.input(0)?.ty, "operand")?;
        let (_, output_zero) = per_tensor(self.lowering.output()?, "result")?;
        let bias = folded_bias(self.lowering, self.geometry.output[2], input_zero)?;
        let (weights, multipliers) = (self.weights, &self.multipliers);
        let exact = high_mul::channels(weights, &bias, multipliers, self.rounding, output_zero, self.clamp);
        let Some(scaling) = high_mul::fit(&exact) else { return Ok(None) };
        let (least, greatest) = (scaling.range.0.max(-128), scaling.range.1.min(127));
        let clamped = least < self.clamp.min || greatest > self.clamp.max;
        let added = bias.iter().zip(&scaling.channels);
        let bias = added.map(|(bias, channel)| bias.wrapping_add(channel.bias)).collect();
        Ok(Some(HighMulLayer { scaling, bias, input_zero, clamped }))
    }

    /// What kernels with a table of channels make their constants from.
    fn requantisation(&self) -> Result<Requantisation<'_>, Fault> {
        let (_, input_zero) = per_tensor(&self.lowering.input(0)?.ty, "operand")?;
        let (_, output_zero) = per_tensor(self.lowering.output()?, "result")?;
        Ok(Requantisation {
            weights: self.weights,
            bias: folded_bias(self.lowering, self.geometry.output[2], input_zero)?,
            multipliers: &self.multipliers,
            rounding: self.rounding,
            input_zero,
            output_zero,
            clamp: self.clamp,
        })
    }
}

/// A kernel: the choice of it for a layer on the core that is lowered for, with its cost; none if it cannot carry the layer out
/// there.
type KernelS8 = fn(&LayerS8<'_>) -> Result<Option<KernelChoice>, Fault>;

/// The kernels of which the cheapest is taken. Where none of them can do it, the scalar ones can: any layer, on any core.
const KERNELS_S8: &[KernelS8] = &[
    blocks::choice,
    depthwise_3x3::choice,
    depthwise_dsp::choice,
    dsp::choice,
    dsp::shared,
    helium::choice,
    pairs::choice,
    point::dsp::choice,
    point::scalar::choice,
    rows::choice,
];
