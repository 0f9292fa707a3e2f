//! Ensembles written by hand, in each form of the tables; and tables that are refused. What the compiler writes is compared with ONNX Runtime by the
//! golden cases.

use super::*;
use crate::arena::Arena;

/// Bits of slots: three features.
const S: u32 = 2;

/// A node's first word.
const fn head(slot: u16, leaves: [bool; 2], field: u16) -> u16 {
    slot | (leaves[0] as u16) << S | (leaves[1] as u16) << (S + 1) | field << (S + 2)
}

const fn low(threshold: f32) -> u16 {
    bits::key(threshold.to_bits()) as u16
}

const fn high(threshold: f32) -> u16 {
    (bits::key(threshold.to_bits()) >> 16) as u16
}

/// Leaves with numbers, keys made first, NaN to either side: `x0 <= 1 ? (x1 <= -2 ? A : B) : (x2 <= 0 ? C : A)`, where NaN in `x1` takes A.
struct Numbered;
impl Shape for Numbered {
    const ROWS: usize = 2;
    const FEATURES: usize = 3;
    const TARGETS: usize = 2;
    const SLOT_BITS: usize = 2;
}
const NUMBERED: Params = Params {
    slots: &[0, 1 | LOW, 2],
    nodes: &[
        head(0, [false, false], 4),
        low(1.0),
        high(1.0),
        head(1, [true, true], 0),
        low(-2.0),
        high(-2.0),
        2,
        head(2, [true, true], 3),
        low(0.0),
        high(0.0),
        0,
    ],
    trees: &[0],
    thresholds: &[],
    // A: 1 and 10; B: 2; C: 3.
    weights: &[1.0, 10.0, 2.0, 3.0],
    targets: &[0, 1 | LAST, LAST, 1 | LAST],
    base: &[0.5, 0.25],
};
impl Layer for Numbered {
    type Shape = Numbered;
    const INPUT: usize = 0;
    const OUTPUT: usize = 24;
    const SCRATCH: usize = 40;
    const PARAMS: Params = NUMBERED;
}

fn numbered(rows: [[f32; 3]; 2]) -> [[f32; 2]; 2] {
    let mut arena = Arena::<56>::new();
    arena.get_mut::<f32, 0, 6>().copy_from_slice(rows.as_flattened());
    run::<Numbered, _>(&mut arena);
    let &[a, b, c, d] = arena.get::<f32, 24, 4>();
    [[a, b], [c, d]]
}

#[test]
fn paths_end_at_the_leaves() {
    let (a, b, c) = ([1.5, 10.25], [2.5, 0.25], [0.5, 3.25]);
    assert_eq!(numbered([[1.0, -2.0, 9.0], [1.0, -1.99, 9.0]]), [a, b]);
    assert_eq!(numbered([[1.1, -2.0, -0.0], [1.1, -2.0, 1e-45]]), [c, a]);
    assert_eq!(
        numbered([[f32::NEG_INFINITY, f32::NEG_INFINITY, 0.0], [f32::INFINITY, 0.0, f32::INFINITY]]),
        [a, a]
    );
}

#[test]
fn nan_of_either_sign_takes_the_side_of_its_slot() {
    for nan in [0x7fc0_0000, 0xffc0_0000, 0x7f80_0001, 0xff80_0001].map(f32::from_bits) {
        assert_eq!(numbered([[nan, 0.0, 0.0], [0.0, nan, 0.0]]), [[0.5, 3.25], [1.5, 10.25]]);
        assert_eq!(numbered([[nan, nan, nan], [0.0, 0.0, nan]]), [[1.5, 10.25], [2.5, 0.25]]);
    }
}

/// Weights in the nodes, shared thresholds, a node that asks for equality, keys at each node: `x1 == 0 ? 4 : (x0 <= 7 ? 5 : 6)`, and a
/// tree of the other target that is one leaf.
struct Inline;
impl Shape for Inline {
    const ROWS: usize = 1;
    const FEATURES: usize = 2;
    const TARGETS: usize = 2;
    const SLOT_BITS: usize = 2;
    const KEYS: bool = false;
    const SHARED: bool = true;
    const INLINE: bool = true;
    const EQUALS: bool = true;
}
const fn weight(weight: f32) -> [u16; 2] {
    [weight.to_bits() as u16, (weight.to_bits() >> 16) as u16]
}
const INLINE: Params = Params {
    slots: &[],
    nodes: &[
        head(2 | 1, [true, false], 0),
        0,
        weight(4.0)[0],
        weight(4.0)[1],
        head(0, [true, true], 0),
        1,
        weight(5.0)[0],
        weight(5.0)[1],
        weight(6.0)[0],
        weight(6.0)[1],
        head(0, [true, true], 0),
        2,
        weight(-1.5)[0],
        weight(-1.5)[1],
        weight(-1.5)[0],
        weight(-1.5)[1],
    ],
    trees: &[0, 10 | 1 << TARGET],
    thresholds: &[0, bits::key(7f32.to_bits()), i32::MAX],
    weights: &[],
    targets: &[],
    base: &[],
};
impl Layer for Inline {
    type Shape = Inline;
    const INPUT: usize = 8;
    const OUTPUT: usize = 0;
    const PARAMS: Params = INLINE;
}

