//! Which channels must stay.

use crate::ir::{ChannelFlow, Graph, Intervals, Node, Quant, TensorId, Tie, WeightedSums};

/// For each tensor that is not constant, whether each channel stays. Constants have none of their own: they follow the node that
/// reads them.
pub(super) type Kept = Vec<Vec<bool>>;

/// The channels that stay: the least that satisfies what the module's documentation asks for.
pub(super) fn kept(graph: &Graph, flows: &[ChannelFlow], known: &Intervals) -> Kept {
    let mut demands = Demands::new(graph, known);
    let steps: Vec<(&Node, &ChannelFlow)> = graph.nodes().map(|(_, node)| node).zip(flows).collect();
    for (node, flow) in &steps {
        if matches!(flow, ChannelFlow::Opaque) {
            node.operands().chain(node.outputs.iter().copied()).for_each(|id| demands.keep_all(id));
        }
    }
    loop {
        demands.changed = false;
        // Backwards, as demands mostly go.
        for (node, flow) in steps.iter().rev() {
            demands.propagate(node, flow);
        }
        if demands.changed {
            continue;
        }
        // A tensor must not vanish while there is somebody to read it.
        for (node, _) in &steps {
            if node.outputs.iter().any(|&output| demands.is_any_kept(output)) {
                for id in node.operands().filter(|&id| !graph.tensor(id).is_constant()) {
                    if !demands.is_any_kept(id) {
                        demands.keep(id, 0);
                    }
                }
            }
        }
        if !demands.changed {
            return demands.kept;
        }
    }
}

struct Demands<'a> {
    graph: &'a Graph,
    known: &'a Intervals,
    kept: Kept,
    /// For each tensor the channels whose weights were looked at: they need not be again.
    seen: Vec<Vec<bool>>,
    changed: bool,
}

impl<'a> Demands<'a> {
    fn new(graph: &'a Graph, known: &'a Intervals) -> Self {
        let channels = |id: TensorId| match graph.tensor(id).is_constant() {
            true => Vec::new(),
            false => vec![false; graph.ty(id).shape.channels()],
        };
        let kept: Kept = graph.tensor_ids().map(channels).collect();
        let mut demands = Demands { graph, known, seen: kept.clone(), kept, changed: false };
        let ports = graph.inputs.iter().chain(&graph.outputs).map(|port| port.tensor);
        let states = graph.states.iter().flat_map(|state| [state.read, state.write]);
        let per_axis = |id: &TensorId| matches!(graph.ty(*id).quant, Some(Quant::PerAxis { .. }));
        for id in ports.chain(states).chain(graph.tensor_ids().filter(per_axis)) {
            demands.keep_all(id);
        }
        demands
    }

    fn is_any_kept(&self, id: TensorId) -> bool {
        self.kept[id.index()].contains(&true)
    }

    fn keep(&mut self, id: TensorId, channel: usize) {
        if let Some(kept @ false) = self.kept[id.index()].get_mut(channel) {
            *kept = true;
            self.changed = true;
        }
    }

    fn keep_all(&mut self, id: TensorId) {
        self.kept[id.index()].fill(true);
    }

    fn propagate(&mut self, node: &Node, flow: &ChannelFlow) {
        let (ChannelFlow::Tied(_) | ChannelFlow::Weighted(_), &[output]) = (flow, node.outputs.as_slice())
        else {
            return;
        };
        match flow {
            ChannelFlow::Opaque => {}
            ChannelFlow::Tied(ties) => {
                for (operand, tie) in node.inputs.iter().zip(ties) {
                    if let (Some(operand), Some(tie)) = (operand, tie)
                        && !self.graph.tensor(*operand).is_constant()
                    {
                        self.tie(*operand, output, *tie);
                    }
                }
            }
            ChannelFlow::Weighted(sums) => {
                if let Some(operand) = node.input(0) {
                    self.bind_groups(operand, output, sums.groups);
                    self.read(node, operand, output, sums);
                }
            }
        }
    }

    fn tie(&mut self, operand: TensorId, output: TensorId, tie: Tie) {
        let (own, results) = (self.kept[operand.index()].len(), self.kept[output.index()].len());
        for (channel, result) in tie.pairs(own, results) {
            if self.kept[output.index()].get(result) == Some(&true) {
                self.keep(operand, channel);
            } else if self.kept[operand.index()][channel] && tie != Tie::Shared {
                self.keep(output, result);
            }
        }
    }

    /// Several groups have equal numbers of channels: each stays as a whole, or goes.
    fn bind_groups(&mut self, operand: TensorId, output: TensorId, groups: usize) {
        if groups < 2 {
            return;
        }
        let sides = [operand, output].map(|id| (id, self.kept[id.index()].len() / groups));
        for group in 0..groups {
            let channels =
                |(id, count): (TensorId, usize)| (group * count..(group + 1) * count).map(move |c| (id, c));
            let all: Vec<_> = sides.into_iter().flat_map(channels).collect();
            if all.iter().any(|&(id, channel)| self.kept[id.index()][channel]) {
                all.into_iter().for_each(|(id, channel)| self.keep(id, channel));
            }
        }
    }

    /// What the sums that stay read of their operand.
    fn read(&mut self, node: &Node, operand: TensorId, output: TensorId, sums: &WeightedSums) {
        let weights =
            node.input(sums.weights).and_then(|id| self.graph.constant(id)).and_then(|value| value.as_i8());
        let (Some(weights), Some((_, zero))) = (weights, self.graph.ty(operand).per_tensor()) else {
            self.keep_all(operand);
            return;
        };
        let (channels, results) = (self.kept[operand.index()].len(), self.kept[output.index()].len());
        let (group_in, group_out) = (channels / sums.groups, results / sums.groups);
        let border: Vec<bool> = sums.is_always_inside().iter().map(|inside| !inside).collect();
        // What a weight must be like for its channel to stay: any, or one at the border, or none.
        let demands: Vec<[bool; 2]> = (0..channels)
            .map(|channel| match self.known[operand.index()].get(channel).and_then(|known| known.single()) {
                None => [true, true],
                Some(constant) => [false, constant != zero],
            })
            .collect();
        for result in 0..results {
            if !self.kept[output.index()][result] || self.seen[output.index()][result] {
                continue;
            }
            self.seen[output.index()][result] = true;
            let first = result / group_out * group_in;
            let mut at = result * sums.tap_count() * group_in;
            for &border in &border {
                // Indices and `while`: every weight of the model is read here in an unoptimised build.
                let mut channel = first;
                while channel < first + group_in {
                    if weights[at] != 0 && demands[channel][usize::from(border)] {
                        self.keep(operand, channel);
                    }
                    at += 1;
                    channel += 1;
                }
            }
        }
    }
}
