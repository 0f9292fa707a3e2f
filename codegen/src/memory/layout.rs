//! The planner's problem: buffers to be placed, and how the offsets of any two of them may differ.

use std::collections::HashMap;

use tinyml_arith::overlap::{Gaps, Place};

use super::liveness::{Buffer, Permission};
use crate::ir::NodeId;
use crate::kernel::Overlap;

/// A distance beyond all that occur.
pub(super) const FAR: i64 = 1 << 40;

/// How the offsets of two buffers may differ.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Conflict {
    /// The one buffer.
    pub a: usize,
    /// The other.
    pub b: usize,
    /// Values that the offset of `b` minus that of `a` may have: disjoint ranges from the least on, both ends included.
    pub allowed: Vec<(i64, i64)>,
}

/// Buffers and the conflicts between them.
#[derive(Clone, Debug, Default)]
pub(super) struct Layout {
    /// Sizes.
    pub bytes: Vec<i64>,
    /// Alignments.
    pub align: Vec<i64>,
    /// All conflicts.
    pub conflicts: Vec<Conflict>,
    /// For each buffer, its conflicts.
    pub of_buffer: Vec<Vec<usize>>,
}

impl Layout {
    /// Buffers without a conflict.
    pub(super) fn without_conflicts(buffers: &[Buffer]) -> Layout {
        Layout {
            bytes: buffers.iter().map(|buffer| buffer.bytes as i64).collect(),
            align: buffers.iter().map(|buffer| buffer.align as i64).collect(),
            conflicts: Vec::new(),
            of_buffer: vec![Vec::new(); buffers.len()],
        }
    }

    /// The problem for buffers, in the order of their first use, that may overlap by these permissions; none if more pairs of them
    /// live at the same time than `most`.
    pub(super) fn new(buffers: &[Buffer], permissions: &[Permission], most: usize) -> Option<Layout> {
        let mut layout = Layout::without_conflicts(buffers);
        let pair = |a: usize, b: usize| (a.min(b), a.max(b));
        // Two buffers meet as operand and result of one node at most, for the operand dies there.
        let between: HashMap<(usize, usize), &Permission> =
            permissions.iter().map(|p| (pair(p.operand, p.result), p)).collect();
        let overlaps = overlaps_of_nodes(permissions);
        let mut live: Vec<usize> = Vec::new();
        for (b, buffer) in buffers.iter().enumerate() {
            live.retain(|&a| buffers[a].last >= buffer.first);
            for &a in &live {
                if layout.conflicts.len() == most {
                    return None;
                }
                let permission = between.get(&(a, b));
                let forbidden = match permission {
                    Some(permission) => layout.forbidden(permission, overlaps[&permission.node] > 1),
                    None => vec![(-layout.bytes[b], layout.bytes[a])],
                };
                layout.add(a, b, forbidden, permission.is_some_and(|p| p.operand == b));
            }
            live.push(b);
        }
        Some(layout)
    }

    /// Adds a conflict, given the open intervals that the difference of offsets must not be in.
    pub(super) fn add(&mut self, a: usize, b: usize, mut forbidden: Vec<(i64, i64)>, flip: bool) {
        if flip {
            forbidden.iter_mut().for_each(|(low, high)| (*low, *high) = (-*high, -*low));
        }
        forbidden.retain(|(low, high)| high - low > 1);
        forbidden.sort_unstable();
        let mut allowed = Vec::new();
        let mut from = -FAR;
        for (low, high) in forbidden {
            if from <= low {
                allowed.push((from, low));
            }
            from = from.max(high);
        }
        if self.bytes[a] == 0 || self.bytes[b] == 0 || from == -FAR {
            return;
        }
        allowed.push((from, FAR));
        self.of_buffer[a].push(self.conflicts.len());
        self.of_buffer[b].push(self.conflicts.len());
        self.conflicts.push(Conflict { a, b, allowed });
    }

