//! States that an inference in slices may change in place, although it may be given up.

use super::Slicing;
use crate::ir::Graph;
use crate::memory::Plan;
use crate::ops::state::shift::Shift;

/// A window of the state that an inference moves on in place. What it drops first is read by nobody else, so that moving the rest back undoes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// Where it lies in the state, in bytes.
    pub offset: usize,
    /// How long it is, in bytes.
    pub bytes: usize,
    /// By how many bytes it moves.
    pub moves: usize,
    /// In which slice.
    pub slice: usize,
}

/// The windows that the state consists of, if all of it is windows.
pub(crate) fn windows(graph: &Graph, plan: &Plan, slicing: &Slicing) -> Option<Vec<Window>> {
    let order = graph.order();
    let window = |number: usize| {
        let state = &graph.states[number];
        let shift = graph.producer(state.write)?;
        let node = graph.node(shift);
        let is_shift = node.op.is::<Shift>()
            && node.input(0) == Some(state.read)
            && graph.consumers(state.read) == [shift]
            && !graph.leaves(state.read);
        let step = order.iter().position(|&id| id == shift).filter(|_| is_shift)?;
        let begins = |slice: &super::Slice| slice.pieces.iter().any(|piece| piece.step() == step);
        Some(Window {
            offset: plan.states.get(number)?.offset - plan.state_offset(),
            bytes: graph.ty(state.read).bytes(),
            moves: graph.ty(node.input(1)?).bytes(),
            slice: slicing.slices.iter().position(begins)?,
        })
    };
    (0..graph.states.len()).map(window).collect()
}
