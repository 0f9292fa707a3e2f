//! The slices of an inference: what is carried out in each, and how long it is predicted to take.

use crate::compiled::Compiled;
use crate::slices::{Piece, Slice};
use crate::wording::{grouped, short_name};

/// What is carried out in a slice, in words.
pub fn words(compiled: &Compiled, slice: &Slice) -> String {
    let pieces: Vec<_> = slice.pieces.iter().map(|piece| of_piece(compiled, piece)).collect();
    match pieces.is_empty() {
        true => "what goes in, comes out or is remembered".to_owned(),
        false => pieces.join(", "),
    }
}

fn of_piece(compiled: &Compiled, piece: &Piece) -> String {
    let step = piece.step();
    let name = compiled.graph.nodes().nth(step).map_or_else(String::new, |(_, node)| short_name(&node.name));
    let choice = compiled.choices.get(step).and_then(Option::as_ref);
    // From 1 on, as readers count.
    let of =
        |from: usize, to: usize, all: usize| format!("{} to {} of {}", from + 1, to, grouped(all as u64));
    match (piece, choice) {
        (Piece::Part { call, steps, .. }, Some(choice)) => {
            let cut = choice.cuts.iter().find(|cut| cut.call == *call);
            cut.map_or(name.clone(), |cut| {
                format!("{name} ({} {})", cut.along, of(steps.start, steps.end, cut.steps))
            })
        }
        (Piece::Turns { turns, .. }, Some(choice)) => {
            let all = choice.row_loop.as_ref().map_or(0, |row_loop| row_loop.turns);
            format!("{name} (turns {})", of(turns.start, turns.end, all))
        }
        (Piece::Calls { calls, .. }, Some(choice)) if calls.len() < choice.calls.len() => {
            format!("{name} (calls {})", of(calls.start, calls.end, choice.calls.len()))
        }
        _ => name,
    }
}

/// How many slices there are and the longest of them, on a line; empty where there are none.
pub fn summary(compiled: &Compiled) -> String {
    compiled.slicing.as_ref().map_or_else(String::new, |slicing| {
        format!("{}, the longest of {} predicted cycles", slicing.slices.len(), grouped(slicing.longest))
    })
}
