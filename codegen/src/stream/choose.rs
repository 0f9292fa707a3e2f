//! Which chains a graph is carried out in: the ones with the smallest arena for a bounded loss of speed, or the fastest that fit.
//!
//! Every interval of the order of execution that is a chain, with a few numbers of rows per turn, is an edge from its first node to
//! the one behind its last; every single node by itself is one, too. An edge has the bytes that are live during it and its
//! cycles, so that the fastest way through the graph within some bytes is a shortest path. What the path promises is then
//! planned in full.

use std::collections::{HashMap, HashSet};

use super::Stream;
use super::lower::{cost, is_aligned, least_bytes, union_bytes};
use super::schedule::{Layer, Schedule, is_by_rows, works_in_chain};
use crate::compiled::{Compiled, lower_graph};
use crate::config::Optimise;
use crate::ir::{Fault, Graph, NodeId, TensorId};
use crate::kernel::{KernelChoice, Lowering};
use crate::memory;
use crate::selection::node_cycles;
use crate::target::Core;

/// `optimise = "ram"` takes the smallest arena for at most so many percent more predicted cycles than without.
pub const SLOWER_PERCENT: u64 = 15;

/// Rows of the last tensor in each turn: at most so many.
const MOST_ROWS: usize = 8;

/// Layers that are looked at, in all chains together: it bounds how long a chain of a deep model can be. Networks of 39 layers have
/// the chain of all layers, those of 100 chains of 25.
const EFFORT: usize = 500_000;

/// Plans that are made in full.
const PLANS: usize = 4;

/// A way through a part of the graph.
struct Edge {
    /// Position of the first node.
    from: usize,
    /// Position behind the last one.
    to: usize,
    /// Bytes that are live at most.
    bytes: usize,
    /// Predicted cycles.
    cycles: u64,
    /// The chain; none for a node by itself.
    chain: Option<Chain>,
}

/// A chain, and what its kernels are best at.
#[derive(Clone)]
struct Chain {
    schedule: Schedule,
    kernels: Optimise,
    /// Whether the caller gives the rows.
    fed: bool,
}

/// The smallest arena for at most [`SLOWER_PERCENT`] more cycles than `balanced`, the fastest of equals: with or without chains, around
/// kernels that take little working memory (`plain`) or balanced ones.
pub fn least_ram(plain: Compiled, balanced: Compiled) -> Compiled {
    let budget = budget(&balanced);
    let mut kernels = Kernels::new(plain.core);
    let chains = [(&plain, Optimise::Ram), (&balanced, Optimise::Balanced)]
        .map(|(base, optimise)| Edges::new(base, optimise, None, &mut kernels).least(budget));
    let ways = chains.into_iter().flatten().chain((cycles(&plain) <= budget).then_some(plain));
    let rank = |compiled: &Compiled| (compiled.plan.arena_bytes, cycles(compiled));
    let smaller = ways.min_by_key(rank).filter(|way| rank(way) < rank(&balanced));
    smaller.unwrap_or(balanced)
}

/// The most cycles that a model may take for a smaller arena.
fn budget(balanced: &Compiled) -> u64 {
    let cycles = cycles(balanced);
    cycles + cycles * SLOWER_PERCENT / 100
}

/// The model with a chain that is fed row by row: as with [`least_ram`], or, if nothing is so fast, with the smallest arena.
pub fn fed(plain: &Compiled, balanced: &Compiled, optimise: Optimise) -> Result<Compiled, Fault> {
    let graph = &plain.graph;
    let [input] = graph.inputs.as_slice() else {
        return Err("a model with several inputs cannot be fed row by row".to_owned());
    };
    // The input itself, or it under another shape.
    let mut entry = input.tensor;
    let mut start = 0;
    while let Some(node) = graph.order().get(start).map(|&id| graph.node(id)).filter(|node| node.op.is_view())
    {
        if node.input(0) != Some(entry) || graph.consumers(entry).len() != 1 || graph.leaves(entry) {
            break;
        }
        (entry, start) = (node.outputs[0], start + 1);
    }
    let none = || {
        Err(format!(
            "the model cannot be fed row by row: there is no chain of layers that work by rows from `{}` on",
            graph.tensor(input.tensor).name
        ))
    };
    if graph.leaves(entry) || start == graph.order().len() {
        return none();
    }
    let edges = Edges::new(plain, optimise, Some((entry, start)), &mut Kernels::new(plain.core));
    // Who feeds rows is short of RAM: rather slow than large.
    let least = edges.least(budget(balanced)).or_else(|| edges.least(u64::MAX));
    match least.or_else(|| edges.path(usize::MAX).and_then(|path| edges.compile(&path))) {
        Some(compiled) => Ok(compiled),
        None => none(),
    }
}

