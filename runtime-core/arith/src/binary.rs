//! Functions of two elements: what the kernels compute element by element, and what the compiler's interpreter holds them against.
//!
//! Every function is total. Integers wrap; a division by zero, or a remainder of one, is 0. Quantised tensors have functions of
//! their own ([`add`](crate::add), [`mul`](crate::mul), [`quotient`](crate::quotient) and their neighbours).

use crate::float::{floor, pow};

/// A function of two elements of one type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BinaryFunction {
    /// `a + b`.
    Add,
    /// `a - b`.
    Sub,
    /// `a · b`.
    Mul,
    /// `a / b`; of integers without its fraction.
    Div,
    /// The larger one; NaN if either is.
    Maximum,
    /// The smaller one; NaN if either is.
    Minimum,
    /// `(a - b)²`.
    SquaredDifference,
    /// `a^b`; of integers with a negative `b` without its fraction.
    Pow,
    /// The largest integer not above `a / b`.
    FloorDiv,
    /// `a - b · floor(a / b)`: the remainder with the sign of `b`.
    FloorMod,
    /// The remainder with the sign of `a` (C's `fmod`).
    Remainder,
    /// `a`, or `a · b` below zero.
    Prelu,
    /// 1 if both are equal, else 0. (So the other comparisons.)
    Equal,
    /// Whether they differ; a NaN differs from everything.
    NotEqual,
    /// Whether `a > b`.
    Greater,
    /// Whether `a >= b`.
    GreaterEqual,
    /// Whether `a < b`.
    Less,
    /// Whether `a <= b`.
    LessEqual,
    /// `a & b`, bit by bit.
    And,
    /// `a | b`, bit by bit.
    Or,
    /// `a ^ b`, bit by bit.
    Xor,
    /// `a` shifted left by `b` bits; 0 if there are not so many.
    ShiftLeft,
    /// `a` shifted right by `b` bits, filled up with its sign.
    ShiftRight,
}

impl BinaryFunction {
    /// Whether the function says if something holds, as 1 or 0.
    #[must_use]
    pub const fn is_comparison(self) -> bool {
        use BinaryFunction::*;
        matches!(self, Equal | NotEqual | Greater | GreaterEqual | Less | LessEqual)
    }

    /// Whether the function works on bits.
    #[must_use]
    pub const fn is_bitwise(self) -> bool {
        use BinaryFunction::*;
        matches!(self, And | Or | Xor | ShiftLeft | ShiftRight)
    }

    /// The function of two truth values, for [`is_comparison`](Self::is_comparison) and [`is_bitwise`](Self::is_bitwise).
    #[inline(always)]
    #[must_use]
    pub const fn apply_bool(self, a: bool, b: bool) -> bool {
        self.apply_u8(a as u8, b as u8) != 0
    }

    /// The function of two floats; those on bits give the first.
    #[inline(always)]
    #[must_use]
    pub const fn apply_f32(self, a: f32, b: f32) -> f32 {
        match self {
            BinaryFunction::Add => a + b,
            BinaryFunction::Sub => a - b,
            BinaryFunction::Mul => a * b,
            BinaryFunction::Div => a / b,
            BinaryFunction::Maximum => {
                if a > b || a.is_nan() {
                    a
                } else {
                    b
                }
            }
            BinaryFunction::Minimum => {
                if a < b || a.is_nan() {
                    a
                } else {
                    b
                }
            }
            BinaryFunction::SquaredDifference => (a - b) * (a - b),
            BinaryFunction::Pow => pow(a, b),
            BinaryFunction::FloorDiv => floor_div(a, b),
            BinaryFunction::FloorMod => {
                let rest = a % b;
                if rest != 0.0 && (rest < 0.0) != (b < 0.0) { rest + b } else { rest }
            }
            BinaryFunction::Remainder => a % b,
            BinaryFunction::Prelu => {
                if a >= 0.0 {
                    a
                } else {
                    a * b
                }
            }
            BinaryFunction::Equal => (a == b) as u8 as f32,
            BinaryFunction::NotEqual => (a != b) as u8 as f32,
            BinaryFunction::Greater => (a > b) as u8 as f32,
            BinaryFunction::GreaterEqual => (a >= b) as u8 as f32,
            BinaryFunction::Less => (a < b) as u8 as f32,
            BinaryFunction::LessEqual => (a <= b) as u8 as f32,
            BinaryFunction::And
            | BinaryFunction::Or
            | BinaryFunction::Xor
            | BinaryFunction::ShiftLeft
            | BinaryFunction::ShiftRight => a,
        }
    }
}

