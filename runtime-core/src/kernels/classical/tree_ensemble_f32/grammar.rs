//! The form of an ensemble's tables, checked when its kernel is monomorphised: walking the trees then needs no check.
//!
//! Trees are read from their first word to the last, as they are written: a node, its first subtree, its second. A second subtree must begin where
//! the node says, which is remembered until the first has ended. So every child lies behind its parent, within its tree.

use tinyml_arith::size::{difference, sum};

use super::{FIELD, LAST, LOW, Params, Shape, field_of, key_count, leaf_bit, root, slot_mask};

/// How many second subtrees may wait for the first ones to end.
const DEEPEST: usize = 1024;

pub(super) const fn check<S: Shape>(params: &Params) {
    check_slots::<S>(params);
    check_leaves::<S>(params);
    assert!(
        params.base.is_empty() || params.base.len() == S::TARGETS,
        "the base has another number of targets"
    );
    let mut tree = 0;
    while tree < params.trees.len() {
        let (begin, target) = root::<S>(params.trees[tree]);
        let next = sum([tree, 1]);
        let end =
            if next < params.trees.len() { root::<S>(params.trees[next]).0 } else { params.nodes.len() };
        assert!(target < S::TARGETS, "a tree's target is beyond the shape's");
        check_tree::<S>(params, begin, end);
        tree += 1;
    }
}

const fn check_slots<S: Shape>(params: &Params) {
    assert!(params.slots.len() <= key_count::<S>(), "there are more slots than a node can name");
    let mut slot = 0;
    while slot < params.slots.len() {
        assert!(((params.slots[slot] & !LOW) as usize) < S::FEATURES, "a slot's feature is beyond the row");
        slot += 1;
    }
}

const fn check_leaves<S: Shape>(params: &Params) {
    assert!(params.weights.len() == params.targets.len(), "each weight needs a target");
    let mut weight = 0;
    while weight < params.targets.len() {
        assert!(
            ((params.targets[weight] & !LAST) as usize) < S::TARGETS,
            "a weight's target is beyond the shape's"
        );
        weight += 1;
    }
    assert!(weight == 0 || params.targets[difference(weight, 1)] & LAST != 0, "the last leaf has no end");
}

const fn check_tree<S: Shape>(params: &Params, begin: usize, end: usize) {
    let words = params.nodes;
    assert!(begin < end && end <= words.len(), "a tree has no nodes");
    let mut waiting = [0; DEEPEST];
    let mut count = 0;
    let mut node = begin;
    loop {
        assert!(node < end && difference(end, node) >= 2, "a node reaches beyond its tree");
        let head = words[node] as usize;
        let slot = head & slot_mask::<S>();
        let slot = if S::EQUALS { slot >> 1 } else { slot };
        assert!(S::KEYS || slot < S::FEATURES, "a node's feature is beyond the row");
        if S::SHARED {
            assert!(
                (words[sum([node, 1])] as usize) < params.thresholds.len(),
                "a threshold is beyond the shared ones"
            );
        }
        let mut next = sum([node, if S::SHARED { 2 } else { 3 }]);
        let mut field = field_of::<S>(head);
        if S::ESCAPES && field == field_of::<S>(FIELD) {
            field = long(words, next, end);
            next = sum([next, 2]);
        }
        let leaves = [head & leaf_bit::<S>(0) != 0, head & leaf_bit::<S>(1) != 0];
        match (leaves, S::INLINE) {
            ([false, false], _) => {
                assert!(
                    next < end && field > 0 && field < difference(end, next),
                    "a subtree begins beyond its tree"
                );
                assert!(count < DEEPEST, "the tree is too deep");
                waiting[count] = sum([next, field]);
                count += 1;
            }
            ([true, true], true) => next = sum([next, 4]),
            (_, true) => next = sum([next, 2]),
            ([true, true], false) => {
                let leaf = if S::ESCAPES { long(words, next, end) } else { short(words, next, end) };
                assert!(field < params.weights.len() && leaf < params.weights.len(), "a leaf has no weight");
                next = sum([next, if S::ESCAPES { 2 } else { 1 }]);
            }
            (_, false) => assert!(field < params.weights.len(), "a leaf has no weight"),
        }
        if leaves[0] && leaves[1] {
            // A subtree ends here.
            if count == 0 {
                assert!(next == end, "a tree does not end where the next one begins");
                return;
            }
            count -= 1;
            assert!(next == waiting[count], "a subtree does not begin where its parent says");
        }
        node = next;
    }
}

/// The number of one word.
const fn short(words: &[u16], at: usize, end: usize) -> usize {
    assert!(at < end, "a node reaches beyond its tree");
    words[at] as usize
}

/// The number of two words.
const fn long(words: &[u16], at: usize, end: usize) -> usize {
    short(words, at, end) | short(words, sum([at, 1]), end).rotate_left(16)
}
