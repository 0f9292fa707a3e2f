//! Memory as what is free of it.

use std::collections::BTreeMap;
use std::ops::Range;

/// Bytes that are free and bytes that are not; at first all are free.
#[derive(Clone, Debug)]
pub(super) struct Space {
    /// The free ranges by their beginnings, none of which touches another. The last one has no end.
    free: BTreeMap<i64, i64>,
    /// Bytes that are not free.
    used: i64,
}

impl Space {
    pub(super) fn new() -> Space {
        Space { free: BTreeMap::from([(0, i64::MAX)]), used: 0 }
    }

    /// Bytes that are not free.
    pub(super) fn used(&self) -> i64 {
        self.used
    }

    /// The free ranges from the lowest on.
    pub(super) fn free(&self) -> impl Iterator<Item = Range<i64>> + '_ {
        self.free.iter().map(|(&from, &to)| from..to)
    }

    /// Takes what is free of a range.
    pub(super) fn take(&mut self, range: Range<i64>) {
        if range.is_empty() {
            return;
        }
        while let Some((from, to)) = self.last_below(range.end).filter(|&(_, to)| to > range.start) {
            self.free.remove(&from);
            self.used += to.min(range.end) - from.max(range.start);
            if from < range.start {
                self.free.insert(from, range.start);
            }
            if to > range.end {
                self.free.insert(range.end, to);
            }
        }
    }

    /// Makes all of a range free.
    pub(super) fn release(&mut self, range: Range<i64>) {
        if range.is_empty() {
            return;
        }
        self.take(range.clone());
        self.used -= range.end - range.start;
        let mut merged = range;
        if let Some((from, _)) = self.last_below(merged.start).filter(|&(_, to)| to == merged.start) {
            self.free.remove(&from);
            merged.start = from;
        }
        if let Some(to) = self.free.remove(&merged.end) {
            merged.end = to;
        }
        self.free.insert(merged.start, merged.end);
    }

    /// The last free range that begins below an offset.
    fn last_below(&self, offset: i64) -> Option<(i64, i64)> {
        self.free.range(..offset).next_back().map(|(&from, &to)| (from, to))
    }
}

#[cfg(test)]
mod test {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_free_is_what_was_not_taken(steps in prop::collection::vec((any::<bool>(), 0i64..60, 0i64..20), 1..40)) {
            let (mut space, mut taken) = (Space::new(), [false; 80]);
            for (take, from, length) in steps {
                let range = from..from + length;
                taken[from as usize..(from + length) as usize].fill(take);
                match take {
                    true => space.take(range),
                    false => space.release(range),
                }
                let is_free = |byte: usize| space.free().any(|free| free.contains(&(byte as i64)));
                prop_assert!(taken.iter().enumerate().all(|(byte, taken)| is_free(byte) != *taken));
                prop_assert_eq!(space.used(), taken.iter().filter(|taken| **taken).count() as i64);
                let ranges: Vec<_> = space.free().collect();
                prop_assert!(ranges.windows(2).all(|pair| pair[0].end < pair[1].start), "{ranges:?}");
            }
        }
    }
}
