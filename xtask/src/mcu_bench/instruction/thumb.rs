//! T32 encodings: Armv8-M Architecture Reference Manual, C2.2 (and C2.4 for each instruction).

use super::{Operation, helium};

/// A 16-bit instruction.
pub(super) fn narrow(code: u16) -> Operation {
    match code >> 12 {
        0b0100 => match code >> 10 & 3 {
            // Data processing; of these, only the product is special.
            0b00 if code >> 6 & 15 == 0b1101 => Operation::Multiply,
            0b01 if code >> 7 & 7 == 0b110 => Operation::JumpIndirect,
            0b01 if code >> 7 & 7 == 0b111 => Operation::Call,
            // `add` and `mov` to the program counter.
            0b01 if code >> 8 & 3 != 1 && code & 0x87 == 0x87 => Operation::JumpIndirect,
            0b10 | 0b11 => Operation::Load,
            _ => Operation::Simple,
        },
        // Register offset: `str strh strb ldrsb ldr ldrh ldrb ldrsh`.
        0b0101 if code >> 9 & 7 < 3 => Operation::Store,
        0b0101 => Operation::Load,
        0b0110..=0b1001 if code & 0x0800 != 0 => Operation::Load,
        0b0110..=0b1001 => Operation::Store,
        0b1011 => match code >> 8 & 15 {
            0b0100 | 0b0101 => Operation::StoreMany { words: (code & 0x1ff).count_ones() },
            0b1100 | 0b1101 => {
                Operation::LoadMany { words: (code & 0x1ff).count_ones(), jumps: code & 0x100 != 0 }
            }
            0b0001 | 0b0011 | 0b1001 | 0b1011 => Operation::Branch,
            _ => Operation::Simple,
        },
        0b1100 if code & 0x0800 == 0 => Operation::StoreMany { words: (code & 0xff).count_ones() },
        0b1100 => Operation::LoadMany { words: (code & 0xff).count_ones(), jumps: false },
        0b1101 if code >> 8 & 15 < 14 => Operation::Branch,
        0b1110 => Operation::Jump,
        _ => Operation::Simple,
    }
}

/// A 32-bit instruction: its halves.
pub(super) fn wide(first: u16, second: u16) -> Operation {
    match first >> 9 & 15 {
        // 1110 100x
        0b0100 => multiple_or_dual(first, second),
        0b0101 => Operation::Simple,
        0b0110 | 0b0111 | 0b1110 | 0b1111 => coprocessor(first, second),
        // 1111 0xxx
        0b1000..=0b1011 if second & 0x8000 != 0 => branch(first, second),
        0b1000..=0b1011 => Operation::Simple,
        // 1111 100x
        0b1100 => single(first, second),
        // 1111 101x
        _ => multiply_or_data(first, second),
    }
}

fn multiple_or_dual(first: u16, second: u16) -> Operation {
    let load = first & 0x10 != 0;
    if first & 0x40 == 0 {
        let words = second.count_ones();
        return if load {
            Operation::LoadMany { words, jumps: second & 0x8000 != 0 }
        } else {
            Operation::StoreMany { words }
        };
    }
    // Without index and write-back: exclusive and acquiring accesses, table branches.
    let pair = first & 0x0120 != 0;
    match (pair, load) {
        (true, true) => Operation::LoadPair,
        (true, false) => Operation::StorePair,
        (false, true) if first & 0x0180 == 0x0080 && second & 0x00e0 == 0 => Operation::JumpIndirect,
        (false, true) => Operation::Load,
        (false, false) => Operation::Store,
    }
}

fn branch(first: u16, second: u16) -> Operation {
    match (second >> 14 & 1, second >> 12 & 1) {
        // `bl`
        (1, 1) => Operation::Call,
        // Low-overhead loops: `wls`, `le` jump; `dls` and `lctp` do not.
        (1, _) if second & 0x2000 != 0 => Operation::Simple,
        (1, _) => Operation::Branch,
        (_, 1) => Operation::Jump,
        _ if first >> 7 & 7 == 7 => Operation::Simple,
        _ => Operation::Branch,
    }
}

fn single(first: u16, second: u16) -> Operation {
    let to_program_counter = second >> 12 == 15;
    match (first & 0x10 != 0, first >> 5 & 3) {
        (false, _) => Operation::Store,
        (true, 0b10) if to_program_counter => Operation::LoadMany { words: 1, jumps: true },
        // `pld`, `pli`
        (true, 0b00 | 0b01) if to_program_counter => Operation::Simple,
        (true, _) => Operation::Load,
    }
}

fn multiply_or_data(first: u16, second: u16) -> Operation {
    let accumulates = second >> 12 != 15;
    match first >> 4 & 31 {
        // 1111 1011 0xxx
        0b10000..=0b10111 if accumulates => Operation::MultiplyAccumulate,
        0b10000..=0b10111 => Operation::Multiply,
        0b11001 | 0b11011 => Operation::Divide,
        0b11000..=0b11111 => Operation::MultiplyLong,
        _ => Operation::Simple,
    }
}

/// Floating point and Helium.
fn coprocessor(first: u16, second: u16) -> Operation {
    // Bits 11 to 8 of the second half were the coprocessor's number once. The floating-point unit's are 10 and 11.
    let float = matches!(second >> 8 & 15, 10 | 11);
    // 1110 110x: transfers; 1110 1110: processing.
    match first >> 8 & 15 {
        12 | 13 if float => float_transfer(first, second),
        14 if float => self::float(first, second),
        _ => helium::operation(u32::from(first) << 16 | u32::from(second)),
    }
}

fn float_transfer(first: u16, second: u16) -> Operation {
    let load = first & 0x10 != 0;
    match (first & 0x0100 != 0, first & 0x20 != 0, first & 0x0080 != 0) {
        // One register at an offset.
        (true, false, _) if load => Operation::Load,
        (true, false, _) => Operation::Store,
        // Two core registers to or from floating-point registers.
        (false, false, false) => Operation::Simple,
        _ if load => Operation::LoadMany { words: u32::from(second & 0xff), jumps: false },
        _ => Operation::StoreMany { words: u32::from(second & 0xff) },
    }
}

fn float(first: u16, second: u16) -> Operation {
    let register_transfer = second & 0x10 != 0;
    if first >> 12 == 15 || register_transfer {
        return Operation::Simple;
    }
    // Opcode without the bit of the destination register.
    match (first >> 7 & 1, first >> 4 & 3) {
        // `vmla`, `vmls`, `vnmla`, `vnmls`; `vfma` and its kind.
        (0, 0 | 1) | (1, 1 | 2) => Operation::FloatMultiplyAccumulate,
        (1, 0) => Operation::FloatDivide,
        // `vsqrt`
        (1, 3) if first & 15 == 1 && second & 0xc0 == 0xc0 => Operation::FloatDivide,
        _ => Operation::Float,
    }
}
