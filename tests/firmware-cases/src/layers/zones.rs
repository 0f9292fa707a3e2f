//! Guard zones between the buffers of a plan.

use tinyml_codegen::memory::Plan;

/// Least bytes of a zone.
pub(crate) const ZONE: usize = 32;

/// Moves the buffers of a layer apart and returns the zones before, between and behind them, each from its first byte to behind its
/// last. Buffers that overlap keep their distance, unless all are `spread`; every kernel takes buffers that are apart.
///
/// Spread buffers begin at odd multiples of four where they may (`odd`), so that a kernel that needs eight is found.
pub(crate) fn insert(plan: &mut Plan, spread: bool, odd: bool) -> Vec<[usize; 2]> {
    let mut order: Vec<usize> = (0..plan.buffers.len()).collect();
    order.sort_by_key(|&i| (plan.buffers[i].offset, plan.buffers[i].buffer.bytes));
    // Buffers that are moved together: where they began, and where they go.
    let (mut old, mut new) = (0, 0);
    let (mut old_end, mut new_end) = (0, 0);
    let mut zones = Vec::new();
    for (number, &i) in order.iter().enumerate() {
        let (offset, buffer) = (plan.buffers[i].offset, &plan.buffers[i].buffer);
        if number == 0 || spread || offset >= old_end {
            let shift = if odd && spread && buffer.align <= 4 { 4 } else { 0 };
            old = offset;
            // Where it lay, all were aligned.
            new = (new_end + ZONE).next_multiple_of(16) + if spread { shift } else { offset % 16 };
            zones.push([new_end, new]);
        }
        old_end = old_end.max(offset + buffer.bytes);
        let place = new + (offset - old);
        new_end = new_end.max(place + buffer.bytes);
        plan.buffers[i].offset = place;
    }
    plan.arena_bytes = (new_end + ZONE).next_multiple_of(16);
    zones.push([new_end, plan.arena_bytes]);
    zones
}
