//! Which of its kernels each node gets, seen from the whole model.
//!
//! Layers of equal shape share their kernel's code, and some kernels share theirs between all shapes. So what a choice costs in flash
//! depends on the others, and what a byte of code is worth on what the model takes: code is spent where the cycles are, and a small
//! or rare layer gets no large kernel of its own.

use std::collections::BTreeMap;

use crate::config::Optimise;
use crate::kernel::{Cost, KernelChoice};

/// Bytes of code that are worth as much as the model's time in `balanced`: a hundredth of it for each KiB.
const BYTES_FOR_ALL_CYCLES: u64 = 100 * 1024;

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
            let same = |(_, other): &(u64, Vec<Candidate>)| {
                other.len() == node.len()
                    && other.iter().zip(&node).all(|(a, b)| a.code == b.code && a.cycles == b.cycles)
            };
            let group = groups.iter().position(same).unwrap_or_else(|| {
                groups.push((0, node));
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
        let starts = (0..self.bytes.len()).filter(|&piece| self.is_shared(piece)).map(with_piece);
        let mut best: Option<(u128, Vec<usize>)> = None;
        for start in [fastest.clone()].into_iter().chain(starts) {
            let found = self.descend(start);
            let cost = self.cost(&found);
            if best.as_ref().is_none_or(|(least, _)| cost < *least) {
                best = Some((cost, found));
            }
        }
        let best = best.map_or(fastest, |(_, best)| best);
        self.group_of.iter().map(|&group| best[group]).collect()
    }

    /// Whether nodes of different groups may have the piece of code in common.
    fn is_shared(&self, piece: usize) -> bool {
        let has = |(_, group): &&(u64, Vec<Candidate>)| group.iter().any(|c| c.code.contains(&piece));
        self.groups.iter().filter(has).nth(1).is_some()
    }

    /// Changes one group after the other as long as that helps.
    fn descend(&self, mut choice: Vec<usize>) -> Vec<usize> {
        let mut least = self.cost(&choice);
        loop {
            let before = least;
            for group in 0..choice.len() {
                for candidate in 0..self.groups[group].1.len() {
                    let old = std::mem::replace(&mut choice[group], candidate);
                    let cost = self.cost(&choice);
                    if cost < least {
                        least = cost;
                    } else {
                        choice[group] = old;
                    }
                }
            }
            if least == before {
                return choice;
            }
        }
    }

    fn cost(&self, choice: &[usize]) -> u128 {
        let mut needed = vec![false; self.bytes.len()];
        let mut cycles = 0;
        for ((count, group), &index) in self.groups.iter().zip(choice) {
            cycles += count * group[index].cycles;
            for &piece in &group[index].code {
                needed[piece] = true;
            }
        }
        let bytes: u64 =
            self.bytes.iter().zip(needed).filter(|(_, needed)| *needed).map(|(bytes, _)| bytes).sum();
        self.price[0] * u128::from(cycles) + self.price[1] * u128::from(bytes)
    }
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
