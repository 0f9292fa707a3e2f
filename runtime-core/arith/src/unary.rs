//! The floating-point form of unary elementwise operators: what the `f32` kernels compute, and what the compiler's
//! interpreter holds them against.

use crate::float::{sigmoid, tanh};

/// A real function of one variable, with up to two parameters `a` and `b`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum UnaryFunction {
    /// `min(max(x, a), b)`: ReLU and its relatives.
    Clamp,
    /// `1 / (1 + e^-x)`.
    Logistic,
    /// The hyperbolic tangent.
    Tanh,
    /// `x`, or `a x` below zero.
    LeakyRelu,
    /// `x min(max(x + 3, 0), 6) / 6`.
    HardSwish,
    /// `min(max(a x + b, 0), 1)`.
    HardSigmoid,
}

impl UnaryFunction {
    /// The function's value; parameters that it does not have are not read.
    #[inline(always)]
    #[must_use]
    pub const fn apply(self, x: f32, a: f32, b: f32) -> f32 {
        match self {
            UnaryFunction::Clamp => bounded(x, a, b),
            UnaryFunction::Logistic => sigmoid(x),
            UnaryFunction::Tanh => tanh(x),
            UnaryFunction::LeakyRelu => {
                if x < 0.0 {
                    a * x
                } else {
                    x
                }
            }
            UnaryFunction::HardSwish => x * bounded(x + 3.0, 0.0, 6.0) / 6.0,
            UnaryFunction::HardSigmoid => bounded(a * x + b, 0.0, 1.0),
        }
    }
}

/// Not `f32::clamp`, which panics where `low > high`.
const fn bounded(x: f32, low: f32, high: f32) -> f32 {
    x.max(low).min(high)
}

#[cfg(test)]
mod tests {
    use super::UnaryFunction::*;

    #[test]
    fn values_by_hand() {
        assert_eq!([-1.0, 2.5, 7.0].map(|x| Clamp.apply(x, 0.0, 6.0)), [0.0, 2.5, 6.0]);
        assert_eq!([-4.0, 4.0].map(|x| LeakyRelu.apply(x, 0.25, 0.0)), [-1.0, 4.0]);
        assert_eq!(
            [-4.0, -1.5, 1.0, 5.0].map(|x| HardSwish.apply(x, 0.0, 0.0)),
            [-0.0, -0.375, 4.0 / 6.0, 5.0]
        );
        assert_eq!([-3.0, 0.5, 3.0].map(|x| HardSigmoid.apply(x, 0.25, 0.5)), [0.0, 0.625, 1.0]);
        assert_eq!((Logistic.apply(0.0, 0.0, 0.0), Tanh.apply(0.0, 0.0, 0.0)), (0.5, 0.0));
    }

    #[test]
    fn an_empty_range_gives_its_upper_end() {
        assert_eq!(Clamp.apply(0.0, 2.0, 1.0), 1.0);
    }
}
