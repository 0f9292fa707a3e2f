//! What an instruction does, as far as its time and the reports' classes depend on it.

mod helium;
mod riscv;
mod thumb;

/// An instruction set of the measured cores.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum InstructionSet {
    /// T32 of all Cortex-M, Helium included.
    Thumb,
    /// RV32 with M, C (and F).
    RiscV,
}

/// One instruction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Instruction {
    /// Length in bytes: 2 or 4.
    pub(super) bytes: usize,
    /// What it does.
    pub(super) operation: Operation,
}

/// What an instruction does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operation {
    /// Whatever takes one cycle everywhere: arithmetic, moves, hints.
    Simple,
    /// One word or less from memory.
    Load,
    /// Two words from memory.
    LoadPair,
    /// So many words from memory; whether the program counter is among them.
    LoadMany { words: u32, jumps: bool },
    /// One word or less to memory.
    Store,
    /// Two words to memory.
    StorePair,
    /// So many words to memory.
    StoreMany { words: u32 },
    /// Product of 32 bits; DSP products of halves.
    Multiply,
    /// Product of 32 bits added to a sum; `smlad` and its kind.
    MultiplyAccumulate,
    /// Product of 64 bits, added to a sum or not.
    MultiplyLong,
    /// Quotient or remainder.
    Divide,
    /// Jump that depends on a condition; loop ends of Armv8.1-M.
    Branch,
    /// Jump to a fixed place.
    Jump,
    /// Jump that stores the return address.
    Call,
    /// Jump to an address in a register or table, return included.
    JumpIndirect,
    /// Floating-point product that is added to a sum.
    FloatMultiplyAccumulate,
    /// Floating-point quotient or square root.
    FloatDivide,
    /// Any other scalar floating-point arithmetic.
    Float,
    /// Helium: load.
    VectorLoad,
    /// Helium: store.
    VectorStore,
    /// Helium: product, added to a sum or not.
    VectorMultiply,
    /// Helium: anything else on vector registers.
    Vector,
}

impl Operation {
    /// Whether it works on vector registers.
    pub(super) fn is_vector(self) -> bool {
        matches!(
            self,
            Operation::VectorLoad | Operation::VectorStore | Operation::VectorMultiply | Operation::Vector
        )
    }
}

impl InstructionSet {
    /// The instruction at the front of `code`; none if `code` ends inside it.
    pub(super) fn decode(self, code: &[u8]) -> Option<Instruction> {
        let half = |at: usize| Some(u16::from_le_bytes(code.get(at..at + 2)?.try_into().ok()?));
        let first = half(0)?;
        let long = match self {
            InstructionSet::Thumb => first >> 11 >= 0b11101,
            InstructionSet::RiscV => first & 3 == 3,
        };
        let second = if long { Some(half(2)?) } else { None };
        let operation = match (self, second) {
            (InstructionSet::Thumb, None) => thumb::narrow(first),
            (InstructionSet::Thumb, Some(second)) => thumb::wide(first, second),
            (InstructionSet::RiscV, None) => riscv::compressed(first),
            (InstructionSet::RiscV, Some(second)) => riscv::full(u32::from(second) << 16 | u32::from(first)),
        };
        Some(Instruction { bytes: if long { 4 } else { 2 }, operation })
    }
}

#[cfg(test)]
mod test;
