//! From counted blocks to instructions, cycles and classes.

use std::collections::BTreeMap;
use std::ops::{AddAssign, SubAssign};

use serde::{Deserialize, Serialize};

use super::elf::Image;
use super::instruction::{Instruction, Operation};
use super::plugin::Edge;
use super::timing::Timing;

/// What some code did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Tally {
    /// Instructions.
    pub(super) instructions: u64,
    /// Cycles, estimated.
    pub(super) cycles: u64,
    /// Instructions that load.
    pub(super) loads: u64,
    /// Instructions that store.
    pub(super) stores: u64,
    /// Instructions that multiply, those that accumulate included.
    pub(super) multiplies: u64,
    /// Divisions.
    pub(super) divides: u64,
    /// Branches, jumps, calls and returns.
    pub(super) branches: u64,
    /// Of all instructions those on vector registers.
    pub(super) vector: u64,
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Tally) {
        self.instructions += other.instructions;
        self.cycles += other.cycles;
        self.loads += other.loads;
        self.stores += other.stores;
        self.multiplies += other.multiplies;
        self.divides += other.divides;
        self.branches += other.branches;
        self.vector += other.vector;
    }
}

impl SubAssign for Tally {
    fn sub_assign(&mut self, other: Tally) {
        self.instructions -= other.instructions;
        self.cycles -= other.cycles;
        self.loads -= other.loads;
        self.stores -= other.stores;
        self.multiplies -= other.multiplies;
        self.divides -= other.divides;
        self.branches -= other.branches;
        self.vector -= other.vector;
    }
}

/// What a measured run did.
#[derive(Debug, Default)]
pub(super) struct Profile {
    /// In all.
    pub(super) total: Tally,
    /// By function.
    pub(super) functions: BTreeMap<String, Tally>,
    /// By segment.
    pub(super) segments: BTreeMap<usize, Tally>,
}

impl Profile {
    /// Adds up what blocks of an image did.
    ///
    /// # Errors
    /// A block is not code of the image.
    pub(super) fn new(image: &Image, edges: &[Edge], timing: &Timing) -> Result<Profile, String> {
        let mut profile = Profile::default();
        let code: Vec<_> = edges
            .iter()
            .map(|edge| image.instructions(edge.address, edge.instructions))
            .collect::<Result<_, _>>()?;
        // The emulator cuts straight-line code at will (at the end of a page, say). A load at the end of one piece shortens a load at
        // the begin of the next.
        let last_before: BTreeMap<_, _> =
            code.iter().filter_map(|(instructions, end)| Some((*end, *instructions.last()?))).collect();
        for (edge, (instructions, end)) in edges.iter().zip(&code) {
            let taken = edge.next != *end;
            let tally =
                tally(instructions, last_before.get(&edge.address).copied(), taken, timing).times(edge.count);
            profile.total += tally;
            *profile.segments.entry(edge.segment).or_default() += tally;
            *profile.functions.entry(image.function(edge.address).to_owned()).or_default() += tally;
        }
        Ok(profile)
    }
}

/// What instructions in a row do, after `previous`; whether they end in a branch that is taken.
fn tally(
    instructions: &[Instruction],
    mut previous: Option<Instruction>,
    taken: bool,
    timing: &Timing,
) -> Tally {
    let mut tally = Tally::default();
    for &instruction in instructions {
        tally.instructions += 1;
        tally.cycles += timing.cycles(instruction, previous);
        tally.vector += u64::from(instruction.operation.is_vector());
        if let Some(class) = tally.class(instruction.operation) {
            *class += 1;
        }
        previous = Some(instruction);
    }
    tally.cycles += if taken { timing.taken() } else { 0 };
    tally
}

impl Tally {
    /// So many times the same.
    fn times(self, count: u64) -> Tally {
        Tally {
            instructions: self.instructions * count,
            cycles: self.cycles * count,
            loads: self.loads * count,
            stores: self.stores * count,
            multiplies: self.multiplies * count,
            divides: self.divides * count,
            branches: self.branches * count,
            vector: self.vector * count,
        }
    }

    /// The count of the class that an operation belongs to.
    fn class(&mut self, operation: Operation) -> Option<&mut u64> {
        match operation {
            Operation::Load | Operation::LoadPair | Operation::LoadMany { .. } | Operation::VectorLoad => {
                Some(&mut self.loads)
            }
            Operation::Store
            | Operation::StorePair
            | Operation::StoreMany { .. }
            | Operation::VectorStore => Some(&mut self.stores),
            Operation::Multiply
            | Operation::MultiplyAccumulate
            | Operation::MultiplyLong
            | Operation::FloatMultiplyAccumulate
            | Operation::VectorMultiply => Some(&mut self.multiplies),
            Operation::Divide | Operation::FloatDivide => Some(&mut self.divides),
            Operation::Branch | Operation::Jump | Operation::Call | Operation::JumpIndirect => {
                Some(&mut self.branches)
            }
            Operation::Simple | Operation::Float | Operation::Vector => None,
        }
    }
}

#[cfg(test)]
mod test {
    use super::{Instruction, Operation, Tally, tally};
    use crate::mcu_bench::timing::of;

    #[test]
    fn a_row_of_instructions_is_counted_by_class_and_weighed() {
        let row = [Operation::Load, Operation::MultiplyAccumulate, Operation::Store, Operation::Branch];
        let row = row.map(|operation| Instruction { bytes: 2, operation });
        let expected = Tally {
            instructions: 4,
            cycles: 5,
            loads: 1,
            stores: 1,
            multiplies: 1,
            branches: 1,
            ..Tally::default()
        };
        let m4 = of("m4").unwrap();
        assert_eq!(tally(&row, None, false, m4), expected);
        let [taken, after_load] = [tally(&row, None, true, m4), tally(&row, Some(row[0]), false, m4)];
        assert_eq!((taken.cycles, after_load.cycles), (7, 4));
        assert_eq!(expected.times(3).cycles, 15);
    }
}
