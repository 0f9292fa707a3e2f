//! The gaps of walks against walks that are carried out byte by byte.

use std::vec::Vec;

use super::{Blocks, Gaps, Place, Results, Walk};
use proptest::prelude::*;

/// `dense`: no window lies wholly in the padding, and none leaves out pixels. The image has fewer rows than `rows`.
fn walk(dense: bool, rows: usize) -> impl Strategy<Value = Walk> {
    let pair = |range: std::ops::Range<usize>| (range.clone(), range).prop_map(|(a, b)| [a, b]);
    let pixels = (1usize..5, 1usize..5);
    let results = prop::sample::select(std::vec![Results::Early, Results::Held, Results::ByChannel]);
    let window = (pair(1..4), pair(1..4), pair(1..3), pair(0..4), pair(0..4));
    ((1..rows, 1usize..8), pixels, window, 1usize..12, any::<bool>(), results).prop_filter_map(
        "the windows fit into the image",
        move |((height, width), mut pixels, window, mut block, across_rows, results)| {
            if results == Results::ByChannel {
                (pixels.1, block) = (pixels.0, 1);
            }
            let input = [height, width];
            let (kernel, mut stride, mut dilation, mut padding, mut behind) = window;
            if dense {
                dilation = [1, 1];
                for axis in 0..2 {
                    stride[axis] = stride[axis].min(kernel[axis]);
                    padding[axis] %= kernel[axis];
                    behind[axis] %= kernel[axis];
                }
            }
            let outputs = |axis: usize| {
                let reach = (kernel[axis] - 1) * dilation[axis];
                let room = input[axis] + padding[axis] + behind[axis];
                (room > reach).then(|| (room - reach - 1) / stride[axis] + 1)
            };
            Some(Walk {
                input: [input[0], input[1], pixels.0],
                output: [outputs(0)?, outputs(1)?, pixels.1],
                kernel,
                stride,
                dilation,
                padding,
                blocks: Blocks { positions: block, across_rows, results },
            })
        },
    )
}

/// The blocks of a walk, each as its output positions.
fn blocks(walk: &Walk) -> Vec<Vec<(usize, usize)>> {
    let [height, width, _] = walk.output;
    let positions: Vec<_> = (0..height).flat_map(|y| (0..width).map(move |x| (y, x))).collect();
    let run = if walk.blocks.across_rows { positions.len() } else { width };
    positions.chunks(run).flat_map(|run| run.chunks(walk.blocks.positions)).map(<[_]>::to_vec).collect()
}

/// The bytes of the image that a position reads.
fn reads(walk: &Walk, (y, x): (usize, usize)) -> Vec<usize> {
    let [height, width, pixel] = walk.input;
    let mut bytes = Vec::new();
    for ky in 0..walk.kernel[0] {
        for kx in 0..walk.kernel[1] {
            let row = (y * walk.stride[0] + ky * walk.dilation[0]).checked_sub(walk.padding[0]);
            let column = (x * walk.stride[1] + kx * walk.dilation[1]).checked_sub(walk.padding[1]);
            if let (Some(row), Some(column)) = (row, column)
                && row < height
                && column < width
            {
                bytes.extend((0..pixel).map(|byte| (row * width + column) * pixel + byte));
            }
        }
    }
    bytes
}

/// Whether a walk over buffers at these places never reads an operand that it has overwritten.
fn is_right(walk: &Walk, operand: Place, result: Place, backward: bool) -> bool {
    let end = operand.end().max(result.end());
    let mut overwritten = std::vec![false; end];
    let mut blocks = blocks(walk);
    if backward {
        blocks.reverse();
    }
    let [_, width, pixel] = walk.output;
    for block in blocks {
        let write = |overwritten: &mut Vec<bool>, channels: std::ops::Range<usize>| {
            for &(y, x) in &block {
                let first = result.offset + (y * width + x) * pixel;
                overwritten[first + channels.start..first + channels.end].fill(true);
            }
        };
        // Whether the operands in some channels are what they were.
        let intact = |overwritten: &Vec<bool>, channels: std::ops::Range<usize>| {
            let bytes = block.iter().flat_map(|&position| reads(walk, position));
            let mut bytes = bytes.filter(|byte| channels.contains(&(byte % walk.input[2])));
            bytes.all(|byte| !overwritten[operand.offset + byte])
        };
        let right = match walk.blocks.results {
            Results::Early => {
                // The worst case is that every result is written before any operand is read.
                write(&mut overwritten, 0..pixel);
                intact(&overwritten, 0..walk.input[2])
            }
            Results::Held => {
                let right = intact(&overwritten, 0..walk.input[2]);
                write(&mut overwritten, 0..pixel);
                right
            }
            Results::ByChannel => (0..pixel).all(|i| {
                let channel = if backward { pixel - 1 - i } else { i };
                let right = intact(&overwritten, channel..channel + 1);
                write(&mut overwritten, channel..channel + 1);
                right
            }),
        };
        if !right {
            return false;
        }
    }
    true
}

