//! Keeps a whole window over time where a model keeps its newest rows and drops the oldest.
//!
//! Streaming models join what they kept with what is new, compute with the window, and keep its newest rows for the next inference. Written so,
//! everything that is kept is copied twice. With the window itself as the state, it is moved once, in place:
//!
//! ```text
//! window = concat(kept, new); kept' = slice(window)      becomes      window' = shift(window, new)
//! ```

use super::Pass;
use crate::diagnostic::Diagnostics;
use crate::ir::{Graph, Node, NodeId, Op, State, Tensor, TensorId};
use crate::ops::movement::concat::Concat;
use crate::ops::movement::slice::Slice;
use crate::ops::state::shift::Shift;

#[cfg(test)]
mod test;

/// The pass.
pub(super) const PASS: Pass = Pass { name: "keep_windows", run };

fn run(graph: &mut Graph) -> Result<(), Diagnostics> {
    for number in 0..graph.states.len() {
        keep(graph, number);
    }
    Ok(())
}

/// A state that is the end of a window.
struct Window {
    /// The node that joins what is kept with what is new.
    join: NodeId,
    window: TensorId,
    new: TensorId,
}

fn keep(graph: &mut Graph, number: usize) -> Option<()> {
    let state = graph.states[number].clone();
    let Window { join, window, new } = find(graph, &state)?;
    let count = graph.ty(new).shape.elements();
    let ty = graph.ty(window).clone();
    // What the first inference drops may be anything.
    let initial = match &state.initial {
        Some(kept) => {
            let first = kept.part([1], 0)?.broadcast_to(&[count].into())?;
            Some(first.followed_by(kept, ty.shape.clone())?)
        }
        None => None,
    };
    let name = graph.tensor(state.read).name.clone();
    let read = graph.add_tensor(Tensor::new(name, ty));
    let node = graph.node_mut(join);
    node.op = Op::new(Shift {});
    node.inputs = vec![Some(read), Some(new)];
    graph.states[number] = State { read, write: window, initial };
    Some(())
}

/// What a state is the end of, if it is read to make that and for nothing else.
fn find(graph: &Graph, state: &State) -> Option<Window> {
    let cut = graph.node(graph.producer(state.write)?);
    let slice = cut.op.downcast::<Slice>()?;
    let window = cut.input(0)?;
    let join = graph.producer(window)?;
    let Node { op, inputs, .. } = graph.node(join);
    let axis = op.downcast::<Concat>()?.axis;
    let &[Some(kept), Some(new)] = inputs.as_slice() else { return None };
    let (ty, new_ty) = (graph.ty(window), graph.ty(new));
    let count = *new_ty.shape.dims().get(axis)?;
    let stays = ty.shape.dims().get(axis)?.checked_sub(count)?;
    // Where more is new than is kept, the window takes more memory for ever than is copied.
    let is_mostly_kept = count <= stays;
    // Places of the axis lie one behind the other.
    let is_outermost = ty.shape.dims()[..axis].iter().all(|&extent| extent == 1);
    let is_end =
        *slice == Slice { axes: vec![axis], begins: vec![count], steps: vec![1], counts: vec![stays] };
    let is_alone =
        kept == state.read && new != kept && graph.sole_consumer(kept) == Some(join) && !graph.leaves(kept);
    let is_moved = [graph.ty(kept), new_ty, graph.ty(state.write)].iter().all(|own| own.quant == ty.quant);
    let is_read_once = graph.states.iter().filter(|other| other.write == state.write).count() == 1;
    (is_mostly_kept
        && is_outermost
        && is_end
        && is_alone
        && is_moved
        && is_read_once
        && !graph.tensor(new).is_constant())
    .then_some(Window { join, window, new })
}
