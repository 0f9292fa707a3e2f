//! Offsets by heuristics: each buffer in turn at the lowest place that the conflicts with the placed ones leave, in several
//! orders, of which the best is improved by moving single buffers.
//!
//! Y. Pisarchyk and J. Lee, "Efficient memory management for deep neural net inference" (2020), greedy by size.

use super::layout::Layout;
use super::liveness::Buffer;

/// What buffers are placed by: smaller keys first.
type Key = fn(&Buffer) -> (usize, usize);

/// A good offset for each buffer, and how many conflicts were looked at; nothing better is looked for than this end. `effort` is the
/// number of conflicts that may be looked at for improving the first solution: a count and not a time, so that the plan is the
/// same on any machine.
pub(super) fn place(
    layout: &Layout,
    buffers: &[Buffer],
    good_enough: i64,
    effort: usize,
) -> (Vec<i64>, usize) {
    let by_size = |b: &Buffer| (usize::MAX - b.bytes, b.first);
    let by_area = |b: &Buffer| (usize::MAX - b.bytes.saturating_mul(b.last - b.first + 1), b.first);
    let by_time = |b: &Buffer| (b.first, usize::MAX - b.bytes);
    let from_the_end = |b: &Buffer| (usize::MAX - b.last, usize::MAX - b.bytes);
    let keys: [Key; 4] = [by_size, by_area, by_time, from_the_end];
    let mut spent = 0;
    let orders = keys.iter().map(|key| {
        let mut order: Vec<usize> = (0..buffers.len()).collect();
        order.sort_by_key(|&i| (key(&buffers[i]), i));
        let offsets = place_in_order(layout, &order, &mut spent);
        (layout.end(&offsets), order, offsets)
    });
    let Some((mut end, mut order, mut offsets)) = orders.min_by_key(|(end, ..)| *end) else {
        return (Vec::new(), 0);
    };
    let mut random = Random(1);
    while end > good_enough && spent < effort && order.len() > 1 {
        let mut other = order.clone();
        for _ in 0..=random.below(2) {
            let buffer = other.remove(random.below(order.len()));
            other.insert(random.below(order.len()), buffer);
        }
        let candidate = place_in_order(layout, &other, &mut spent);
        let candidate_end = layout.end(&candidate);
        if candidate_end <= end {
            (end, order, offsets) = (candidate_end, other, candidate);
        }
    }
    (offsets, spent)
}

/// Each buffer in turn at the lowest offset that is allowed beside the placed ones.
fn place_in_order(layout: &Layout, order: &[usize], spent: &mut usize) -> Vec<i64> {
    let mut offsets: Vec<Option<i64>> = vec![None; order.len()];
    for &buffer in order {
        let mut offset = 0;
        // Every conflict allows all offsets from some one on, so that this comes to an end.
        loop {
            let mut moved = false;
            for &conflict in &layout.of_buffer[buffer] {
                *spent += 1;
                let conflict = &layout.conflicts[conflict];
                let (other, sign) = if conflict.a == buffer { (conflict.b, -1) } else { (conflict.a, 1) };
                let Some(place) = offsets[other] else { continue };
                let distance = (offset - place) * sign;
                if conflict.allowed.iter().any(|&(low, high)| low <= distance && distance <= high) {
                    continue;
                }
                // The next range upwards for this buffer.
                let next = match sign {
                    1 => conflict.allowed.iter().map(|&(low, _)| low).find(|&low| low > distance),
                    _ => conflict.allowed.iter().rev().map(|&(_, high)| -high).find(|&low| low > -distance),
                };
                offset = layout.align_up(buffer, place + next.unwrap_or_default());
                moved = true;
            }
            if !moved {
                break;
            }
        }
        offsets[buffer] = Some(offset);
    }
    offsets.into_iter().map(Option::unwrap_or_default).collect()
}

/// Numbers that look random and are the same everywhere: a linear congruential generator (Knuth, MMIX).
struct Random(u64);

impl Random {
    /// A number below `end`.
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % end.max(1)
    }
}
