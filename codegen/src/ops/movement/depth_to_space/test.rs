//! Blocks of channels by hand.

use super::DepthToSpace;
use crate::ir::Shape;
use crate::ops::movement::moved::Movement;
use crate::ops::movement::space_to_depth::SpaceToDepth;

#[test]
fn the_channels_of_a_pixel_become_a_block() {
    let image = Shape(vec![1, 1, 2, 8]);
    let elements = |blocks_outermost| DepthToSpace { block: 2, blocks_outermost }.map(&image).unwrap().elements();
    // Two rows of four pixels with two channels.
    assert_eq!(elements(true), [0, 1, 2, 3, 8, 9, 10, 11, 4, 5, 6, 7, 12, 13, 14, 15]);
    assert_eq!(elements(false), [0, 4, 1, 5, 8, 12, 9, 13, 2, 6, 3, 7, 10, 14, 11, 15]);
}

#[test]
fn and_back() {
    let image = Shape(vec![1, 2, 3, 12]);
    let space = DepthToSpace { block: 2, blocks_outermost: true }.map(&image).unwrap();
    let depth = SpaceToDepth { block: 2 }.map(&space.shape()).unwrap();
    let both: Vec<usize> = depth.elements().iter().map(|&at| space.elements()[at]).collect();
    assert_eq!(both, (0..72).collect::<Vec<_>>());
}

#[test]
fn what_is_not_made_of_blocks_is_refused() {
    for (block, shape) in [(0, vec![1, 2, 2, 4]), (2, vec![1, 2, 2, 6]), (2, vec![2, 4]), (usize::MAX, vec![1, 1, 1, 1])] {
        assert!(DepthToSpace { block, blocks_outermost: true }.map(&Shape(shape)).is_err());
    }
}
