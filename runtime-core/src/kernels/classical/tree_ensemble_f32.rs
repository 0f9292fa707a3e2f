//! An ensemble of decision trees over f32 features: each tree's comparisons lead to a leaf, whose weights are combined for each target.
//!
//! **Comparisons are integers.** Each feature becomes its order-preserving [key](bits::key), and a node asks `key <= threshold`. The
//! compiler brings every mode of a node into this form, exactly. NaN has the key of the end that leads where the model wants it: where
//! the nodes of a feature disagree, the feature has two *slots*, one for each end. On cores without a floating-point unit, sums are
//! made of the bits too ([`bits::add`]), so that nothing but an average computes in floating point, and results are the same everywhere.
//!
//! **Nodes** are 16-bit words; a tree's nodes stand in the order node, subtree where the comparison holds, other subtree, so that a child
//! needs no place but its parent's end or a distance. A node is
//!
//! ```text
//! bits 0..S: slot    S: a leaf where the comparison holds    S+1: a leaf where it does not    S+2..16: the field
//! the threshold: 32 bits, or the index of a shared one
//! ```
//!
//! Of two inner children, the field is the words of the first one's subtree. Of a leaf, it is the leaf's number; a second leaf's number
//! stands behind the threshold. A field of ones stands for a number of 32 bits behind the threshold; in such ensembles, second leaves
//! have 32 bits, too. Where trees have one target each ([`Shape::INLINE`]), the leaves' weights stand there themselves, 32 bits each.

mod grammar;
#[cfg(test)]
mod test;

use tinyml_arith::bits;

use crate::arena::{Dst, Src, bytes, check_disjoint};
use crate::memory::{Memory, check_buffer};
use tinyml_arith::size::product;

/// How the leaves that a row reaches are put together, for each target.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Combine {
    /// Their sum, in the order of the trees.
    Sum,
    /// The sum, divided by the number of trees.
    Average,
    /// The smallest.
    Min,
    /// The largest.
    Max,
}

/// Geometry of an ensemble, and the forms of its tables.
pub trait Shape {
    /// Rows of features.
    const ROWS: usize;
    /// Features of a row.
    const FEATURES: usize;
    /// Results of a row.
    const TARGETS: usize;
    /// Bits of a slot's number in a node: 0 to 13.
    const SLOT_BITS: usize;
    /// Whether keys are made of all slots first; else of a feature, whose number is the slot's, at each node. NaN then has the largest key.
    const KEYS: bool = true;
    /// Whether thresholds are shared.
    const SHARED: bool = false;
    /// Whether weights stand in the nodes.
    const INLINE: bool = false;
    /// Whether fields may be too short.
    const ESCAPES: bool = false;
    /// Whether there are nodes that ask `key == threshold`: those whose slot is odd. Slots count by twos then, and -0 has the key of +0.
    const EQUALS: bool = false;
    /// How leaves are put together.
    const COMBINE: Combine = Combine::Sum;
}

/// The trees.
pub struct Params {
    /// For each slot its feature; with the bit [`LOW`] NaN has the smallest key, else the largest. Empty without [`Shape::KEYS`].
    pub slots: &'static [u16],
    /// The nodes of all trees, one tree behind the other.
    pub nodes: &'static [u16],
    /// Where each tree begins among the nodes; from bit [`TARGET`] on the target that its leaves belong to, with [`Shape::INLINE`].
    pub trees: &'static [u32],
    /// Shared thresholds.
    pub thresholds: &'static [i32],
    /// Weights of the leaves, that of a leaf's number first.
    pub weights: &'static [f32],
    /// The targets that they belong to; the last one of a leaf has the bit [`LAST`].
    pub targets: &'static [u16],
    /// Added to the combined leaves of each target; empty for nothing.
    pub base: &'static [f32],
}

/// In a slot: NaN has the smallest key.
pub const LOW: u16 = 0x8000;
/// In a leaf's target: there are no more.
pub const LAST: u16 = 0x8000;
/// The lowest bit of a target in a tree.
pub const TARGET: u32 = 24;

/// A layer: shape, trees and places in the arena.
pub trait Layer {
    /// Geometry.
    type Shape: Shape;
    /// Byte offset of the rows of features.
    const INPUT: usize;
    /// Byte offset of the results `[ROWS][TARGETS]`, apart from the rows.
    const OUTPUT: usize;
    /// Byte offset of working memory, apart from both: 32 bits for each number of a slot. Only with [`Shape::KEYS`].
    const SCRATCH: usize = 0;
    /// The trees.
    const PARAMS: Params;
}

/// Keys in the working memory. The number of bits is checked before.
#[inline(always)]
const fn key_count<S: Shape>() -> usize {
    if !S::KEYS {
        0
    } else if S::EQUALS {
        1 << (S::SLOT_BITS - 1)
    } else {
        1 << S::SLOT_BITS
    }
}

