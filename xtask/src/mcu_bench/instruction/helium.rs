//! Helium (MVE) encodings: Armv8-M Architecture Reference Manual, C2.4 and DDI0553's index of T32 instructions.

use super::Operation;

/// Encodings as bits that are fixed and their values.
type Encodings = &'static [(u32, u32)];

/// Products, added to a sum or not.
const MULTIPLIES: Encodings = &[
    // vmul, vector and vector, or vector and register
    (0xffc1_1ff1, 0xef00_0950),
    (0xffc1_1ff0, 0xee01_1e60),
    // vmulh, vrmulh
    (0xefc1_0ff1, 0xee01_0e01),
    // vmullb, vmullt: integers, polynomials
    (0xefc1_0ff1, 0xee01_0e00),
    (0xeff1_0ff1, 0xee31_0e00),
    // vqdmulh, vqrdmulh
    (0xefc1_1ff1, 0xef00_0b40),
    (0xefc1_1ff0, 0xee01_0e60),
    // vqdmullb, vqdmullt
    (0xeff1_0ff1, 0xee30_0f01),
    (0xeff1_0ff0, 0xee30_0f60),
    // vqdmlah, vqdmlash, vqrdmlah, vqrdmlash
    (0xffc1_0fd0, 0xee00_0e40),
    // vqdmladh, vqdmlsdh and their kinds
    (0xefc1_0ff0, 0xee00_0e00),
    // vmla, vmlas
    (0xefc1_0ff0, 0xee01_0e40),
    // vmladav, vmlsdav
    (0xeff0_0ed0, 0xeef0_0e00),
    // vmlaldav, vmlsldav
    (0xef80_0fd0, 0xee80_0e00),
    // vrmlaldavh, vrmlsldavh
    (0xef81_0fd1, 0xee80_0f00),
    (0xff81_0fd1, 0xfe80_0e01),
    // vmul of floats
    (0xffe1_1ff1, 0xff00_0d50),
    (0xeff1_1ff0, 0xee31_0e60),
    // vfma, vfms, vfmas
    (0xffc1_1ff1, 0xef00_0c50),
    (0xeff1_0ff0, 0xee31_0e40),
    // vcmul, vcmla
    (0xeff1_0ff0, 0xee30_0e00),
    (0xfe61_1ff1, 0xfc20_0840),
];

/// What lies among the encodings of [`MULTIPLIES`] and is none.
const OTHERS: Encodings = &[
    // vshl and its kind by a register
    (0xffb1_1ff0, 0xee31_1e60),
    // vqmovn
    (0xeff1_0ff1, 0xee31_0e01),
    // vmaxv, vminv and their kinds
    (0xeff1_0fd0, 0xeee0_0f00),
    // vaddv
    (0xeff1_0fd0, 0xeef1_0f00),
];

/// An instruction that is not the scalar floating-point unit's: its halves as one word, the first on top.
pub(super) fn operation(code: u32) -> Operation {
    let any = |encodings: Encodings| encodings.iter().any(|(fixed, value)| code & fixed == *value);
    let transfer = code >> 25 & 7 == 0b110 && code & 0x0e00 == 0x0e00;
    if transfer && code & 0x01a0_0000 == 0 {
        // vmov between two core registers and two lanes.
        Operation::Simple
    } else if transfer {
        if code & 0x0010_0000 == 0 { Operation::VectorStore } else { Operation::VectorLoad }
    } else if any(MULTIPLIES) && !any(OTHERS) {
        Operation::VectorMultiply
    } else {
        Operation::Vector
    }
}
