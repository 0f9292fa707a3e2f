//! Against the definition in `f64`.

extern crate std;

use proptest::prelude::*;
use std::vec::Vec;

use super::*;
use crate::arena::Arena;

/// Groups over the second and fourth axis of `[2][3][2][2][3]`.
macro_rules! layer {
    ($name:ident: $centre:literal, $magnitudes:literal, $average:literal, to $output:literal) => {
        struct $name;
        impl Shape for $name {
            const KEPT: [usize; 3] = [2, 2, 3];
            const GROUP: [usize; 2] = [3, 2];
            const CENTRE: bool = $centre;
            const MAGNITUDES: bool = $magnitudes;
            const AVERAGE: bool = $average;
        }
        impl Layer for $name {
            type Shape = $name;
            const INPUT: usize = 288;
            const OUTPUT: usize = $output;
            const PARAMS: Params = Params { epsilon: 0.25, floor: 0.75 };
        }
    };
}
layer!(Deviation: true, false, true, to 0);
layer!(InPlace: true, false, true, to 288);
layer!(Norm: false, false, false, to 0);
layer!(Magnitudes: false, true, false, to 288);

fn expected(x: &[f32], centre: bool, magnitudes: bool, average: bool) -> Vec<f64> {
    let group = |index: usize| (index / 36, index / 6 % 2, index % 3);
    let one = |index: usize| {
        let own: Vec<f64> =
            (0..72).filter(|&other| group(other) == group(index)).map(|other| x[other].into()).collect();
        let mean = if centre { own.iter().sum::<f64>() / 6.0 } else { 0.0 };
        let term = |x: &f64| if magnitudes { (x - mean).abs() } else { (x - mean).powi(2) };
        let sum = own.iter().map(term).sum::<f64>() / if average { 6.0 } else { 1.0 } + 0.25;
        let divisor = if magnitudes { sum } else { sum.sqrt() };
        (f64::from(x[index]) - mean) / divisor.max(0.75)
    };
    (0..72).map(one).collect()
}

macro_rules! each {
    ($name:ident: $layer:ident, $centre:literal, $magnitudes:literal, $average:literal) => {
        proptest! {
            #[test]
            fn $name(x in proptest::collection::vec(-5f32..5.0, 72)) {
                let mut arena = Arena::<576>::new();
                arena.get_mut::<f32, 288, 72>().copy_from_slice(&x);
                run::<$layer, _>(&mut arena);
                let found = *arena.get::<f32, { <$layer as Layer>::OUTPUT }, 72>();
                for (found, expected) in found.iter().zip(expected(&x, $centre, $magnitudes, $average)) {
                    prop_assert!((f64::from(*found) - expected).abs() < 1e-5);
                }
            }
        }
    };
}
each!(deviations: Deviation, true, false, true);
each!(in_place: InPlace, true, false, true);
each!(norms: Norm, false, false, false);
each!(sums_of_magnitudes: Magnitudes, false, true, false);
