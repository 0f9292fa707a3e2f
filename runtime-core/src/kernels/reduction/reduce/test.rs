//! Against folds by hand.

extern crate std;

use proptest::prelude::*;
use std::vec::Vec;
use tinyml_arith::reduction::Reduction;

use super::*;
use crate::arena::Arena;

/// A layer over the first and the third axis of `[2][3][2][2][3]`.
macro_rules! layer {
    ($name:ident: $kernel:ident, $element:ident, $reduction:ident) => {
        struct $name;
        impl Shape for $name {
            const KEPT: [usize; 3] = [2, 2, 3];
            const REDUCED: [usize; 2] = [3, 2];
            const REDUCTION: Reduction = Reduction::$reduction;
        }
        impl $kernel::Layer for $name {
            type Shape = $name;
            const INPUT: usize = 0;
            const OUTPUT: usize = 0;
            const PARAMS: $kernel::Params = $kernel::Params {};
        }
    };
}
layer!(Max: reduce_s8, i8, Max);
layer!(Min: reduce_s8, i8, Min);
layer!(Prod: reduce_i32, i32, Prod);
layer!(L1: reduce_i64, i64, L1);
layer!(Norm: reduce_f32, f32, L2);

/// The elements of each result.
fn groups<T: Copy>(x: &[T]) -> Vec<Vec<T>> {
    let mut groups: Vec<Vec<T>> = (0..12).map(|_| Vec::new()).collect();
    for (index, &x) in x.iter().enumerate() {
        let (i, m, o) = (index % 3, index / 6 % 2, index / 36);
        groups[(o * 2 + m) * 3 + i].push(x);
    }
    groups
}

macro_rules! each {
    ($name:ident: $kernel:ident, $layer:ident, $element:ident, $values:expr, |$group:ident| $expected:expr) => {
        proptest! {
            #[test]
            fn $name(x in proptest::collection::vec($values, 72)) {
                let mut arena = Arena::<{ 72 * size_of::<$element>() }>::new();
                arena.get_mut::<$element, 0, 72>().copy_from_slice(&x);
                $kernel::run::<$layer, _>(&mut arena);
                let expected: Vec<$element> = groups(&x).into_iter().map(|$group| $expected).collect();
                prop_assert_eq!(arena.get::<$element, 0, 12>().as_slice(), expected);
            }
        }
    };
}
each!(largest: reduce_s8, Max, i8, any::<i8>(), |group| group.into_iter().max().unwrap());
each!(smallest: reduce_s8, Min, i8, any::<i8>(), |group| group.into_iter().min().unwrap());
each!(product: reduce_i32, Prod, i32, any::<i32>(), |group| group.into_iter().fold(1, i32::wrapping_mul));
each!(sum_of_magnitudes: reduce_i64, L1, i64, -1_000_000i64..1_000_000, |group| {
    group.into_iter().map(i64::abs).sum::<i64>()
});
each!(norm: reduce_f32, Norm, f32, (-50i16..50).prop_map(f32::from), |group| {
    // Sums of squares of small whole numbers are exact.
    tinyml_arith::float::sqrt(group.into_iter().map(|x| x * x).sum::<f32>())
});
