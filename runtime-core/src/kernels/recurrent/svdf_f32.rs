//! SVDF layer in floating point.

pub use super::svdf::Shape;
use super::svdf::{check, memory, weights};
use crate::arena::{Dst, Src};
use crate::memory::Memory;

/// Constants of a layer.
pub struct Params {
    /// Weights of the operand, `[UNITS][RANK][INPUTS]`.
    pub weights: &'static [f32],
    /// Weights along the state, `[UNITS][RANK][MEMORY]`, the oldest step first.
    pub time: &'static [f32],
    /// Per unit.
    pub bias: &'static [f32],
    /// Smallest result (fused activation).
    pub min: f32,
    /// Largest result (fused activation).
    pub max: f32,
}

/// A layer: geometry, constants and places.
pub trait Layer {
    /// Geometry.
    type Shape: Shape;
    /// Byte offset of the operand.
    const INPUT: usize;
    /// Byte offset of the state before the step, `[UNITS][RANK][MEMORY]`.
    const STATE: usize;
    /// Byte offset of the result.
    const OUTPUT: usize;
    /// Byte offset of the state after the step; may be that of the state before it, or before that.
    const NEXT: usize;
    /// Constants.
    const PARAMS: Params;
}

const fn check_layer<L: Layer, M: Memory>() {
    check::<L::Shape, f32, f32>([L::INPUT, L::STATE, L::OUTPUT, L::NEXT], M::REGIONS);
    assert!(L::PARAMS.weights.len() == weights::<L::Shape>(), "the weights do not have the shape's length");
    assert!(
        L::PARAMS.time.len() == memory::<L::Shape>(),
        "the weights along the state do not have its length"
    );
    assert!(L::PARAMS.bias.len() == L::Shape::UNITS, "there is not one bias per unit");
}

/// Carries the layer out.
#[inline(always)]
pub fn run<L: Layer, M: Memory>(memory: &mut M) {
    const { check_layer::<L, M>() };
    let mut cursor = memory.cursor();
    let (input, state) = (cursor.src(L::INPUT), cursor.src(L::STATE));
    let (output, next) = (cursor.dst(L::OUTPUT), cursor.dst(L::NEXT));
    // SAFETY: `check_layer` holds.
    unsafe { step::<L::Shape>(input, state, output, next, const { &L::PARAMS }) }
}

/// # Safety
/// Operand, states, result and constants have the lengths of the shape; the next state lies at or before the present one, or apart from it, and
/// everything else is apart.
#[inline(never)]
unsafe fn step<S: Shape>(
    input: Src<f32>,
    mut state: Src<f32>,
    output: Dst<f32>,
    mut next: Dst<f32>,
    params: &'static Params,
) {
    let (mut weight, mut time) = (Src::from(params.weights), Src::from(params.time));
    let bias = Src::from(params.bias);
    for unit in 0..S::UNITS {
        // SAFETY: each of the `UNITS * RANK` filters takes its part of weights and states, so that these pointers move through exactly all of
        // them; within a part, indices are below its length. An element of the next state is written after the present one's at its place,
        // which is the one behind it, has been read.
        unsafe {
            let mut sum = bias.get(unit);
            for _ in 0..S::RANK {
                let mut newest = 0.0;
                for i in 0..S::INPUTS {
                    newest += input.get(i) * weight.get(i);
                }
                let mut filter = 0.0;
                for step in 1..S::MEMORY {
                    let kept = state.get(step);
                    next.set(step - 1, kept);
                    filter += kept * time.get(step - 1);
                }
                next.set(S::MEMORY - 1, newest);
                sum += filter + newest * time.get(S::MEMORY - 1);
                weight = weight.skip(S::INPUTS);
                time = time.skip(S::MEMORY);
                state = state.skip(S::MEMORY);
                next = next.skip(S::MEMORY);
            }
            // `max` and `min` rather than `clamp`, which panics if the range is empty.
            output.set(unit, sum.max(params.min).min(params.max));
        }
    }
}

#[cfg(test)]
mod test;
