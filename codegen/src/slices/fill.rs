//! Slices from atoms.

use std::ops::Range;

use super::atoms::{Atom, Ends, What};
use super::{Limit, Piece, Slice, Slicing};

/// Cycles of beginning with a part of a call: its pointers, and the way to where it goes on.
const BEGIN: u64 = 60;

/// What cannot be made shorter than a limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooLong {
    /// The step of execution of its node; none if it is what precedes the first layer or follows the last one.
    pub step: Option<usize>,
    /// The cycles that it takes at least.
    pub cycles: u64,
    /// What it is of the node.
    pub unit: Unit,
}

/// What is not cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// All of a call.
    Call,
    /// A step of a call.
    Step,
    /// A turn of a chain.
    Turn,
}

/// A slice for each layer and for each turn.
pub(super) fn by_layers(ends: Ends, atoms: &[Atom]) -> Slicing {
    let mut slices: Vec<Slice> = Vec::new();
    for atom in atoms {
        let own_slice = matches!(atom.what, What::Turn(_));
        let is_of_last = |slice: &Slice| slice.pieces.last().is_some_and(|piece| piece.step() == atom.step);
        match slices.last_mut().filter(|slice| !own_slice && is_of_last(slice)) {
            Some(slice) => slice.add(piece(atom), atom.cycles),
            None => slices.push(Slice { pieces: vec![piece(atom)], cycles: atom.cycles }),
        }
    }
    if slices.is_empty() {
        slices.push(Slice { pieces: Vec::new(), cycles: 0 });
    }
    slices.iter_mut().next().into_iter().for_each(|first| first.cycles += ends.before);
    slices.iter_mut().last().into_iter().for_each(|last| last.cycles += ends.after);
    finished(slices)
}

/// Slices within a limit.
pub(super) fn within(ends: Ends, atoms: &[Atom], limit: Limit) -> Result<Slicing, TooLong> {
    let mut filler = Filler { slices: vec![Slice { pieces: Vec::new(), cycles: 0 }], limit };
    filler.end(ends.before)?;
    for atom in atoms {
        match atom.what {
            What::Call { call, steps } if steps > 1 && atom.cycles > filler.room() => {
                filler.parts(atom, call, steps)?;
            }
            _ => {
                let is_turn = matches!(atom.what, What::Turn(_));
                let unit = if is_turn { Unit::Turn } else { Unit::Call };
                filler.fits(atom.cycles, Some(atom.step), unit)?;
                filler.put(piece(atom), atom.cycles);
            }
        }
    }
    filler.end(ends.after)?;
    let mut slices = filler.slices;
    // What begins with a slice of its own leaves none before it.
    slices.retain(|slice| !slice.pieces.is_empty() || slice.cycles > 0);
    if slices.is_empty() {
        slices.push(Slice { pieces: Vec::new(), cycles: 0 });
    }
    Ok(finished(slices))
}

fn finished(slices: Vec<Slice>) -> Slicing {
    let longest = slices.iter().map(|slice| slice.cycles).max().unwrap_or(0);
    Slicing { slices, longest }
}

/// An atom that is not cut.
fn piece(atom: &Atom) -> Piece {
    let step = atom.step;
    match atom.what {
        What::Call { call, .. } => Piece::Calls { step, calls: call..call + 1 },
        What::Turn(turn) => Piece::Turns { step, turns: turn..turn + 1 },
    }
}

impl Slice {
    /// Adds a piece, which may go on with the last one.
    fn add(&mut self, piece: Piece, cycles: u64) {
        self.cycles += cycles;
        let follows = |last: &mut Range<usize>, next: &Range<usize>| {
            let follows = last.end == next.start;
            if follows {
                last.end = next.end;
            }
            follows
        };
        let goes_on = match (self.pieces.last_mut(), &piece) {
            (Some(Piece::Calls { step, calls }), Piece::Calls { step: own, calls: next }) => {
                step == own && follows(calls, next)
            }
            (Some(Piece::Turns { step, turns }), Piece::Turns { step: own, turns: next }) => {
                step == own && follows(turns, next)
            }
            _ => false,
        };
        if !goes_on {
            self.pieces.push(piece);
        }
    }
}

/// The slices so far, the last of which is not yet full.
struct Filler {
    slices: Vec<Slice>,
    limit: Limit,
}

impl Filler {
    /// The cycles that the last slice has left.
    fn room(&self) -> u64 {
        let used = self.slices.last().map_or(0, |slice| slice.cycles);
        self.limit.cycles.saturating_sub(used)
    }

    fn fits(&self, cycles: u64, step: Option<usize>, unit: Unit) -> Result<(), TooLong> {
        match self.limit.is_strict && cycles > self.limit.cycles {
            true => Err(TooLong { step, cycles, unit }),
            false => Ok(()),
        }
    }

    fn begin(&mut self) {
        self.slices.push(Slice { pieces: Vec::new(), cycles: 0 });
    }

    /// What is done before the first piece or behind the last one.
    fn end(&mut self, cycles: u64) -> Result<(), TooLong> {
        self.fits(cycles, None, Unit::Call)?;
        if cycles > self.room() {
            self.begin();
        }
        self.slices.iter_mut().last().into_iter().for_each(|last| last.cycles += cycles);
        Ok(())
    }

    fn put(&mut self, piece: Piece, cycles: u64) {
        if cycles > self.room() {
            self.begin();
        }
        self.slices.iter_mut().last().into_iter().for_each(|last| last.add(piece.clone(), cycles));
    }

    /// Puts a call in parts, which are as long as the limit allows it; the first may share a slice with what comes before, the last with what
    /// follows.
    fn parts(&mut self, atom: &Atom, call: usize, steps: usize) -> Result<(), TooLong> {
        let of = |count: usize| {
            let cycles = u128::from(atom.cycles) * count as u128;
            BEGIN + u64::try_from(cycles.div_ceil(steps as u128)).unwrap_or(u64::MAX)
        };
        let within = |room: u64| {
            let count = u128::from(room.saturating_sub(BEGIN)) * steps as u128;
            usize::try_from(count / u128::from(atom.cycles.max(1))).unwrap_or(usize::MAX)
        };
        let most = within(self.limit.cycles);
        if most == 0 {
            self.fits(of(1), Some(atom.step), Unit::Step)?;
        }
        let most = most.max(1);
        let mut from = 0;
        while from < steps {
            let left = steps - from;
            let rest = within(self.room());
            // A small rest of a slice is not worth a part.
            let count = if rest >= left.min(most.div_ceil(4)) && rest > 0 {
                rest.min(left)
            } else {
                self.begin();
                most.min(left)
            };
            let piece = Piece::Part { step: atom.step, call, steps: from..from + count };
            self.put(piece, of(count));
            from += count;
        }
        Ok(())
    }
}
