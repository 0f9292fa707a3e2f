//! Cycle models: what an instruction costs on a core.
//!
//! The figures are those of Arm's technical reference manuals where there is a table. They hold for memory without wait states and
//! for one instruction at a time.

use super::instruction::{Instruction, Operation};

/// The cycle model of a core.
#[derive(Debug)]
pub(super) struct Timing {
    /// Where the figures come from.
    source: &'static str,
    load: u64,
    /// A load right after a load: their address and data phases overlap.
    load_after_load: u64,
    store: u64,
    store_pair: u64,
    /// A multiply that does not accumulate.
    multiply: u64,
    multiply_accumulate: u64,
    multiply_long: u64,
    divide: u64,
    /// A branch that is taken costs this much more: the pipeline is filled again.
    taken: u64,
    /// A call costs this much more than another branch.
    call: u64,
    /// A return by `pop` costs this much more than another branch.
    pop_return: u64,
    float_multiply_accumulate: u64,
    float_divide: u64,
}

const ARMV7M: Timing = Timing {
    source: "Cortex-M4 TRM r0p1, table 3-1",
    load: 2,
    load_after_load: 1,
    store: 1,
    store_pair: 2,
    multiply: 1,
    multiply_accumulate: 1,
    multiply_long: 1,
    divide: 7,
    taken: 2,
    call: 0,
    pop_return: 0,
    float_multiply_accumulate: 3,
    float_divide: 14,
};

/// Cortex-M0+ with the multiplier of one cycle.
const M0: Timing = Timing {
    source: "Cortex-M0+ TRM r0p1, table 3-1, multiplier of one cycle",
    load: 2,
    load_after_load: 2,
    store: 2,
    taken: 1,
    call: 1,
    pop_return: 1,
    ..ARMV7M
};
/// Cortex-M3.
const M3: Timing = Timing {
    source: "Cortex-M3 TRM r2p1, table 3-1; long multiplies 4, divides 7",
    multiply_accumulate: 2,
    multiply_long: 4,
    ..ARMV7M
};
/// Cortex-M4.
const M4: Timing = ARMV7M;
/// Cortex-M33.
const M33: Timing =
    Timing { source: "Cortex-M4's figures: Arm publishes no table for the Cortex-M33", ..ARMV7M };
/// Cortex-M7, as if it did not issue two instructions at once.
const M7: Timing = Timing {
    source: "Cortex-M4's figures without dual issue, branches predicted half the time: Arm publishes no table for the Cortex-M7",
    taken: 1,
    float_multiply_accumulate: 1,
    ..ARMV7M
};
/// RV32IMC, a short pipeline without branch prediction.
const RV32: Timing = Timing {
    source: "a pipeline with loads of 2 cycles, divides of 33 and 2 more for a taken branch; no certain chip",
    load_after_load: 2,
    divide: 33,
    ..ARMV7M
};

/// The cycle model of a core by the core's name.
///
/// # Errors
/// There is none.
pub(super) fn of(core: &str) -> Result<&'static Timing, String> {
    Ok(match core {
        "m0" => &M0,
        "m3" => &M3,
        "m4" => &M4,
        "m7" => &M7,
        // Only its instructions are shown.
        "m33" | "m55" => &M33,
        "rv32" => &RV32,
        _ => return Err(format!("no cycle model for `{core}`")),
    })
}

/// Where the figures for a core's cycles come from.
pub(super) fn source(core: &str) -> &'static str {
    match of(core) {
        Ok(timing) if is_known(core) => timing.source,
        _ => "no estimate: what a vector instruction costs depends on its neighbours",
    }
}

/// Whether estimated cycles mean something on the core. Not on a Cortex-M55.
pub(super) fn is_known(core: &str) -> bool {
    core != "m55"
}

impl Timing {
    /// Cycles of an instruction that runs after `previous`, without what a taken branch costs.
    pub(super) fn cycles(&self, instruction: Instruction, previous: Option<Instruction>) -> u64 {
        let follows_load = matches!(
            previous.map(|previous| previous.operation),
            Some(Operation::Load | Operation::LoadPair)
        );
        match instruction.operation {
            Operation::Load if follows_load => self.load_after_load,
            Operation::Load => self.load,
            Operation::LoadPair if follows_load => self.load_after_load + 1,
            Operation::LoadPair => self.load + 1,
            Operation::LoadMany { words, jumps } => {
                1 + u64::from(words) + if jumps { self.pop_return } else { 0 }
            }
            Operation::StoreMany { words } => 1 + u64::from(words),
            Operation::Store => self.store,
            Operation::StorePair => self.store_pair,
            Operation::Multiply => self.multiply,
            Operation::MultiplyAccumulate => self.multiply_accumulate,
            Operation::MultiplyLong => self.multiply_long,
            Operation::Divide => self.divide,
            Operation::Call => 1 + self.call,
            Operation::FloatMultiplyAccumulate => self.float_multiply_accumulate,
            Operation::FloatDivide => self.float_divide,
            Operation::Simple
            | Operation::Branch
            | Operation::Jump
            | Operation::JumpIndirect
            | Operation::Float
            | Operation::VectorLoad
            | Operation::VectorStore
            | Operation::VectorMultiply
            | Operation::Vector => 1,
        }
    }

    /// What the branch at the end of a block costs on top when it is taken.
    pub(super) fn taken(&self) -> u64 {
        self.taken
    }
}

#[cfg(test)]
mod test {
    use super::{Instruction, M0, M3, M4, Operation, Timing, is_known, of};
    use crate::firmware::cores::CORES;

    fn cycles(timing: &Timing, operations: &[Operation]) -> u64 {
        let mut previous = None;
        let instructions = operations.iter().map(|operation| Instruction { bytes: 2, operation: *operation });
        instructions.map(|instruction| timing.cycles(instruction, previous.replace(instruction))).sum()
    }

    #[test]
    fn loads_in_a_row_overlap_where_the_core_does_so() {
        let loads = [Operation::Load, Operation::Load, Operation::Simple, Operation::LoadPair];
        assert_eq!(cycles(&M4, &loads), 2 + 1 + 1 + 3);
        assert_eq!(cycles(&M0, &loads[..3]), 2 + 2 + 1);
    }

    #[test]
    fn several_registers_cost_one_cycle_each_and_one_more() {
        let operations = [Operation::StoreMany { words: 4 }, Operation::LoadMany { words: 3, jumps: false }];
        assert_eq!(cycles(&M4, &operations), 5 + 4);
        assert_eq!(cycles(&M0, &[Operation::LoadMany { words: 2, jumps: true }]) + M0.taken(), 5);
    }

    #[test]
    fn products_cost_what_the_core_needs_for_them() {
        let operations = [Operation::MultiplyAccumulate, Operation::MultiplyLong];
        assert_eq!((cycles(&M3, &operations), cycles(&M4, &operations)), (6, 2));
    }

    #[test]
    fn every_core_has_a_model() {
        assert!(CORES.iter().all(|core| of(core.name).is_ok()));
        assert!(of("z80").is_err());
        assert!(CORES.iter().all(|core| is_known(core.name) == (core.name != "m55")));
    }
}
