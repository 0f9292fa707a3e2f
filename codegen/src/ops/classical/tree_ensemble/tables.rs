//! The trees as the kernel's tables: comparisons of integer keys, nodes in the order in which they are walked.
//!
//! The form is described where it is read, in the kernel `tree_ensemble_f32`. Here a node's test becomes a comparison of keys, exactly;
//! a test that leads to one leaf either way is left out; leaves with the same weights become one, the most frequent with the lowest number;
//! and of the forms of the tables the smallest is taken.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use tinyml_arith::bits;

use super::forest::{Child, Forest, Node, Test};
use super::{Combine, TreeEnsemble};
use crate::ir::Fault;

/// Bits of a slot's number at most.
const MOST_SLOT_BITS: u32 = 13;
/// Words of all nodes at most: a tree's place has as many bits.
const MOST_WORDS: u64 = 1 << 24;
/// Second subtrees that may wait for the first ones to end, as for the kernel.
const DEEPEST: u32 = 1024;
/// In a slot: NaN has the smallest key.
const LOW: u16 = 0x8000;
/// In a leaf's last target.
const LAST: u16 = 0x8000;
/// The lowest bit of a target in a tree.
const TARGET: u32 = 24;

/// The tables, and their form.
#[derive(Clone, Debug, Default)]
pub(super) struct Tables {
    pub(super) slot_bits: u32,
    pub(super) keys: bool,
    pub(super) shared: bool,
    pub(super) inline: bool,
    pub(super) escapes: bool,
    pub(super) equals: bool,
    pub(super) slots: Vec<u16>,
    pub(super) nodes: Vec<u16>,
    pub(super) trees: Vec<u32>,
    pub(super) thresholds: Vec<i32>,
    pub(super) weights: Vec<f32>,
    pub(super) targets: Vec<u16>,
    /// Nodes on the way of a row through all trees, if each comparison holds as often as not.
    pub(super) visits: f64,
}

impl Tables {
    /// Flash of the tables.
    pub(super) fn bytes(&self) -> usize {
        2 * (self.slots.len() + self.nodes.len() + self.targets.len())
            + 4 * (self.trees.len() + self.thresholds.len() + self.weights.len())
    }

    /// The tables of a checked ensemble on rows of so many features.
    pub(super) fn of(op: &TreeEnsemble, forest: &Forest<'_>, features: usize) -> Result<Tables, Fault> {
        let trees = Trees::of(op, forest)?;
        let indexed = trees.tables(features, None)?;
        let inline = match trees.single_targets(op.targets) {
            Some(targets) => Some(trees.tables(features, Some(&targets))?),
            None => None,
        };
        Ok(match inline {
            Some(inline) if inline.bytes() < indexed.bytes() => inline,
            _ => indexed,
        })
    }
}

/// A node as a comparison of keys.
#[derive(Clone, Copy)]
struct Compare {
    feature: usize,
    /// Whether NaN has the smallest key.
    low: bool,
    /// Whether the test is `key == threshold`, not `key <= threshold`.
    equal: bool,
    threshold: i32,
    /// Where it holds, and where it does not.
    children: [Child; 2],
}

impl Compare {
    fn of(node: &Node) -> Result<Compare, Fault> {
        let Node { feature, test, missing, threshold, children: [first, second] } = *node;
        let zero = bits::one_zero(threshold.to_bits());
        let at_most = bits::key(zero);
        // The largest key below the threshold's; the one of -0 is not below +0's.
        let below = bits::key(if zero == 0 { 1 << 31 } else { zero }) - 1;
        let compare = |threshold, low, children| Compare { feature, low, equal: false, threshold, children };
        Ok(match test {
            Test::LessOrEqual => compare(at_most, missing, [first, second]),
            Test::Less => compare(below, missing, [first, second]),
            Test::GreaterOrEqual => compare(below, !missing, [second, first]),
            Test::Greater => compare(at_most, !missing, [second, first]),
            Test::Equal if missing => {
                return Err("missing values that take the way of equality are not supported".to_owned());
            }
            Test::Equal => Compare { equal: true, ..compare(at_most, false, [first, second]) },
            Test::NotEqual => Compare { equal: true, ..compare(at_most, false, [second, first]) },
        })
    }
}

