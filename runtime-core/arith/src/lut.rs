//! Tables for functions of one int8: every unary operator, and every chain of them, is 256 bytes.
//!
//! The index is the value's bit pattern, `x as u8`: on the device that costs nothing (an unsigned byte load).

/// The table of `f`.
#[must_use]
pub fn table(f: impl Fn(i8) -> i8) -> [i8; 256] {
    core::array::from_fn(|i| f(i as u8 as i8))
}

/// The table of `f` over bytes of either sign: uint8 operators, or those that change signedness.
#[must_use]
pub fn byte_table(f: impl Fn(u8) -> u8) -> [u8; 256] {
    core::array::from_fn(|i| f(i as u8))
}

/// `table[x]`. An index of eight bits needs no bounds check.
#[inline]
#[must_use]
pub const fn lookup(table: &[i8; 256], x: i8) -> i8 {
    table[x as u8 as usize]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lookup_inverts_table() {
        let f = |x: i8| x.wrapping_mul(3).wrapping_add(7);
        let t = table(f);
        assert!((i8::MIN..=i8::MAX).all(|x| lookup(&t, x) == f(x)));
        assert_eq!((t[0], t[255], t[128]), (f(0), f(-1), f(-128)));
    }
}
