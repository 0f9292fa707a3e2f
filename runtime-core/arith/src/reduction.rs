//! Reductions: many numbers to one, folded in the order in which they come.
//!
//! Of no numbers the result is the neutral element: 0 of sums and norms, 1 of products, the lowest number of a maximum, the highest of
//! a minimum. A number that is none (NaN) makes sums, products and norms NaN; a maximum or minimum passes over it.

use crate::float::{exp, ln, sqrt};

/// What a reduction computes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reduction {
    /// `Σ x`
    Sum,
    /// `Π x`
    Prod,
    /// The largest.
    Max,
    /// The smallest.
    Min,
    /// `Σ |x|`
    L1,
    /// `√(Σ x²)`
    L2,
    /// `Σ x²`
    SumSquare,
    /// `ln Σ x`
    LogSum,
    /// `ln Σ eˣ`, without overflow: the sum is that of `e` to the differences from the largest so far.
    LogSumExp,
}

impl Reduction {
    /// What a fold of `f32` begins with: the accumulator, and for `LogSumExp` the sum beside the largest.
    #[must_use]
    pub const fn start(self) -> [f32; 2] {
        match self {
            Reduction::Prod => [1.0, 0.0],
            Reduction::Max | Reduction::LogSumExp => [f32::NEG_INFINITY, 0.0],
            Reduction::Min => [f32::INFINITY, 0.0],
            _ => [0.0, 0.0],
        }
    }

    /// The accumulator after one more number.
    #[inline(always)]
    #[must_use]
    pub fn fold(self, [a, b]: [f32; 2], x: f32) -> [f32; 2] {
        match self {
            Reduction::Sum | Reduction::LogSum => [a + x, b],
            Reduction::Prod => [a * x, b],
            Reduction::Max => [if x > a { x } else { a }, b],
            Reduction::Min => [if x < a { x } else { a }, b],
            Reduction::L1 => [a + f32::from_bits(x.to_bits() & 0x7fff_ffff), b],
            Reduction::L2 | Reduction::SumSquare => [a + x * x, b],
            // Infinities are equal to themselves, but have no difference.
            Reduction::LogSumExp if x == a => [a, b + 1.0],
            Reduction::LogSumExp if x > a => [x, b * exp(a - x) + 1.0],
            Reduction::LogSumExp => [a, b + exp(x - a)],
        }
    }

    /// The result of a fold.
    #[inline(always)]
    #[must_use]
    pub fn finish(self, [a, b]: [f32; 2]) -> f32 {
        match self {
            Reduction::L2 => sqrt(a),
            Reduction::LogSum => ln(a),
            Reduction::LogSumExp => a + ln(b),
            _ => a,
        }
    }
}

/// Whole numbers that can be reduced; sums and products wrap around.
pub trait Whole: Copy {
    /// What a fold begins with.
    fn start(reduction: Reduction) -> Self;

    /// The accumulator after one more number. `L2`, `LogSum` and `LogSumExp` have no meaning of their own for whole numbers and are as
    /// `SumSquare` and `Sum`; the compiler does not ask for them.
    #[must_use]
    fn fold(self, reduction: Reduction, x: Self) -> Self;
}

macro_rules! whole {
    ($($type:ident)*) => {$(
        impl Whole for $type {
            #[inline(always)]
            fn start(reduction: Reduction) -> $type {
                match reduction {
                    Reduction::Prod => 1,
                    Reduction::Max => $type::MIN,
                    Reduction::Min => $type::MAX,
                    _ => 0,
                }
            }

            #[inline(always)]
            fn fold(self, reduction: Reduction, x: $type) -> $type {
                match reduction {
                    Reduction::Sum | Reduction::LogSum | Reduction::LogSumExp => self.wrapping_add(x),
                    Reduction::Prod => self.wrapping_mul(x),
                    Reduction::Max => if x > self { x } else { self },
                    Reduction::Min => if x < self { x } else { self },
                    Reduction::L1 => self.wrapping_add(x.wrapping_abs()),
                    Reduction::L2 | Reduction::SumSquare => self.wrapping_add(x.wrapping_mul(x)),
                }
            }
        }
    )*};
}

whole! { i8 i32 i64 }

#[cfg(test)]
mod tests {
    use super::{Reduction, Whole};

    fn of(reduction: Reduction, x: &[f32]) -> f32 {
        reduction.finish(x.iter().fold(reduction.start(), |acc, &x| reduction.fold(acc, x)))
    }

    #[test]
    fn real_numbers() {
        let x = [3.0, -4.0, 0.5];
        let expected = [
            (Reduction::Sum, -0.5),
            (Reduction::Prod, -6.0),
            (Reduction::Max, 3.0),
            (Reduction::Min, -4.0),
            (Reduction::L1, 7.5),
            (Reduction::SumSquare, 25.25),
            (Reduction::L2, 5.024_938),
            (Reduction::LogSumExp, 3.079_732),
        ];
        for (reduction, expected) in expected {
            assert!((of(reduction, &x) - expected).abs() < 1e-5, "{reduction:?}: {}", of(reduction, &x));
        }
        assert!((of(Reduction::LogSum, &[1.0, 1.718_281_8]) - 1.0).abs() < 1e-6);
    }

    #[test]
    fn exponentials_do_not_overflow_and_infinities_stay() {
        let near = |x: &[f32], expected: f32| {
            let found = of(Reduction::LogSumExp, x);
            assert!(found == expected || (found - expected).abs() < 1e-4, "{x:?}: {found}");
        };
        near(&[1_000.0, 1_000.0], 1_000.693_1);
        near(&[-1000.0, 500.0, -1000.0], 500.0);
        near(&[f32::NEG_INFINITY, f32::NEG_INFINITY, 2.0], 2.0);
        near(&[f32::NEG_INFINITY; 2], f32::NEG_INFINITY);
        near(&[1.0, f32::INFINITY, f32::INFINITY, 1.0], f32::INFINITY);
        assert!(of(Reduction::LogSumExp, &[1.0, f32::NAN]).is_nan());
    }

    #[test]
    fn of_nothing_the_neutral_element() {
        assert_eq!(of(Reduction::Sum, &[]), 0.0);
        assert_eq!(of(Reduction::Prod, &[]), 1.0);
        assert_eq!(of(Reduction::Max, &[]), f32::NEG_INFINITY);
        assert_eq!(of(Reduction::Min, &[]), f32::INFINITY);
        assert_eq!(of(Reduction::LogSumExp, &[]), f32::NEG_INFINITY);
    }

    #[test]
    fn whole_numbers_wrap() {
        let of =
            |reduction, x: &[i32]| x.iter().fold(i32::start(reduction), |acc, &x| acc.fold(reduction, x));
        let x = [7, -3, i32::MAX];
        assert_eq!(of(Reduction::Sum, &x), i32::MIN + 3);
        assert_eq!(of(Reduction::Prod, &[7, -3, 2]), -42);
        assert_eq!(of(Reduction::L1, &[7, -3]), 10);
        assert_eq!(of(Reduction::SumSquare, &[7, -3]), 58);
        assert_eq!([of(Reduction::Max, &x), of(Reduction::Min, &x)], [i32::MAX, -3]);
        assert_eq!(of(Reduction::Max, &[]), i32::MIN);
    }
}