fn bytes([height, width, pixel]: [usize; 3]) -> usize {
    height * width * pixel
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn what_the_gaps_permit_is_right(walk in walk(false, 8), shift in 0usize..400) {
        let gaps = walk.gaps();
        let (operand, result) = (bytes(walk.input), bytes(walk.output));
        // The operand in the middle, the result anywhere around it.
        let operand = Place { offset: result, bytes: operand };
        let result = Place { offset: shift % (result + operand.bytes + 1), bytes: result };
        for backward in [false, true] {
            if gaps.permits(operand, result, backward) {
                prop_assert!(is_right(&walk, operand, result, backward), "{gaps:?} {operand:?} {result:?}");
            }
        }
    }

    /// No gap is larger than it need be: where no window lies wholly in the padding and none leaves out pixels, which may
    /// need less than is claimed.
    #[test]
    fn a_smaller_gap_is_wrong(walk in walk(true, 8)) {
        // A last position with few channels may need less than is claimed.
        if walk.blocks.results == Results::ByChannel {
            return Ok(());
        }
        let gaps = walk.gaps();
        let (operand, result) = (bytes(walk.input), bytes(walk.output));
        let base = 1000;
        for backward in [false, true] {
            let gap = if backward { gaps.backward } else { gaps.forward };
            let gap = gap.unwrap_or_default() - 1;
            let operand = Place { offset: base, bytes: operand };
            let start = match backward {
                false => base as isize - gap,
                true => operand.end() as isize + gap - result as isize,
            };
            let result = Place { offset: start as usize, bytes: result };
            prop_assert!(!gaps.permits(operand, result, backward) || operand.is_apart(result));
            if !operand.is_apart(result) {
                prop_assert!(!is_right(&walk, operand, result, backward), "{gaps:?} {operand:?} {result:?} {backward}");
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    /// In a tall image only some rows are looked at.
    #[test]
    fn the_other_rows_decide_nothing(walk in walk(false, 300)) {
        let height = walk.output[0];
        for pass in walk.passes() {
            let all = (0..height).map(|y| pass.row_gap(y)).max().unwrap_or_default();
            prop_assert_eq!(pass.gap(), all.max(-(pass.bytes() as isize)));
            let looked_at = std::iter::successors(Some(0), |&y| Some(pass.next_row(y))).take_while(|&y| y < height);
            prop_assert!(looked_at.count() <= 4 * (4 * walk.blocks.positions + 7));
        }
    }
}

/// The layers of well-known networks.
#[test]
fn known_layers() {
    let pointwise = |from: usize, to: usize| Walk {
        input: [25, 5, from],
        output: [25, 5, to],
        kernel: [1, 1],
        stride: [1, 1],
        dilation: [1, 1],
        padding: [0, 0],
        blocks: Blocks { results: Results::Held, ..Blocks::POSITION },
    };
    assert_eq!(pointwise(64, 64).gaps(), Gaps { forward: Some(0), backward: Some(0) });
    // Expanding: running backwards the operand may begin where the result begins, forwards it may end (almost) where that ends.
    assert_eq!(pointwise(8, 16).gaps(), Gaps { forward: Some(124 * 8), backward: Some(124 * 8) });
    assert_eq!(pointwise(16, 8).gaps(), Gaps { forward: Some(-8), backward: Some(-8) });
    let depthwise = Walk { kernel: [3, 3], padding: [1, 1], blocks: Blocks::CHANNEL, ..pointwise(64, 64) };
    // The row above and the pixel on the left are read once more.
    assert_eq!(depthwise.gaps(), Gaps { forward: Some(6 * 64), backward: Some(6 * 64) });
}

/// Three channels become four, four positions at a time: the lead of the results grows by four bytes with every block but the last,
/// of one position.
#[test]
fn a_short_last_block() {
    let walk = Walk {
        input: [1, 13, 3],
        output: [1, 13, 4],
        kernel: [1, 1],
        stride: [1, 1],
        dilation: [1, 1],
        padding: [0, 0],
        blocks: Blocks { positions: 4, across_rows: true, results: Results::Early },
    };
    assert_eq!(walk.gaps().forward, Some(48 - 24));
}

/// Rows that are computed one by one are the same whether they are pixels of a row or of a column.
#[test]
fn rows_of_vectors() {
    for (rows, operand, result) in [(1, 8, 3), (2, 5, 5), (7, 3, 8), (7, 8, 3), (16, 640, 128)] {
        let walk = Walk {
            input: [rows, 1, operand],
            output: [rows, 1, result],
            kernel: [1, 1],
            stride: [1, 1],
            dilation: [1, 1],
            padding: [0, 0],
            blocks: Blocks::POSITION,
        };
        assert_eq!(Gaps::rows(rows, operand, result, Blocks::POSITION), walk.gaps().only_forwards());
    }
}
