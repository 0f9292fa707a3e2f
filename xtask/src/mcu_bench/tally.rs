//! From counted blocks to instructions, cycles and classes.

use std::collections::BTreeMap;
use std::ops::{AddAssign, SubAssign};

use serde::{Deserialize, Serialize};

use super::elf::Image;
use super::instruction::{Instruction, Operation};
use super::plugin::Block;
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
    pub(super) fn new(image: &Image, blocks: &[Block], timing: &Timing) -> Result<Profile, String> {
        let mut profile = Profile::default();
        // The emulator cuts straight-line code at will (at the end of a page, say). A load at the end of one piece shortens a load at
        // the begin of the next.
        let mut last_of = BTreeMap::new();
        let mut code = Vec::new();
        for block in blocks {
            let instructions = image.instructions(block.address, block.end)?;
            if instructions.len() as u64 != block.instructions {
                return Err(format!(
                    "the emulator sees {} instructions at {:#x}, the decoder {}",
                    block.instructions,
                    block.address,
                    instructions.len()
                ));
            }
            last_of.extend(instructions.last().map(|last| (block.end, *last)));
            code.push(instructions);
        }
        for (block, instructions) in blocks.iter().zip(&code) {
            let tally = tally(block, instructions, last_of.get(&block.address).copied(), timing);
            profile.total += tally;
            *profile.segments.entry(block.segment).or_default() += tally;
            *profile.functions.entry(image.function(block.address).to_owned()).or_default() += tally;
        }
        Ok(profile)
    }
}

/// What a block did in all its runs.
fn tally(
    block: &Block,
    instructions: &[Instruction],
    mut previous: Option<Instruction>,
    timing: &Timing,
) -> Tally {
    let mut tally = Tally::default();
    for &instruction in instructions {
        tally.instructions += block.runs;
        tally.cycles += block.runs * timing.cycles(instruction, previous);
        if let Some(class) = tally.class(instruction.operation) {
            *class += block.runs;
        }
        if instruction.operation.is_vector() {
            tally.vector += block.runs;
        }
        previous = Some(instruction);
    }
    tally.cycles += block.taken * timing.taken();
    tally
}

impl Tally {
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
