use proptest::prelude::*;

use super::atoms::{Atom, Ends, What};
use super::fill::{Unit, by_layers, within};
use super::{Limit, Piece, Slicing};

/// What a slicing carries out, in its order: for each atom how many of its steps.
fn carried_out(slicing: &Slicing, atoms: &[Atom]) -> Vec<(usize, usize, usize)> {
    let mut all = Vec::new();
    for piece in slicing.slices.iter().flat_map(|slice| &slice.pieces) {
        let steps = |call: usize| {
            let of = |atom: &&Atom| matches!(atom.what, What::Call { call: own, .. } if own == call);
            let atom = atoms.iter().filter(|atom| atom.step == piece.step()).find(of).unwrap();
            let What::Call { steps, .. } = atom.what else { unreachable!() };
            steps
        };
        match piece.clone() {
            Piece::Calls { step, calls } => {
                all.extend(calls.flat_map(|call| (0..steps(call)).map(move |own| (step, call, own))));
            }
            Piece::Part { step, call, steps } => all.extend(steps.map(|own| (step, call, own))),
            Piece::Turns { step, turns } => all.extend(turns.map(|turn| (step, turn, 0))),
        }
    }
    all
}

/// The same of atoms as they are.
fn as_they_are(atoms: &[Atom]) -> Vec<(usize, usize, usize)> {
    let of = |atom: &Atom| match atom.what {
        What::Call { call, steps } => (0..steps).map(|own| (atom.step, call, own)).collect::<Vec<_>>(),
        What::Turn(turn) => vec![(atom.step, turn, 0)],
    };
    atoms.iter().flat_map(of).collect()
}

fn call(step: usize, call: usize, steps: usize, cycles: u64) -> Atom {
    Atom { step, what: What::Call { call, steps }, cycles }
}

fn nothing() -> Ends {
    Ends::default()
}

/// Any atoms: nodes of calls, some of which are cut, and of turns.
fn atoms() -> impl Strategy<Value = Vec<Atom>> {
    let node = (any::<bool>(), prop::collection::vec((1usize..50, 0u64..5_000), 1..6));
    prop::collection::vec(node, 0..8).prop_map(|nodes| {
        let node = |(step, (is_loop, parts)): (usize, (bool, Vec<(usize, u64)>))| {
            let atom = move |(number, (steps, cycles)): (usize, (usize, u64))| match is_loop {
                true => Atom { step, what: What::Turn(number), cycles },
                false => call(step, number, steps, cycles),
            };
            parts.into_iter().enumerate().map(atom).collect::<Vec<_>>()
        };
        nodes.into_iter().enumerate().flat_map(node).collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn all_is_carried_out_once_and_in_order(atoms in atoms(), cycles in 1u64..6_000, before in 0u64..3_000) {
        let ends = Ends { before, after: before / 2 };
        let plain = by_layers(ends, &atoms);
        prop_assert_eq!(carried_out(&plain, &atoms), as_they_are(&atoms));
        prop_assert!(!plain.slices.is_empty());
        let short = within(ends, &atoms, Limit { cycles, is_strict: false }).unwrap();
        prop_assert_eq!(carried_out(&short, &atoms), as_they_are(&atoms));
        prop_assert!(!short.slices.is_empty());
        match within(ends, &atoms, Limit { cycles, is_strict: true }) {
            Ok(strict) => {
                prop_assert!(strict.longest <= cycles);
                prop_assert_eq!(strict, short);
            }
            Err(fault) => prop_assert!(fault.cycles > cycles),
        }
    }

    #[test]
    fn neighbours_are_not_both_short(atoms in atoms(), cycles in 200u64..6_000) {
        let uncut: Vec<Atom> = atoms.into_iter().map(|atom| match atom.what {
            What::Call { call: own, .. } => call(atom.step, own, 1, atom.cycles),
            What::Turn(_) => atom,
        }).collect();
        let slicing = within(nothing(), &uncut, Limit { cycles, is_strict: false }).unwrap();
        for pair in slicing.slices.windows(2) {
            prop_assert!(pair[0].cycles + pair[1].cycles > cycles, "{:?}", pair);
        }
    }
}

#[test]
fn short_layers_share_a_slice_and_long_ones_are_cut() {
    let atoms = [call(0, 0, 1, 300), call(1, 0, 1, 400), call(2, 0, 10, 2_000), call(4, 0, 1, 500)];
    let slicing = within(nothing(), &atoms, Limit { cycles: 1_000, is_strict: true }).unwrap();
    let pieces: Vec<_> = slicing.slices.iter().map(|slice| slice.pieces.as_slice()).collect();
    let part = |steps| Piece::Part { step: 2, call: 0, steps };
    let whole = |step| Piece::Calls { step, calls: 0..1 };
    assert_eq!(
        pieces,
        [
            [whole(0), whole(1), part(0..1)].as_slice(),
            [part(1..5)].as_slice(),
            [part(5..9)].as_slice(),
            [part(9..10), whole(4)].as_slice(),
        ]
    );
    assert_eq!(slicing.longest, 960);
}

#[test]
fn what_cannot_be_cut_is_named() {
    let limit = Limit { cycles: 1_000, is_strict: true };
    let fault = |atoms: &[Atom], ends| within(ends, atoms, limit).unwrap_err();
    let long = fault(&[call(0, 0, 1, 10), call(3, 0, 1, 1_001)], nothing());
    assert_eq!((long.step, long.cycles, long.unit), (Some(3), 1_001, Unit::Call));
    let step = fault(&[call(3, 0, 2, 2_000)], nothing());
    assert_eq!((step.step, step.cycles, step.unit), (Some(3), 1_060, Unit::Step));
    let turn = Atom { step: 1, what: What::Turn(0), cycles: 2_000 };
    assert_eq!(fault(&[turn], nothing()).unit, Unit::Turn);
    assert_eq!(fault(&[], Ends { before: 0, after: 1_500 }).step, None);
}

#[test]
fn without_a_limit_layers_and_turns_are_slices() {
    let turn = |number| Atom { step: 1, what: What::Turn(number), cycles: 7 };
    let atoms = [call(0, 0, 4, 10), call(0, 1, 1, 20), turn(0), turn(1), call(2, 0, 1, 5)];
    let slicing = by_layers(Ends { before: 100, after: 1 }, &atoms);
    let cycles: Vec<_> = slicing.slices.iter().map(|slice| slice.cycles).collect();
    assert_eq!(cycles, [130, 7, 7, 6]);
    assert_eq!(by_layers(nothing(), &[]).slices.len(), 1);
}
