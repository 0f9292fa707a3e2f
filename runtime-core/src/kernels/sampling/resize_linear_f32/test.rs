//! Against the definition in `f64`.

extern crate std;

use proptest::prelude::*;

use super::*;
use crate::arena::Arena;

/// From 2 × 3 to 3 × 2 pixels of two channels.
struct Small;
impl Shape for Small {
    const INPUT: [usize; 3] = [2, 3, 2];
    const OUTPUT: [usize; 2] = [3, 2];
}
impl Layer for Small {
    type Shape = Small;
    const INPUT: usize = 0;
    const OUTPUT: usize = 48;
    const PARAMS: Params = Params {
        rows: &[1, 1, 1 << 16 | 1],
        row_weights: &[0.25, 0.75, -0.5],
        columns: &[1, 1 << 16 | 2],
        column_weights: &[0.5, 0.125],
    };
}

proptest! {
    #[test]
    fn small(x in proptest::array::uniform12(-5f32..5.0)) {
        let mut arena = Arena::<96>::new();
        arena.get_mut::<f32, 0, 12>().copy_from_slice(&x);
        run::<Small, _>(&mut arena);
        for (place, &found) in arena.get::<f32, 48, 12>().iter().enumerate() {
            let (y, column, channel) = (place / 4, place / 2 % 2, place % 2);
            let (above, below, lower) = [(0, 1, 0.25), (0, 1, 0.75), (1, 1, -0.5)][y];
            let (front, behind, right) = [(0, 1, 0.5), (1, 2, 0.125)][column];
            let at = |y: usize, x_: usize| f64::from(x[(y * 3 + x_) * 2 + channel]);
            let row = |x: usize| at(above, x) * (1.0 - lower) + at(below, x) * lower;
            let expected = row(front) * (1.0 - right) + row(behind) * right;
            prop_assert!((f64::from(found) - expected).abs() < 1e-5);
        }
    }
}
