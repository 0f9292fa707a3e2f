//! Which of its kernels each node gets, seen from the whole model.
//!
//! Layers of equal shape share their kernel's code, and some kernels share theirs between all shapes. So what a choice costs in flash
//! depends on the others, and what a byte of code is worth on what the model takes: code is spent where the cycles are, and a small
//! or rare layer gets no large kernel of its own.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::config::Optimise;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::ir::{Graph, Node};
use crate::kernel::{Cost, KernelChoice, Lowering};
use crate::target::Core;

/// Bytes of code that are worth as much as the model's time in `balanced`: a hundredth of it for each KiB.
const BYTES_FOR_ALL_CYCLES: u64 = 100 * 1024;

/// Pieces of code from which a descent starts.
const MOST_STARTS: usize = 64;

/// Selects the kernels of a graph for one core family: one for each node in execution order, none for views.
pub fn kernels(
    graph: &Graph,
    core: Core,
    optimise: Optimise,
) -> Result<Vec<Option<KernelChoice>>, Diagnostics> {
    let mut faults = Diagnostics::default();
    let mut candidates = Vec::new();
    for (_, node) in graph.nodes().filter(|(_, node)| !node.op.is_view()) {
        match node.op.candidates(&Lowering { graph, node, core, optimise }) {
            Ok(choices) => candidates.push(choices),
            Err(fault) => faults.push(Diagnostic::error(fault).at(graph.place(node)).help(
                "let the model compute the same in another way; what operators take is in docs/arithmetic.md",
            )),
        }
    }
    faults.into_result(())?;
    let mut selected = select(candidates, optimise).into_iter();
    Ok(graph.nodes().map(|(_, node)| if node.op.is_view() { None } else { selected.next() }).collect())
}

/// One of the candidates of each node, none of which is empty: together they cost the least.
pub fn select(candidates: Vec<Vec<KernelChoice>>, optimise: Optimise) -> Vec<KernelChoice> {
    let nodes: Vec<Vec<KernelChoice>> = candidates.into_iter().map(known_first).collect();
    let chosen = Search::new(&nodes, optimise).best();
    nodes
        .into_iter()
        .zip(chosen)
        .filter_map(|(mut node, index)| (index < node.len()).then(|| node.swap_remove(index)))
        .collect()
}

/// Cycles of one inference and bytes of code of these kernels, as their cost models predict them; those without one count as nothing.
pub fn cost<'a>(choices: impl IntoIterator<Item = &'a KernelChoice>) -> Cost {
    let choices: Vec<_> = choices.into_iter().collect();
    let cycles = choices.iter().map(|choice| cycles(choice)).sum();
    let code = choices.into_iter().flat_map(code).collect::<BTreeMap<_, _>>();
    Cost { cycles, code_bytes: code.values().sum() }
}

/// What a node costs: by its kernel's model or, without one, guessed.
pub fn node_cycles(graph: &Graph, node: &Node, choice: &KernelChoice) -> u64 {
    match choice.cost {
        Some(cost) => cost.cycles,
        None => {
            let bytes: usize = node
                .operands()
                .chain(node.outputs.iter().copied())
                .filter(|&id| !graph.tensor(id).is_constant())
                .map(|id| graph.ty(id).bytes())
                .sum();
            100 + 10 * node.macs(graph) + 5 * bytes as u64
        }
    }
}

fn cycles(choice: &KernelChoice) -> u64 {
    choice.cost.map_or(0, |cost| cost.cycles)
}

/// The pieces of code that a choice needs, by name.
fn code(choice: &KernelChoice) -> Vec<(String, usize)> {
    let own = choice.calls.iter().map(|call| format!("{} {:?}", call.kernel, call.shape)).collect();
    let own = (own, choice.cost.map_or(0, |cost| cost.code_bytes));
    let shared = choice.shared_code.iter().map(|part| (part.name.clone(), part.bytes));
    shared.chain([own]).collect()
}

/// Without the candidates whose cost nobody knows, unless there are no others; of these, the first.
fn known_first(mut candidates: Vec<KernelChoice>) -> Vec<KernelChoice> {
    if candidates.iter().any(|choice| choice.cost.is_some()) {
        candidates.retain(|choice| choice.cost.is_some());
    } else {
        candidates.truncate(1);
    }
    candidates
}

/// A candidate as the search sees it.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Candidate {
    cycles: u64,
    /// Numbers of its pieces of code.
    code: Vec<usize>,
}

struct Search {
    /// Nodes with the same candidates are chosen for together: how many they are, and the candidates.
    groups: Vec<(u64, Vec<Candidate>)>,
    /// The group of each node.
    group_of: Vec<usize>,
    /// Bytes of each piece of code.
    bytes: Vec<u64>,
    /// What a cycle and a byte cost.
    price: [u128; 2],
}