impl Edges<'_> {
    /// The smallest arena for at most so many cycles; none if none is smaller than the plain one.
    fn least(&self, budget: u64) -> Option<Compiled> {
        let (edges, plain) = (self, self.plain);
        let mut limits: Vec<usize> =
            edges.all.iter().map(|edge| edge.bytes).filter(|&bytes| bytes < plain.plan.arena_bytes).collect();
        limits.sort_unstable();
        limits.dedup();
        let within_budget =
            |limit: usize| edges.path(limit).is_some_and(|path| edges.cycles(&path) <= budget);
        // More bytes allow all that fewer do, so the fast enough limits are the last ones.
        let first = limits.partition_point(|&limit| !within_budget(limit));
        let mut best: Option<Compiled> = None;
        for &limit in limits[first..].iter().take(PLANS) {
            let arena = |compiled: &Compiled| compiled.plan.arena_bytes;
            let Some(compiled) = edges.path(limit).and_then(|path| edges.compile(&path)) else { continue };
            if arena(&compiled) < best.as_ref().map_or(plain.plan.arena_bytes, arena) {
                best = Some(compiled);
            }
            if best.as_ref().is_some_and(|best| arena(best) <= limit) {
                break;
            }
        }
        best
    }
}

/// The fastest chains with which the arena has at most so many bytes; none if there are none.
pub fn within(plain: &Compiled, optimise: Optimise, bytes: usize) -> Option<Compiled> {
    let edges = Edges::new(plain, optimise, None, &mut Kernels::new(plain.core));
    let mut limit = bytes;
    for _ in 0..2 * PLANS {
        let path = edges.path(limit)?;
        let compiled = edges.compile(&path)?;
        if compiled.plan.arena_bytes <= bytes {
            return Some(compiled);
        }
        // The path needs more than its steps one by one: look for one whose steps need less.
        limit = path.iter().map(|&edge| edges.all[edge].bytes).max()?.min(limit).checked_sub(1)?;
    }
    None
}

/// All chains that are possible, each as long as possible and by so many rows: for tests.
#[doc(hidden)]
pub fn everything(plain: &Compiled, optimise: Optimise, rows: usize) -> Option<Compiled> {
    let graph = &plain.graph;
    let order = graph.order();
    let mut kernels = Kernels::new(plain.core);
    let mut chosen = Vec::new();
    let mut from = 0;
    while from < order.len() {
        let longest = (from + 1..=order.len()).rev().find_map(|to| {
            let schedules = (1..=rows).rev().filter_map(|rows| Schedule::new(graph, &order[from..to], rows));
            // A single layer without a window has nothing to keep, and tests nothing.
            let chains = schedules
                .filter(|schedule| schedule.layers.len() > 1 || schedule.first().kept > 0)
                .filter(|schedule| schedule.first().height() > 1);
            let mut possible = chains.filter(|schedule| kernels.weigh(graph, schedule, optimise).is_some());
            possible.next().map(|schedule| (to, schedule))
        });
        match longest {
            Some((to, schedule)) => {
                chosen.push(Chain { schedule, kernels: optimise, fed: false });
                from = to;
            }
            None => from += 1,
        }
    }
    if chosen.is_empty() { None } else { compile(plain, optimise, &chosen) }
}

/// The graph with these chains, lowered and planned.
fn compile(plain: &Compiled, optimise: Optimise, chains: &[Chain]) -> Option<Compiled> {
    let mut graph = plain.graph.clone();
    // The chains come and go by the ids of their nodes, which stay the same.
    for chain in chains {
        let stream = Stream::new(&plain.graph, chain.schedule.clone(), chain.kernels);
        Stream { fed: chain.fed, ..stream }.replace(&mut graph);
    }
    lower_graph(graph, plain.core, optimise).ok()
}

/// All ways through the parts of a graph.
struct Edges<'a> {
    plain: &'a Compiled,
    optimise: Optimise,
    /// The tensor of which the caller gives the rows, and the position of the chain that reads it.
    fed: Option<(TensorId, usize)>,
    /// The nodes by themselves in order, then the chains.
    all: Vec<Edge>,
}