/// `floor(a / b)` of the exact quotient, below `2^23`; from there on the nearest float to it.
const fn floor_div(a: f32, b: f32) -> f32 {
    let quotient = a / b;
    let whole = floor(quotient);
    if whole != quotient || quotient.abs() >= 8_388_608.0 || b.is_infinite() {
        return whole;
    }
    // The quotient may have been rounded to this integer.
    let rest = (a % b).abs();
    if rest == 0.0 {
        return whole;
    }
    let magnitude_is_below = rest > 0.5 * b.abs();
    if magnitude_is_below != (a.is_sign_negative() != b.is_sign_negative()) { whole - 1.0 } else { whole }
}

/// The functions of integers of a type; `$below_zero` says whether one is negative.
macro_rules! integers {
    ($($name:ident: $ty:ty, |$x:ident| $below_zero:expr;)*) => {
        impl BinaryFunction {$(
            #[doc = concat!("The function of two `", stringify!($ty), "`.")]
            #[inline(always)]
            #[must_use]
            pub const fn $name(self, a: $ty, b: $ty) -> $ty {
                const fn is_negative($x: $ty) -> bool {
                    $below_zero
                }
                const fn pow(base: $ty, exponent: $ty) -> $ty {
                    if is_negative(exponent) {
                        // A fraction but for these.
                        return match (base == 1, base.wrapping_add(1) == 0) {
                            (true, _) => 1,
                            (_, true) => if exponent & 1 == 0 { 1 } else { base },
                            _ => 0,
                        };
                    }
                    let (mut result, mut base, mut exponent) = (1 as $ty, base, exponent);
                    while exponent != 0 {
                        if exponent & 1 != 0 {
                            result = result.wrapping_mul(base);
                        }
                        base = base.wrapping_mul(base);
                        exponent >>= 1;
                    }
                    result
                }
                // A divisor of zero is taken out beforehand, so that no division can panic.
                match self {
                    BinaryFunction::Add => a.wrapping_add(b),
                    BinaryFunction::Sub => a.wrapping_sub(b),
                    BinaryFunction::Mul => a.wrapping_mul(b),
                    BinaryFunction::Div => if b == 0 { 0 } else { a.wrapping_div(b) },
                    BinaryFunction::Maximum => if a > b { a } else { b },
                    BinaryFunction::Minimum => if a < b { a } else { b },
                    BinaryFunction::SquaredDifference => {
                        let difference = a.wrapping_sub(b);
                        difference.wrapping_mul(difference)
                    }
                    BinaryFunction::Pow => pow(a, b),
                    BinaryFunction::FloorDiv => {
                        if b == 0 {
                            return 0;
                        }
                        let (quotient, rest) = (a.wrapping_div(b), a.wrapping_rem(b));
                        if rest != 0 && is_negative(rest) != is_negative(b) { quotient.wrapping_sub(1) } else { quotient }
                    }
                    BinaryFunction::FloorMod => {
                        if b == 0 {
                            return 0;
                        }
                        let rest = a.wrapping_rem(b);
                        if rest != 0 && is_negative(rest) != is_negative(b) { rest.wrapping_add(b) } else { rest }
                    }
                    BinaryFunction::Remainder => if b == 0 { 0 } else { a.wrapping_rem(b) },
                    BinaryFunction::Prelu => if is_negative(a) { a.wrapping_mul(b) } else { a },
                    BinaryFunction::Equal => (a == b) as $ty,
                    BinaryFunction::NotEqual => (a != b) as $ty,
                    BinaryFunction::Greater => (a > b) as $ty,
                    BinaryFunction::GreaterEqual => (a >= b) as $ty,
                    BinaryFunction::Less => (a < b) as $ty,
                    BinaryFunction::LessEqual => (a <= b) as $ty,
                    BinaryFunction::And => a & b,
                    BinaryFunction::Or => a | b,
                    BinaryFunction::Xor => a ^ b,
                    BinaryFunction::ShiftLeft => {
                        if is_negative(b) || b as u64 >= <$ty>::BITS as u64 { 0 } else { a << b }
                    }
                    BinaryFunction::ShiftRight => {
                        let most = (<$ty>::BITS - 1) as $ty;
                        let rest = if is_negative(b) || b > most { most } else { b };
                        // All bits are gone, or copies of the sign.
                        if rest == b { a >> b } else { (a >> most) >> 1 }
                    }
                }
            }
        )*}
    };
}