/// The trees with comparisons of keys; what does not matter is left out.
struct Trees {
    nodes: Vec<Compare>,
    roots: Vec<Child>,
    /// Weights of each leaf, by target.
    leaves: Vec<Vec<(usize, f32)>>,
    /// How often each leaf is a child.
    frequencies: Vec<usize>,
    /// Nodes that are reached.
    used: Vec<bool>,
}

/// What a tree takes in a form of the tables.
struct Sizes {
    /// Words of the subtree that begins at a node.
    words: Vec<u64>,
    /// Second subtrees that wait at most while it is read.
    waiting: Vec<u32>,
}

impl Trees {
    fn of(op: &TreeEnsemble, forest: &Forest<'_>) -> Result<Trees, Fault> {
        let sums = matches!(op.combine, Combine::Sum | Combine::Average);
        let mut leaves: Vec<Vec<(usize, f32)>> = Vec::new();
        let mut known: BTreeMap<Vec<(usize, u32)>, usize> = BTreeMap::new();
        let same: Vec<usize> = (0..forest.leaf_count())
            .map(|leaf| {
                // Zero changes no sum, which begins with +0.
                let weights: Vec<_> = forest.leaf(leaf).filter(|&(_, weight)| !sums || weight != 0.0).collect();
                let key = weights.iter().map(|&(target, weight)| (target, weight.to_bits())).collect();
                *known.entry(key).or_insert_with(|| {
                    leaves.push(weights);
                    leaves.len() - 1
                })
            })
            .collect();
        let mut nodes = Vec::with_capacity(forest.node_count());
        for index in 0..forest.node_count() {
            let node = forest.node(index).ok_or("a node has a test of an unknown number")?;
            nodes.push(Compare::of(&node)?);
        }
        // What stands for each node: itself, or the leaf that it leads to either way.
        let mut stands: Vec<Child> = (0..nodes.len()).map(Child::Node).collect();
        let resolve = |stands: &[Child], child: Child| match child {
            Child::Node(node) => stands.get(node).copied().unwrap_or(child),
            Child::Leaf(leaf) => Child::Leaf(same.get(leaf).copied().unwrap_or(0)),
        };
        for index in (0..nodes.len()).rev() {
            let children = nodes[index].children.map(|child| resolve(&stands, child));
            nodes[index].children = children;
            if children[0] == children[1] {
                stands[index] = children[0];
            }
        }
        let roots: Vec<Child> = forest.roots().map(|root| resolve(&stands, root)).collect();
        let mut trees = Trees { used: vec![false; nodes.len()], frequencies: vec![0; leaves.len()], nodes, roots, leaves };
        trees.count();
        Ok(trees)
    }

    /// Finds the nodes that are used, and how often leaves are.
    fn count(&mut self) {
        let mut open = self.roots.clone();
        while let Some(child) = open.pop() {
            match child {
                Child::Leaf(leaf) => self.frequencies[leaf] += 1,
                Child::Node(node) if !std::mem::replace(&mut self.used[node], true) => {
                    open.extend(self.nodes[node].children);
                }
                Child::Node(_) => {}
            }
        }
    }

    fn used_nodes(&self) -> impl Iterator<Item = &Compare> {
        self.nodes.iter().zip(&self.used).filter(|(_, used)| **used).map(|(node, _)| node)
    }

