//! Offsets that end as early as possible: heuristics first, then the exact search between the lower bound and what they found.

use super::layout::Layout;
use super::liveness::Buffer;
use super::place::place;
use super::search::{Outcome, search};

/// Conflicts that may be looked at for a plan.
pub(super) const EFFORT: usize = 1_000_000;

/// The granularity of ends: the arena's size is a multiple of this.
const UNIT: i64 = 4;

/// Places for all buffers.
pub(super) struct Solution {
    /// The offset of each buffer.
    pub offsets: Vec<i64>,
    /// No offsets end before this.
    pub bound: i64,
}

/// Places all buffers. `effort` is the number of conflicts that may be looked at.
pub(super) fn solve(layout: &Layout, buffers: &[Buffer], effort: usize) -> Solution {
    let mut bound = 0;
    let steps = buffers.iter().map(|buffer| buffer.last + 1).max().unwrap_or(0);
    for step in 0..steps {
        bound = bound_of_step(layout, buffers, step, bound, effort / 16);
    }
    minimise(layout, buffers, bound, effort)
}

/// The least end of the buffers of one step, if it is greater than `bound`.
fn bound_of_step(layout: &Layout, buffers: &[Buffer], step: usize, bound: i64, effort: usize) -> i64 {
    let live = |i: &usize| buffers[*i].first <= step && step <= buffers[*i].last;
    let chosen: Vec<usize> = (0..buffers.len()).filter(live).collect();
    let most: i64 = chosen.iter().map(|&i| layout.bytes[i]).sum();
    if most <= bound {
        return bound;
    }
    let own: Vec<Buffer> = chosen.iter().map(|&i| buffers[i].clone()).collect();
    let largest = own.iter().map(|buffer| buffer.bytes as i64).max().unwrap_or_default();
    minimise(&layout.only(&chosen), &own, bound.max(largest), effort).bound
}

/// The end of the buffers of one step, placed by themselves.
pub(super) fn end_of_step(layout: &Layout, buffers: &[Buffer], step: usize, effort: usize) -> i64 {
    let live = |i: &usize| buffers[*i].first <= step && step <= buffers[*i].last;
    let chosen: Vec<usize> = (0..buffers.len()).filter(live).collect();
    let own: Vec<Buffer> = chosen.iter().map(|&i| buffers[i].clone()).collect();
    let largest = own.iter().map(|buffer| buffer.bytes as i64).max().unwrap_or_default();
    let layout = layout.only(&chosen);
    layout.end(&minimise(&layout, &own, largest, effort).offsets)
}

/// Offsets that end as early as the effort allows, given that none end before `bound`.
fn minimise(layout: &Layout, buffers: &[Buffer], bound: i64, mut effort: usize) -> Solution {
    let round = |end: i64| end.div_euclid(UNIT) * UNIT + if end.rem_euclid(UNIT) > 0 { UNIT } else { 0 };
    let mut bound = round(bound);
    let mut offsets = place(layout, buffers, bound, effort / 4);
    let mut end = round(layout.end(&offsets));
    // Below this it is not known to be impossible, but a search has been cut off.
    let mut cut_off = bound;
    // The bound itself first: very often it can be reached.
    let mut wanted = bound;
    while cut_off < end && effort > 0 {
        let mut share = effort / 4 + 1;
        let before = share;
        let outcome = search(layout, wanted, &mut share);
        effort -= (before - share).min(effort);
        match outcome {
            Outcome::Found(found) => {
                offsets = found;
                end = round(layout.end(&offsets));
            }
            Outcome::Impossible => {
                cut_off = wanted + UNIT;
                // What is possible is possible with more room, so all below is impossible too.
                bound = bound.max(cut_off);
            }
            Outcome::Unknown => cut_off = wanted + UNIT,
        }
        wanted = round((cut_off + end) / 2).min(end - UNIT).max(cut_off);
    }
    Solution { offsets, bound: bound.min(end) }
}
