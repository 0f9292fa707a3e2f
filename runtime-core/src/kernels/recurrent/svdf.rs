//! The geometry of SVDF layers, shared by the kernels of all element types, and the body of those on integers.
//!
//! A filter is a product with the operand, of which each step adds one number to a row of `MEMORY` numbers, and a product along that row; a unit is
//! the sum of `RANK` filters. (Nakkiran et al., "Compressing Deep Neural Networks using a Rank-Constrained Topology", 2015.)

use tinyml_arith::Rounding;
use tinyml_arith::overlap::Gaps;
use tinyml_arith::size::product;

use crate::arena::{bytes, check_disjoint, check_overlap};
use crate::memory::{Regions, check_buffer};

/// An SVDF layer.
pub trait Shape {
    /// Elements of the operand.
    const INPUTS: usize;
    /// Elements of the result.
    const UNITS: usize;
    /// Filters of a unit.
    const RANK: usize;
    /// Steps that a filter remembers, the present one included.
    const MEMORY: usize;
    /// Arithmetic of the requantisation (integer kernels).
    const ROUNDING: Rounding = Rounding::Double;
}

/// Number of filters.
pub(crate) const fn filters<S: Shape>() -> usize {
    product([S::UNITS, S::RANK])
}

/// Elements of the state, and of the weights along it.
pub(crate) const fn memory<S: Shape>() -> usize {
    product([S::UNITS, S::RANK, S::MEMORY])
}

/// Weights of the operand.
pub(crate) const fn weights<S: Shape>() -> usize {
    product([S::UNITS, S::RANK, S::INPUTS])
}

/// Refuses layers whose buffers are not where the kernel needs them: operand and result of elements `T`, the state before and after the step of
/// elements `U`. A row of the state moves towards its begin, so that the next state may lie at the present one or before it.
pub(crate) const fn check<S: Shape, T, U>([input, state, output, next]: [usize; 4], regions: Regions) {
    assert!(S::INPUTS > 0 && S::UNITS > 0 && S::RANK > 0 && S::MEMORY > 0, "a layer without elements");
    let (inputs, units, memory) = (S::INPUTS, S::UNITS, memory::<S>());
    check_buffer::<T>(input, inputs, regions);
    check_buffer::<U>(state, memory, regions);
    check_buffer::<T>(output, units, regions);
    check_buffer::<U>(next, memory, regions);
    let (inputs, units, memory) = (bytes::<T>(inputs), bytes::<T>(units), bytes::<U>(memory));
    check_overlap(Gaps::BYTE_FOR_BYTE, (state, memory), (next, memory), false);
    check_disjoint(input, inputs, output, units);
    check_disjoint(input, inputs, next, memory);
    check_disjoint(state, memory, output, units);
    check_disjoint(next, memory, output, units);
}

/// A kernel of int8 operands and results, whose state has elements of the type.
macro_rules! integers {
    ($state:ty) => {
        use tinyml_arith::{Clamp, Multiplier, requantize};

        pub use super::svdf::Shape;
        use super::svdf::{check, filters, memory, weights};
        use crate::arena::{Dst, Src};
        use crate::memory::Memory;

        /// Constants of a layer.
        pub struct Params {
            /// Weights of the operand, `[UNITS][RANK][INPUTS]`.
            pub weights: &'static [i8],
            /// Per filter: what its sum begins with, the operand's zero point folded in.
            pub feature_bias: &'static [i32],
            /// Takes the sum to the state.
            pub feature: Multiplier,
            /// What stands for 0.0 in the state.
            pub state_zero_point: i32,
            /// Weights along the state, `[UNITS][RANK][MEMORY]`, the oldest step first.
            pub time: &'static [$state],
            /// Per unit, the state's zero point folded in.
            pub bias: &'static [i32],
            /// Takes the sum to the result.
            pub output: Multiplier,
            /// What stands for 0.0 in the result.
            pub output_zero_point: i32,
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
            check::<L::Shape, i8, $state>([L::INPUT, L::STATE, L::OUTPUT, L::NEXT], M::REGIONS);
            let params = &L::PARAMS;
            assert!(
                params.weights.len() == weights::<L::Shape>(),
                "the weights do not have the shape's length"
            );
            assert!(
                params.time.len() == memory::<L::Shape>(),
                "the weights along the state do not have its length"
            );
            assert!(params.feature_bias.len() == filters::<L::Shape>(), "there is not one bias per filter");
            assert!(params.bias.len() == L::Shape::UNITS, "there is not one bias per unit");
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
        /// Operand, states, result and constants have the lengths of the shape; the next state lies at or before the present one, or apart from
        /// it, and everything else is apart.
        #[inline(never)]
        unsafe fn step<S: Shape>(
            input: Src<i8>,
            mut state: Src<$state>,
            output: Dst<i8>,
            mut next: Dst<$state>,
            params: &'static Params,
        ) {
            const RANGE: Clamp = Clamp { min: <$state>::MIN as i32, max: <$state>::MAX as i32 };
            let (mut weight, mut time) = (Src::from(params.weights), Src::from(params.time));
            let (mut feature_bias, bias) = (Src::from(params.feature_bias), Src::from(params.bias));
            for unit in 0..S::UNITS {
                // SAFETY: each of the `UNITS * RANK` filters takes its part of weights, biases and states, so that these pointers move
                // through exactly all of them; within a part, indices are below its length. An element of the next state is written after the
                // present one's at its place, which is the one behind it, has been read.
                unsafe {
                    let mut sum = bias.get(unit);
                    for _ in 0..S::RANK {
                        let mut feature = feature_bias.get(0);
                        for i in 0..S::INPUTS {
                            feature =
                                feature.wrapping_add(i32::from(input.get(i)) * i32::from(weight.get(i)));
                        }
                        for step in 1..S::MEMORY {
                            let kept = state.get(step);
                            next.set(step - 1, kept);
                            sum =
                                sum.wrapping_add(i32::from(kept).wrapping_mul(i32::from(time.get(step - 1))));
                        }
                        let feature = requantize(feature, params.feature, S::ROUNDING);
                        // As the reference: what the zero point takes beyond the range wraps.
                        let newest = RANGE.apply(feature).wrapping_add(params.state_zero_point) as $state;
                        next.set(S::MEMORY - 1, newest);
                        let last = i32::from(time.get(S::MEMORY - 1));
                        sum = sum.wrapping_add(i32::from(newest).wrapping_mul(last));
                        weight = weight.skip(S::INPUTS);
                        time = time.skip(S::MEMORY);
                        state = state.skip(S::MEMORY);
                        next = next.skip(S::MEMORY);
                        feature_bias = feature_bias.skip(1);
                    }
                    let result =
                        requantize(sum, params.output, S::ROUNDING).wrapping_add(params.output_zero_point);
                    output.set(unit, Clamp::INT8.apply(result) as i8);
                }
            }
        }
    };
}
pub(crate) use integers;