impl<'a> Edges<'a> {
    fn new(
        plain: &'a Compiled,
        optimise: Optimise,
        fed: Option<(TensorId, usize)>,
        kernels: &mut Kernels,
    ) -> Self {
        let graph = &plain.graph;
        let mut all = Vec::new();
        let bytes = memory::bytes_of_steps(graph, &plain.choices);
        for (step, (cycles, bytes)) in cycles_of_nodes(plain).zip(bytes).enumerate() {
            // What is fed is never whole: the views of it take nothing, and the chain begins where they end.
            let bytes = match fed {
                Some((_, start)) if step < start => 0,
                Some((_, start)) if step == start => usize::MAX,
                _ => bytes,
            };
            all.push(Edge { from: step, to: step + 1, bytes, cycles, chain: None });
        }
        let mut edges = Edges { plain, optimise, fed, all };
        edges.chains(kernels);
        edges
    }

    /// Adds the chains.
    fn chains(&mut self, kernels: &mut Kernels) {
        let (graph, order) = (&self.plain.graph, self.plain.graph.order());
        let by_rows: Vec<bool> = order.iter().map(|&id| is_by_rows(graph, id)).collect();
        let lives = Lives::new(graph);
        let largest = self.plain.plan.arena_bytes;
        let plain: Vec<usize> = self.all.iter().map(|edge| edge.bytes).collect();
        // No chain makes the arena smaller than this.
        let inputs = graph.inputs.iter().map(|port| graph.ty(port.tensor).bytes()).sum();
        let fed = if self.fed.is_some() { 0 } else { inputs };
        let alone =
            plain.iter().zip(order).filter(|(_, id)| !works_in_chain(graph, **id)).map(|(&bytes, _)| bytes);
        let floor = alone.max().unwrap_or(0).max(fed);
        let longest = longest_chain(order.len());
        let mut live = Lives::at_begin(graph);
        for from in 0..order.len() {
            let end = order.len().min(from + longest);
            lives.go_on(graph, &mut live, from);
            for to in lives.ends(graph, from, &by_rows[..end]) {
                if plain[from..to].iter().all(|&bytes| bytes <= floor) {
                    continue;
                }
                let others = lives.others(graph, &live, from, to);
                for rows in 1..=MOST_ROWS {
                    let Some(schedule) = Schedule::new(graph, &order[from..to], rows) else { continue };
                    let kept: usize = schedule.bands.iter().map(|band| band.kept * band.row_bytes()).sum();
                    let in_arena = |id| !lives.states.contains(&id);
                    let dies = lives.last[schedule.entry.index()] < to
                        && !graph.leaves(schedule.entry)
                        && in_arena(schedule.entry);
                    // What is fed is never whole, so that nobody else may read it.
                    let is_fed = dies && self.fed == Some((schedule.entry, from));
                    if !is_fed && self.fed.is_some_and(|(_, start)| from == start) {
                        break;
                    }
                    let bytes = |id| if in_arena(id) { graph.ty(id).bytes() } else { 0 };
                    let entry = if is_fed { 0 } else { bytes(schedule.entry) };
                    let exit = bytes(schedule.exit);
                    let ends = entry.max(exit);
                    if others + ends + kept >= largest && !is_fed {
                        break;
                    }
                    let both = match dies && !is_fed {
                        true if exit > 0 => union_bytes(graph, &schedule),
                        _ => entry + exit,
                    };
                    // Kernels with little scratch memory; and fast ones, whose scratch memory may well fit beside the bands.
                    for own in [Optimise::Ram, Optimise::Balanced] {
                        let Some((scratch, cycles)) = kernels.weigh(graph, &schedule, own) else { continue };
                        let bytes = others + both + scratch;
                        if bytes < largest || is_fed {
                            let chain = Some(Chain { schedule: schedule.clone(), kernels: own, fed: is_fed });
                            self.all.push(Edge { from, to, bytes, cycles, chain });
                        }
                    }
                }
            }
        }
    }

