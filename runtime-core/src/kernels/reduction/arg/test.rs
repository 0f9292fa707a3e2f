//! By hand.

use super::*;
use crate::arena::Arena;

macro_rules! layer {
    ($name:ident: $kernel:ident, $largest:literal, $last:literal) => {
        struct $name;
        impl Choice for $name {
            const KEPT: [usize; 2] = [2, 2];
            const AXIS: usize = 3;
            const LARGEST: bool = $largest;
            const LAST: bool = $last;
        }
        impl $kernel::Layer for $name {
            type Shape = $name;
            const INPUT: usize = 0;
            const OUTPUT: usize = 48;
            const PARAMS: $kernel::Params = $kernel::Params {};
        }
    };
}
layer!(FirstLargest: arg_s8_i32, true, false);
layer!(LastLargest: arg_s8_i64, true, true);
layer!(FirstSmallest: arg_f32_i64, false, false);
layer!(LastSmallest: arg_f32_i32, false, true);

const BYTES: [i8; 12] = [1, -5, 7, -128, 7, -128, /**/ 127, 3, 127, 4, -1, 4];

#[test]
fn of_equals_the_first_or_the_last() {
    let mut arena = Arena::<80>::new();
    *arena.get_mut::<i8, 0, 12>() = BYTES;
    arg_s8_i32::run::<FirstLargest, _>(&mut arena);
    assert_eq!(arena.get::<i32, 48, 4>(), &[1, 0, 0, 1]);
    arg_s8_i64::run::<LastLargest, _>(&mut arena);
    assert_eq!(arena.get::<i64, 48, 4>(), &[2, 0, 1, 2]);
}

#[test]
fn floats_and_what_is_none() {
    let mut arena = Arena::<80>::new();
    let mut x = BYTES.map(f32::from);
    x[9] = f32::NAN;
    *arena.get_mut::<f32, 0, 12>() = x;
    arg_f32_i64::run::<FirstSmallest, _>(&mut arena);
    assert_eq!(arena.get::<i64, 48, 4>(), &[0, 1, 2, 0]);
    arg_f32_i32::run::<LastSmallest, _>(&mut arena);
    assert_eq!(arena.get::<i32, 48, 4>(), &[0, 2, 2, 0]);
}
