//! Quantisation with a range that depends on the data: what LiteRT does to the activations of a layer with int8 weights and f32
//! activations. Whole numbers are held in f32.

use crate::float::round_half_away;

/// How a run of numbers becomes whole numbers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DynamicRange {
    /// The real number that a step of one stands for.
    pub scale: f32,
    factor: f32,
    zero_point: f32,
    least: f32,
    most: f32,
}

impl DynamicRange {
    /// For numbers from `low` to `high`: `-127..=127` for ± the larger magnitude. Zeros have the scale 1.
    ///
    /// LiteRT: `portable_tensor_utils.cc: PortableSymmetricQuantizeFloats`.
    pub fn symmetric(low: f32, high: f32) -> DynamicRange {
        let range = low.abs().max(high.abs());
        let (factor, scale) = if range == 0.0 { (0.0, 1.0) } else { (127.0 / range, range / 127.0) };
        DynamicRange { scale, factor, zero_point: 0.0, least: -127.0, most: 127.0 }
    }

    /// For numbers from `low` to `high`: `-128..=127` for the range from the lesser of `low` and 0 to the greater of `high` and 0, moved
    /// so that 0 is a whole number. Zeros have the scale 1.
    ///
    /// LiteRT: `portable_tensor_utils.cc: PortableAsymmetricQuantizeFloats`, which derives the range in f64.
    pub fn asymmetric(low: f32, high: f32) -> DynamicRange {
        let (low, high) = (f64::from(low.min(0.0)), f64::from(high.max(0.0)));
        if low == high {
            return DynamicRange { scale: 1.0, factor: 0.0, zero_point: 0.0, least: 0.0, most: 0.0 };
        }
        let step = (high - low) / 255.0;
        let (below, above) = (low / step, high / step);
        // From the end whose sum is the more exact.
        let from_least = 128.0 + magnitude(below) < 127.0 + magnitude(above);
        let zero_point = nearest(if from_least { -128.0 - below } else { 127.0 - above });
        let scale = step as f32;
        let factor = if scale == 0.0 { 0.0 } else { 1.0 / scale };
        DynamicRange { scale, factor, zero_point, least: -128.0, most: 127.0 }
    }

    /// The whole number for `x`, as a distance from that for zero.
    pub fn whole(&self, x: f32) -> f32 {
        let rounded = round_half_away(self.zero_point + x * self.factor);
        rounded.max(self.least).min(self.most) - self.zero_point
    }
}

fn magnitude(x: f64) -> f64 {
    if x < 0.0 { -x } else { x }
}

/// The whole number nearest to a number, halves away from zero, within int8.
fn nearest(x: f64) -> f32 {
    if x <= -128.0 {
        return -128.0;
    }
    if x >= 127.0 {
        return 127.0;
    }
    let whole = x as i32;
    let rest = x - f64::from(whole);
    let step = if rest >= 0.5 {
        1
    } else if rest <= -0.5 {
        -1
    } else {
        0
    };
    (whole + step) as f32
}

#[cfg(test)]
mod tests {
    use super::DynamicRange;

    #[test]
    fn symmetric_ranges_end_at_the_larger_magnitude() {
        let range = DynamicRange::symmetric(-2.54, 1.0);
        assert_eq!([0.5, -2.54, 1.0, 0.01].map(|x| range.whole(x)), [25.0, -127.0, 50.0, 1.0]);
        assert_eq!(range.scale, 2.54 / 127.0);
        assert_eq!(
            (DynamicRange::symmetric(0.0, -0.0).scale, DynamicRange::symmetric(0.0, 0.0).whole(0.0)),
            (1.0, 0.0)
        );
    }

    #[test]
    fn asymmetric_ranges_take_all_256_steps() {
        // Steps of 1/64 from -1 to 2.984375: zero is 64 steps from the least.
        let range = DynamicRange::asymmetric(-1.0, 191.0 / 64.0);
        assert_eq!(range.scale, 1.0 / 64.0);
        assert_eq!([-1.0, 0.0, 191.0 / 64.0, 9.0].map(|x| range.whole(x)), [-64.0, 0.0, 191.0, 191.0]);
        // All on one side: the range begins at zero.
        let positive = DynamicRange::asymmetric(1.0, 255.0);
        assert_eq!((positive.scale, positive.whole(255.0), positive.whole(1.0)), (1.0, 255.0, 1.0));
        let zeros = DynamicRange::asymmetric(0.0, 0.0);
        assert_eq!((zeros.scale, zeros.whole(0.0)), (1.0, 0.0));
    }
}
