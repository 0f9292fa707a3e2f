//! Offsets that end as early as possible: heuristics first, then the exact search between the lower bound and what they found.

use super::layout::{Conflict, FAR, Layout};
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
    /// Conflicts (or gaps) that were looked at.
    pub spent: usize,
}

/// Places all buffers. `effort` is the number of conflicts that may be looked at.
pub(super) fn solve(layout: &Layout, buffers: &[Buffer], effort: usize) -> Solution {
    let (bound, spent) = bound(layout, buffers, effort);
    let solution = minimise(layout, buffers, bound, effort);
    Solution { spent: solution.spent + spent, ..solution }
}

/// No offsets end before the first number, which is the greatest that the steps one by one need; the second is what the proof took.
fn bound(layout: &Layout, buffers: &[Buffer], effort: usize) -> (i64, usize) {
    let mut steps: Vec<(i64, Vec<usize>)> = live_in_steps(buffers)
        .into_iter()
        .map(|live| (live.iter().map(|&i| layout.bytes[i]).sum(), live))
        .collect();
    // Those with the most bytes first: most of the others then need no proof.
    steps.sort_by_key(|(most, _)| std::cmp::Reverse(*most));
    let (mut bound, mut spent) = (0, 0);
    for (most, live) in steps {
        if most <= bound || spent > 4 * effort {
            break;
        }
        let step = of_step(layout, buffers, &live, bound, effort / 16);
        (bound, spent) = (step.bound, spent + step.spent);
    }
    (bound, spent)
}

/// The buffers that live during each step.
pub(super) fn live_in_steps(buffers: &[Buffer]) -> Vec<Vec<usize>> {
    let mut steps = vec![Vec::new(); buffers.iter().map(|buffer| buffer.last + 1).max().unwrap_or(0)];
    for (i, buffer) in buffers.iter().enumerate() {
        steps[buffer.first..=buffer.last].iter_mut().for_each(|live| live.push(i));
    }
    steps
}

/// The buffers of one step by themselves; no end below `bound` is looked for.
fn of_step(layout: &Layout, buffers: &[Buffer], live: &[usize], bound: i64, effort: usize) -> Solution {
    let own: Vec<Buffer> = live.iter().map(|&i| buffers[i].clone()).collect();
    let layout = layout.only(live);
    let (apart, spent) = end_of_clique(&layout, &own, effort);
    let solution = minimise(&layout, &own, bound.max(apart), effort);
    Solution { spent: solution.spent + spent, ..solution }
}

/// Buffers that all live at the same time end no earlier than this: those that must lie apart from all others need all their bytes beside the
/// bytes of the rest, whatever the order. The second number is what the proof took.
fn end_of_clique(layout: &Layout, buffers: &[Buffer], effort: usize) -> (i64, usize) {
    let is_apart = |conflict: &Conflict| {
        let (a, b) = (layout.bytes[conflict.a], layout.bytes[conflict.b]);
        *conflict.allowed == [(-FAR, -b), (a, FAR)]
    };
    // From how many others each must lie apart.
    let mut others = vec![0; buffers.len()];
    for conflict in layout.conflicts.iter().filter(|conflict| is_apart(conflict)) {
        others[conflict.a] += 1;
        others[conflict.b] += 1;
    }
    let some = layout.bytes.iter().filter(|&&bytes| bytes > 0).count();
    let shares = |i: usize| layout.bytes[i] > 0 && others[i] + 1 < some;
    let largest = layout.bytes.iter().copied().max().unwrap_or(0);
    let sharing: Vec<usize> = (0..buffers.len()).filter(|&i| shares(i)).collect();
    if sharing.len() == buffers.len() {
        return (largest, 0);
    }
    // Where all begin at multiples of a unit, no other begins within the last unit of a buffer.
    let unit = layout.align.iter().copied().min().unwrap_or(1).min(UNIT);
    let whole = |bytes: i64| (bytes as u64).next_multiple_of(unit as u64) as i64;
    let apart: i64 = (0..buffers.len()).filter(|&i| !shares(i)).map(|i| whole(layout.bytes[i])).sum();
    let mut rest = layout.only(&sharing);
    rest.align.fill(unit);
    let own: Vec<Buffer> = sharing.iter().map(|&i| buffers[i].clone()).collect();
    let rest = minimise(&rest, &own, rest.bytes.iter().copied().max().unwrap_or(0), effort);
    // A bound is an end rounded up.
    (largest.max(apart + whole(rest.bound - (UNIT - unit))), rest.spent)
}

/// The end of the buffers of one step, placed by themselves.
pub(super) fn end_of_step(layout: &Layout, buffers: &[Buffer], live: &[usize], effort: usize) -> i64 {
    let own: Vec<Buffer> = live.iter().map(|&i| buffers[i].clone()).collect();
    let layout = layout.only(live);
    let (bound, _) = end_of_clique(&layout, &own, effort);
    layout.end(&minimise(&layout, &own, bound, effort).offsets)
}

/// Offsets that end as early as the effort allows, given that none end before `bound`.
fn minimise(layout: &Layout, buffers: &[Buffer], bound: i64, effort: usize) -> Solution {
    let round = |end: i64| end.div_euclid(UNIT) * UNIT + if end.rem_euclid(UNIT) > 0 { UNIT } else { 0 };
    let mut bound = round(bound);
    let (mut offsets, placing) = place(layout, buffers, bound, effort / 4);
    let (all, mut effort) = (effort, effort);
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
    Solution { offsets, bound: bound.min(end), spent: placing + all - effort }
}
