//! The geometry of recurrent cells over a sequence, and what their kernels share.

use tinyml_arith::size::{difference, product, sum};
use tinyml_arith::unary::UnaryFunction;

use crate::arena::{Dst, Src, bytes, check_disjoint};
use crate::memory::{Regions, check_buffer};

/// A cell that is carried out step by step.
pub trait Shape {
    /// Vectors of the sequence.
    const STEPS: usize;
    /// Elements of a vector.
    const INPUTS: usize;
    /// Elements of the hidden state.
    const UNITS: usize;
    /// Whether the last vector of the sequence comes first.
    const REVERSE: bool = false;
    /// Whether there is a state to begin with; else it is 0.0.
    const INITIAL: bool = true;
    /// Whether the hidden state of every step is a result.
    const SEQUENCE: bool = true;
    /// Elements from the hidden state of a step to that of the next vector, in that result.
    const STRIDE: usize;
    /// The function of the gates (floating point).
    const GATE: UnaryFunction = UnaryFunction::Logistic;
    /// The function of the candidate, which is all that a simple cell has (floating point).
    const CANDIDATE: UnaryFunction = UnaryFunction::Tanh;
    /// The function of the cell (LSTM in floating point).
    const SHOWN: UnaryFunction = UnaryFunction::Tanh;
    /// Whether the hidden state is multiplied with its weights before it is reset (GRU).
    const LINEAR_BEFORE_RESET: bool = false;
}

/// Parameters of a function, of which it may ignore some.
#[derive(Clone, Copy)]
pub struct Parameters {
    /// Lower bound, or slope.
    pub a: f32,
    /// Upper bound, or offset.
    pub b: f32,
}

impl Parameters {
    /// The function's value.
    #[inline(always)]
    pub(crate) fn apply(&self, function: UnaryFunction, x: f32) -> f32 {
        function.apply(x, self.a, self.b)
    }
}

/// Number of products of a gate in a step, each with its weight.
pub(crate) const fn weights<S: Shape>(gates: usize) -> usize {
    product([gates, S::UNITS, sum([S::INPUTS, S::UNITS])])
}

/// Where a layer's buffers begin, in bytes.
#[derive(Clone, Copy)]
pub(crate) struct Places {
    /// The sequence, `[STEPS][INPUTS]`.
    pub input: usize,
    /// States before the first step and where they lie afterwards.
    pub states: [[usize; 2]; 2],
    /// The hidden states of all steps.
    pub output: usize,
    /// Working memory.
    pub scratch: usize,
}

/// Refuses layers whose buffers are not where the kernel needs them. Sequence, hidden states and working memory have elements `T`; so has
/// the first state; of the second, which is there if `cells`, they are `C`. A state may lie where it lay before; everything else is apart.
pub(crate) const fn check<S: Shape, T, C>(places: Places, cells: bool, scratch: usize, regions: Regions) {
    assert!(S::STEPS > 0 && S::INPUTS > 0 && S::UNITS > 0, "a layer without elements");
    let [[before, hidden], [cell_before, cell]] = places.states;
    let input = product([S::STEPS, S::INPUTS]);
    check_buffer::<T>(places.input, input, regions);
    check_buffer::<T>(hidden, S::UNITS, regions);
    check_buffer::<T>(before, S::UNITS, regions);
    check_buffer::<T>(places.scratch, scratch, regions);
    let units = bytes::<T>(S::UNITS);
    let cell_bytes = if cells { bytes::<C>(S::UNITS) } else { 0 };
    if cells {
        check_buffer::<C>(cell, S::UNITS, regions);
        check_buffer::<C>(cell_before, S::UNITS, regions);
    }
    let output = if S::SEQUENCE {
        assert!(S::STRIDE >= S::UNITS, "the hidden states overlap");
        let span = sum([product([difference(S::STEPS, 1), S::STRIDE]), S::UNITS]);
        check_buffer::<T>(places.output, span, regions);
        bytes::<T>(span)
    } else {
        0
    };
    let written =
        [(hidden, units), (cell, cell_bytes), (places.output, output), (places.scratch, bytes::<T>(scratch))];
    let mut i = 0;
    while i < written.len() {
        let (place, length) = written[i];
        check_disjoint(places.input, bytes::<T>(input), place, length);
        if S::INITIAL && (i != 0 || before != hidden) {
            check_disjoint(before, units, place, length);
        }
        if S::INITIAL && cells && (i != 1 || cell_before != cell) {
            check_disjoint(cell_before, cell_bytes, place, length);
        }
        let mut j = 0;
        while j < i {
            check_disjoint(written[j].0, written[j].1, place, length);
            j += 1;
        }
        i += 1;
    }
}

/// Puts the first value of a state where it is changed.
///
/// # Safety
/// Both have `UNITS` elements, at the same place or apart.
#[inline(always)]
pub(crate) unsafe fn begin<S: Shape, T: Copy>(before: Src<T>, state: Dst<T>, zero: T) {
    // SAFETY: the caller's.
    unsafe { if S::INITIAL { state.move_from(before, S::UNITS) } else { state.fill(zero, S::UNITS) } }
}

/// The vector that step `step` takes.
#[inline(always)]
pub(crate) fn place<S: Shape>(step: usize) -> usize {
    if S::REVERSE { S::STEPS - 1 - step } else { step }
}

/// Puts the next hidden state where the following step and the caller read it. `place` is the vector's that the step took.
///
/// # Safety
/// The states have `UNITS` elements and are apart; with `SEQUENCE`, `output` has the hidden states of all steps, apart from both.
#[inline(always)]
pub(crate) unsafe fn end<S: Shape, T: Copy>(next: Src<T>, hidden: Dst<T>, output: Dst<T>, place: usize) {
    // SAFETY: the caller's; `place` is below `STEPS`.
    unsafe {
        hidden.copy_from(next, S::UNITS);
        if S::SEQUENCE {
            output.skip(place * S::STRIDE).copy_from(next, S::UNITS);
        }
    }
}

/// Adds the products of `count` elements with weights `[count][GATES]` to the sums of the gates.
///
/// # Safety
/// `x` has `count` elements and `weights` as many for each gate.
#[inline(always)]
pub(crate) unsafe fn add_f32<const GATES: usize>(
    sums: &mut [f32; GATES],
    x: Src<f32>,
    weights: Src<f32>,
    count: usize,
) {
    for i in 0..count {
        // SAFETY: `i` is below `count`.
        let x = unsafe { x.get(i) };
        for (gate, sum) in sums.iter_mut().enumerate() {
            // SAFETY: `i` is below `count`, and `gate` below `GATES`.
            *sum += x * unsafe { weights.get(i * GATES + gate) };
        }
    }
}

/// The same of bytes; sums wrap.
///
/// # Safety
/// As for [`add_f32`].
#[inline(always)]
pub(crate) unsafe fn add_s8<const GATES: usize>(
    sums: &mut [i32; GATES],
    x: Src<i8>,
    weights: Src<i8>,
    count: usize,
) {
    for i in 0..count {
        // SAFETY: `i` is below `count`.
        let x = i32::from(unsafe { x.get(i) });
        for (gate, sum) in sums.iter_mut().enumerate() {
            // SAFETY: `i` is below `count`, and `gate` below `GATES`.
            *sum = sum.wrapping_add(x * i32::from(unsafe { weights.get(i * GATES + gate) }));
        }
    }
}