integers! {
    apply_i8: i8, |x| x < 0;
    apply_u8: u8, |_x| false;
    apply_i16: i16, |x| x < 0;
    apply_i32: i32, |x| x < 0;
    apply_i64: i64, |x| x < 0;
}

#[cfg(test)]
mod tests {
    use super::BinaryFunction::{self, *};
    use proptest::prelude::*;

    const ALL: [BinaryFunction; 23] = [
        Add,
        Sub,
        Mul,
        Div,
        Maximum,
        Minimum,
        SquaredDifference,
        Pow,
        FloorDiv,
        FloorMod,
        Remainder,
        Prelu,
        Equal,
        NotEqual,
        Greater,
        GreaterEqual,
        Less,
        LessEqual,
        And,
        Or,
        Xor,
        ShiftLeft,
        ShiftRight,
    ];

    #[test]
    fn integers_by_hand() {
        let cases = [
            (Add, i32::MAX, 1, i32::MIN),
            (Sub, i32::MIN, 1, i32::MAX),
            (Mul, 1 << 20, 1 << 12, 0),
            (Div, -7, 2, -3),
            (Div, 7, 0, 0),
            (Div, i32::MIN, -1, i32::MIN),
            (FloorDiv, -7, 2, -4),
            (FloorDiv, 7, -2, -4),
            (FloorDiv, 6, -2, -3),
            (FloorDiv, i32::MIN, -1, i32::MIN),
            (FloorDiv, 1, 0, 0),
            (FloorMod, -7, 3, 2),
            (FloorMod, 7, -3, -2),
            (FloorMod, 6, -3, 0),
            (FloorMod, i32::MIN, -1, 0),
            (FloorMod, 9, 0, 0),
            (Remainder, -7, 3, -1),
            (Remainder, i32::MIN, -1, 0),
            (SquaredDifference, 3, -4, 49),
            (Pow, -3, 3, -27),
            (Pow, 2, 31, i32::MIN),
            (Pow, 2, 32, 0),
            (Pow, 0, 0, 1),
            (Pow, 2, -1, 0),
            (Pow, 0, -1, 0),
            (Pow, 1, i32::MIN, 1),
            (Pow, -1, -3, -1),
            (Prelu, -3, 2, -6),
            (Prelu, 3, 2, 3),
            (Greater, 3, 3, 0),
            (GreaterEqual, 3, 3, 1),
            (NotEqual, 3, -3, 1),
            (And, 0b1100, 0b1010, 0b1000),
            (Xor, 0b1100, 0b1010, 0b0110),
            (ShiftLeft, 3, 2, 12),
            (ShiftLeft, 3, 32, 0),
            (ShiftLeft, 3, -1, 0),
            (ShiftRight, -8, 2, -2),
            (ShiftRight, -8, 99, -1),
            (ShiftRight, 8, 32, 0),
        ];
        for (function, a, b, expected) in cases {
            assert_eq!(function.apply_i32(a, b), expected, "{function:?}({a}, {b})");
        }
        assert_eq!(ShiftRight.apply_u8(0x80, 7), 1);
        assert_eq!(ShiftRight.apply_u8(0x80, 8), 0);
        assert_eq!(Pow.apply_u8(3, 6), 217);
        assert_eq!([(true, true), (true, false)].map(|(a, b)| Xor.apply_bool(a, b)), [false, true]);
        assert!(Equal.apply_bool(false, false) && !And.apply_bool(true, false));
    }

