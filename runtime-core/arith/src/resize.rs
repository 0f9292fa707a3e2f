//! Linear interpolation between the pixels of an image, in integers.
//!
//! An element of the result is a sum of up to four elements times weights, whole numbers in parts of two to the power of some bits along
//! each axis, so that all weights of an element are two to the power of both together.

/// Where a sum half way between two integers goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ties {
    /// Away from zero, as TFLite has it.
    Away,
    /// To the even integer, as ONNX has it where 0.0 is an even one.
    Even,
    /// To the odd integer: where 0.0 is an odd one.
    Odd,
}

impl Ties {
    /// The sum in parts of `2^bits` as an integer.
    #[must_use]
    #[inline(always)]
    pub const fn rounded(self, sum: i32, bits: usize) -> i32 {
        if bits == 0 {
            return sum;
        }
        let extra = match self {
            Ties::Away => sum >> 31,
            Ties::Even => ((sum >> bits) & 1) - 1,
            Ties::Odd => -((sum >> bits) & 1),
        };
        (sum + (1 << (bits - 1)) + extra) >> bits
    }

    /// The same of a sum of 64 bits.
    #[must_use]
    #[inline(always)]
    pub const fn rounded_wide(self, sum: i64, bits: usize) -> i32 {
        if bits == 0 {
            return sum as i32;
        }
        let extra = match self {
            Ties::Away => sum >> 63,
            Ties::Even => ((sum >> bits) & 1) - 1,
            Ties::Odd => -((sum >> bits) & 1),
        };
        ((sum + (1 << (bits - 1)) + extra) >> bits) as i32
    }

    /// The same of two sums in the halves of a word, each of bytes that were 128 larger, so that no sum is negative: as bytes 128 larger, in
    /// the low bytes of the halves. `bits` is at most 8.
    #[must_use]
    #[inline(always)]
    pub const fn rounded_pair(self, sums: u32, bits: usize) -> u32 {
        if bits == 0 {
            return sums;
        }
        // 1 where half way goes up: from the middle on, or where the integer below is odd or even.
        let up = match self {
            Ties::Away => sums >> (7 + bits),
            Ties::Even => sums >> bits,
            Ties::Odd => !(sums >> bits),
        } & 0x0001_0001;
        // At most 255 * 2^bits + 2^(bits - 1), which is below 2^16.
        let half = (1 << (bits - 1)) - 1;
        (sums + up + (half | half << 16)) >> bits & 0x00FF_00FF
    }
}

#[cfg(test)]
mod test {
    use super::Ties;

    extern crate std;

    #[test]
    fn halves_go_where_they_are_said_to() {
        let both = |sum| [Ties::Away, Ties::Even].map(|ties| ties.rounded(sum, 2));
        assert_eq!(both(6), [2, 2]);
        assert_eq!(both(10), [3, 2]);
        assert_eq!(both(-6), [-2, -2]);
        assert_eq!(both(-10), [-3, -2]);
        assert_eq!(both(-2), [-1, 0]);
        assert_eq!(both(5), [1, 1]);
        assert_eq!(both(-7), [-2, -2]);
    }

    #[test]
    fn all_forms_are_one() {
        for bits in 0..=8 {
            for sum in -128 << bits..=127i32 << bits {
                let exact = f64::from(sum) / f64::from(1 << bits);
                let odd = (exact + 1.0).round_ties_even() - 1.0;
                let all =
                    [(Ties::Away, exact.round()), (Ties::Even, exact.round_ties_even()), (Ties::Odd, odd)];
                for (ties, expected) in all {
                    assert_eq!(f64::from(ties.rounded(sum, bits)), expected);
                    assert_eq!(f64::from(ties.rounded_wide(i64::from(sum), bits)), expected);
                    let shifted = (sum + (128 << bits)) as u32;
                    let pair = ties.rounded_pair(shifted | shifted << 16, bits);
                    let expected = (expected as i32 + 128) as u32;
                    assert_eq!(pair, expected | expected << 16, "{sum} in parts of 2^{bits}");
                }
            }
        }
    }
}
