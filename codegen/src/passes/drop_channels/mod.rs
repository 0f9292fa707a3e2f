//! Drops channels that need not be computed: those whose elements are one number whatever the model is fed, and those that no
//! result depends on.
//!
//! 1. [`intervals`]: what each channel of each i8 tensor may be, from the inputs on, by interval arithmetic on the accumulators. A
//!    channel whose weights are all zero is the constant that its bias gives, one that its clamp always stops is that bound.
//! 2. [`kept`]: which channels must stay, from the outputs back: those of inputs, outputs, states and operators that mix channels in
//!    ways that are not known; then what these are computed from, if it is not constant. What a weighted sum reads from a constant
//!    channel goes into its bias. Two things keep a constant channel: an operator that is not a weighted sum, such as an addition
//!    whose other operand is not constant there; and a weight on it that lies in the image here and in the padding there, unless
//!    the constant is the zero point, which is what the padding stands for.
//! 3. [`rewrite`]: tensors, weights and biases without the others.
//!
//! Channels that stay together (the operands of an addition, the groups of a convolution) stay if one of them must. Both steps
//! follow what operators say of themselves: [`Operator::channel_flow`](crate::ir::Operator::channel_flow) and
//! [`intervals`](crate::ir::Operator::intervals). Floating point has no part in this: sums in another order are not the same, and
//! zero times infinity is not zero.
//!
//! Post-condition: none of the rules above would drop another channel. A tensor keeps at least one.

mod kept;
mod rewrite;

use super::Pass;
use crate::diagnostic::Diagnostics;
use crate::ir::{ChannelFlow, Graph, Node, intervals};

/// The pass.
pub(super) const PASS: Pass = Pass { name: "drop_channels", run };

fn run(graph: &mut Graph) -> Result<(), Diagnostics> {
    // The first time finds all but what was kept only so that something is left.
    while drop_some(graph) {}
    Ok(())
}

/// Whether there was something to drop.
fn drop_some(graph: &mut Graph) -> bool {
    let flows: Vec<ChannelFlow> = graph.nodes().map(|(_, node)| node.channel_flow(graph)).collect();
    let known = intervals(graph);
    let kept = kept::kept(graph, &flows, &known);
    let drops = |(_, node): (_, &Node)| node.outputs.iter().any(|id| kept[id.index()].contains(&false));
    let found = graph.nodes().any(drops);
    if found {
        rewrite::rewrite(graph, &flows, &known, &kept);
    }
    found
}
