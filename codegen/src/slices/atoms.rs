//! What a boundary between slices cannot cut, in the order of execution, with the cycles that it is predicted to take.

use crate::ir::Graph;
use crate::kernel::{Cut, KernelChoice, When};
use crate::selection::node_cycles;
use crate::target::Core;

/// A part of an inference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Atom {
    /// The step of execution of its node.
    pub step: usize,
    /// What of the node.
    pub what: What,
    /// Predicted cycles.
    pub cycles: u64,
}

/// What of a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum What {
    /// A call, which can be carried out in so many steps; 1 where it cannot be cut.
    Call { call: usize, steps: usize },
    /// A turn of the loop.
    Turn(usize),
}

/// What comes before the first atom and behind the last one: cycles of changing the sign of what the caller has as unsigned bytes, and of
/// copying the state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Ends {
    pub before: u64,
    pub after: u64,
}

/// Cycles for each byte whose sign is changed, as a plain loop takes them.
const FLIP: usize = 5;

/// The ends of an inference.
pub(super) fn ends(graph: &Graph) -> Ends {
    let flipped = |ports: &[crate::ir::Port]| -> usize {
        let unsigned = ports.iter().filter(|port| port.boundary.unsigned);
        unsigned.map(|port| FLIP * graph.ty(port.tensor).bytes()).sum()
    };
    let state: usize = graph.states.iter().map(|state| graph.ty(state.read).bytes()).sum();
    // Words by a plain loop, and the call.
    let copy = if state > 0 { 60 + state } else { 0 };
    Ends { before: (flipped(&graph.inputs) + copy) as u64, after: (flipped(&graph.outputs) + copy) as u64 }
}

/// The atoms of an inference.
pub(super) fn atoms(graph: &Graph, choices: &[Option<KernelChoice>], core: Core) -> Vec<Atom> {
    let mut atoms = Vec::new();
    for (step, ((_, node), choice)) in graph.nodes().zip(choices).enumerate() {
        let Some(choice) = choice else { continue };
        if let Some(row_loop) = &choice.row_loop {
            let cycles = |now: &dyn Fn(&When) -> bool| -> u64 {
                let calls = row_loop.timing.iter().zip(&choice.loop_cycles);
                calls.filter(|(timing, _)| now(&timing.when)).map(|(_, cycles)| cycles).sum()
            };
            for turn in 0..row_loop.turns {
                let mut own = cycles(&|when| when.is_in(turn));
                if turn == 0 {
                    own += cycles(&|when| *when == When::Before);
                }
                if turn + 1 == row_loop.turns {
                    own += cycles(&|when| *when == When::After);
                }
                atoms.push(Atom { step, what: What::Turn(turn), cycles: own });
            }
            continue;
        }
        let all = node_cycles(graph, node, choice);
        for (call, cycles) in cycles_of_calls(choice, core, all).into_iter().enumerate() {
            let cut = choice.cuts.iter().find(|cut| cut.call == call);
            let steps = cut.map_or(1, |&Cut { steps, .. }| steps.max(1));
            atoms.push(Atom { step, what: What::Call { call, steps }, cycles });
        }
    }
    atoms
}

/// The cycles of each call of a node: by the models, or, where one is missing, all of the node's in the first.
fn cycles_of_calls(choice: &KernelChoice, core: Core, all: u64) -> Vec<u64> {
    let by_models: Option<Vec<u64>> = choice.work.iter().map(|work| work.cycles(core)).collect();
    match by_models.filter(|cycles| cycles.len() == choice.calls.len()) {
        Some(cycles) => cycles,
        None => (0..choice.calls.len()).map(|call| if call == 0 { all } else { 0 }).collect(),
    }
}