impl Search {
    fn new(nodes: &[Vec<KernelChoice>], optimise: Optimise) -> Search {
        let mut numbers: BTreeMap<String, usize> = BTreeMap::new();
        let mut bytes = Vec::new();
        let mut groups: Vec<(u64, Vec<Candidate>)> = Vec::new();
        let mut group_of = Vec::new();
        let mut known: HashMap<Vec<Candidate>, usize> = HashMap::new();
        for node in nodes {
            let candidate = |choice: &KernelChoice| {
                let number = |(name, size): (String, usize)| {
                    *numbers.entry(name).or_insert_with(|| {
                        bytes.push(size as u64);
                        bytes.len() - 1
                    })
                };
                Candidate { cycles: cycles(choice), code: code(choice).into_iter().map(number).collect() }
            };
            let node: Vec<_> = node.iter().map(candidate).collect();
            let group = *known.entry(node).or_insert_with_key(|node| {
                groups.push((0, node.clone()));
                groups.len() - 1
            });
            groups[group].0 += 1;
            group_of.push(group);
        }
        let fastest = |(count, group): &(u64, Vec<Candidate>)| {
            count * group.iter().map(|c| c.cycles).min().unwrap_or(0)
        };
        let all: u64 = groups.iter().map(fastest).sum();
        let price = match optimise {
            Optimise::Speed => [1, 0],
            Optimise::Balanced | Optimise::Ram => [BYTES_FOR_ALL_CYCLES.into(), all.into()],
            Optimise::Size => [1, u128::from(all) + 1],
        };
        Search { groups, group_of, bytes, price }
    }

    /// The number of the candidate for each node.
    ///
    /// A descent from several starts: code that is shared pays only if several nodes take it, which single steps don't find.
    fn best(&self) -> Vec<usize> {
        let fastest: Vec<usize> = self.groups.iter().map(|(_, group)| best_by(group, |c| c.cycles)).collect();
        let with_piece = |piece: usize| -> Vec<usize> {
            let of_group = |((_, group), fastest): (&(u64, Vec<Candidate>), &usize)| {
                group.iter().position(|candidate| candidate.code.contains(&piece)).unwrap_or(*fastest)
            };
            self.groups.iter().zip(&fastest).map(of_group).collect()
        };
        let starts = self.shared_pieces().into_iter().map(with_piece);
        let mut best: Option<(u128, Vec<usize>)> = None;
        for start in [fastest.clone()].into_iter().chain(starts) {
            let (found, cost) = self.descend(start);
            if best.as_ref().is_none_or(|(least, _)| cost < *least) {
                best = Some((cost, found));
            }
        }
        let best = best.map_or(fastest, |(_, best)| best);
        self.group_of.iter().map(|&group| best[group]).collect()
    }

    /// The pieces of code that nodes of different groups may have in common; of very many, those of the most groups.
    fn shared_pieces(&self) -> Vec<usize> {
        let mut groups = vec![0; self.bytes.len()];
        for (_, group) in &self.groups {
            let pieces: BTreeSet<usize> =
                group.iter().flat_map(|candidate| candidate.code.iter().copied()).collect();
            pieces.into_iter().for_each(|piece| groups[piece] += 1);
        }
        let mut shared: Vec<usize> = (0..groups.len()).filter(|&piece| groups[piece] > 1).collect();
        shared.sort_by_key(|&piece| Reverse(groups[piece]));
        shared.truncate(MOST_STARTS);
        shared.sort_unstable();
        shared
    }

    /// Changes one group after the other as long as that helps; what that costs.
    fn descend(&self, mut choice: Vec<usize>) -> (Vec<usize>, u128) {
        let mut held = Held { cycles: 0, bytes: 0, uses: vec![0; self.bytes.len()] };
        for (group, &candidate) in choice.iter().enumerate() {
            self.take(&mut held, group, candidate);
        }
        let mut least = self.cost(&held);
        loop {
            let before = least;
            for (group, chosen) in choice.iter_mut().enumerate() {
                for candidate in 0..self.groups[group].1.len() {
                    self.leave(&mut held, group, *chosen);
                    self.take(&mut held, group, candidate);
                    let cost = self.cost(&held);
                    if cost < least {
                        least = cost;
                        *chosen = candidate;
                    } else {
                        self.leave(&mut held, group, candidate);
                        self.take(&mut held, group, *chosen);
                    }
                }
            }
            if least == before {
                return (choice, least);
            }
        }
    }

    /// Adds what a group takes with a candidate.
    fn take(&self, held: &mut Held, group: usize, candidate: usize) {
        let (count, candidates) = &self.groups[group];
        held.cycles += count * candidates[candidate].cycles;
        for &piece in &candidates[candidate].code {
            held.bytes += if held.uses[piece] == 0 { self.bytes[piece] } else { 0 };
            held.uses[piece] += 1;
        }
    }