    /// The fastest way through the graph with edges of at most so many bytes.
    fn path(&self, limit: usize) -> Option<Vec<usize>> {
        let end = self.plain.graph.order().len();
        let mut best: Vec<Option<(u64, usize)>> = vec![None; end + 1];
        // A chain is for nodes that need more than the limit without it.
        let needed = |edge: &Edge| {
            edge.chain.is_none() || self.all[edge.from..edge.to].iter().any(|node| node.bytes > limit)
        };
        let useful = |&i: &usize| {
            let edge = &self.all[i];
            let no_way = edge.bytes == usize::MAX && edge.chain.is_none();
            edge.bytes <= limit
                && !no_way
                && (needed(edge) || edge.chain.as_ref().is_some_and(|chain| chain.fed))
        };
        let mut edges: Vec<usize> = (0..self.all.len()).filter(useful).collect();
        edges.sort_by_key(|&i| (self.all[i].to, self.all[i].from, i));
        for i in edges {
            let edge = &self.all[i];
            let before = match edge.from {
                0 => Some(0),
                from => best[from].map(|(cycles, _)| cycles),
            };
            let Some(before) = before else { continue };
            let cycles = before + edge.cycles;
            if best[edge.to].is_none_or(|(other, _)| cycles < other) {
                best[edge.to] = Some((cycles, i));
            }
        }
        let mut path = Vec::new();
        let mut at = end;
        while at > 0 {
            let (_, edge) = best[at]?;
            path.push(edge);
            at = self.all[edge].from;
        }
        path.reverse();
        Some(path)
    }

    fn cycles(&self, path: &[usize]) -> u64 {
        path.iter().map(|&edge| self.all[edge].cycles).sum()
    }

    fn compile(&self, path: &[usize]) -> Option<Compiled> {
        let chains: Vec<Chain> = path.iter().filter_map(|&edge| self.all[edge].chain.clone()).collect();
        if chains.is_empty() { None } else { compile(self.plain, self.optimise, &chains) }
    }
}

/// How many layers a chain has at most in a model of so many: so many that [`EFFORT`] is enough for all of them.
fn longest_chain(layers: usize) -> usize {
    // Of each length, one from every layer on, with some rows and two kinds of kernels.
    (EFFORT / (layers.max(1) * MOST_ROWS)).isqrt().max(2)
}

/// When tensors are made and read for the last time.
struct Lives {
    made: Vec<usize>,
    last: Vec<usize>,
    /// What a state holds and its next value, which lie apart from the arena.
    states: HashSet<TensorId>,
}

impl Lives {
    fn new(graph: &Graph) -> Lives {
        let count = graph.tensor_count();
        let (mut made, mut last) = (vec![0; count], vec![0; count]);
        for (step, (_, node)) in graph.nodes().enumerate() {
            node.operands().for_each(|id| last[id.index()] = step);
            node.outputs.iter().for_each(|id| {
                made[id.index()] = step + 1;
                last[id.index()] = step;
            });
        }
        for id in graph.tensor_ids().filter(|&id| graph.leaves(id)) {
            last[id.index()] = usize::MAX;
        }
        let states = graph.states.iter().flat_map(|state| [state.read, state.write]).collect();
        Lives { made, last, states }
    }

    /// The ends of the intervals from a node on that read one tensor and make one.
    fn ends(&self, graph: &Graph, from: usize, by_rows: &[bool]) -> Vec<usize> {
        let mut ends = Vec::new();
        let mut entry: Option<TensorId> = None;
        let mut read_until = 0;
        for to in from + 1..=by_rows.len() {
            let node = graph.node(graph.order()[to - 1]);
            for id in node.operands().filter(|&id| !graph.tensor(id).is_constant()) {
                let outside = self.made[id.index()] <= from;
                if outside && *entry.get_or_insert(id) != id {
                    return ends;
                }
            }
            // A global mean works by rows at a chain's end alone, which the schedule finds out.
            let &[result] = node.outputs.as_slice() else { return ends };
            if read_until <= to {
                ends.push(to);
            }
            if !by_rows[to - 1] {
                return ends;
            }
            read_until = read_until.max(self.last[result.index()].saturating_add(1));
            if read_until == usize::MAX {
                return ends;
            }
        }
        ends
    }

    /// Tensors of the arena that the model is given.
    fn at_begin(graph: &Graph) -> Vec<TensorId> {
        graph.inputs.iter().map(|port| port.tensor).collect()
    }

    /// From the tensors of the arena that are made before the last position to those before `from`, without what is not read from there
    /// on, and without views.
    fn go_on(&self, graph: &Graph, live: &mut Vec<TensorId>, from: usize) {
        if let Some(node) = from.checked_sub(1).map(|last| graph.node(graph.order()[last])) {
            let made = node.outputs.iter().filter(|&id| !node.op.is_view() && !self.states.contains(id));
            live.extend(made);
        }
        live.retain(|id| self.last[id.index()] > from);
    }

