//! Against the definition.

extern crate std;

use proptest::prelude::*;
use tinyml_arith::{Clamp, Multiplier, Rounding, requantize};

use super::*;
use crate::arena::Arena;

/// Two by three batches: the first factor has two matrices of 3 × 7, the second three of 7 × 5.
struct Small;
impl Shape for Small {
    const BATCH: [usize; 3] = [1, 2, 3];
    const LEFT: [usize; 3] = [0, 1, 0];
    const RIGHT: [usize; 3] = [0, 0, 1];
    const ROWS: usize = 3;
    const COLUMNS: usize = 5;
    const INNER: usize = 7;
}

const LEFT: usize = 42;
const RIGHT: usize = 105;
const RESULT: usize = 90;

static CONSTANT: [i8; LEFT] = crate::kernels::test_support::noise_i8(7, -128, 127);

impl batch_matmul_s8::Layer for Small {
    type Shape = Small;
    const LEFT: usize = 1;
    const RIGHT: usize = 43;
    const OUTPUT: usize = 148;
    const PARAMS: batch_matmul_s8::Params = batch_matmul_s8::Params {
        left: &[],
        right: &[],
        left_zero_point: -128,
        right_zero_point: 5,
        output_zero_point: -3,
        multiplier: Multiplier { multiplier: 1_700_000_000, shift: -9 },
        clamp: Clamp { min: -120, max: 127 },
    };
}

/// The same with a constant.
struct Constant;
impl batch_matmul_s8::Layer for Constant {
    type Shape = Small;
    const RIGHT: usize = 43;
    const OUTPUT: usize = 148;
    const PARAMS: batch_matmul_s8::Params =
        batch_matmul_s8::Params { left: &CONSTANT, ..<Small as batch_matmul_s8::Layer>::PARAMS };
}

impl batch_matmul_f32::Layer for Small {
    type Shape = Small;
    const LEFT: usize = 0;
    const RIGHT: usize = 168;
    const OUTPUT: usize = 588;
    const PARAMS: batch_matmul_f32::Params = batch_matmul_f32::Params { left: &[], right: &[] };
}

/// The elements of both factors for each product of a result.
fn places(place: usize) -> impl Iterator<Item = (usize, usize)> {
    let (batch, row, column) = (place / 15, place / 5 % 3, place % 5);
    (0..7).map(move |i| ((batch / 3 * 3 + row) * 7 + i, (batch % 3 * 5 + column) * 7 + i))
}

fn expected(left: &[i8], right: &[i8], place: usize) -> i8 {
    let params = <Small as batch_matmul_s8::Layer>::PARAMS;
    let sum = places(place).map(|(a, b)| (i32::from(left[a]) + 128) * (i32::from(right[b]) - 5)).sum();
    params.clamp.apply(requantize(sum, params.multiplier, Rounding::Double) - 3) as i8
}

proptest! {
    #[test]
    fn bytes(left in proptest::collection::vec(i8::MIN.., LEFT), right in proptest::collection::vec(i8::MIN.., RIGHT)) {
        let mut arena = Arena::<240>::new();
        arena.get_mut::<i8, 1, LEFT>().copy_from_slice(&left);
        arena.get_mut::<i8, 43, RIGHT>().copy_from_slice(&right);
        batch_matmul_s8::run::<Small, _>(&mut arena);
        for (place, &found) in arena.get::<i8, 148, RESULT>().iter().enumerate() {
            prop_assert_eq!(found, expected(&left, &right, place));
        }
        batch_matmul_s8::run::<Constant, _>(&mut arena);
        for (place, &found) in arena.get::<i8, 148, RESULT>().iter().enumerate() {
            prop_assert_eq!(found, expected(&CONSTANT, &right, place));
        }
    }

    #[test]
    fn floats(
        left in proptest::collection::vec(-2f32..2.0, LEFT),
        right in proptest::collection::vec(-2f32..2.0, RIGHT),
    ) {
        let mut arena = Arena::<948>::new();
        arena.get_mut::<f32, 0, LEFT>().copy_from_slice(&left);
        arena.get_mut::<f32, 168, RIGHT>().copy_from_slice(&right);
        batch_matmul_f32::run::<Small, _>(&mut arena);
        for (place, &found) in arena.get::<f32, 588, RESULT>().iter().enumerate() {
            let expected: f64 = places(place).map(|(a, b)| f64::from(left[a]) * f64::from(right[b])).sum();
            prop_assert!((f64::from(found) - expected).abs() < 1e-4);
        }
    }
}
