//! Repetitions by hand.

use super::Tile;
use crate::ir::Shape;
use crate::ops::movement::moved::Movement;

#[test]
fn one_behind_the_other() {
    let tile = Tile { repeats: vec![2, 1, 2] };
    assert_eq!(tile.map(&Shape(vec![1, 2, 2])).unwrap().elements(), [0, 1, 0, 1, 2, 3, 2, 3, 0, 1, 0, 1, 2, 3, 2, 3]);
    assert_eq!(Tile::broadcasting(&[1, 3], &[4, 3]).unwrap().repeats, [4, 1]);
    assert!(Tile::broadcasting(&[2, 3], &[4, 3]).is_err());
    assert!(Tile::broadcasting(&[3], &[4, 3]).is_err());
}

#[test]
fn what_is_too_large_is_refused_before_it_is_computed() {
    let shape = Shape(vec![2, 3]);
    for repeats in [vec![usize::MAX, 2], vec![1 << 40, 1], vec![1]] {
        assert!(Tile { repeats }.map(&shape).is_err());
    }
}