    /// Bytes of tensors that live while an interval is carried out, and that it neither reads nor makes. `live` are those of its
    /// beginning.
    fn others(&self, graph: &Graph, live: &[TensorId], from: usize, to: usize) -> usize {
        let nodes = graph.order()[from..to].iter().map(|&id| graph.node(id));
        let own: HashSet<TensorId> =
            nodes.flat_map(|node| node.operands().chain(node.outputs.iter().copied())).collect();
        let others = live.iter().filter(|id| self.last[id.index()] >= to && !own.contains(id));
        others.map(|&id| graph.ty(id).bytes()).sum()
    }
}

/// Kernels of a graph's layers on bands, each looked for once.
struct Kernels {
    core: Core,
    known: HashMap<(NodeId, usize, Optimise), Option<KernelChoice>>,
}

impl Kernels {
    fn new(core: Core) -> Kernels {
        Kernels { core, known: HashMap::new() }
    }

    /// The memory of a chain without its ends, and its cycles.
    fn weigh(&mut self, graph: &Graph, schedule: &Schedule, optimise: Optimise) -> Option<(usize, u64)> {
        let stream = Stream::new(graph, schedule.clone(), optimise);
        let key = |layer: &Layer| (layer.original, schedule.bands[layer.result].rows, optimise);
        let core = self.core;
        for (layer, (_, node)) in schedule.layers.iter().zip(stream.body.nodes()) {
            self.known.entry(key(layer)).or_insert_with(|| {
                node.op.lower(&Lowering { graph: &stream.body, node, core, optimise }).ok()
            });
        }
        let choices: Option<Vec<&KernelChoice>> =
            schedule.layers.iter().map(|layer| self.known.get(&key(layer))?.as_ref()).collect();
        let choices = choices?;
        is_aligned(&stream, self.core)
            .then(|| (least_bytes(&stream, &choices), cost(&stream, &choices).cycles))
    }
}

/// Predicted cycles of each node.
fn cycles_of_nodes(compiled: &Compiled) -> impl Iterator<Item = u64> + '_ {
    let nodes = compiled.graph.nodes().zip(&compiled.choices);
    nodes.map(|((_, node), choice)| {
        choice.as_ref().map_or(0, |choice| node_cycles(&compiled.graph, node, choice))
    })
}

/// Predicted cycles of a model.
pub fn cycles(compiled: &Compiled) -> u64 {
    cycles_of_nodes(compiled).sum()
}

#[cfg(test)]
mod test {
    use super::least_ram;
    use crate::compiled::lower_graph;
    use crate::config::Optimise;
    use crate::ir::Graph;
    use crate::ir::text::parse;
    use crate::target::Core;

    /// An image through two convolutions, beside a state of so many bytes, whose next value is made before or after them.
    fn beside_a_state(bytes: usize, before: bool) -> Graph {
        let conv = "stride=[1, 1], padding=[1, 1, 1, 1], dilation=[1, 1], groups=1, clamp=[-inf, inf]";
        let count = bytes / 4;
        let next = format!(r#"  %3 "next": f32[{count}] = add(%1, %2) {{clamp=[-inf, inf]}}"#);
        let convolutions = format!(
            r#"  const %4 "w1": f32[8,3,3,1] = [1.0; 72]
  %5 "wide": f32[1,16,16,8] = conv2d(%0, %4, _) {{{conv}}}
  const %6 "w2": f32[1,3,3,8] = [1.0; 72]
  %7 "narrow": f32[1,16,16,1] = conv2d(%5, %6, _) {{{conv}}}"#
        );
        let (first, second) = if before { (next, convolutions) } else { (convolutions, next) };
        let text = format!(
            r#"graph "g" reference=tflm {{
  input %0 "image": f32[1,16,16,1]
  state %1 "memory": f32[{count}] next=%3
  const %2 "more": f32[1] = [1.0]
{first}
{second}
  output %7
}}"#
        );
        parse(&text).unwrap_or_else(|fault| panic!("{fault}"))
    }

    #[test]
    fn what_a_state_takes_is_no_part_of_the_arena() {
        for (bytes, before) in [(64, false), (1 << 20, false), (1 << 20, true)] {
            let graph = beside_a_state(bytes, before);
            let lowered = |optimise| lower_graph(graph.clone(), Core::Armv7em, optimise).unwrap();
            let least = least_ram(lowered(Optimise::Ram), lowered(Optimise::Balanced));
            let (plain, by_rows) = (lowered(Optimise::Ram).plan.arena_bytes, least.plan.arena_bytes);
            assert!(
                by_rows < plain,
                "{bytes} bytes of state: {by_rows} bytes of arena, without chains {plain}"
            );
        }
    }
}