    /// The target of each tree, if each has one that all its leaves are for.
    fn single_targets(&self, targets: usize) -> Option<Vec<usize>> {
        if targets > 256 || self.leaves.iter().any(|leaf| leaf.len() > 1) {
            return None;
        }
        // The target below each node: none known yet, one, or several.
        let join = |one: Option<usize>, other: Option<usize>| match (one, other) {
            (None, known) | (known, None) => known,
            (one, other) if one == other => one,
            _ => Some(usize::MAX),
        };
        let mut below: Vec<Option<usize>> = vec![None; self.nodes.len()];
        let target = |below: &[Option<usize>], child: Child| match child {
            Child::Node(node) => below[node],
            Child::Leaf(leaf) => self.leaves[leaf].first().map(|&(target, _)| target),
        };
        for index in (0..self.nodes.len()).rev() {
            let [first, second] = self.nodes[index].children.map(|child| target(&below, child));
            below[index] = join(first, second);
        }
        let all = self.roots.iter().map(|&root| target(&below, root).unwrap_or(0));
        let all: Vec<usize> = all.collect();
        all.iter().all(|&target| target < targets).then_some(all)
    }

    /// Nodes on the way through all trees, if each comparison holds as often as not.
    fn visits(&self) -> f64 {
        let mut below = vec![0.0; self.nodes.len()];
        let visits = |below: &[f64], child: Child| match child {
            Child::Node(node) => below[node],
            Child::Leaf(_) => 0.0,
        };
        for index in (0..self.nodes.len()).rev() {
            let [first, second] = self.nodes[index].children.map(|child| visits(&below, child));
            below[index] = 1.0 + (first + second) / 2.0;
        }
        self.roots.iter().map(|&root| visits(&below, root).max(1.0)).sum()
    }

    /// The tables, with the weights of leaves in the nodes if the trees' targets are given.
    fn tables(&self, features: usize, targets: Option<&[usize]>) -> Result<Tables, Fault> {
        let mut tables = Tables { inline: targets.is_some(), visits: self.visits(), ..Tables::default() };
        tables.equals = self.used_nodes().any(|node| node.equal);
        let slots: BTreeSet<(usize, bool)> = self.used_nodes().map(|node| (node.feature, node.low)).collect();
        // Making a key takes about twice as long at a node as making it once, in a loop over all.
        let any_low = slots.iter().any(|&(_, low)| low);
        tables.keys = any_low || tables.equals || slots.len() as f64 * 1.6 < tables.visits;
        let numbers: BTreeMap<(usize, bool), usize> = match tables.keys {
            true => slots.iter().enumerate().map(|(number, &slot)| (slot, number)).collect(),
            false => slots.iter().map(|&slot| (slot, slot.0)).collect(),
        };
        let count = if tables.keys { slots.len() } else { features };
        tables.slot_bits = usize::BITS - count.saturating_sub(1).leading_zeros() + u32::from(tables.equals);
        if tables.slot_bits > MOST_SLOT_BITS || slots.iter().any(|&(feature, _)| feature >= usize::from(LOW)) {
            return Err(format!("asks for {count} features, of which at most {} are supported", 1 << (MOST_SLOT_BITS - 1)));
        }
        if tables.keys {
            tables.slots = slots.iter().map(|&(feature, low)| feature as u16 | if low { LOW } else { 0 }).collect();
        }
        let thresholds: BTreeSet<i32> = self.used_nodes().map(|node| node.threshold).chain(self.plain_threshold()).collect();
        tables.shared = thresholds.len() <= 1 << 16 && 2 * thresholds.len() < self.used_nodes().count();
        if tables.shared {
            tables.thresholds = thresholds.iter().copied().collect();
        }
        let leaves = self.number_leaves(&mut tables)?;
        let mut sizes = self.sizes(&tables, &leaves);
        if sizes.is_none() {
            tables.escapes = true;
            sizes = self.sizes(&tables, &leaves);
        }
        let sizes = sizes.ok_or("a number in the trees has more than 32 bits")?;
        let writer = Writer { trees: self, numbers: &numbers, leaves: &leaves, sizes: &sizes };
        writer.write(&mut tables, targets)?;
        Ok(tables)
    }

