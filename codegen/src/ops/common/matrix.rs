//! Constants and costs of the matrix kernels of cores with DSP instructions (`tinyml_arith::matrix`), for all operators that
//! have one.

use tinyml_arith::matrix::{BLOCK, Code, Finish, Packing, Taps, fits_paired, pack, starts};
use tinyml_arith::{HighMul, Multiplier, Rounding};

use super::high_mul::{self, Exact, Layer};
use super::quantised::{clamp_const, rounding_const};
use super::scaling::Requantisation;
use crate::kernel::{Blob, BlobKind, CodePart, Const, Cost, Element, Param};

/// The matrix of a layer, packed.
pub struct Matrix {
    taps: Taps,
    channels: usize,
    packing: Packing,
    /// What becomes of the sums.
    pub finish: Finish,
    rounding: Rounding,
    in_place: bool,
    common: bool,
    /// The kernel's `Params`.
    pub params: Vec<(&'static str, Param)>,
}

impl Matrix {
    /// For weights `[channels][taps]`, and columns of widened activations.
    pub fn new(layer: &Requantisation<'_>, taps: Taps) -> Matrix {
        let &Requantisation { multipliers, rounding, .. } = layer;
        let (mut weights, mut bias) = (layer.weights.to_vec(), layer.bias.clone());
        let channels = bias.len();
        let mut exact = layer.exact();
        let per_channel = (taps.runs * taps.run).max(1);
        for ((exact, weights), bias) in exact.iter_mut().zip(weights.chunks_mut(per_channel)).zip(&mut bias) {
            forget_if_constant(exact, weights, bias);
        }
        let fitted = high_mul::fit(&exact);
        let finish = fitted.as_ref().map_or(Finish::Exact, finish_of);
        if fitted.is_none() {
            // The definition's constants have no place for a channel's own result.
            (weights, bias) = (layer.weights.to_vec(), layer.bias.clone());
        }
        let bias: Vec<i32> = match &fitted {
            None => bias,
            Some(layer) => bias.iter().zip(&layer.channels).map(|(bias, c)| bias + c.bias).collect(),
        };
        let packing = packing(&weights, &bias, &taps);
        let constants = Blob::parameters_i32(&match &fitted {
            Some(layer) => fitted_constants(&bias, layer, packing, finish),
            None => exact_constants(&bias, multipliers, packing),
        });
        let params = params(layer, &weights, &taps, packing, constants);
        Matrix { taps, channels, packing, finish, rounding, in_place: false, common: false, params }
    }

    /// For weights `[channels][taps]` and a vector of whole words, which is taken as it is. One multiplier for all channels is
    /// stored once if one set of constants has the exact results of all of them.
    pub fn in_place(layer: &Requantisation<'_>, taps: Taps) -> Matrix {
        let of_channels = || Matrix { in_place: true, ..Matrix::new(layer, taps) };
        let Some((fitted, channel)) = layer.common() else { return of_channels() };
        let finish = finish_of(&fitted);
        let bias: Vec<i32> = layer.bias.iter().map(|bias| bias + channel.bias).collect();
        let packing = packing(layer.weights, &bias, &taps);
        let mut words =
            vec![channel.multiplier, channel.offset + (128 << channel.shift), channel.shift as i32];
        starts(&bias, packing, |start| words.extend(start));
        // Biases, but for the first three.
        let constants = Blob::weights_i32(&words);
        Matrix {
            taps,
            channels: bias.len(),
            packing,
            finish,
            rounding: layer.rounding,
            in_place: true,
            common: true,
            params: params(layer, layer.weights, &taps, packing, constants),
        }
    }

    /// The constants of the kernel's `Shape` that differ from their defaults.
    pub fn shape(&self) -> Vec<(&'static str, Const)> {
        let mut shape = Vec::new();
        if self.common {
            shape.push(("COMMON", Const::Bool(true)));
        }
        if self.packing == Packing::Plain {
            shape.push(("PACKING", Const::Variant("Packing::Plain")));
        }
        match self.finish {
            Finish::Floor => {}
            Finish::Shifted => shape.push(("FINISH", Const::Variant("Finish::Shifted"))),
            Finish::Double => shape.push(("FINISH", Const::Variant("Finish::Double"))),
            Finish::Exact => {
                shape.push(("FINISH", Const::Variant("Finish::Exact")));
                shape.push(("ROUNDING", rounding_const(self.rounding)));
            }
        }
        shape
    }

    /// The code that multiplies with so many columns at a time.
    pub fn code(&self, columns: usize, code: Code) -> Vec<CodePart> {
        let (packing, finish) = (self.packing, self.finish);
        // matrix.s: a step of a loop, steps, and what stands around them.
        let step = match (columns, packing) {
            (1, Packing::Paired) => 68,
            (1, Packing::Plain) => 84,
            (_, Packing::Paired) => 52,
            (_, Packing::Plain) => 60,
        };
        let steps = match (columns, code) {
            (_, Code::Small) => 4,
            (1, _) => 16,
            _ => 32,
        };
        let operand = match (self.in_place, self.common) {
            (false, _) => "columns",
            (true, false) => "vector",
            (true, true) => "vector with common constants",
        };
        let name = format!("matrix, {columns} {operand}, {packing:?}, {finish:?}, {steps} steps");
        vec![CodePart { name, bytes: 220 + step * steps }]
    }

