//! A linear function of two int8 values in 32-bit integers.

use crate::clamp::Clamp;

/// Fractional bits of the coefficients: results up to 512 before saturation have room above them.
pub const SHIFT: u32 = 22;

/// `(first * a + second * b + offset) >> SHIFT`, saturated to int8; sums wrap.
#[inline]
#[must_use]
pub const fn linear(a: i8, b: i8, first: i32, second: i32, offset: i32) -> i8 {
    let sum = first.wrapping_mul(a as i32).wrapping_add(offset);
    Clamp::INT8.apply(second.wrapping_mul(b as i32).wrapping_add(sum) >> SHIFT) as i8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounds_down_and_saturates() {
        let one = 1 << SHIFT;
        assert_eq!(linear(3, 4, one, one / 2, 0), 5);
        assert_eq!(linear(3, 3, one, -one / 2, 0), 1);
        assert_eq!(linear(-3, 0, one / 2, 0, 0), -2);
        assert_eq!(linear(127, 127, one, one, 0), 127);
        assert_eq!(linear(-128, -128, one, one, -one), -128);
    }
}
