//! Against sums by hand.

use super::*;
use crate::arena::Arena;

struct S;
impl Shape for S {
    const KEPT: [usize; 3] = [2, 1, 2];
    const REDUCED: [usize; 2] = [3, 1];
}

struct Tested;
impl Layer for Tested {
    type Shape = S;
    const INPUT: usize = 16;
    const OUTPUT: usize = 0;
    const PARAMS: Params = Params {};
}

#[test]
fn means_over_the_middle_axis() {
    let mut arena = Arena::<64>::new();
    *arena.get_mut::<f32, 16, 12>() = [1.0, 10.0, 2.0, 20.0, 6.0, 60.0, -1.0, 0.5, -2.0, 0.5, -6.0, 0.5];
    run::<Tested, _>(&mut arena);
    assert_eq!(arena.get::<f32, 0, 4>(), &[3.0, 30.0, -3.0, 0.5]);
}
