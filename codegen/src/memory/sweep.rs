//! Offsets for more buffers than pairs of them can be looked at: each in turn, as time goes by, at the lowest place that is free and
//! long enough. Forwards and backwards in time, of which the better is taken.
//!
//! What this takes grows with the number of buffers (and of gaps between them), not with that of the pairs that live at the same time:
//! a network may add up a thousand tensors that were all made before.

use std::collections::HashMap;

use super::layout::{forbidden, overlaps_of_nodes};
use super::liveness::{Buffer, Permission};
use super::solve::Solution;
use super::space::Space;

/// Places all buffers, which come in the order of their first use.
pub(super) fn sweep(buffers: &[Buffer], permissions: &[Permission]) -> Solution {
    let overlaps = overlaps_of_nodes(permissions);
    let directions = [false, true].map(|mirrored| {
        let mut sweep = Sweep::new(buffers, permissions, mirrored);
        permissions.iter().for_each(|permission| sweep.permit(permission, overlaps[&permission.node] > 1));
        sweep.run()
    });
    let end = |offsets: &Vec<i64>| {
        buffers.iter().zip(offsets).map(|(buffer, offset)| offset + buffer.bytes as i64).max().unwrap_or(0)
    };
    let spent = directions.iter().map(|(_, spent)| spent).sum();
    let offsets = directions.into_iter().map(|(offsets, _)| offsets).min_by_key(end).unwrap_or_default();
    let bound = bytes_of_steps(buffers, permissions).into_iter().max().unwrap_or(0);
    Solution { bound: bound as i64, offsets, spent }
}

/// For each step the bytes that no plan can do without in it: all of its buffers, but of those that may lie over each other only
/// the largest.
pub(super) fn bytes_of_steps(buffers: &[Buffer], permissions: &[Permission]) -> Vec<usize> {
    let steps = buffers.iter().map(|buffer| buffer.last + 1).max().unwrap_or(0);
    let (mut coming, mut going, mut shared) = (vec![0; steps], vec![0; steps], vec![0; steps]);
    for buffer in buffers {
        coming[buffer.first] += buffer.bytes;
        going[buffer.last] += buffer.bytes;
    }
    // Permissions come by node, and a node's are for its step.
    for own in permissions.chunk_by(|a, b| a.node == b.node) {
        let operands = own.iter().map(|permission| permission.operand);
        let sizes: Vec<usize> = operands.chain([own[0].result]).map(|buffer| buffers[buffer].bytes).collect();
        let largest = sizes.iter().copied().max().unwrap_or(0);
        shared[buffers[own[0].operand].last] = sizes.iter().sum::<usize>() - largest;
    }
    let mut live = 0;
    let of_step = |((coming, going), shared): ((&usize, &usize), &usize)| {
        live += coming;
        let own = live - shared;
        live -= going;
        own
    };
    coming.iter().zip(&going).zip(&shared).map(of_step).collect()
}

/// A buffer over which another may lie in the step in which the one comes and the other goes.
struct Partner {
    buffer: usize,
    /// Where the other's offset must not be, from this one's on: open intervals.
    forbidden: Vec<(i64, i64)>,
}

/// A run through time, forwards or, `mirrored`, backwards.
struct Sweep<'a> {
    buffers: &'a [Buffer],
    mirrored: bool,
    /// The buffers in the order in which they come.
    order: Vec<usize>,
    /// The same in the order in which they go.
    leaving: Vec<usize>,
    /// Those over which each may lie when it comes.
    partners: HashMap<usize, Vec<Partner>>,
    /// Those that came over each.
    over: HashMap<usize, Vec<usize>>,
    offsets: Vec<i64>,
    placed: Vec<bool>,
    space: Space,
    /// Gaps that were looked at.
    spent: usize,
}

impl<'a> Sweep<'a> {
    fn new(buffers: &'a [Buffer], permissions: &[Permission], mirrored: bool) -> Self {
        let mut sweep = Sweep {
            buffers,
            mirrored,
            order: (0..buffers.len()).collect(),
            leaving: (0..buffers.len()).collect(),
            partners: HashMap::with_capacity(permissions.len()),
            over: HashMap::new(),
            offsets: vec![0; buffers.len()],
            placed: vec![false; buffers.len()],
            space: Space::new(),
            spent: 0,
        };
        let (mut order, mut leaving) = (std::mem::take(&mut sweep.order), std::mem::take(&mut sweep.leaving));
        // Stable: buffers that come together come in their own order.
        order.sort_by_key(|&buffer| sweep.comes(buffer));
        leaving.sort_by_key(|&buffer| sweep.goes(buffer));
        (sweep.order, sweep.leaving) = (order, leaving);
        sweep
    }

