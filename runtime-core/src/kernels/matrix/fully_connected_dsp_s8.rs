//! Fully connected layer of int8 activations with int8 weights for cores with DSP instructions.
//!
//! One row of whole words is multiplied with the packed weights as it is (`matrix_dsp::product`), and widened on the way. Of
//! other rows two at a time, or the one that is left, are widened to columns first (`matrix_dsp::gather`). Arithmetic: docs/arithmetic.md, FULLY_CONNECTED.

use core::ops::Range;

use tinyml_arith::matrix::{Finish, Taps, vector_gaps, vector_in_place, vector_scratch_words, vector_taps};
use tinyml_arith::overlap::Gaps;

pub use super::fully_connected::Shape;
use super::fully_connected::{check, elements};
use crate::arena::{Dst, Src, bytes, check_disjoint, check_overlap};
pub use crate::kernels::matrix_dsp::Params;
use crate::kernels::matrix_dsp::check_params;
use crate::kernels::matrix_dsp::gather::widen;
use crate::kernels::matrix_dsp::product::{Form, Steps};
use crate::memory::{Memory, check_buffer};

/// A layer: geometry, constants and places in the arena.
pub trait Layer {
    /// Geometry.
    type Shape: Shape;
    /// Byte offset of the operand; aligned to 4 if it is one row of whole words.
    const INPUT: usize;
    /// Byte offset of the result; may lie over the operand as far as `vector_gaps` says.
    const OUTPUT: usize;
    /// Byte offset of the working memory, aligned to 4; must not overlap the others.
    const SCRATCH: usize;
    /// Constants.
    const PARAMS: Params;
}

const fn taps<S: Shape>() -> Taps {
    vector_taps(S::INPUTS)
}

const fn form<S: Shape>() -> Form {
    Form {
        packing: S::PACKING,
        finish: S::FINISH,
        rounding: S::ROUNDING,
        channels: S::OUTPUTS,
        steps: taps::<S>().steps(),
        in_place: in_place::<S>(),
        common: S::COMMON,
    }
}

const fn in_place<S: Shape>() -> bool {
    vector_in_place(S::ROWS, S::INPUTS)
}

/// How far the result may lie over the operand.
pub(crate) const fn gaps<S: Shape>() -> Gaps {
    vector_gaps(S::ROWS, S::INPUTS, S::OUTPUTS)
}

const fn check_layer<L: Layer, M: Memory>() {
    check::<L::Shape>();
    let (inputs, outputs) = elements::<L::Shape>();
    let scratch = vector_scratch_words(L::Shape::ROWS, L::Shape::INPUTS, L::Shape::OUTPUTS, L::Shape::FINISH);
    check_buffer::<i8>(L::INPUT, inputs, M::REGIONS);
    if in_place::<L::Shape>() {
        check_buffer::<u32>(L::INPUT, inputs / 4, M::REGIONS);
    }
    assert!(!L::Shape::COMMON || in_place::<L::Shape>(), "columns have a multiplier for each output");
    check_buffer::<i8>(L::OUTPUT, outputs, M::REGIONS);
    check_buffer::<u32>(L::SCRATCH, scratch, M::REGIONS);
    check_overlap(gaps::<L::Shape>(), (L::INPUT, inputs), (L::OUTPUT, outputs), false);
    check_disjoint(L::INPUT, inputs, L::SCRATCH, bytes::<u32>(scratch));
    check_disjoint(L::OUTPUT, outputs, L::SCRATCH, bytes::<u32>(scratch));
    check_params(&L::PARAMS, L::Shape::OUTPUTS, &taps::<L::Shape>(), L::Shape::FINISH, L::Shape::COMMON);
}

/// Carries the layer out.
#[inline(always)]
pub fn run<L: Layer, M: Memory>(memory: &mut M) {
    const { check_layer::<L, M>() };
    let mut cursor = memory.cursor();
    let (input, output, scratch) = (cursor.src(L::INPUT), cursor.dst(L::OUTPUT), cursor.dst(L::SCRATCH));
    // SAFETY: `check_layer` holds.
    unsafe {
        if const { matches!(form::<L::Shape>().steps(&L::PARAMS), Steps::Call) } {
            multiply::<L::Shape, true>(input, output, scratch, const { &L::PARAMS });
        } else {
            multiply::<L::Shape, false>(input, output, scratch, const { &L::PARAMS });
        }
    }
}