#[test]
fn weights_may_stand_in_the_nodes() {
    let table = [
        ([7.0, 0.0], 4.0),
        ([7.0, -0.0], 4.0),
        ([7.0, 1e-45], 5.0),
        ([7.1, f32::NAN], 6.0),
        ([f32::NAN, 1.0], 6.0),
    ];
    for (row, expected) in table {
        let mut arena = Arena::<16>::new();
        *arena.get_mut::<f32, 8, 2>() = row;
        run::<Inline, _>(&mut arena);
        assert_eq!(*arena.get::<f32, 0, 2>(), [expected, -1.5], "{row:?}");
    }
}

/// The same of rows of one feature.
struct Narrow;
impl Shape for Narrow {
    const ROWS: usize = 1;
    const FEATURES: usize = 1;
    const TARGETS: usize = 2;
    const SLOT_BITS: usize = 2;
    const KEYS: bool = false;
    const SHARED: bool = true;
    const INLINE: bool = true;
    const EQUALS: bool = true;
}

/// Fields that are too short: `x0 <= 1 ? leaf 4095 : leaf 70000`, for which there are as many weights.
struct Escapes;
impl Shape for Escapes {
    const ROWS: usize = 1;
    const FEATURES: usize = 1;
    const TARGETS: usize = 1;
    const SLOT_BITS: usize = 2;
    const ESCAPES: bool = true;
    const COMBINE: Combine = Combine::Max;
}
static WEIGHTS: [f32; 70_001] = {
    let mut weights = [0.0; 70_001];
    (weights[4095], weights[70_000]) = (8.0, 9.0);
    weights
};
const ESCAPES: Params = Params {
    slots: &[0],
    nodes: &[head(0, [true, true], 0xfff), low(1.0), high(1.0), 4095, 0, (70_000 & 0xffff) as u16, 1],
    trees: &[0],
    thresholds: &[],
    weights: &WEIGHTS,
    targets: &[LAST; 70_001],
    base: &[],
};
impl Layer for Escapes {
    type Shape = Escapes;
    const INPUT: usize = 0;
    const OUTPUT: usize = 4;
    const SCRATCH: usize = 8;
    const PARAMS: Params = ESCAPES;
}

#[test]
fn numbers_that_fields_do_not_hold_stand_behind_them() {
    for (x, expected) in [(1.0, 8.0), (2.0, 9.0)] {
        let mut arena = Arena::<32>::new();
        *arena.get_mut::<f32, 0, 1>() = [x];
        run::<Escapes, _>(&mut arena);
        assert_eq!(*arena.get::<f32, 4, 1>(), [expected]);
    }
}

/// Declares tests of tables that the grammar refuses: those of `Numbered` with other parts.
macro_rules! refused {
    ($($name:ident: $shape:ty, $message:literal, $params:expr;)*) => {$(
        #[test]
        #[should_panic(expected = $message)]
        fn $name() {
            const PARAMS: Params = $params;
            grammar::check::<$shape>(&PARAMS);
        }
    )*};
}
refused! {
    a_slot_of_no_feature: Numbered, "beyond the row", Params { slots: &[0, 3], ..NUMBERED };
    more_slots_than_bits: Numbered, "more slots", Params { slots: &[0, 1, 2, 0, 1], ..NUMBERED };
    a_weight_of_no_target: Numbered, "target is beyond", Params { targets: &[0, 2 | LAST, LAST, 1 | LAST], ..NUMBERED };
    a_weight_without_target: Numbered, "needs a target", Params { weights: &[1.0; 5], ..NUMBERED };
    a_leaf_without_end: Numbered, "no end", Params { targets: &[0, 1 | LAST, LAST, 1], ..NUMBERED };
    a_base_of_other_length: Numbered, "another number of targets", Params { base: &[1.0], ..NUMBERED };
    a_leaf_beyond_the_weights: Numbered, "no weight", Params { weights: &[1.0; 3], targets: &[LAST; 3], ..NUMBERED };
    a_tree_beyond_the_nodes: Numbered, "no nodes", Params { trees: &[0, 11], ..NUMBERED };
    a_tree_inside_another: Numbered, "beyond its tree", Params { trees: &[0, 4], ..NUMBERED };
    a_tree_that_ends_early: Numbered, "beyond its tree", Params { nodes: &[head(0, [false, false], 4), 0, 0, head(1, [true, true], 0), 0, 0, 2], ..NUMBERED };
    words_behind_the_last_tree: Numbered, "does not end", Params { nodes: &[head(0, [true, true], 0), 0, 0, 0, 0], ..NUMBERED };
    a_second_subtree_elsewhere: Numbered, "where its parent says", Params {
        nodes: &[
            head(0, [false, false], 3), 0, 0, head(1, [true, true], 0), 0, 0, 2, head(2, [true, true], 3), 0, 0, 0,
        ],
        ..NUMBERED
    };
    a_feature_beyond_the_row: Narrow, "feature is beyond", INLINE;
    a_threshold_beyond_the_shared_ones: Inline, "beyond the shared", Params { thresholds: &[0, 1], ..INLINE };
    a_target_beyond_the_shape: Inline, "target is beyond", Params { trees: &[0, 10 | 2 << TARGET], ..INLINE };
    an_escape_at_the_end: Escapes, "beyond its tree", Params { nodes: &[head(0, [true, true], 0xfff), 0, 0, 1], ..ESCAPES };
}
