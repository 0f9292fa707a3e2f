//! The floating-point form of unary elementwise operators: what the `f32` kernels compute, and what the compiler's
//! interpreter holds them against.

use crate::float::{ceil, erf, exp, floor, ln, round_half_even, sigmoid, sqrt, tanh};
use crate::hyperbolic::{acosh, asinh, atanh, cosh, sinh};
use crate::trigonometry::{acos, asin, atan, cos, sin, tan};

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
    /// `|x|`.
    Abs,
    /// `-x`.
    Neg,
    /// -1, 0 or 1, as `x` lies to zero.
    Sign,
    /// `x²`.
    Square,
    /// `1 / x`.
    Reciprocal,
    /// The square root.
    Sqrt,
    /// `1 / √x`.
    Rsqrt,
    /// `e^x`.
    Exp,
    /// The natural logarithm.
    Log,
    /// The largest integer not above `x`.
    Floor,
    /// The smallest integer not below `x`.
    Ceil,
    /// The nearest integer, ties to even.
    Round,
    /// The error function.
    Erf,
    /// `x`, or `a (e^x - 1)` below zero.
    Elu,
    /// `b x`, or `b a (e^x - 1)` below zero.
    Selu,
    /// `x`, or `a (e^(x/a) - 1)` below zero.
    Celu,
    /// `ln(1 + e^x)`.
    Softplus,
    /// `x / (1 + |x|)`.
    Softsign,
    /// `x tanh(ln(1 + e^x))`.
    Mish,
    /// `x Φ(x)`, `Φ` being the normal distribution.
    Gelu,
    /// The same with a hyperbolic tangent in place of the error function.
    GeluTanh,
    /// `x` above `a`, else 0.
    ThresholdedRelu,
    /// `x - b` above `a`, `x + b` below `-a`, else 0.
    Shrink,
    /// The sine.
    Sin,
    /// The cosine.
    Cos,
    /// The tangent.
    Tan,
    /// The angle with this sine.
    Asin,
    /// The angle with this cosine.
    Acos,
    /// The angle with this tangent.
    Atan,
    /// The hyperbolic sine.
    Sinh,
    /// The hyperbolic cosine.
    Cosh,
    /// The number with this hyperbolic sine.
    Asinh,
    /// The number with this hyperbolic cosine.
    Acosh,
    /// The number with this hyperbolic tangent.
    Atanh,
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
            UnaryFunction::Abs => x.abs(),
            UnaryFunction::Neg => -x,
            UnaryFunction::Sign => sign(x),
            UnaryFunction::Square => x * x,
            UnaryFunction::Reciprocal => 1.0 / x,
            UnaryFunction::Sqrt => sqrt(x),
            UnaryFunction::Rsqrt => 1.0 / sqrt(x),
            UnaryFunction::Exp => exp(x),
            UnaryFunction::Log => ln(x),
            UnaryFunction::Floor => floor(x),
            UnaryFunction::Ceil => ceil(x),
            UnaryFunction::Round => round_half_even(x),
            UnaryFunction::Erf => erf(x),
            UnaryFunction::Elu => {
                if x < 0.0 {
                    a * (exp(x) - 1.0)
                } else {
                    x
                }
            }
            UnaryFunction::Selu => {
                if x < 0.0 {
                    b * (a * exp(x) - a)
                } else {
                    b * x
                }
            }
            UnaryFunction::Celu => {
                if x < 0.0 {
                    a * (exp(x / a) - 1.0)
                } else {
                    x
                }
            }
            UnaryFunction::Softplus => softplus(x),
            UnaryFunction::Softsign => x / (1.0 + x.abs()),
            UnaryFunction::Mish => x * tanh(softplus(x)),
            UnaryFunction::Gelu => 0.5 * x * (1.0 + erf(x * core::f32::consts::FRAC_1_SQRT_2)),
            UnaryFunction::GeluTanh => {
                // √(2/π).
                const SCALE: f32 = 0.797_884_6;
                0.5 * x * (1.0 + tanh(SCALE * (x + 0.044_715 * x * x * x)))
            }
            UnaryFunction::ThresholdedRelu => {
                if x > a {
                    x
                } else {
                    0.0
                }
            }
            UnaryFunction::Sin => sin(x),
            UnaryFunction::Cos => cos(x),
            UnaryFunction::Tan => tan(x),
            UnaryFunction::Asin => asin(x),
            UnaryFunction::Acos => acos(x),
            UnaryFunction::Atan => atan(x),
            UnaryFunction::Sinh => sinh(x),
            UnaryFunction::Cosh => cosh(x),
            UnaryFunction::Asinh => asinh(x),
            UnaryFunction::Acosh => acosh(x),
            UnaryFunction::Atanh => atanh(x),
            UnaryFunction::Shrink => {
                if x > a {
                    x - b
                } else if x < -a {
                    x + b
                } else {
                    0.0
                }
            }
        }
    }
}

