//! Places for buffers of which some parts are in use for a part of the time only: the bands of a chain that is carried out by
//! rows. A band's kept rows are in use in every turn from its beginning to its end, the new ones behind them from the layer that
//! makes them to the last one that reads them.

use super::layout::{Layout, forbidden};
use super::liveness::{Buffer, BufferKind};
use super::solve;
use crate::ir::NodeId;
use crate::kernel::Overlap;
use tinyml_arith::overlap::Place;

/// Bytes of an item that are in use from one step to another.
#[derive(Clone, Debug)]
pub(crate) struct Part {
    /// From the item's beginning.
    pub offset: usize,
    /// Size.
    pub bytes: usize,
    /// First step that uses it.
    pub first: usize,
    /// Last step that uses it.
    pub last: usize,
}

/// Parts with fixed distances.
#[derive(Clone, Debug)]
pub(crate) struct Item {
    /// The parts.
    pub parts: Vec<Part>,
    /// Alignment of the item's beginning, a power of two.
    pub align: usize,
}

impl Item {
    /// An item of one part.
    pub(crate) fn whole(bytes: usize, align: usize, first: usize, last: usize) -> Item {
        Item { parts: vec![Part { offset: 0, bytes, first, last }], align }
    }

    fn bytes(&self) -> usize {
        self.parts.iter().map(|part| part.offset + part.bytes).max().unwrap_or(0)
    }
}

/// What a kernel allows for its result and an operand that nobody reads afterwards, both items of one part.
#[derive(Clone, Debug)]
pub(crate) struct Slide {
    /// The step of the kernel.
    pub step: usize,
    /// The operand's item.
    pub operand: usize,
    /// The result's item and part.
    pub result: (usize, usize),
    /// What is allowed.
    pub overlap: Overlap,
}

/// Where everything lies.
#[derive(Clone, Debug)]
pub(crate) struct Arrangement {
    /// The offset of each item.
    pub offsets: Vec<usize>,
    /// Size of all of it.
    pub bytes: usize,
    /// The steps whose kernels are right for these places only when they run backwards.
    pub backward: Vec<usize>,
}

/// Places items as tightly as the effort allows.
pub(crate) fn arrange(items: &[Item], slides: &[Slide], effort: usize) -> Arrangement {
    let buffers: Vec<Buffer> = items
        .iter()
        .enumerate()
        .map(|(i, item)| Buffer {
            kind: BufferKind::Scratch(NodeId::new(i)),
            bytes: item.bytes(),
            align: item.align,
            first: item.parts.iter().map(|part| part.first).min().unwrap_or(0),
            last: item.parts.iter().map(|part| part.last).max().unwrap_or(0),
        })
        .collect();
    let several = |step: usize| slides.iter().filter(|slide| slide.step == step).count() > 1;
    let mut layout = Layout::without_conflicts(&buffers);
    for b in 0..items.len() {
        for a in 0..b {
            let mut all = Vec::new();
            for (i, first) in items[a].parts.iter().enumerate() {
                for (j, second) in items[b].parts.iter().enumerate() {
                    if first.first > second.last || second.first > first.last {
                        continue;
                    }
                    // From the offsets of the parts to those of the items.
                    let shift = first.offset as i64 - second.offset as i64;
                    let sizes = [first.bytes as i64, second.bytes as i64];
                    let of = |operand: usize, result: (usize, usize)| {
                        slides.iter().find(move |slide| slide.operand == operand && slide.result == result)
                    };
                    let between = match (of(a, (b, j)), of(b, (a, i))) {
                        (Some(slide), _) => forbidden(sizes, &slide.overlap, several(slide.step)),
                        (None, Some(slide)) => {
                            forbidden([sizes[1], sizes[0]], &slide.overlap, several(slide.step))
                                .into_iter()
                                .map(|(low, high)| (-high, -low))
                                .collect()
                        }
                        (None, None) => vec![(-sizes[1], sizes[0])],
                    };
                    all.extend(between.into_iter().map(|(low, high)| (low + shift, high + shift)));
                }
            }
            if !all.is_empty() {
                layout.add(a, b, all, false);
            }
        }
    }
    let solution = solve::solve(&layout, &buffers, effort);
    let bytes = (layout.end(&solution.offsets) as usize).next_multiple_of(4);
    let offsets: Vec<usize> = solution.offsets.iter().map(|&offset| offset as usize).collect();
    let place = |(item, part): (usize, usize)| {
        let Part { offset, bytes, .. } = items[item].parts[part];
        Place { offset: offsets[item] + offset, bytes }
    };
    let wrong = |slide: &&Slide| match slide.overlap {
        Overlap::Sliding(gaps) => !gaps.permits(place((slide.operand, 0)), place(slide.result), false),
        _ => false,
    };
    let backward = slides.iter().filter(wrong).map(|slide| slide.step).collect();
    Arrangement { offsets, bytes, backward }
}

#[cfg(test)]
mod test {
    use super::*;
    use crate::kernel::Gaps;

    fn band(kept: usize, new: usize, first: usize, last: usize, end: usize) -> Item {
        let mut parts = vec![Part { offset: kept, bytes: new, first, last }];
        if kept > 0 {
            parts.push(Part { offset: 0, bytes: kept, first: 0, last: end });
        }
        Item { parts, align: 4 }
    }

    /// No two parts that are in use in the same step share a byte.
    fn assert_apart(items: &[Item], arrangement: &Arrangement) {
        let parts = |item: usize| {
            let base = arrangement.offsets[item];
            items[item].parts.iter().map(move |part| (base + part.offset, part))
        };
        for b in 0..items.len() {
            for a in 0..b {
                for (from, first) in parts(a) {
                    for (to, second) in parts(b) {
                        let meet = first.first <= second.last && second.first <= first.last;
                        let apart = from + first.bytes <= to || to + second.bytes <= from;
                        assert!(!meet || apart, "{a} and {b} in {arrangement:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn new_rows_lie_where_others_are_not_in_use() {
        // A band without a past, between two of which the new rows are no longer or not yet in use.
        let items = [band(8, 40, 0, 1, 3), band(0, 40, 2, 2, 3), band(8, 40, 3, 3, 3)];
        let arrangement = arrange(&items, &[], 10_000);
        assert_apart(&items, &arrangement);
        assert_eq!(arrangement.bytes, 8 + 40 + 8 + 40);
    }

    #[test]
    fn a_result_lies_over_a_band_that_dies_as_far_as_the_kernel_allows_it() {
        let items = [band(0, 40, 0, 1, 2), band(8, 40, 1, 2, 2)];
        let slide = |gaps| Slide { step: 1, operand: 0, result: (1, 0), overlap: Overlap::Sliding(gaps) };
        let forwards = arrange(&items, &[slide(Gaps { forward: Some(0), backward: None })], 10_000);
        assert_eq!((forwards.bytes, forwards.backward.as_slice()), (48, [].as_slice()));
        let backwards = arrange(&items, &[slide(Gaps { forward: None, backward: Some(0) })], 10_000);
        assert_eq!((backwards.bytes, backwards.backward.as_slice()), (48, [1].as_slice()));
        assert_eq!(arrange(&items, &[], 10_000).bytes, 88);
    }
}