    /// The open intervals in which the result's offset minus the operand's must not be.
    fn forbidden(&self, permission: &Permission, several: bool) -> Vec<(i64, i64)> {
        let sizes = [self.bytes[permission.operand], self.bytes[permission.result]];
        permission.overlaps.iter().flat_map(|overlap| forbidden(sizes, overlap, several)).collect()
    }

    /// A buffer's offset rounded up to its alignment.
    pub(super) fn align_up(&self, buffer: usize, offset: i64) -> i64 {
        offset + (self.align[buffer] - offset.rem_euclid(self.align[buffer])) % self.align[buffer]
    }

    /// A buffer's offset rounded down to its alignment.
    pub(super) fn align_down(&self, buffer: usize, offset: i64) -> i64 {
        offset - offset.rem_euclid(self.align[buffer])
    }

    /// Where the last buffer ends.
    pub(super) fn end(&self, offsets: &[i64]) -> i64 {
        self.bytes.iter().zip(offsets).map(|(bytes, offset)| offset + bytes).max().unwrap_or(0)
    }

    /// The problem of some of the buffers alone, in their order.
    pub(super) fn only(&self, chosen: &[usize]) -> Layout {
        let mut layout = Layout {
            bytes: chosen.iter().map(|&i| self.bytes[i]).collect(),
            align: chosen.iter().map(|&i| self.align[i]).collect(),
            conflicts: Vec::new(),
            of_buffer: vec![Vec::new(); chosen.len()],
        };
        for (b, &buffer) in chosen.iter().enumerate() {
            let own =
                self.of_buffer[buffer].iter().map(|&i| &self.conflicts[i]).filter(|own| own.b == buffer);
            for conflict in own {
                let Ok(a) = chosen.binary_search(&conflict.a) else { continue };
                layout.of_buffer[a].push(layout.conflicts.len());
                layout.of_buffer[b].push(layout.conflicts.len());
                layout.conflicts.push(Conflict { a, b, allowed: conflict.allowed.clone() });
            }
        }
        layout
    }
}

/// The open intervals in which a result's offset minus its operand's must not be, both of some bytes. `several`: the kernel slides
/// over several operands.
pub(super) fn forbidden([operand, result]: [i64; 2], overlap: &Overlap, several: bool) -> Vec<(i64, i64)> {
    match overlap {
        Overlap::None => vec![(-result, operand)],
        Overlap::InPlace => vec![(-result, 0), (0, operand)],
        Overlap::Sliding(gaps) => {
            let gaps = if several { one_direction(*gaps) } else { *gaps };
            // A distance beyond the buffers' sizes says no more than that they are apart.
            let clip = |gap: isize| (gap as i64).clamp(-operand - result, operand + result);
            let low = gaps.forward.map_or(-result, |gap| -clip(gap));
            let high = gaps.backward.map_or(operand, |gap| operand - result + clip(gap));
            vec![(low.max(-result), high.min(operand))]
        }
    }
}

/// Over how many operands each node's kernel slides. Over several it runs in one direction, which then has to be chosen before the
/// places.
pub(super) fn overlaps_of_nodes(permissions: &[Permission]) -> HashMap<NodeId, usize> {
    let mut overlaps = HashMap::new();
    for permission in permissions {
        // An operand may be there twice, with one permission.
        *overlaps.entry(permission.node).or_insert(0) += permission.overlaps.len();
    }
    overlaps
}

/// The direction for a kernel that slides over several operands: forwards, which all kernels can run.
fn one_direction(gaps: Gaps) -> Gaps {
    gaps.only_forwards()
}

/// Whether the kernels of the permissions, all of one node, are right for these places when they run in a direction.
pub(super) fn permit(permissions: &[&Permission], place: impl Fn(usize) -> Place, backward: bool) -> bool {
    permissions.iter().all(|permission| {
        let (operand, result) = (place(permission.operand), place(permission.result));
        permission.overlaps.iter().all(|overlap| match overlap {
            Overlap::None => operand.is_apart(result),
            Overlap::InPlace => operand.offset == result.offset || operand.is_apart(result),
            Overlap::Sliding(gaps) => gaps.permits(operand, result, backward),
        })
    })
}
