//! From a [`Map`] to copies of boxes: the kernels walk several axes with even steps, so each axis is cut into runs of these.

use super::strided::{self, Axis};
use crate::cost::Work;
use crate::ir::map::{self, Map};
use crate::ir::Fault;
use crate::kernel::{KernelCall, KernelChoice, Operand};
use crate::target::Core;

/// Most copies that one movement may take: each is code.
const MOST: usize = 64;

/// A part of the result that is copied as one box.
#[derive(Clone, Debug, PartialEq)]
struct Piece {
    /// The operand's element that the first one of the result is.
    from: usize,
    /// Its place in the result.
    to: usize,
    axes: Vec<Axis>,
}

/// Consecutive places along one axis of the result that loops with even steps reach.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Run {
    /// The first place.
    first: usize,
    /// How far into the operand it is.
    distance: usize,
    /// Extents and steps in the operand, the outermost loop first; without any for a single place.
    loops: Vec<(usize, isize)>,
}

/// The copies that carry a movement out.
pub(super) fn lower(
    core: Core,
    kernel: &'static str,
    map: &Map,
    label: &'static str,
    note: &str,
) -> Result<KernelChoice, Fault> {
    let bytes = if kernel.ends_with("_f32") { 4 } else { 1 };
    let pieces = pieces(map)?;
    let count = pieces.len();
    let calls = pieces.into_iter().map(|piece| {
        let axes = strided::Walk::new(&piece.axes)?;
        // The kernel's buffer begins at the first element of the operand that the box has.
        let from = piece.from - axes.behind();
        let call = KernelCall {
            kernel,
            label,
            shape_name: axes.name(label),
            note: note.to_owned(),
            shape: axes.constants(),
            operands: vec![
                ("INPUT", Operand::Input { index: 0, offset: from * bytes }),
                ("OUTPUT", Operand::Output { index: 0, offset: piece.to * bytes }),
            ],
            params: Vec::new(),
            overlap: Vec::new(),
        };
        let work: Work = axes.work(kernel, bytes);
        Ok((call, work))
    });
    let calls = calls.collect::<Result<Vec<_>, Fault>>()?;
    debug_assert_eq!(calls.len(), count);
    Ok(KernelChoice::new(core, calls))
}

/// The parts of the result, in the order of their places along the axes.
fn pieces(map: &Map) -> Result<Vec<Piece>, Fault> {
    let steps = map.shape().strides();
    let mut all = vec![Piece { from: 0, to: 0, axes: Vec::new() }];
    for (distances, &step) in map.axes().iter().zip(&steps) {
        let runs = runs(distances);
        if all.len() * runs.len() > MOST {
            return Err(format!("moves elements in more than {MOST} pieces, which no kernel does"));
        }
        let extended = all.iter().flat_map(|piece| runs.iter().map(move |run| extend(piece, run, step)));
        all = extended.collect();
    }
    let mut few = Vec::new();
    for piece in all {
        cut(piece, &mut few)?;
    }
    Ok(few)
}

fn extend(piece: &Piece, run: &Run, step: usize) -> Piece {
    let mut axes = piece.axes.clone();
    let mut inner: usize = run.loops.iter().map(|(extent, _)| extent).product();
    for &(extent, from) in &run.loops {
        inner /= extent;
        axes.push(Axis { extent, from, to: step * inner });
    }
    Piece { from: piece.from + run.distance, to: piece.to + run.first * step, axes }
}

/// Pieces with as many axes as the kernels have: the smallest axes of those with more are walked here.
fn cut(piece: Piece, all: &mut Vec<Piece>) -> Result<(), Fault> {
    if strided::Walk::new(&piece.axes).is_ok() {
        all.push(piece);
    } else {
        let number = |index: &usize| piece.axes[*index].extent;
        let smallest = (0..piece.axes.len()).filter(|index| number(index) > 1).min_by_key(number);
        let mut axes = piece.axes.clone();
        let axis = axes.remove(smallest.ok_or("has no axis to cut")?);
        for i in 0..axis.extent {
            let from = piece.from.checked_add_signed(i as isize * axis.from).ok_or("moves out of the operand")?;
            cut(Piece { from, to: piece.to + i * axis.to, axes: axes.clone() }, all)?;
        }
    }
    match all.len() {
        0..=MOST => Ok(()),
        _ => Err(format!("moves elements in more than {MOST} pieces, which no kernel does")),
    }
}

/// An axis as one run of nested loops, if it is one, else as runs of even steps.
fn runs(distances: &[usize]) -> Vec<Run> {
    if let (Some(loops), Some(&distance)) = (map::loops(distances), distances.first()) {
        return vec![Run { first: 0, distance, loops }];
    }
    let mut runs = Vec::new();
    let mut first = 0;
    while let Some(&distance) = distances.get(first) {
        let length = map::even(&distances[first..]);
        let loops = if length > 1 { vec![(length, map::step(&distances[first..]))] } else { Vec::new() };
        runs.push(Run { first, distance, loops });
        first += length;
    }
    runs
}

#[cfg(test)]
mod test {
    use super::*;
    use crate::ir::Shape;

    /// The elements that the pieces copy, in the result's order.
    fn copied(map: &Map) -> Vec<usize> {
        let mut result = vec![usize::MAX; map.shape().elements()];
        for piece in pieces(map).unwrap() {
            let mut places = vec![(piece.from as isize, piece.to)];
            for axis in &piece.axes {
                let along = |i: usize| (i as isize * axis.from, i * axis.to);
                let moved = |&(from, to): &(isize, usize), i| (from + along(i).0, to + along(i).1);
                places = places.iter().flat_map(|place| (0..axis.extent).map(move |i| moved(place, i))).collect();
            }
            for (from, to) in places {
                assert_eq!(result[to], usize::MAX, "an element is copied twice");
                result[to] = from as usize;
            }
        }
        result
    }

    #[test]
    fn pieces_are_the_map() {
        let image = || Map::identity(&Shape(vec![1, 4, 6, 3]));
        let maps = [
            image().select(1, [3, 2, 1, 0]).unwrap(),
            image().select(2, [0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5]).unwrap(),
            image().select(3, [0, 1, 2, 0, 1, 2]).unwrap(),
            image().select(1, [2, 1, 0, 1, 2, 3, 2]).unwrap().select(2, [1, 0, 1, 2, 3, 4, 5, 4]).unwrap(),
            image().select(2, [5, 0, 3]).unwrap(),
            image().permute(&[3, 2, 0, 1]).unwrap(),
            image().split(1, 2, 2).unwrap().split(3, 3, 2).unwrap().permute(&[2, 4, 0, 1, 3, 5]).unwrap(),
        ];
        for map in maps {
            assert_eq!(copied(&map), map.elements(), "{map:?}");
        }
    }

    #[test]
    fn what_takes_too_many_copies_is_refused() {
        let scattered: Vec<usize> = (0..200).map(|i| i * i % 211).collect();
        let map = Map::identity(&Shape(vec![211, 2])).select(0, scattered).unwrap();
        assert!(pieces(&map).unwrap_err().contains("more than 64 pieces"));
    }
}
