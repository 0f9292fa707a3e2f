//! Against the definition.

extern crate std;

use super::*;
use crate::arena::Arena;
use crate::kernels::axes::count;
use proptest::prelude::*;
use std::vec::Vec;

/// Elements of each mean, by the definition.
fn groups<S: Shape>(input: &[i8]) -> Vec<Vec<i8>> {
    let mut groups: Vec<Vec<i8>> = (0..results::<S>()).map(|_| Vec::new()).collect();
    let [_, middle, inner] = S::KEPT;
    let [first, second] = S::REDUCED;
    for (index, &x) in input.iter().enumerate() {
        let (rest, i) = (index / inner, index % inner);
        let (rest, m) = (rest / second, rest / second % middle);
        groups[(rest / middle / first * middle + m) * inner + i].push(x);
    }
    groups
}

macro_rules! means {
    ($($name:ident: $kept:expr, $reduced:expr, $rounding:ident;)*) => {$(
        mod $name {
            use super::*;

            struct S;
            impl Shape for S {
                const KEPT: [usize; 3] = $kept;
                const REDUCED: [usize; 2] = $reduced;
                const ROUNDING: Rounding = Rounding::$rounding;
            }
            const COUNT: usize = count::<S>();
            const OUT: usize = results::<S>();
            const IN: usize = OUT * COUNT;
            const QUANTISED: mean::Mean = mean::Mean::derive(0.5, 9, 0.75, -4, COUNT as u32);
            const ONNX: onnx::Average = onnx::Average::derive(
                tinyml_arith::Quantization { scale: 0.5, zero_point: 9 },
                tinyml_arith::Quantization { scale: 0.75, zero_point: -4 },
                COUNT as u32,
                Clamp::INT8,
            );

            struct Tested;
            impl Layer for Tested {
                type Shape = S;
                const INPUT: usize = 0;
                const OUTPUT: usize = IN;
                const PARAMS: Params = Params {
                    multiplier: match S::ROUNDING {
                        Rounding::HalfEven => ONNX.multiplier,
                        _ => QUANTISED.multiplier,
                    },
                    offset: QUANTISED.offset,
                    output_zero_point: -4,
                };
            }

            proptest! {
                #[test]
                fn equals_the_definition(input in proptest::collection::vec(any::<i8>(), IN)) {
                    let mut arena = Arena::<{ IN + OUT }>::new();
                    arena.get_mut::<i8, 0, IN>().copy_from_slice(&input);
                    run::<Tested, _>(&mut arena);
                    for (group, &result) in groups::<S>(&input).iter().zip(arena.get::<i8, IN, OUT>()) {
                        let sum = group.iter().map(|&x| i32::from(x)).sum();
                        let expected = match S::ROUNDING {
                            Rounding::HalfEven => ONNX.eval(sum) as i8,
                            _ => QUANTISED.mean(sum),
                        };
                        prop_assert_eq!(result, expected);
                        // And near the real mean: the arithmetic is right, not only the same. Two roundings err by up to 3/4.
                        let tolerance = if S::ROUNDING == Rounding::HalfEven { 0.501 } else { 0.751 };
                        let real = (f64::from(sum) / COUNT as f64 - 9.0) * 0.5 / 0.75 - 4.0;
                        prop_assert!((real - f64::from(result)).abs() < tolerance || !(-128.0..=127.0).contains(&real));
                    }
                }
            }
        }
    )*};
}

means! {
    image: [1, 1, 5], [1, 12], Double;
    channels: [7, 1, 1], [6, 1], Double;
    rows_and_channels: [1, 4, 1], [3, 5], Double;
    middle: [2, 3, 2], [2, 3], HalfEven;
    everything: [1, 1, 1], [8, 4], HalfEven;
}
