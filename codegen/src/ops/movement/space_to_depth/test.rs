//! Blocks of pixels by hand.

use super::SpaceToDepth;
use crate::ir::Shape;
use crate::ops::movement::moved::Movement;

#[test]
fn a_block_becomes_the_channels_of_a_pixel() {
    let elements = SpaceToDepth { block: 2 }.map(&Shape(vec![1, 2, 4, 1])).unwrap().elements();
    assert_eq!(elements, [0, 1, 4, 5, 2, 3, 6, 7]);
}

#[test]
fn what_is_not_made_of_blocks_is_refused() {
    for (block, shape) in [(0, vec![1, 2, 2, 1]), (2, vec![1, 3, 2, 1]), (3, vec![1, 3, 2, 1]), (2, vec![4, 4])] {
        assert!(SpaceToDepth { block }.map(&Shape(shape)).is_err());
    }
}
