//! What the instructions do, by examples from the architecture's pseudocode and by properties.
//!
//! On the host these test the emulations; the firmware suite runs the instructions.

use super::*;
use proptest::prelude::*;

#[test]
fn widening_takes_every_other_byte() {
    let word = 0x80_7f_01_ff;
    assert_eq!(sxtb16(word), 0x007f_ffff);
    assert_eq!(sxtb16_ror8(word), 0xff80_0001);
    assert_eq!(sxtab16(0x0001_0001, word), 0x0080_0000);
    assert_eq!(sxtab16_ror8(0x0001_ffff, word), 0xff81_0000);
}

#[test]
fn packing_names_its_halves() {
    assert_eq!(pkhbt_lsl16(0x1111_2222, 0x3333_4444), 0x4444_2222);
    assert_eq!(pkhbt(0x1111_2222, 0x3333_4444), 0x3333_2222);
    assert_eq!(pkhtb_asr16(0x1111_2222, 0x3333_4444), 0x1111_3333);
}

#[test]
fn halfword_products_name_their_halves() {
    let (n, m) = (0x0003_0002, 0x0007_0005);
    assert_eq!((smlabb(n, m, 100), smlabt(n, m, 100)), (110, 114));
    assert_eq!((smlatb(n, m, 100), smlatt(n, m, 100)), (115, 121));
    assert_eq!((smuad(n, m), smlad(n, m, 100)), (31, 131));
    // The one sum of two products that does not fit.
    assert_eq!(smuad(0x8000_8000, 0x8000_8000), i32::MIN);
}

#[test]
fn saturation() {
    assert_eq!(ssat16_8(0x7fff_8000), 0x007f_ff80);
    assert_eq!(usat16_8(0x7fff_8000), 0x00ff_0000);
    assert_eq!((ssat8(128), ssat8(-129), usat8(256), usat8(-1)), (127, -128, 255, 0));
}

proptest! {
    #[test]
    fn high_products_round_as_they_say(n: i32, m: i32, acc: i32) {
        let exact = i128::from(n) * i128::from(m);
        let nearest = (exact + (1 << 31)).div_euclid(1 << 32) as i32;
        prop_assert_eq!(smmulr(n, m), nearest);
        prop_assert_eq!(smmlar(n, m, acc), acc.wrapping_add(nearest));
        prop_assert_eq!(smmul(n, m), exact.div_euclid(1 << 32) as i32);
        prop_assert_eq!(smmla(n, m, acc), acc.wrapping_add(smmul(n, m)));
    }

    #[test]
    fn lanes_do_not_touch_each_other(n: [i16; 2], m: [i16; 2]) {
        let word = |h: [i16; 2]| u32::from(h[0] as u16) | u32::from(h[1] as u16) << 16;
        prop_assert_eq!(
            sadd16(word(n), word(m)),
            word([n[0].wrapping_add(m[0]), n[1].wrapping_add(m[1])])
        );
        prop_assert_eq!(
            ssub16(word(n), word(m)),
            word([n[0].wrapping_sub(m[0]), n[1].wrapping_sub(m[1])])
        );
    }

    #[test]
    fn bytes_compare_with_their_signs(n: [i8; 4], m: [i8; 4]) {
        let word = |b: [i8; 4]| u32::from_le_bytes(b.map(|b| b as u8));
        let lanes = |select: fn(i8, i8) -> i8| word(core::array::from_fn(|i| select(n[i], m[i])));
        prop_assert_eq!(max_i8x4(word(n), word(m)), lanes(i8::max));
        prop_assert_eq!(min_i8x4(word(n), word(m)), lanes(i8::min));
    }
}
