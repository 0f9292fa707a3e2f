//! Fully connected layer of int8 activations with int8 weights, four outputs at a time, for cores without DSP instructions.
//!
//! Weights: `[⌈OUTPUTS / 4⌉][INPUTS][4]`, zero for the outputs that are missing in the last four.

use core::ops::Range;

use tinyml_arith::size::{product, round_up};

pub use super::fully_connected::Shape;
use super::fully_connected::{check, elements, gaps};
use crate::arch::blocks::{CHANNELS, dot_row};
use crate::arch::{opaque, rolled};
use crate::arena::{Dst, Src, check_overlap};
use crate::kernels::part::within;
use crate::kernels::scaling::{Form, Table, check_params};
pub use crate::kernels::scaling::{Params, Scaling};
use crate::memory::{Memory, check_buffer};

/// A layer: geometry, constants and places in the arena.
pub trait Layer {
    /// Geometry.
    type Shape: Shape;
    /// Byte offset of the operand.
    const INPUT: usize;
    /// Byte offset of the result; may lie over the operand as far as `Gaps::rows` says.
    const OUTPUT: usize;
    /// Constants.
    const PARAMS: Params;
}

const fn check_layer<L: Layer, M: Memory>() {
    check::<L::Shape>();
    let (input, output) = elements::<L::Shape>();
    check_buffer::<i8>(L::INPUT, input, M::REGIONS);
    check_buffer::<i8>(L::OUTPUT, output, M::REGIONS);
    check_overlap(gaps::<L::Shape>(1), (L::INPUT, input), (L::OUTPUT, output), false);
    let outputs = L::Shape::OUTPUTS;
    let weights = product([L::Shape::INPUTS, round_up(outputs, CHANNELS)]);
    check_params(&L::PARAMS, weights, outputs, Form::of_fully_connected::<L::Shape>());
}

/// Carries the layer out.
#[inline(always)]
pub fn run<L: Layer, M: Memory>(memory: &mut M) {
    const { check_layer::<L, M>() };
    let aligned = const { L::INPUT.is_multiple_of(4) && <L::Shape as Shape>::INPUTS.is_multiple_of(4) };
    let (input, output) = memory.cursor().io(L::INPUT, L::OUTPUT);
    // SAFETY: `check_layer` holds.
    unsafe { multiply::<L::Shape>(input, output, const { &L::PARAMS }, aligned) }
}

/// Carries out some of the blocks of four outputs of all rows, in the order in which [`run`] takes them: all of them are what `run` does.
#[inline(always)]
pub fn part<L: Layer, M: Memory>(memory: &mut M, from: usize, to: usize) {
    const { check_layer::<L, M>() };
    let aligned = const { L::INPUT.is_multiple_of(4) && <L::Shape as Shape>::INPUTS.is_multiple_of(4) };
    let (input, output) = memory.cursor().io(L::INPUT, L::OUTPUT);
    // SAFETY: `check_layer` holds.
    unsafe { multiply_part::<L::Shape>(input, output, const { &L::PARAMS }, aligned, from..to) }
}

/// # Safety
/// As for [`multiply`].
#[inline(never)]
unsafe fn multiply_part<S: Shape>(
    input: Src<i8>,
    output: Dst<i8>,
    params: &'static Params,
    aligned: bool,
    steps: Range<usize>,
) {
    let blocks = const { S::OUTPUTS.div_ceil(CHANNELS) };
    for step in within(steps, const { product([S::ROWS, S::OUTPUTS.div_ceil(CHANNELS)]) }) {
        rolled();
        let (row, block) = (step / blocks, step % blocks);
        // SAFETY: the caller's; there are the row and the block.
        unsafe {
            let (input, output) = (input.skip(row * S::INPUTS), output.skip(row * S::OUTPUTS));
            if block < const { S::OUTPUTS / CHANNELS } {
                four::<S, CHANNELS>(input, block * CHANNELS, output, params, aligned);
                continue;
            }
            match const { S::OUTPUTS % CHANNELS } {
                0 => {}
                1 => four::<S, 1>(input, block * CHANNELS, output, params, aligned),
                2 => four::<S, 2>(input, block * CHANNELS, output, params, aligned),
                _ => four::<S, 3>(input, block * CHANNELS, output, params, aligned),
            }
        }
    }
}

/// # Safety
/// Operand, result and constants have the lengths of the shape; the result overlaps the operand no further than [`gaps`] says. `aligned`: all rows of the
/// operand begin and end at multiples of four bytes.
#[inline(never)]
unsafe fn multiply<S: Shape>(input: Src<i8>, output: Dst<i8>, params: &'static Params, aligned: bool) {
    for row in 0..S::ROWS {
        // SAFETY: the caller's.
        unsafe {
            let (input, output) = (input.skip(row * S::INPUTS), output.skip(row * S::OUTPUTS));
            if const { S::OUTPUTS >= CHANNELS } {
                for block in 0..opaque(S::OUTPUTS / CHANNELS) {
                    rolled();
                    four::<S, CHANNELS>(input, block * CHANNELS, output, params, aligned);
                }
            }
            let first = const { S::OUTPUTS / CHANNELS * CHANNELS };
            match const { S::OUTPUTS % CHANNELS } {
                0 => {}
                1 => four::<S, 1>(input, first, output, params, aligned),
                2 => four::<S, 2>(input, first, output, params, aligned),
                _ => four::<S, 3>(input, first, output, params, aligned),
            }
        }
    }
}

/// The outputs of a row from `first` on, of which there are `LIVE`, at most four.
///
/// # Safety
/// As for [`multiply`].
#[inline(always)]
unsafe fn four<S: Shape, const LIVE: usize>(
    row: Src<i8>,
    first: usize,
    output: Dst<i8>,
    params: &'static Params,
    aligned: bool,
) {
    let form = const { Form::of_fully_connected::<S>() };
    let table = Table::new(params, form);
    // SAFETY: the caller's: weights, table and results of these outputs.
    unsafe {
        let weights = Src::from(params.weights).skip(first * S::INPUTS);
        let start: [i32; CHANNELS] =
            core::array::from_fn(|index| if index < LIVE { table.bias(first + index) } else { 0 });
        let sums: [i32; CHANNELS] = dot_row(row, weights, S::INPUTS, aligned, start.into()).into();
        let common = table.channel(first);
        for (index, &sum) in sums.iter().enumerate().take(LIVE) {
            let channel = if form.common { common } else { table.channel(first + index) };
            output.set(first + index, channel.apply(form, params, sum));
        }
    }
}

#[cfg(test)]
mod test;