    /// What a tree of one leaf asks, to which both answers are that leaf.
    fn plain_threshold(&self) -> Option<i32> {
        self.roots.iter().any(|root| matches!(root, Child::Leaf(_))).then_some(i32::MAX)
    }

    /// Numbers for the leaves, the most frequent first, and the tables of their weights.
    fn number_leaves(&self, tables: &mut Tables) -> Result<Vec<u64>, Fault> {
        let mut numbers = vec![0; self.leaves.len()];
        if tables.inline {
            return Ok(numbers);
        }
        let mut order: Vec<usize> = (0..self.leaves.len()).filter(|&leaf| self.frequencies[leaf] > 0).collect();
        order.sort_by_key(|&leaf| (Reverse(self.frequencies[leaf]), leaf));
        for leaf in order {
            numbers[leaf] = tables.weights.len() as u64;
            let weights = match self.leaves[leaf].as_slice() {
                [] => &[(0, 0.0)],
                weights => weights,
            };
            for (place, &(target, weight)) in weights.iter().enumerate() {
                let target = u16::try_from(target).ok().filter(|&target| target < LAST);
                let target = target.ok_or("has more than 32,768 targets")?;
                tables.targets.push(target | if place + 1 == weights.len() { LAST } else { 0 });
                tables.weights.push(weight);
            }
        }
        Ok(numbers)
    }

    /// Words of all subtrees; none if a field of this form is too short.
    fn sizes(&self, tables: &Tables, leaves: &[u64]) -> Option<Sizes> {
        let mut sizes = Sizes { words: vec![0; self.nodes.len()], waiting: vec![0; self.nodes.len()] };
        for index in (0..self.nodes.len()).rev().filter(|&index| self.used[index]) {
            let children = self.nodes[index].children;
            let (own, _) = tables.own_words(children, leaves, &sizes.words)?;
            let below = |child: Child| match child {
                Child::Node(node) => (sizes.words[node], sizes.waiting[node]),
                Child::Leaf(_) => (0, 0),
            };
            let [(first, first_waits), (second, second_waits)] = children.map(below);
            let both = children.iter().all(|child| matches!(child, Child::Node(_)));
            // Nodes that trees share are written for each: the sum may grow without end.
            sizes.words[index] = own.saturating_add(first).saturating_add(second).min(MOST_WORDS + 1);
            sizes.waiting[index] = (first_waits + u32::from(both)).max(second_waits);
        }
        Some(sizes)
    }
}

impl Tables {
    /// Words of a node without its subtrees, and its field; none if something does not fit into this form.
    fn own_words(&self, children: [Child; 2], leaves: &[u64], words: &[u64]) -> Option<(u64, u64)> {
        let head = if self.shared { 2 } else { 3 };
        let ones = 0xffff >> (self.slot_bits + 2);
        let (field, behind) = match children {
            [Child::Node(first), Child::Node(_)] => (words[first], 0),
            [Child::Leaf(_), Child::Leaf(_)] if self.inline => (0, 4),
            _ if self.inline => (0, 2),
            [Child::Leaf(first), Child::Leaf(second)] => {
                let second = leaves[second];
                if !self.escapes && second > 0xffff {
                    return None;
                }
                (leaves[first], if self.escapes { 2 } else { 1 })
            }
            [Child::Leaf(leaf), _] | [_, Child::Leaf(leaf)] => (leaves[leaf], 0),
        };
        match field {
            _ if self.escapes && field >= ones => (field <= u64::from(u32::MAX)).then_some((head + 2 + behind, field)),
            _ => (field <= ones).then_some((head + behind, field)),
        }
    }
}

/// Writes the nodes.
struct Writer<'a> {
    trees: &'a Trees,
    numbers: &'a BTreeMap<(usize, bool), usize>,
    leaves: &'a [u64],
    sizes: &'a Sizes,
}

