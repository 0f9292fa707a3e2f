//! RV32 encodings: The RISC-V Instruction Set Manual, volume I, "RV32/64G Instruction Set Listings" and "RVC Instruction Set Listings".

use super::Operation;

/// A 16-bit instruction.
pub(super) fn compressed(code: u16) -> Operation {
    match (code & 3, code >> 13) {
        (0, 1..=3) | (2, 1..=3) => Operation::Load,
        (0, 5..=7) | (2, 5..=7) => Operation::Store,
        (1, 1) => Operation::Call,
        (1, 5) => Operation::Jump,
        (1, 6 | 7) => Operation::Branch,
        // `c.jr` and `c.jalr`: a register and no second one; with the bit and without a register, `c.ebreak`.
        (2, 4) if code >> 2 & 31 == 0 && code >> 7 & 31 != 0 => {
            if code & 0x1000 != 0 {
                Operation::Call
            } else {
                Operation::JumpIndirect
            }
        }
        _ => Operation::Simple,
    }
}

/// A 32-bit instruction.
pub(super) fn full(code: u32) -> Operation {
    let (function, links) = (code >> 12 & 7, code >> 7 & 31 == 1);
    match code & 0x7f {
        0x03 | 0x07 => Operation::Load,
        0x23 | 0x27 => Operation::Store,
        0x63 => Operation::Branch,
        0x6f | 0x67 if links => Operation::Call,
        0x6f => Operation::Jump,
        0x67 => Operation::JumpIndirect,
        0x33 if code >> 25 == 1 => match function {
            0 => Operation::Multiply,
            1..=3 => Operation::MultiplyLong,
            _ => Operation::Divide,
        },
        0x43 | 0x47 | 0x4b | 0x4f => Operation::FloatMultiplyAccumulate,
        0x53 => match code >> 27 {
            0b00011 | 0b01011 => Operation::FloatDivide,
            _ => Operation::Float,
        },
        _ => Operation::Simple,
    }
}