const fn check_layer<L: Layer, M: Memory>() {
    let features = product([L::Shape::ROWS, L::Shape::FEATURES]);
    let results = product([L::Shape::ROWS, L::Shape::TARGETS]);
    assert!(
        L::Shape::SLOT_BITS <= 13 && (!L::Shape::EQUALS || L::Shape::SLOT_BITS > 0),
        "slots of so many bits"
    );
    check_buffer::<f32>(L::INPUT, features, M::REGIONS);
    check_buffer::<f32>(L::OUTPUT, results, M::REGIONS);
    check_disjoint(L::INPUT, bytes::<f32>(features), L::OUTPUT, bytes::<f32>(results));
    if L::Shape::KEYS {
        let keys = key_count::<L::Shape>();
        check_buffer::<i32>(L::SCRATCH, keys, M::REGIONS);
        check_disjoint(L::SCRATCH, bytes::<i32>(keys), L::INPUT, bytes::<f32>(features));
        check_disjoint(L::SCRATCH, bytes::<i32>(keys), L::OUTPUT, bytes::<f32>(results));
    }
    grammar::check::<L::Shape>(&L::PARAMS);
}

/// Carries the layer out.
#[inline(always)]
pub fn run<L: Layer, M: Memory>(memory: &mut M) {
    const { check_layer::<L, M>() };
    let mut cursor = memory.cursor();
    let keys = if L::Shape::KEYS { cursor.dst(L::SCRATCH) } else { cursor.dst(L::OUTPUT) };
    let (input, output) = (cursor.src(L::INPUT), cursor.dst(L::OUTPUT));
    // SAFETY: `check_layer` holds.
    unsafe { rows::<L::Shape>(input, keys, output, const { &L::PARAMS }) }
}

/// # Safety
/// Operand, keys and result have the shape's length and lie apart; `grammar::check` holds of the parameters.
#[inline(never)]
unsafe fn rows<S: Shape>(input: Src<u32>, keys: Dst<i32>, output: Dst<u32>, params: &'static Params) {
    for row in 0..S::ROWS {
        // SAFETY: there are so many rows; the rest is the caller's.
        unsafe {
            let (features, results) = (input.skip(row * S::FEATURES), output.skip(row * S::TARGETS));
            if S::KEYS {
                make_keys::<S>(features, keys, params);
            }
            one::<S>(features, keys.as_src(), results, params);
        }
    }
}

/// # Safety
/// As for [`rows`], of one row.
#[inline(always)]
unsafe fn make_keys<S: Shape>(features: Src<u32>, keys: Dst<i32>, params: &'static Params) {
    for (number, &slot) in params.slots.iter().enumerate() {
        // SAFETY: a slot's feature is one of the row's, and there are no more slots than keys.
        unsafe {
            let feature = features.get(usize::from(slot & !LOW));
            let nan = if slot & LOW != 0 { i32::MIN } else { i32::MAX };
            keys.set(number, key::<S>(feature, nan));
        }
    }
}

/// The key of a feature.
#[inline(always)]
fn key<S: Shape>(feature: u32, nan: i32) -> i32 {
    if bits::is_nan(feature) {
        return nan;
    }
    bits::key(if S::EQUALS { bits::one_zero(feature) } else { feature })
}

/// # Safety
/// As for [`rows`], of one row, whose keys are made.
#[inline(always)]
unsafe fn one<S: Shape>(features: Src<u32>, keys: Src<i32>, results: Dst<u32>, params: &'static Params) {
    let (nodes, thresholds) = (Src::from(params.nodes), Src::from(params.thresholds));
    let (weights, targets) = (Src::from(params.weights), Src::from(params.targets));
    let first = match S::COMBINE {
        Combine::Sum | Combine::Average => 0,
        Combine::Min => f32::INFINITY.to_bits(),
        Combine::Max => f32::NEG_INFINITY.to_bits(),
    };
    for target in 0..S::TARGETS {
        // SAFETY: below the number of results.
        unsafe { results.set(target, first) };
    }
    for &tree in params.trees {
        // SAFETY: by the grammar, the tree's nodes lie among the nodes, its leaves have weights, and targets are those of the shape.
        unsafe {
            if S::INLINE {
                let (begin, target) = root::<S>(tree);
                let weight = walk::<S>(features, keys, thresholds, nodes.skip(begin));
                combine::<S>(results, target, weight);
            } else {
                let mut leaf = walk::<S>(features, keys, thresholds, nodes.skip(root::<S>(tree).0)) as usize;
                loop {
                    let target = targets.get(leaf);
                    combine::<S>(results, usize::from(target & !LAST), weights.get(leaf).to_bits());
                    if target & LAST != 0 {
                        break;
                    }
                    leaf += 1;
                }
            }
        }
    }
    for target in 0..S::TARGETS {
        // SAFETY: below the number of results; a base has one for each.
        unsafe {
            if matches!(S::COMBINE, Combine::Average) {
                let sum = f32::from_bits(results.as_src().get(target));
                results.set(target, (sum / params.trees.len() as f32).to_bits());
            }
            if !params.base.is_empty() {
                results.set(
                    target,
                    add(results.as_src().get(target), Src::from(params.base).get(target).to_bits()),
                );
            }
        }
    }
}