    /// What the products with this many columns cost, columns made of runs of contiguous activations.
    pub fn cost(&self, columns: usize) -> Cost {
        let (steps, blocks) = (self.taps.steps() as u64, self.channels.div_ceil(BLOCK) as u64);
        let paired = self.packing == Packing::Paired;
        // From the instructions of matrix.s: a step, and what a block costs beside its steps.
        let (two, one) = if paired { (30, 19) } else { (36, 23) };
        let one = one + u64::from(self.in_place);
        let finish = match self.finish {
            Finish::Floor => [76, if self.common { 39 } else { 46 }],
            Finish::Shifted => [92, if self.common { 46 } else { 56 }],
            Finish::Double => [104, if self.common { 52 } else { 62 }],
            Finish::Exact => [500, 270],
        };
        // The place of one column's results stays in a register.
        let finish = [finish[0], finish[1] - if paired { 3 } else { 0 }];
        // The unrolled loops are 32 steps long.
        let product = |per_two_steps: u64, again: u64, finish: u64| {
            let steps = (steps * per_two_steps).div_ceil(2) + again * (steps.saturating_sub(1) / 32);
            40 + blocks * (steps + finish)
        };
        let (pairs, single) = ((columns / 2) as u64, (columns % 2) as u64);
        let gather = match self.in_place {
            true => 0,
            false => columns as u64 * (8 + self.taps.runs as u64 * 8 + steps * 13 / 4),
        };
        Cost {
            cycles: pairs * product(two, 9, finish[0]) + single * product(one, 5, finish[1]) + gather,
            code_bytes: 300,
        }
    }
}

/// What becomes of the sums with these constants.
fn finish_of(layer: &Layer) -> Finish {
    let (min, max) = layer.range;
    let halfwords = min >= -0x8000 && max < 0x8000 - 128;
    match (layer.form, layer.shift()) {
        (HighMul::Floor, Some(0)) if halfwords => Finish::Floor,
        (HighMul::Floor, _) => Finish::Shifted,
        (HighMul::Double, _) => Finish::Double,
    }
}

/// How the channels share halfwords.
fn packing(weights: &[i8], bias: &[i32], taps: &Taps) -> Packing {
    if fits_paired(weights, bias, taps) { Packing::Paired } else { Packing::Plain }
}

/// The kernel's `Params`.
fn params(
    layer: &Requantisation<'_>,
    weights: &[i8],
    taps: &Taps,
    packing: Packing,
    constants: Blob,
) -> Vec<(&'static str, Param)> {
    let mut packed = Vec::new();
    pack(weights, layer.bias.len(), taps, packing, |byte| packed.push(byte as u8));
    vec![
        ("weights", Blob { element: Element::U32, bytes: packed, kind: BlobKind::Weights }.into()),
        ("constants", constants.into()),
        ("input_zero_point", layer.input_zero.into()),
        ("output_zero_point", layer.output_zero.into()),
        ("clamp", clamp_const(layer.clamp).into()),
    ]
}

/// Gives a channel whose result is the same for all operands neither weights nor bias: they may be too large for any form, since
/// nothing depends on them.
fn forget_if_constant(exact: &mut Exact, weights: &mut [i8], bias: &mut i32) {
    let result = exact.apply(exact.accumulators.0);
    if !exact.is_monotone() || exact.apply(exact.accumulators.1) != result {
        return;
    }
    weights.fill(0);
    *bias = 0;
    // Zero with a shift that every form takes.
    exact.multiplier = Multiplier { multiplier: 0, shift: -22 };
    exact.zero_point = result;
    exact.accumulators = (0, 0);
}

/// The constants of all blocks for a form that does the layer's requantisation. `bias` has the form's addition.
fn fitted_constants(bias: &[i32], layer: &Layer, packing: Packing, finish: Finish) -> Vec<i32> {
    let mut channels = layer.channels.iter();
    let mut constants = Vec::new();
    starts(bias, packing, |start| {
        constants.extend(start);
        for _ in 0..BLOCK {
            let (multiplier, offset, shift) = channels
                .next()
                .map_or((0, 0, 0), |c| (c.multiplier, c.offset + (128 << c.shift), c.shift as i32));
            constants.extend([multiplier, offset]);
            if finish != Finish::Floor {
                constants.push(shift);
            }
        }
    });
    constants
}

/// The constants of all blocks for the definition of requantisation.
fn exact_constants(bias: &[i32], multipliers: &[Multiplier], packing: Packing) -> Vec<i32> {
    let multiplier = |channel: usize| {
        let of_channel = if multipliers.len() == 1 { multipliers.first() } else { multipliers.get(channel) };
        of_channel.copied().unwrap_or(Multiplier::ZERO)
    };
    let mut first = 0;
    let mut constants = Vec::new();
    starts(bias, packing, |start| {
        let block = (first..first + BLOCK).map(multiplier);
        constants.extend(start);
        constants.extend(block.clone().map(|m| m.multiplier));
        constants.extend(block.map(|m| m.shift));
        first += BLOCK;
    });
    constants
}

#[cfg(test)]
mod test;
