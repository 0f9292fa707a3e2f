//! Offsets for buffers: largest first into the lowest gap that is free during the buffer's whole life, tried in several
//! orders of which the best is kept.
//!
//! Y. Pisarchyk and J. Lee, "Efficient memory management for deep neural net inference" (2020), greedy by size.

use super::liveness::Buffer;

/// What buffers are placed by: smaller keys first.
type Key = fn(&Buffer) -> (usize, usize);

/// The byte offset of each buffer.
pub(super) fn place(buffers: &[Buffer]) -> Vec<usize> {
    let by_size = |b: &Buffer| (usize::MAX - b.bytes, b.first);
    let by_area = |b: &Buffer| (usize::MAX - b.bytes.saturating_mul(b.last - b.first + 1), b.first);
    let by_time = |b: &Buffer| (b.first, usize::MAX - b.bytes);
    let orders: [Key; 3] = [by_size, by_area, by_time];
    orders
        .iter()
        .map(|key| {
            let mut order: Vec<usize> = (0..buffers.len()).collect();
            order.sort_by_key(|&i| (key(&buffers[i]), i));
            place_in_order(buffers, &order)
        })
        .min_by_key(|offsets| end(buffers, offsets))
        .unwrap_or_default()
}

fn end(buffers: &[Buffer], offsets: &[usize]) -> usize {
    buffers.iter().zip(offsets).map(|(buffer, offset)| offset + buffer.bytes).max().unwrap_or(0)
}

/// Each buffer in turn at the lowest offset that no placed buffer with an overlapping life occupies.
fn place_in_order(buffers: &[Buffer], order: &[usize]) -> Vec<usize> {
    let mut offsets = vec![0; buffers.len()];
    let mut placed: Vec<usize> = Vec::new();
    for &i in order {
        let buffer = &buffers[i];
        let mut taken: Vec<(usize, usize)> = placed
            .iter()
            .filter(|&&other| buffers[other].first <= buffer.last && buffer.first <= buffers[other].last)
            .map(|&other| (offsets[other], offsets[other] + buffers[other].bytes))
            .collect();
        taken.sort_unstable();
        let mut offset = 0;
        for (start, end) in taken {
            if offset + buffer.bytes <= start {
                break;
            }
            offset = offset.max(end).next_multiple_of(buffer.align);
        }
        offsets[i] = offset;
        placed.push(i);
    }
    offsets
}