impl Writer<'_> {
    fn write(&self, tables: &mut Tables, targets: Option<&[usize]>) -> Result<(), Fault> {
        let words = |root: Child| match root {
            Child::Node(node) => self.sizes.words[node],
            Child::Leaf(_) => 8,
        };
        let all = self.trees.roots.iter().fold(0u64, |all, &root| all.saturating_add(words(root)));
        if all > MOST_WORDS {
            return Err(format!("the nodes of the trees take more than {} MiB", MOST_WORDS >> 19));
        }
        let deep = |root: Child| matches!(root, Child::Node(node) if self.sizes.waiting[node] > DEEPEST);
        if self.trees.roots.iter().any(|&root| deep(root)) {
            return Err(format!("a tree has more than {DEEPEST} branches below each other"));
        }
        for (index, &root) in self.trees.roots.iter().enumerate() {
            let target = targets.and_then(|targets| targets.get(index)).map_or(0, |&target| (target as u32) << TARGET);
            tables.trees.push(tables.nodes.len() as u32 | target);
            match root {
                // Both answers are the leaf; the slot is that of any feature, of which there may be none.
                Child::Leaf(leaf) => {
                    let (feature, low) = self.numbers.keys().next().copied().unwrap_or((0, false));
                    let children = [Child::Leaf(leaf); 2];
                    self.node(tables, &Compare { feature, low, equal: false, threshold: i32::MAX, children })?;
                }
                Child::Node(node) => {
                    let mut open = vec![node];
                    while let Some(node) = open.pop() {
                        let compare = &self.trees.nodes[node];
                        self.node(tables, compare)?;
                        let inner = compare.children.iter().rev().filter_map(|child| match child {
                            Child::Node(node) => Some(*node),
                            Child::Leaf(_) => None,
                        });
                        open.extend(inner);
                    }
                }
            }
        }
        Ok(())
    }

    fn node(&self, tables: &mut Tables, node: &Compare) -> Result<(), Fault> {
        let (_, field) = tables
            .own_words(node.children, self.leaves, &self.sizes.words)
            .ok_or("a number in the trees has more than 32 bits")?;
        let mut slot = self.numbers.get(&(node.feature, node.low)).copied().unwrap_or(0);
        if tables.equals {
            slot = 2 * slot + usize::from(node.equal);
        }
        let ones = 0xffff >> (tables.slot_bits + 2);
        let escaped = tables.escapes && field >= ones;
        let is_leaf = node.children.map(|child| matches!(child, Child::Leaf(_)));
        let head = slot as u64
            | u64::from(is_leaf[0]) << tables.slot_bits
            | u64::from(is_leaf[1]) << (tables.slot_bits + 1)
            | (if escaped { ones } else { field }) << (tables.slot_bits + 2);
        tables.nodes.push(head as u16);
        if tables.shared {
            tables.nodes.push(tables.thresholds.partition_point(|&threshold| threshold < node.threshold) as u16);
        } else {
            push_word(&mut tables.nodes, node.threshold as u32);
        }
        if escaped {
            push_word(&mut tables.nodes, field as u32);
        }
        for (place, child) in node.children.iter().enumerate() {
            let Child::Leaf(leaf) = *child else { continue };
            if tables.inline {
                let weight = self.trees.leaves[leaf].first().map_or(0.0, |&(_, weight)| weight);
                push_word(&mut tables.nodes, weight.to_bits());
            } else if place == 1 && is_leaf[0] {
                match tables.escapes {
                    true => push_word(&mut tables.nodes, self.leaves[leaf] as u32),
                    false => tables.nodes.push(self.leaves[leaf] as u16),
                }
            }
        }
        Ok(())
    }
}

/// 32 bits as two words, the lower one first.
fn push_word(nodes: &mut Vec<u16>, word: u32) {
    nodes.extend([word as u16, (word >> 16) as u16]);
}
