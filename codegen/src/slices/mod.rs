//! An inference as a sequence of slices, between any two of which firmware may do something else, or give the inference up.
//!
//! A slice is what lies between two boundaries of this order: the calls of the layers one after the other, the turns of a chain that runs by
//! rows, and the steps of a call that its kernel can carry out in parts ([`crate::kernel::Cut`]). Memory is planned for whole inferences, and
//! nobody else writes to the arena between two slices; so any boundary is right, and how many there are is a matter of time alone.
//! Without a limit each layer is a slice, and each turn of a chain. With one, slices are as long as the predicted cycles allow it.

mod atoms;
mod fill;
mod limit;
#[cfg(test)]
mod test;
mod windows;

use std::ops::Range;

use crate::ir::Graph;
use crate::kernel::KernelChoice;
use crate::target::Core;

pub use fill::TooLong;
pub use limit::limit;
pub use windows::Window;
pub(crate) use windows::windows;

/// The slices of an inference, in their order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slicing {
    /// The slices: at least one.
    pub slices: Vec<Slice>,
    /// Predicted cycles of the longest one, on the slowest of the core families that share the code.
    pub longest: u64,
}

/// What is carried out at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slice {
    /// In their order; none if a model consists of views.
    pub pieces: Vec<Piece>,
    /// Predicted cycles.
    pub cycles: u64,
}

/// A part of a slice, of the node that is carried out in a step of execution.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// Some of its calls.
    Calls {
        /// The step of execution.
        step: usize,
        /// Which calls.
        calls: Range<usize>,
    },
    /// A part of one of its calls.
    Part {
        /// The step of execution.
        step: usize,
        /// The call's index.
        call: usize,
        /// Which of the call's steps.
        steps: Range<usize>,
    },
    /// Some turns of its loop: with the first one what comes before the loop, with the last one what comes behind it.
    Turns {
        /// The step of execution.
        step: usize,
        /// Which turns.
        turns: Range<usize>,
    },
}

impl Piece {
    /// The step of execution of its node.
    pub fn step(&self) -> usize {
        match self {
            Piece::Calls { step, .. } | Piece::Part { step, .. } | Piece::Turns { step, .. } => *step,
        }
    }
}

/// How long slices may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit {
    /// Predicted cycles.
    pub cycles: u64,
    /// Whether it is a fault if a slice cannot be so short; else it is as short as it can be.
    pub is_strict: bool,
}

impl Slicing {
    /// A slice for each layer, and for each turn of a chain.
    pub fn by_layers(graph: &Graph, choices: &[Option<KernelChoice>], core: Core) -> Slicing {
        fill::by_layers(atoms::ends(graph), &atoms::atoms(graph, choices, core))
    }

    /// Slices that take no more than a limit.
    ///
    /// # Errors
    /// The limit is strict, and a part that cannot be cut takes longer.
    pub fn within(
        graph: &Graph,
        choices: &[Option<KernelChoice>],
        core: Core,
        limit: Limit,
    ) -> Result<Slicing, TooLong> {
        fill::within(atoms::ends(graph), &atoms::atoms(graph, choices, core), limit)
    }

    /// Whether both are the same code.
    pub fn same_code(&self, other: &Slicing) -> bool {
        let same = |(a, b): (&Slice, &Slice)| a.pieces == b.pieces;
        self.slices.len() == other.slices.len() && self.slices.iter().zip(&other.slices).all(same)
    }
}
