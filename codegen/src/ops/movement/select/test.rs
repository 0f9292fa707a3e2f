//! Selections by hand.

use super::Select;
use crate::ir::Shape;
use crate::ops::movement::moved::Movement;

#[test]
fn axes_that_stay_are_left_out() {
    let shape = Shape(vec![2, 3]);
    let select = Select::of([(0, vec![0, 1]), (1, vec![2, 2])], &shape);
    assert_eq!(select, Select { axes: vec![1], places: vec![vec![2, 2]] });
    assert_eq!(select.map(&shape).unwrap().elements(), [2, 2, 5, 5]);
}

#[test]
fn places_that_are_not_there_are_refused() {
    let shape = Shape(vec![2, 3]);
    assert!(Select { axes: vec![1], places: vec![vec![3]] }.map(&shape).is_err());
    assert!(Select { axes: vec![2], places: vec![vec![0]] }.map(&shape).is_err());
    assert!(Select { axes: vec![0, 1], places: vec![vec![0]] }.map(&shape).is_err());
}
