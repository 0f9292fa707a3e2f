//! High bits of a product of two 32-bit numbers.
//!
//! Most cores multiply 32 by 32 bits to 64. Armv6-M keeps the low 32 bits only, and compilers call a function of some 40 cycles
//! for the rest. But a layer's accumulators have far fewer than 32 bits, and the compiler knows how many: then the other
//! factor can be taken in pieces that are so short that no product needs more than 32 bits.

/// Whether the core lacks a multiplication with a 64-bit result.
const NARROW: bool = cfg!(tinyml_core = "armv6m");

/// What is known about an accumulator and the factor that it is multiplied with. For constants only: the functions below unroll
/// and fold.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Widths {
    /// The accumulator's magnitude is below `2^accumulator`.
    pub(crate) accumulator: u32,
    /// The factor is not negative and below `2^factor`; at most 31.
    pub(crate) factor: u32,
}

impl Widths {
    /// Bits of the factor in a piece: a product with the accumulator leaves two bits of a word free, so that a carry and a
    /// rounding constant find room.
    pub(crate) const fn piece(self) -> u32 {
        30u32.saturating_sub(self.accumulator)
    }

    /// Number of pieces, at least two; none if there would be so many that the long product is as good.
    pub(crate) const fn pieces(self) -> Option<u32> {
        let piece = self.piece();
        if piece == 0 || self.factor > 4 * piece { None } else { Some(max(self.factor.div_ceil(piece), 2)) }
    }
}

const fn max(a: u32, b: u32) -> u32 {
    if a > b { a } else { b }
}

/// `⌊acc * factor / 2^32⌋`.
#[inline(always)]
pub(crate) fn high_word(acc: i32, factor: i32, widths: Widths) -> i32 {
    match widths.pieces() {
        Some(pieces) if NARROW => high_word_in_pieces(acc, factor, widths, pieces),
        _ => ((i64::from(acc) * i64::from(factor)) >> 32) as i32,
    }
}

/// `⌊(2 * acc * factor + 2^31) / 2^32⌋` for accumulators that can be doubled.
#[inline(always)]
pub(crate) fn rounded_high_word_of_double(acc: i32, factor: i32, widths: Widths) -> i32 {
    match widths.pieces() {
        Some(pieces) if NARROW => rounded_in_pieces(acc, factor, widths, pieces),
        _ => ((i64::from(acc.wrapping_shl(1)) * i64::from(factor) + (1 << 31)) >> 32) as i32,
    }
}

#[inline(always)]
fn high_word_in_pieces(acc: i32, factor: i32, widths: Widths, pieces: u32) -> i32 {
    let done = (pieces - 1) * widths.piece();
    in_pieces(acc, factor, widths, pieces) >> (32 - done)
}

#[inline(always)]
fn rounded_in_pieces(acc: i32, factor: i32, widths: Widths, pieces: u32) -> i32 {
    let done = (pieces - 1) * widths.piece();
    // The factor has at most 31 bits, the last piece at least one: `done` is at most 30.
    in_pieces(acc, factor, widths, pieces).wrapping_add(1 << (30 - done)) >> (31 - done)
}

/// `⌊acc * factor / 2^((pieces - 1) * piece)⌋`, by Horner's rule from the lowest piece on. Rounding down at each step gives
/// what rounding down once at the end would.
#[inline(always)]
fn in_pieces(acc: i32, factor: i32, widths: Widths, pieces: u32) -> i32 {
    let piece = widths.piece();
    let mut sum = 0i32;
    let mut index = 0;
    while index + 1 < pieces {
        let bits = (factor >> (index * piece)) & ((1 << piece) - 1);
        sum = sum.wrapping_add(acc.wrapping_mul(bits)) >> piece;
        index += 1;
    }
    sum.wrapping_add(acc.wrapping_mul(factor >> (index * piece)))
}

#[cfg(test)]
mod test {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn pieces_give_the_long_product(
            accumulator in 1u32..30,
            factor_bits in 1u32..=31,
            acc: i32,
            factor: u32,
            extreme in 0..4,
        ) {
            let widths = Widths { accumulator, factor: factor_bits };
            let limit = (1i64 << accumulator) - 1;
            let acc = match extreme {
                0 => limit,
                1 => -limit,
                _ => i64::from(acc) % (limit + 1),
            } as i32;
            let factor = if extreme == 3 { (1u64 << factor_bits) as u32 - 1 } else { factor >> (32 - factor_bits) } as i32;
            let long = i64::from(acc) * i64::from(factor);
            if let Some(pieces) = widths.pieces() {
                prop_assert_eq!(i64::from(high_word_in_pieces(acc, factor, widths, pieces)), long >> 32);
                prop_assert_eq!(i64::from(rounded_in_pieces(acc, factor, widths, pieces)), (2 * long + (1 << 31)) >> 32);
            }
            prop_assert_eq!(i64::from(high_word(acc, factor, widths)), long >> 32);
        }
    }
}