/// Carries out some of the layer's blocks of four outputs, in the order in which [`run`] takes them: all of them are what `run` does. A layer
/// that does not multiply its operand in place is one step.
#[inline(always)]
pub fn part<L: Layer, M: Memory>(memory: &mut M, from: usize, to: usize) {
    if const { !in_place::<L::Shape>() } {
        if from == 0 && to > 0 {
            run::<L, M>(memory);
        }
        return;
    }
    const { check_layer::<L, M>() };
    let mut cursor = memory.cursor();
    let (input, output, scratch) = (cursor.src(L::INPUT), cursor.dst(L::OUTPUT), cursor.dst(L::SCRATCH));
    // SAFETY: `check_layer` holds, and the operand is multiplied in place.
    unsafe {
        if const { matches!(form::<L::Shape>().steps(&L::PARAMS), Steps::Call) } {
            multiply_part::<L::Shape, true>(input, output, scratch, const { &L::PARAMS }, from..to);
        } else {
            multiply_part::<L::Shape, false>(input, output, scratch, const { &L::PARAMS }, from..to);
        }
    }
}

/// # Safety
/// As for [`multiply`], and the operand is multiplied in place.
#[inline(never)]
unsafe fn multiply_part<S: Shape, const ONE_CALL: bool>(
    input: Src<i8>,
    output: Dst<i8>,
    scratch: Dst<u32>,
    params: &'static Params,
    blocks: Range<usize>,
) {
    let form = const { form::<S>() };
    let steps = match S::FINISH {
        Finish::Exact => Steps::Exact,
        _ if ONE_CALL => Steps::Call,
        _ => Steps::Several,
    };
    // SAFETY: the caller's.
    unsafe { form.run_blocks_in_place((S::CODE, steps), output, input.words(), params, scratch, blocks) }
}

/// # Safety
/// Operand, result, scratch memory and constants have the lengths of the shape; scratch memory overlaps nothing, and the result
/// overlaps the operand no further than [`gaps`] says; an operand of one row of whole words is aligned to 4. `ONE_CALL` only if the
/// steps for the constants are [`Steps::Call`].
#[inline(never)]
unsafe fn multiply<S: Shape, const ONE_CALL: bool>(
    input: Src<i8>,
    output: Dst<i8>,
    scratch: Dst<u32>,
    params: &'static Params,
) {
    let form = const { form::<S>() };
    let how = match S::FINISH {
        Finish::Exact => (S::CODE, Steps::Exact),
        _ if ONE_CALL => (S::CODE, Steps::Call),
        _ => (S::CODE, Steps::Several),
    };
    if const { in_place::<S>() } {
        // SAFETY: the caller's.
        return unsafe { form.run_in_place(how, output, input.words(), params, scratch) };
    }
    let columns = if S::ROWS == 1 { 1 } else { 2 };
    // SAFETY: scratch memory has room for the columns and the product's; rows are below their number.
    unsafe {
        let rest = scratch.skip(columns * form.steps);
        let (mut input, mut output) = (input, output);
        for _ in 0..S::ROWS / 2 {
            widen::<2>(input, scratch, S::INPUTS);
            widen::<2>(input.skip(S::INPUTS), scratch.skip(1), S::INPUTS);
            form.run(how, [output, output.skip(S::OUTPUTS)], scratch.as_src(), params, rest);
            (input, output) = (input.skip(2 * S::INPUTS), output.skip(2 * S::OUTPUTS));
        }
        if S::ROWS % 2 == 1 {
            widen::<1>(input, scratch, S::INPUTS);
            form.run(how, [output], scratch.as_src(), params, rest);
        }
    }
}

#[cfg(test)]
mod test;
