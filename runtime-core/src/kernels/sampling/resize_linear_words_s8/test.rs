//! Against the scalar form.

extern crate std;

use proptest::prelude::*;
use tinyml_arith::resize::Ties;

use super::*;
use crate::arena::Arena;
use crate::kernels::sampling::resize_linear_s8;

/// From 3 × 4 to 5 × 7 pixels of eight channels.
macro_rules! layer {
    ($name:ident: $bits:expr, $ties:ident) => {
        struct $name;
        impl Shape for $name {
            const INPUT: [usize; 3] = [3, 4, 8];
            const OUTPUT: [usize; 2] = [5, 7];
            const BITS: [usize; 2] = $bits;
            const TIES: Ties = Ties::$ties;
        }
        impl $name {
            const PARAMS: Params = Params {
                rows: &[0, 1, 1 << 16 | ((1 << Self::BITS[0]) - 1), 2 << 16, 1],
                columns: &[
                    1 << 16 | 1,
                    0,
                    1 << 16,
                    3 << 16,
                    2 << 16 | ((1 << Self::BITS[1]) - 1),
                    2 << 16,
                    ((1 << Self::BITS[1]) - 1),
                ],
            };
        }
        impl Layer for $name {
            type Shape = $name;
            const INPUT: usize = 0;
            const OUTPUT: usize = 96;
            const PARAMS: Params = $name::PARAMS;
        }
        impl resize_linear_s8::Layer for $name {
            type Shape = $name;
            const INPUT: usize = 0;
            const OUTPUT: usize = 96;
            const PARAMS: Params = $name::PARAMS;
        }
    };
}
layer!(Halves: [1, 1], Away);
layer!(Quarters: [2, 2], Even);
layer!(Most: [4, 4], Away);
layer!(Uneven: [7, 1], Odd);

fn results<L: Layer + resize_linear_s8::Layer>(x: &[i8; 96]) -> [[i8; 280]; 2] {
    let mut arena = Arena::<376>::new();
    arena.get_mut::<i8, 0, 96>().copy_from_slice(x);
    run::<L, _>(&mut arena);
    let words = *arena.get::<i8, 96, 280>();
    arena.get_mut::<i8, 96, 280>().fill(0);
    resize_linear_s8::run::<L, _>(&mut arena);
    [words, *arena.get::<i8, 96, 280>()]
}

macro_rules! each {
    ($name:ident: $layer:ident) => {
        proptest! {
            #[test]
            fn $name(x in proptest::collection::vec(i8::MIN.., 96)) {
                let [words, scalar] = results::<$layer>(x.first_chunk().unwrap());
                prop_assert_eq!(words, scalar);
            }
        }
    };
}
each!(halves: Halves);
each!(quarters: Quarters);
each!(most: Most);
each!(uneven: Uneven);

#[test]
fn the_ends_of_the_range() {
    for x in [-128, 127] {
        let [words, scalar] = results::<Most>(&[x; 96]);
        assert_eq!((words, scalar), ([x; 280], [x; 280]));
    }
}
