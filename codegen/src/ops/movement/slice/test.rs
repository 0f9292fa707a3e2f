//! Slices by hand.

use super::{Cut, Slice};
use crate::ir::Shape;
use crate::ops::movement::moved::Movement;

fn cut(begin: i64, end: i64, step: i64) -> Option<(usize, usize)> {
    Cut::between(0, 10, begin, end, step).ok().map(|cut| (cut.begin, cut.count))
}

#[test]
fn bounds_are_those_of_numpy() {
    // numpy.arange(10)[begin:end:step].
    assert_eq!(cut(2, 7, 2), Some((2, 3)));
    assert_eq!(cut(-3, 100, 1), Some((7, 3)));
    assert_eq!(cut(-1, -100, -4), Some((9, 3)));
    assert_eq!(cut(i64::MAX, i64::MIN, -1), Some((9, 10)));
    assert_eq!(cut(i64::MIN, i64::MAX, i64::MAX), Some((0, 1)));
    assert_eq!(cut(i64::MAX, i64::MIN, i64::MIN), Some((9, 1)));
    assert_eq!(cut(4, 4, 1), None);
    assert_eq!(cut(4, 8, -1), None);
    assert_eq!(cut(4, 8, 0), None);
}

#[test]
fn whole_axes_are_no_cuts() {
    let whole = Cut { axis: 1, begin: 0, step: 1, count: 4 };
    let one = Cut { axis: 0, begin: 2, step: -7, count: 1 };
    let slice = Slice::of(&[one, whole], &Shape(vec![3, 4]));
    assert_eq!(slice, Slice { axes: vec![0], begins: vec![2], steps: vec![1], counts: vec![1] });
}

#[test]
fn what_reaches_beyond_the_operand_is_refused() {
    let shape = Shape(vec![5]);
    let map = |begins, steps, counts| {
        Slice { axes: vec![0], begins: vec![begins], steps: vec![steps], counts: vec![counts] }.map(&shape)
    };
    assert_eq!(map(4, -2, 3).unwrap().elements(), [4, 2, 0]);
    for (begin, step, count) in
        [(0, 1, 6), (5, 1, 1), (1, -1, 3), (0, 1, 0), (4, i64::MAX, 2), (4, i64::MIN, 2), (0, i64::MAX, usize::MAX)]
    {
        let fault = map(begin, step, count).unwrap_err();
        assert!(fault.contains("but the operand is [5]"), "{fault}");
    }
    assert!(Slice { axes: vec![0], begins: vec![], steps: vec![1], counts: vec![1] }.map(&shape).is_err());
}
