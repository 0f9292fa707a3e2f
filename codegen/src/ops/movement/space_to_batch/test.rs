//! Batches by hand.

use super::SpaceToBatch;
use crate::ir::Shape;
use crate::ops::movement::batch_to_space::BatchToSpace;
use crate::ops::movement::moved::Movement;

#[test]
fn an_image_has_every_second_row_and_column() {
    let batch = SpaceToBatch { blocks: vec![2, 2] }.map(&Shape(vec![1, 2, 4, 1])).unwrap();
    assert_eq!(batch.shape().dims(), [4, 1, 2, 1]);
    assert_eq!(batch.elements(), [0, 2, 1, 3, 4, 6, 5, 7]);
}

#[test]
fn the_places_of_a_block_are_outside_of_the_batch() {
    let batch = SpaceToBatch { blocks: vec![2] }.map(&Shape(vec![2, 2, 1])).unwrap();
    assert_eq!(batch.elements(), [0, 2, 1, 3]);
}

#[test]
fn and_back() {
    for (blocks, shape) in [(vec![3, 2], vec![2, 6, 4, 3]), (vec![4], vec![1, 8, 2]), (vec![1, 5], vec![1, 2, 5, 2])] {
        let image = Shape(shape);
        let batch = SpaceToBatch { blocks: blocks.clone() }.map(&image).unwrap();
        let space = BatchToSpace { blocks }.map(&batch.shape()).unwrap();
        assert_eq!(space.shape(), image);
        let both: Vec<usize> = space.elements().iter().map(|&at| batch.elements()[at]).collect();
        assert_eq!(both, (0..image.elements()).collect::<Vec<_>>());
    }
}

#[test]
fn what_is_not_made_of_blocks_is_refused() {
    for (blocks, shape) in
        [(vec![2], vec![1, 3, 1]), (vec![0], vec![1, 2, 2]), (vec![1, 1], vec![1, 2]), (vec![usize::MAX, 2], vec![1, 2, 2])]
    {
        assert!(SpaceToBatch { blocks: blocks.clone() }.map(&Shape(shape.clone())).is_err());
        let batch = Shape([&[5], &shape[1..]].concat());
        assert!(blocks == [1, 1] && batch.rank() > 2 || BatchToSpace { blocks }.map(&batch).is_err());
    }
}
