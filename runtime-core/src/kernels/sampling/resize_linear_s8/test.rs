//! Against the definition in `f64`.

extern crate std;

use proptest::prelude::*;
use tinyml_arith::resize::Ties;

use super::*;
use crate::arena::Arena;

/// From 2 × 3 to 4 × 2 pixels of three channels.
macro_rules! layer {
    ($name:ident: $bits:literal, $ties:ident) => {
        struct $name;
        impl Shape for $name {
            const INPUT: [usize; 3] = [2, 3, 3];
            const OUTPUT: [usize; 2] = [4, 2];
            const BITS: [usize; 2] = [$bits, $bits];
            const TIES: Ties = Ties::$ties;
        }
        impl Layer for $name {
            type Shape = $name;
            const INPUT: usize = 3;
            const OUTPUT: usize = 21;
            const PARAMS: Params = Params {
                rows: &[0, 1 << ($bits - 1), 3 << ($bits - 2), 1 << 16],
                columns: &[1 << ($bits - 2), 1 << 16 | ((1 << $bits) - 1)],
            };
        }
    };
}
layer!(Narrow: 2, Away);
layer!(Usual: 10, Away);
layer!(Wide: 16, Even);

fn expected(x: &[i8; 18], bits: i32, place: usize, ties: Ties) -> f64 {
    let (y, column, channel) = (place / 6, place / 3 % 2, place % 3);
    let below = [0.0, 0.5, 0.75, 1.0][y];
    let (front, right) = [(0, 0.25), (1, 1.0 - 0.5f64.powi(bits))][column];
    let at = |y: usize, x_: usize| f64::from(x[(y * 3 + x_) * 3 + channel]);
    let row = |x: usize| at(0, x) * (1.0 - below) + at(1, x) * below;
    let sum = row(front) * (1.0 - right) + row(front + 1) * right;
    if ties == Ties::Away { sum.round() } else { sum.round_ties_even() }
}

macro_rules! each {
    ($name:ident: $layer:ident) => {
        proptest! {
            #[test]
            fn $name(x in proptest::array::uniform18(i8::MIN..)) {
                let mut arena = Arena::<48>::new();
                arena.get_mut::<i8, 3, 18>().copy_from_slice(&x);
                run::<$layer, _>(&mut arena);
                for (place, &found) in arena.get::<i8, 21, 24>().iter().enumerate() {
                    let [bits, _] = <$layer as Shape>::BITS;
                    prop_assert_eq!(f64::from(found), expected(&x, bits as i32, place, <$layer as Shape>::TIES));
                }
            }
        }
    };
}
each!(narrow: Narrow);
each!(usual: Usual);
each!(wide: Wide);