    /// Takes it away again.
    fn leave(&self, held: &mut Held, group: usize, candidate: usize) {
        let (count, candidates) = &self.groups[group];
        held.cycles -= count * candidates[candidate].cycles;
        for &piece in &candidates[candidate].code {
            held.uses[piece] -= 1;
            held.bytes -= if held.uses[piece] == 0 { self.bytes[piece] } else { 0 };
        }
    }

    fn cost(&self, held: &Held) -> u128 {
        self.price[0] * u128::from(held.cycles) + self.price[1] * u128::from(held.bytes)
    }
}

/// What the chosen candidates take together.
struct Held {
    cycles: u64,
    bytes: u64,
    /// How many of them need each piece of code.
    uses: Vec<usize>,
}

/// The number of the first candidate with the least of something.
fn best_by(group: &[Candidate], of: impl Fn(&Candidate) -> u64) -> usize {
    group.iter().enumerate().min_by_key(|(_, candidate)| of(candidate)).map_or(0, |(index, _)| index)
}

#[cfg(test)]
mod test {
    use super::*;
    use crate::kernel::{CodePart, Const, KernelCall};

    /// A candidate with code of its own for a shape, or with a small constant and code for all shapes.
    fn candidate(shape: usize, cycles: u64, own: usize, shared: Option<usize>) -> KernelChoice {
        let call = KernelCall {
            kernel: "conv2d_dsp_s8",
            label: "Conv",
            shape_name: "Shape".to_owned(),
            note: String::new(),
            shape: vec![("CHANNELS", Const::Usize(shape)), ("SHARED", Const::Bool(shared.is_some()))],
            operands: Vec::new(),
            params: Vec::new(),
            overlap: Vec::new(),
        };
        let mut choice = KernelChoice::from(call);
        choice.cost = Some(Cost { cycles, code_bytes: own });
        choice.shared_code =
            shared.map(|bytes| CodePart { name: "for any shape".to_owned(), bytes }).into_iter().collect();
        choice
    }

    fn both(shape: usize, cycles: u64) -> Vec<KernelChoice> {
        vec![candidate(shape, cycles, 600, None), candidate(shape, cycles + 1000, 50, Some(1000))]
    }

    /// Which nodes share code.
    fn shared(nodes: &[Vec<KernelChoice>], optimise: Optimise) -> Vec<bool> {
        select(nodes.to_vec(), optimise).iter().map(|choice| !choice.shared_code.is_empty()).collect()
    }

    #[test]
    fn code_is_spent_where_the_time_is() {
        // 1000 cycles are a tenth of the model's time and more than 550 bytes of code.
        let slow: Vec<_> = (0..4).map(|shape| both(shape, 2500)).collect();
        assert_eq!(shared(&slow, Optimise::Balanced), [false; 4]);
        assert_eq!(shared(&slow, Optimise::Speed), [false; 4]);
        assert_eq!(shared(&slow, Optimise::Size), [true; 4]);
        // A thousandth is less, but a single layer would be alone with the shared code.
        let fast: Vec<_> = (0..4).map(|shape| both(shape, 250_000)).collect();
        assert_eq!(shared(&fast, Optimise::Balanced), [true; 4]);
        assert_eq!(shared(&fast[..1], Optimise::Balanced), [false]);
        assert_eq!(shared(&fast, Optimise::Speed), [false; 4]);
    }

    #[test]
    fn layers_of_equal_shape_pay_for_their_code_once() {
        // Many of one shape save more together than each by itself.
        let mut nodes: Vec<_> = (1..5).map(|shape| both(shape, 200_000)).collect();
        nodes.extend((0..20).map(|_| both(0, 10_000)));
        let shared = shared(&nodes, Optimise::Balanced);
        assert_eq!(shared[..4], [true; 4]);
        assert_eq!(shared[4..], [false; 20]);
        let choices = select(nodes, Optimise::Speed);
        assert_eq!(cost(&choices), Cost { cycles: 4 * 200_000 + 20 * 10_000, code_bytes: 5 * 600 });
    }

    #[test]
    fn a_kernel_of_unknown_cost_is_the_last() {
        let mut unknown = candidate(1, 0, 0, None);
        unknown.cost = None;
        let known = candidate(2, 9, 9, None);
        assert_eq!(select(vec![vec![unknown.clone(), known.clone()]], Optimise::Balanced), [known]);
        assert_eq!(select(vec![vec![unknown.clone()]], Optimise::Size), [unknown]);
        assert!(select(Vec::new(), Optimise::Speed).is_empty());
    }
}
