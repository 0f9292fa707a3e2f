//! The label of each row of f32 scores: that of the largest score, or one of two labels by whether the last score is above a threshold.
//!
//! Scores are compared by their bits, in integers. A comparison with NaN does not hold; of equal scores the first one counts.

use tinyml_arith::bits;
use tinyml_arith::size::product;

use crate::arena::{Dst, Src, bytes, check_disjoint};
use crate::memory::{Memory, check_buffer};

/// Rows and their scores.
pub trait Shape {
    /// Rows.
    const ROWS: usize;
    /// Scores of a row.
    const SCORES: usize;
    /// Whether the last score is compared with the threshold; else the largest score counts.
    const ABOVE: bool = false;
}

/// The labels.
pub struct Params {
    /// The score that the last one must be above for the second label.
    pub threshold: f32,
    /// The label of each score, or two; empty if labels count up from `first`.
    pub labels: &'static [i64],
    /// The first label, where they count up.
    pub first: i64,
}

/// A layer: shape, labels and places in the arena.
pub trait Layer {
    /// Rows and their scores.
    type Shape: Shape;
    /// Byte offset of the scores `[ROWS][SCORES]`.
    const INPUT: usize;
    /// Byte offset of the labels (i64), apart from the scores.
    const OUTPUT: usize;
    /// The labels.
    const PARAMS: Params;
}

const fn check_layer<L: Layer, M: Memory>() {
    let (rows, scores) = (L::Shape::ROWS, product([L::Shape::ROWS, L::Shape::SCORES]));
    check_buffer::<f32>(L::INPUT, scores, M::REGIONS);
    check_buffer::<i64>(L::OUTPUT, rows, M::REGIONS);
    check_disjoint(L::INPUT, bytes::<f32>(scores), L::OUTPUT, bytes::<i64>(rows));
    assert!(L::Shape::SCORES > 0, "a row has no scores");
    let classes = if L::Shape::ABOVE { 2 } else { L::Shape::SCORES };
    assert!(L::PARAMS.labels.is_empty() || L::PARAMS.labels.len() == classes, "each class needs a label");
}

/// Carries the layer out.
#[inline(always)]
pub fn run<L: Layer, M: Memory>(memory: &mut M) {
    const { check_layer::<L, M>() };
    let (input, output) = memory.cursor().io(L::INPUT, L::OUTPUT);
    // SAFETY: `check_layer` holds.
    unsafe { rows::<L::Shape>(input, output, const { &L::PARAMS }) }
}

/// # Safety
/// Operand and result have the shape's lengths and lie apart; there are no labels or one for each class.
#[inline(never)]
unsafe fn rows<S: Shape>(input: Src<u32>, output: Dst<i64>, params: &'static Params) {
    for row in 0..S::ROWS {
        // SAFETY: there are so many rows, and a class is below the number of labels.
        unsafe {
            let scores = input.skip(row * S::SCORES);
            let class = if S::ABOVE {
                usize::from(bits::greater(scores.get(S::SCORES - 1), params.threshold.to_bits()))
            } else {
                largest::<S>(scores)
            };
            let label = if params.labels.is_empty() {
                params.first.wrapping_add(class as i64)
            } else {
                Src::from(params.labels).get(class)
            };
            output.set(row, label);
        }
    }
}

/// The first of the largest scores.
///
/// # Safety
/// There is a row of scores.
#[inline(always)]
unsafe fn largest<S: Shape>(scores: Src<u32>) -> usize {
    // SAFETY: below the number of scores, of which there is one at least.
    unsafe {
        let (mut class, mut best) = (0, scores.get(0));
        for other in 1..S::SCORES {
            let score = scores.get(other);
            if bits::greater(score, best) {
                (class, best) = (other, score);
            }
        }
        class
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arena::Arena;

    struct Largest;
    impl Shape for Largest {
        const ROWS: usize = 3;
        const SCORES: usize = 4;
    }
    impl Layer for Largest {
        type Shape = Largest;
        const INPUT: usize = 0;
        const OUTPUT: usize = 48;
        const PARAMS: Params = Params { threshold: 0.0, labels: &[-3, 8, 1 << 40, 2], first: 0 };
    }

    #[test]
    fn the_first_of_the_largest_scores_counts() {
        let mut arena = Arena::<72>::new();
        let rows = [0.5, -0.0, 2.0, 2.0, -0.0, 0.0, -1.0, f32::NAN, f32::NAN, 9.0, f32::INFINITY, 9.0];
        *arena.get_mut::<f32, 0, 12>() = rows;
        run::<Largest, _>(&mut arena);
        assert_eq!(*arena.get::<i64, 48, 3>(), [1 << 40, -3, -3]);
    }

    struct Above;
    impl Shape for Above {
        const ROWS: usize = 4;
        const SCORES: usize = 1;
        const ABOVE: bool = true;
    }
    impl Layer for Above {
        type Shape = Above;
        const INPUT: usize = 32;
        const OUTPUT: usize = 0;
        const PARAMS: Params = Params { threshold: 0.5, labels: &[], first: 7 };
    }

    #[test]
    fn a_score_is_above_the_threshold_or_not() {
        let mut arena = Arena::<48>::new();
        *arena.get_mut::<f32, 32, 4>() = [0.5, 0.500_000_06, f32::NAN, -3.0];
        run::<Above, _>(&mut arena);
        assert_eq!(*arena.get::<i64, 0, 4>(), [7, 8, 7, 7]);
    }
}