    #[test]
    fn floats_by_hand() {
        let cases = [
            (Div, 1.0, 0.0, f32::INFINITY),
            (Maximum, 2.0, -3.0, 2.0),
            (Minimum, 2.0, -3.0, -3.0),
            (SquaredDifference, 1.0, -2.0, 9.0),
            (FloorDiv, -7.0, 2.0, -4.0),
            (FloorDiv, 7.0, -2.0, -4.0),
            (FloorDiv, -6.0, 2.0, -3.0),
            // 0.1 is a little more than a tenth, and -0.1 a little less: both quotients round to an integer.
            (FloorDiv, 1.0, 0.1, 9.0),
            (FloorDiv, -1.0, 0.1, -10.0),
            (FloorDiv, 0.3, 0.1, 3.0),
            (FloorDiv, -0.3, 0.1, -4.0),
            (FloorDiv, -1e-45, 1e30, -1.0),
            (FloorMod, -7.5, 2.0, 0.5),
            (FloorMod, 7.5, -2.0, -0.5),
            (Remainder, -7.5, 2.0, -1.5),
            (Prelu, -2.0, 0.25, -0.5),
            (Less, 1.0, 2.0, 1.0),
            (LessEqual, f32::NAN, 2.0, 0.0),
            (NotEqual, f32::NAN, f32::NAN, 1.0),
        ];
        for (function, a, b, expected) in cases {
            assert_eq!(function.apply_f32(a, b), expected, "{function:?}({a}, {b})");
        }
        for function in [Maximum, Minimum] {
            assert!(function.apply_f32(f32::NAN, 1.0).is_nan() && function.apply_f32(1.0, f32::NAN).is_nan());
        }
    }

    proptest! {
        #[test]
        fn floors_are_those_of_the_exact_quotient(a in -1e3f32..1e3, b in -9f32..9.0, n in -999i32..999) {
            // Quotients near integers are the hard ones.
            for a in [a, b * n as f32, f32::from_bits((b * n as f32).to_bits() ^ 1)] {
                let exact = (f64::from(a) / f64::from(b)).floor() as f32;
                prop_assert_eq!(FloorDiv.apply_f32(a, b), exact, "{} {}", a, b);
            }
        }

        #[test]
        fn nothing_panics(a in any::<i64>(), b in any::<i64>(), x in any::<f32>(), y in any::<f32>()) {
            for function in ALL {
                let _ = (function.apply_i64(a, b), function.apply_i32(a as i32, b as i32), function.apply_f32(x, y));
                let _ = (function.apply_i8(a as i8, b as i8), function.apply_u8(a as u8, b as u8));
                let _ = function.apply_i16(a as i16, b as i16);
            }
        }

        #[test]
        fn quotient_and_remainder_belong_together(a in any::<i16>(), b in any::<i16>()) {
            prop_assume!(b != 0);
            let product = |quotient: BinaryFunction, rest: BinaryFunction| {
                quotient.apply_i16(a, b).wrapping_mul(b).wrapping_add(rest.apply_i16(a, b))
            };
            prop_assert_eq!((product(Div, Remainder), product(FloorDiv, FloorMod)), (a, a));
        }
    }
}