/// Where a tree begins among the nodes, and the target of its leaves.
#[inline(always)]
const fn root<S: Shape>(tree: u32) -> (usize, usize) {
    if S::INLINE {
        ((tree & ((1 << TARGET) - 1)) as usize, (tree >> TARGET) as usize)
    } else {
        (tree as usize, 0)
    }
}

/// From the root at `node` to a leaf: its number, or with [`Shape::INLINE`] its weight.
///
/// The place is a pointer that goes on, not an index into the nodes: on small cores that saves a fifth of the instructions.
///
/// # Safety
/// By the grammar, a tree begins there.
#[inline(always)]
unsafe fn walk<S: Shape>(
    features: Src<u32>,
    keys: Src<i32>,
    thresholds: Src<i32>,
    mut node: Src<u16>,
) -> u32 {
    loop {
        // SAFETY: by the grammar, these are the words of a node, its slot has a key or is a feature, and a shared threshold exists.
        unsafe {
            let head = usize::from(node.get(0));
            let (mut slot, equal) = (head & slot_mask::<S>(), head & 1 != 0);
            if S::EQUALS {
                slot >>= 1;
            }
            let key = if S::KEYS { keys.get(slot) } else { key::<S>(features.get(slot), i32::MAX) };
            let (threshold, mut end) = if S::SHARED {
                (thresholds.get(usize::from(node.get(1))), node.skip(2))
            } else {
                (word(node, 1) as i32, node.skip(3))
            };
            let mut field = field_of::<S>(head);
            if S::ESCAPES && field == field_of::<S>(FIELD) {
                field = word(end, 0) as usize;
                end = end.skip(2);
            }
            let holds = if S::EQUALS && equal { key == threshold } else { key <= threshold };
            let (first, second) = (head & leaf_bit::<S>(0) != 0, head & leaf_bit::<S>(1) != 0);
            if holds {
                if first {
                    return if S::INLINE { word(end, 0) } else { field as u32 };
                }
                node = if S::INLINE && second { end.skip(2) } else { end };
            } else if second {
                return match (S::INLINE, first) {
                    (true, true) => word(end, 2),
                    (true, false) => word(end, 0),
                    (false, true) if S::ESCAPES => word(end, 0),
                    (false, true) => u32::from(end.get(0)),
                    (false, false) => field as u32,
                };
            } else {
                node = match (first, S::INLINE) {
                    (true, true) => end.skip(2),
                    (true, false) => end,
                    (false, _) => end.skip(field),
                };
            }
        }
    }
}

/// All bits of a node's first word.
const FIELD: usize = 0xffff;

/// The bits of a slot in a node's first word.
#[inline(always)]
const fn slot_mask<S: Shape>() -> usize {
    (1 << S::SLOT_BITS) - 1
}

/// The field of a node's first word.
#[inline(always)]
const fn field_of<S: Shape>(head: usize) -> usize {
    head >> (S::SLOT_BITS + 2)
}

/// The bit of a node's first word that says that its first or second child is a leaf.
#[inline(always)]
const fn leaf_bit<S: Shape>(child: usize) -> usize {
    1 << (S::SLOT_BITS + child)
}

/// 32 bits of two words.
///
/// # Safety
/// There are two words from `index` on.
#[inline(always)]
unsafe fn word(nodes: Src<u16>, index: usize) -> u32 {
    // SAFETY: the caller's.
    unsafe { u32::from(nodes.get(index)) | u32::from(nodes.get(index + 1)) << 16 }
}

/// # Safety
/// `target` is below the number of results.
#[inline(always)]
unsafe fn combine<S: Shape>(results: Dst<u32>, target: usize, weight: u32) {
    // SAFETY: the caller's.
    unsafe {
        let known = results.as_src().get(target);
        let result = match S::COMBINE {
            Combine::Sum | Combine::Average => add(known, weight),
            Combine::Min if bits::greater(known, weight) => weight,
            Combine::Max if bits::greater(weight, known) => weight,
            _ => known,
        };
        results.set(target, result);
    }
}

/// Whether additions of f32 are instructions of the core.
const HARDWARE: bool = cfg!(any(
    not(any(target_arch = "arm", target_arch = "riscv32")),
    all(target_arch = "arm", target_abi = "eabihf"),
    all(target_arch = "riscv32", target_feature = "f"),
));

#[inline(always)]
fn add(a: u32, b: u32) -> u32 {
    if HARDWARE { (f32::from_bits(a) + f32::from_bits(b)).to_bits() } else { add_bits(a, b) }
}

/// A function of its own: it needs all registers of a small core, which would otherwise save the walk's in the middle of it.
#[inline(never)]
fn add_bits(a: u32, b: u32) -> u32 {
    bits::add(a, b)
}