    /// When a buffer comes, on the clock of this run.
    fn comes(&self, buffer: usize) -> usize {
        let Buffer { first, last, .. } = self.buffers[buffer];
        if self.mirrored { usize::MAX - last } else { first }
    }

    /// The last moment at which a buffer is there.
    fn goes(&self, buffer: usize) -> usize {
        let Buffer { first, last, .. } = self.buffers[buffer];
        if self.mirrored { usize::MAX - first } else { last }
    }

    /// Allows what a kernel allows. `several`: it slides over several operands.
    fn permit(&mut self, permission: &Permission, several: bool) {
        let &Permission { operand, result, ref overlaps, .. } = permission;
        let sizes = [operand, result].map(|buffer| self.buffers[buffer].bytes as i64);
        let intervals = overlaps.iter().flat_map(|overlap| forbidden(sizes, overlap, several));
        let (comes, there, forbidden) = match self.mirrored {
            false => (result, operand, intervals.collect()),
            true => (operand, result, intervals.map(|(low, high)| (-high, -low)).collect()),
        };
        self.partners.entry(comes).or_default().push(Partner { buffer: there, forbidden });
    }

    /// The offsets, and how many gaps were looked at.
    fn run(mut self) -> (Vec<i64>, usize) {
        let mut gone = 0;
        for next in 0..self.order.len() {
            let buffer = self.order[next];
            let now = self.comes(buffer);
            let first_of_moment = next == 0 || self.comes(self.order[next - 1]) < now;
            if first_of_moment {
                let from = gone;
                while self.leaving.get(gone).is_some_and(|&other| self.goes(other) < now) {
                    self.release(self.leaving[gone]);
                    gone += 1;
                }
                // What came over them may still be there.
                (from..gone).for_each(|i| self.take_what_lies_over(self.leaving[i], now));
            }
            self.place(buffer);
        }
        (self.offsets, self.spent)
    }

    fn release(&mut self, buffer: usize) {
        let offset = self.offsets[buffer];
        self.space.release(offset..offset + self.buffers[buffer].bytes as i64);
    }

    fn take(&mut self, buffer: usize) {
        let offset = self.offsets[buffer];
        self.space.take(offset..offset + self.buffers[buffer].bytes as i64);
    }

    /// Takes again what lies over a buffer that was released, and is there at this moment.
    fn take_what_lies_over(&mut self, buffer: usize, now: usize) {
        for other in self.over.get(&buffer).cloned().unwrap_or_default() {
            if self.goes(other) >= now {
                self.take(other);
            }
        }
    }

    /// Puts a buffer where it may be.
    fn place(&mut self, buffer: usize) {
        let now = self.comes(buffer);
        let mut partners = self.partners.remove(&buffer).unwrap_or_default();
        // One that comes in the same moment is not there yet.
        partners.retain(|partner| self.placed[partner.buffer]);
        partners.iter().for_each(|partner| self.release(partner.buffer));
        partners.iter().for_each(|partner| self.take_what_lies_over(partner.buffer, now));
        self.offsets[buffer] = self.lowest(buffer, &partners);
        for partner in &partners {
            self.take(partner.buffer);
            self.over.entry(partner.buffer).or_default().push(buffer);
        }
        self.take(buffer);
        self.placed[buffer] = true;
    }

    /// The lowest offset at which a buffer is free of all but its partners, and as far from them as it must be.
    fn lowest(&mut self, buffer: usize, partners: &[Partner]) -> i64 {
        let Buffer { bytes, align, .. } = self.buffers[buffer];
        if bytes == 0 {
            return 0;
        }
        let aligned = |offset: i64| (offset as usize).next_multiple_of(align) as i64;
        let forbidden = || {
            partners.iter().flat_map(|partner| {
                let place = self.offsets[partner.buffer];
                partner.forbidden.iter().map(move |&(low, high)| (place + low, place + high))
            })
        };
        for gap in self.space.free() {
            self.spent += 1;
            let mut offset = aligned(gap.start);
            while let Some((_, high)) = forbidden().find(|&(low, high)| low < offset && offset < high) {
                offset = aligned(high);
            }
            if offset.saturating_add(bytes as i64) <= gap.end {
                return offset;
            }
        }
        0
    }
}
