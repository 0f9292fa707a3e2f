//! Against the definition, in real numbers: the data keeps the f64 results exact.

extern crate std;

use crate::kernels::test_support::{poolings, shape_constant};
use tinyml_arith::Clamp;

/// A layer without quantisation constants.
macro_rules! raw {
    ($clamp:expr) => {
        Params { clamp: $clamp, input_zero_point: 0, output_zero_point: 0, multipliers: &[], shifts: &[] }
    };
}

poolings! {
    crate::kernels::pooling::average_pool2d_s8, i8, any::<i8>(),
    |S, params, window| {
        let sum: f64 = window.iter().map(|&x| f64::from(x)).sum();
        // `round` of f64 rounds half away from zero.
        (sum / window.len() as f64).round().clamp(params.clamp.min.into(), params.clamp.max.into()) as i8
    };
    halves { INPUT = [4, 6, 3], OUTPUT = [2, 3, 3], KERNEL = [2, 2], STRIDE = [2, 2], } raw!(Clamp::INT8);
    padded { INPUT = [5, 4, 2], OUTPUT = [5, 4, 2], KERNEL = [3, 3], PADDING = [1, 1], }
        raw!(Clamp { min: -20, max: 30 });
    whole_image { INPUT = [5, 7, 3], OUTPUT = [1, 1, 3], KERNEL = [5, 7], } raw!(Clamp::INT8);
    words { INPUT = [5, 4, 9], OUTPUT = [5, 4, 9], KERNEL = [3, 3], PADDING = [1, 1], } raw!(Clamp::INT8);
    most_taps { INPUT = [16, 16, 5], OUTPUT = [1, 1, 5], KERNEL = [16, 16], } raw!(Clamp::INT8);
    more_taps { INPUT = [17, 16, 5], OUTPUT = [1, 1, 5], KERNEL = [17, 16], } raw!(Clamp::INT8);
    kernel_beyond_image { INPUT = [2, 3, 2], OUTPUT = [2, 3, 2], KERNEL = [5, 5], PADDING = [2, 2], } raw!(Clamp::INT8);
}

/// Multipliers for half the operand's scale, for counts from 1 on.
const fn halved<const N: usize>() -> ([i32; N], [i8; N]) {
    let (mut multipliers, mut shifts) = ([0; N], [0; N]);
    let mut i = 0;
    while i < N {
        let multiplier = tinyml_arith::Multiplier::from_f64(0.5 / (i + 1) as f64);
        (multipliers[i], shifts[i]) = (multiplier.multiplier, multiplier.shift as i8);
        i += 1;
    }
    (multipliers, shifts)
}

const NINE: ([i32; 9], [i8; 9]) = halved();

mod rescaled {
    use super::*;

    poolings! {
        crate::kernels::pooling::average_pool2d_s8, i8, any::<i8>(),
        |S, params, window| {
            let count = if S::COUNT_PADDING { S::KERNEL[0] * S::KERNEL[1] } else { window.len() };
            let sum: f64 = window.iter().map(|&x| f64::from(x) - f64::from(params.input_zero_point)).sum();
            let real = (0.5 * sum / count as f64).round_ties_even() + f64::from(params.output_zero_point);
            real.clamp(params.clamp.min.into(), params.clamp.max.into()) as i8
        };
        padded { INPUT = [5, 4, 2], OUTPUT = [5, 4, 2], KERNEL = [3, 3], PADDING = [1, 1], RESCALE = true, }
            Params { clamp: Clamp::INT8, input_zero_point: 7, output_zero_point: -5, multipliers: &NINE.0, shifts: &NINE.1 };
        padding_counts { INPUT = [5, 4, 2], OUTPUT = [5, 4, 2], KERNEL = [3, 3], PADDING = [1, 1], RESCALE = true,
            COUNT_PADDING = true, }
            Params { clamp: Clamp { min: -30, max: 30 }, input_zero_point: 7, output_zero_point: -5,
                multipliers: &[NINE.0[8]], shifts: &[NINE.1[8]] };
        unpadded { INPUT = [5, 4, 2], OUTPUT = [3, 2, 2], KERNEL = [3, 3], RESCALE = true, }
            Params { clamp: Clamp::INT8, input_zero_point: -128, output_zero_point: 100,
                multipliers: &[NINE.0[8]], shifts: &[NINE.1[8]] };
    }
}

/// The least sum that a halfword holds, and the greatest that occurs.
#[test]
fn sums_of_most_taps() {
    use super::{Layer, Params, Shape, run};

    struct Whole;
    impl Shape for Whole {
        const INPUT: [usize; 3] = [16, 16, 4];
        const OUTPUT: [usize; 3] = [1, 1, 4];
        const KERNEL: [usize; 2] = [16, 16];
    }
    impl Layer for Whole {
        type Shape = Whole;
        const INPUT: usize = 0;
        const OUTPUT: usize = 1024;
        const PARAMS: Params = raw!(Clamp::INT8);
    }
    let mut arena = crate::arena::Arena::<1028>::new();
    for (i, x) in arena.get_mut::<i8, 0, 1024>().iter_mut().enumerate() {
        *x = if i % 2 == 0 { i8::MIN } else { i8::MAX };
    }
    run::<Whole, _>(&mut arena);
    assert_eq!(*arena.get::<i8, 1024, 4>(), [i8::MIN, i8::MAX, i8::MIN, i8::MAX]);
}
