//! Lets an operator leave out the rows and columns of its result that nobody reads.
//!
//! A convolution that is padded on both sides and then cut on one, as causal convolutions are written, becomes one with less padding
//! ([`Operator::with_crop`](crate::ir::Operator::with_crop)). Only where the slice is the result's only reader, and takes one run of rows
//! and columns.

use super::Pass;
use crate::diagnostic::Diagnostics;
use crate::ir::{Graph, NodeId, Shape};
use crate::ops::movement::slice::Slice;

/// The pass.
pub(super) const PASS: Pass = Pass { name: "absorb_slices", run };

fn run(graph: &mut Graph) -> Result<(), Diagnostics> {
    // In execution order, so that slices of slices are absorbed one after the other.
    for id in graph.order().to_vec() {
        absorb(graph, id);
    }
    Ok(())
}

fn absorb(graph: &mut Graph, id: NodeId) -> Option<()> {
    let node = graph.node(id);
    let (whole, part) = (node.input(0)?, *node.outputs.first()?);
    let lines = node.op.downcast::<Slice>()?.lines(&graph.ty(whole).shape)?;
    if graph.sole_consumer(whole) != Some(id)
        || graph.leaves(whole)
        || graph.ty(whole).quant != graph.ty(part).quant
    {
        return None;
    }
    let producer = graph.producer(whole)?;
    let maker = graph.node(producer);
    let inputs: Vec<_> = maker.inputs.iter().map(|id| id.map(|id| graph.tensor(id))).collect();
    let op = maker.op.with_crop(&inputs, lines)?;
    if op.infer(&inputs).ok()?.first()?.shape != graph.ty(part).shape {
        return None;
    }
    graph.remove_node(id);
    let maker = graph.node_mut(producer);
    maker.op = op;
    maker.outputs = vec![part];
    Some(())
}

impl Slice {
    /// Rows above and below, columns left and right of an image that the slice leaves out; none if it does anything else.
    fn lines(&self, image: &Shape) -> Option<[usize; 4]> {
        let mut lines = [0; 4];
        let ends = self.axes.iter().zip(&self.begins).zip(self.steps.iter().zip(&self.counts));
        for ((&axis, &begin), (&step, &count)) in ends {
            let side = match axis {
                1 => 0,
                2 => 2,
                _ => return None,
            };
            let end = begin.checked_add(count)?;
            (lines[side], lines[side + 1]) = (begin, image.dims().get(axis)?.checked_sub(end)?);
            if step != 1 {
                return None;
            }
        }
        (image.rank() == 4).then_some(lines)
    }
}