/// -1, 0 or 1; NaN of NaN.
const fn sign(x: f32) -> f32 {
    if x > 0.0 {
        1.0
    } else if x < 0.0 {
        -1.0
    } else {
        x
    }
}

/// `ln(1 + e^x)`, which neither overflows nor loses what is far below zero.
const fn softplus(x: f32) -> f32 {
    let e = exp(-x.abs());
    // ln(1 + e) = e for what is lost beside 1.
    let rest = if e < 1e-4 { e - 0.5 * e * e } else { ln(1.0 + e) };
    x.max(0.0) + rest
}

/// `min(max(x, low), high)`; NaN stays. (`f32::clamp` panics where `low > high`.)
#[inline(always)]
#[must_use]
pub const fn bounded(x: f32, low: f32, high: f32) -> f32 {
    let x = if x < low { low } else { x };
    if x > high { high } else { x }
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
    fn more_values_by_hand() {
        assert_eq!([-2.5, 0.0, 3.0].map(|x| Sign.apply(x, 0.0, 0.0)), [-1.0, 0.0, 1.0]);
        assert_eq!([-2.5, 2.5, 3.5].map(|x| Round.apply(x, 0.0, 0.0)), [-2.0, 2.0, 4.0]);
        assert_eq!((Abs.apply(-2.0, 0.0, 0.0), Neg.apply(2.0, 0.0, 0.0)), (2.0, -2.0));
        assert_eq!((Square.apply(-3.0, 0.0, 0.0), Rsqrt.apply(4.0, 0.0, 0.0)), (9.0, 0.5));
        assert_eq!((Softsign.apply(-3.0, 0.0, 0.0), Reciprocal.apply(-4.0, 0.0, 0.0)), (-0.75, -0.25));
        assert_eq!([0.5, 1.0, 1.5].map(|x| ThresholdedRelu.apply(x, 1.0, 0.0)), [0.0, 0.0, 1.5]);
        assert_eq!([-2.0, -0.5, 2.0].map(|x| Shrink.apply(x, 0.5, 0.25)), [-1.75, 0.0, 1.75]);
        assert_eq!([-200.0, 200.0].map(|x| Elu.apply(x, 2.0, 0.0)), [-2.0, 200.0]);
        assert_eq!([-200.0, 2.0].map(|x| Selu.apply(x, 2.0, 3.0)), [-6.0, 6.0]);
        assert_eq!([-200.0, 2.0].map(|x| Celu.apply(x, 2.0, 0.0)), [-2.0, 2.0]);
        assert_eq!([-200.0, 200.0].map(|x| Softplus.apply(x, 0.0, 0.0)), [0.0, 200.0]);
        for function in [Gelu, GeluTanh, Mish] {
            assert_eq!([0.0, 20.0].map(|x| function.apply(x, 0.0, 0.0)), [0.0, 20.0], "{function:?}");
            assert!(function.apply(-20.0, 0.0, 0.0).abs() < 1e-6, "{function:?}");
        }
    }

    #[test]
    fn an_empty_range_gives_its_upper_end() {
        assert_eq!(Clamp.apply(0.0, 2.0, 1.0), 1.0);
    }
}
