//! Offsets by exact search: branch and bound over the order of buffers in memory.
//!
//! Each conflict is a choice among ranges for the difference of two offsets ("below", "above", and where a kernel allows more,
//! more). A decided choice is an inequality, and inequalities have a least solution, which is found by propagation. The
//! search decides one choice after the other until the least solution breaks none of the open ones, and gives up a branch
//! when a buffer no longer fits under the wanted end. It finds a solution whenever there is one.

use super::layout::Layout;

/// The outcome of a search for offsets under an end.
pub(super) enum Outcome {
    /// Offsets that end at or before it.
    Found(Vec<i64>),
    /// There are none.
    Impossible,
    /// Not known: the search was cut off.
    Unknown,
}

/// Looks for offsets that end at or before `end`. `effort` is the number of conflicts that may be looked at, a count and not a
/// time, so that the outcome is the same on any machine; what was used is taken off.
pub(super) fn search(layout: &Layout, end: i64, effort: &mut usize) -> Outcome {
    let count = layout.bytes.len();
    let highest = |i: usize| layout.align_down(i, end - layout.bytes[i]);
    let root = State {
        low: vec![0; count],
        high: (0..count).map(highest).collect(),
        open: layout.conflicts.iter().map(|conflict| (1u8 << conflict.allowed.len()) - 1).collect(),
    };
    if root.high.iter().any(|&high| high < 0) {
        return Outcome::Impossible;
    }
    let mut stack = vec![(root, None)];
    while let Some((mut state, changed)) = stack.pop() {
        match state.propagate(layout, changed, effort) {
            Propagated::Contradiction => continue,
            Propagated::CutOff => return Outcome::Unknown,
            Propagated::Stable => {}
        }
        let Some(conflict) = state.broken(layout, effort) else {
            return Outcome::Found(state.low);
        };
        // The range that is nearest to the least solution first, so it is pushed last.
        let mut choices: Vec<(i64, usize)> = (0..layout.conflicts[conflict].allowed.len())
            .filter(|&choice| state.open[conflict] & (1 << choice) != 0)
            .map(|choice| (state.distance(layout, conflict, choice), choice))
            .collect();
        choices.sort_unstable_by_key(|&(distance, choice)| (std::cmp::Reverse(distance), choice));
        for (_, choice) in choices {
            let mut next = state.clone();
            next.open[conflict] = 1 << choice;
            stack.push((next, Some(conflict)));
        }
    }
    Outcome::Impossible
}

/// What is known in a branch: the range of each offset, and the ranges that each conflict still has.
#[derive(Clone)]
struct State {
    low: Vec<i64>,
    high: Vec<i64>,
    /// A bit for each allowed range.
    open: Vec<u8>,
}

enum Propagated {
    Stable,
    Contradiction,
    CutOff,
}

impl State {
    /// Draws all conclusions from a decided conflict; from all conflicts, at the root.
    fn propagate(&mut self, layout: &Layout, changed: Option<usize>, effort: &mut usize) -> Propagated {
        let mut queue: Vec<usize> = match changed {
            Some(conflict) => vec![conflict],
            None => (0..layout.conflicts.len()).collect(),
        };
        let mut queued = vec![false; layout.conflicts.len()];
        queue.iter().for_each(|&conflict| queued[conflict] = true);
        while let Some(index) = queue.pop() {
            queued[index] = false;
            if *effort == 0 {
                return Propagated::CutOff;
            }
            *effort -= 1;
            let conflict = &layout.conflicts[index];
            let (a, b) = (conflict.a, conflict.b);
            // The difference lies between these; ranges outside fall away, and the rest narrow both offsets.
            let (least, most) = (self.low[b] - self.high[a], self.high[b] - self.low[a]);
            let (mut from, mut to) = (i64::MAX, i64::MIN);
            for (choice, &(low, high)) in conflict.allowed.iter().enumerate() {
                if high < least || low > most {
                    self.open[index] &= !(1 << choice);
                } else if self.open[index] & (1 << choice) != 0 {
                    (from, to) = (from.min(low), to.max(high));
                }
            }
            if self.open[index] == 0 {
                return Propagated::Contradiction;
            }
            for (buffer, low, high) in [
                (b, self.low[a].saturating_add(from), self.high[a].saturating_add(to)),
                (a, self.low[b].saturating_sub(to), self.high[b].saturating_sub(from)),
            ] {
                let low = layout.align_up(buffer, low.max(self.low[buffer]));
                let high = layout.align_down(buffer, high.min(self.high[buffer]));
                if (low, high) == (self.low[buffer], self.high[buffer]) {
                    continue;
                }
                if low > high {
                    return Propagated::Contradiction;
                }
                (self.low[buffer], self.high[buffer]) = (low, high);
                for &neighbour in &layout.of_buffer[buffer] {
                    if !queued[neighbour] {
                        queued[neighbour] = true;
                        queue.push(neighbour);
                    }
                }
            }
        }
        Propagated::Stable
    }

    /// The conflict that the least solution breaks and that has the least room; none if it breaks none.
    fn broken(&self, layout: &Layout, effort: &mut usize) -> Option<usize> {
        *effort = effort.saturating_sub(layout.conflicts.len() / 4);
        let broken = layout.conflicts.iter().enumerate().filter(|(index, conflict)| {
            let distance = self.low[conflict.b] - self.low[conflict.a];
            !conflict.allowed.iter().enumerate().any(|(choice, &(low, high))| {
                self.open[*index] & (1 << choice) != 0 && low <= distance && distance <= high
            })
        });
        let room = |buffer: usize| self.high[buffer] - self.low[buffer];
        broken.min_by_key(|(_, conflict)| room(conflict.a) + room(conflict.b)).map(|(index, _)| index)
    }

    /// How far the least solution is from a range of a conflict.
    fn distance(&self, layout: &Layout, conflict: usize, choice: usize) -> i64 {
        let conflict = &layout.conflicts[conflict];
        let (low, high) = conflict.allowed[choice];
        let distance = self.low[conflict.b] - self.low[conflict.a];
        (low - distance).max(distance - high).max(0)
    }
}
