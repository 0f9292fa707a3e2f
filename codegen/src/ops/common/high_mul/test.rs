//! The constants give the exact results, for every accumulator near a step and many others.

use proptest::prelude::*;
use tinyml_arith::{Clamp, HighMul, Multiplier, Rounding};

use super::{Exact, Layer, fit};

fn saturated(layer: &Layer, exact: &Exact, channel: usize, acc: i64) -> i32 {
    exact.clamp.apply(layer.channels[channel].apply(layer.form, acc))
}

/// Compares at both sides of every step and at both ends.
fn check(layer: &Layer, channels: &[Exact]) {
    for (index, exact) in channels.iter().enumerate() {
        let (min, max) = exact.accumulators;
        let places = exact.steps().into_iter().flat_map(|(_, acc)| acc - 2..acc + 2);
        for acc in places.chain([min, max, 0, -1, 1]).filter(|acc| (min..=max).contains(acc)) {
            assert_eq!(saturated(layer, exact, index, acc), exact.apply(acc), "{exact:?} at {acc}");
            let raw = layer.channels[index].apply(layer.form, acc);
            assert!(layer.range.0 <= raw && raw <= layer.range.1);
        }
    }
}

fn exact(rounding: Rounding, clamp: Clamp) -> impl Strategy<Value = Exact> {
    // Random scales of 31 bits; ONNX's have 24.
    let bits = if rounding == Rounding::HalfEven { 7 } else { 0 };
    ((1i32 << 30)..=i32::MAX, -14i32..-2, -128i32..128, 1i64..1 << 20).prop_map(
        move |(multiplier, shift, zero, reach)| Exact {
            multiplier: Multiplier { multiplier: multiplier >> bits << bits, shift },
            rounding,
            zero_point: if clamp.min > -128 { clamp.min } else { zero },
            clamp,
            accumulators: (-reach, reach - reach / 3),
        },
    )
}

const RELU: Clamp = Clamp { min: -97, max: 127 };

proptest! {
    #[test]
    fn double_rounding_with_relu_needs_no_sign(channels in proptest::collection::vec(exact(Rounding::Double, RELU), 1..4)) {
        let layer = fit(&channels).expect("a form");
        prop_assert_eq!(layer.form, HighMul::Floor);
        check(&layer, &channels);
    }

    #[test]
    fn double_rounding(channels in proptest::collection::vec(exact(Rounding::Double, Clamp::INT8), 1..4)) {
        let layer = fit(&channels).expect("a form");
        check(&layer, &channels);
    }

    #[test]
    fn half_even(channels in proptest::collection::vec(exact(Rounding::HalfEven, Clamp::INT8), 1..4)) {
        // Where the scale is a power of two or nearly so, ties go to even results and no form has those steps.
        if let Some(layer) = fit(&channels) {
            prop_assert_eq!(layer.form, HighMul::Floor);
            check(&layer, &channels);
        }
    }

    #[test]
    fn single(channels in proptest::collection::vec(exact(Rounding::Single, RELU), 1..4)) {
        if let Some(layer) = fit(&channels) {
            check(&layer, &channels);
        }
    }
}

#[test]
fn all_accumulators_of_a_channel() {
    for (clamp, zero_point, form) in [(Clamp::INT8, -128, HighMul::Floor), (Clamp::INT8, 3, HighMul::Double)]
    {
        let channel = Exact {
            multiplier: Multiplier { multiplier: 1_518_500_250, shift: -6 },
            rounding: Rounding::Double,
            zero_point,
            clamp,
            accumulators: (-50_000, 50_000),
        };
        let layer = fit(&[channel]).expect("a form");
        assert_eq!(layer.form, form);
        for acc in -50_000..=50_000 {
            assert_eq!(saturated(&layer, &channel, 0, acc), channel.apply(acc), "{acc}");
        }
    }
}

#[test]
fn range_of_the_accumulators() {
    let half = Multiplier { multiplier: 1 << 30, shift: -7 };
    let channels = super::channels(&[1, -2, 0, -128], &[10, -3], &[half], Rounding::Double, 4, RELU);
    let ranges: Vec<_> = channels.iter().map(|channel| channel.accumulators).collect();
    assert_eq!(ranges, [(10 - 128 - 254, 10 + 127 + 256), (-3 - 128 * 127, -3 + 128 * 128)]);
    assert!(channels.iter().all(|channel| channel.multiplier == half && channel.zero_point == 4));
}

#[test]
fn what_could_wrap_has_no_form() {
    let channel = Exact {
        multiplier: Multiplier { multiplier: 1 << 30, shift: 4 },
        rounding: Rounding::Double,
        zero_point: 0,
        clamp: Clamp::INT8,
        accumulators: (-(1 << 30), 1 << 30),
    };
    assert_eq!(fit(&[channel]), None);
}
