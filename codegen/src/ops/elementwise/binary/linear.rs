//! Sums of two int8 operands as `(k₁ a + k₂ b + k₀) >> 22`, proven equal for all 65,536 pairs.
//!
//! TFLM rounds each operand on a scale of its own, then the sum; ONNX Runtime rounds a sum of floats. Either is within some
//! millionths of a real linear function, and 256 × 256 pairs are few enough that mostly three integers exist which give each
//! of them the same result.

use tinyml_arith::Clamp;

/// Fractional bits of the coefficients.
const SHIFT: u32 = tinyml_arith::linear::SHIFT;

/// How far from the nearest coefficients others are tried.
const RADIUS: i64 = 8;

/// Constants of a linear function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Linear {
    /// Factor of the first operand.
    pub(super) first: i32,
    /// Factor of the second operand.
    pub(super) second: i32,
    /// What is added.
    pub(super) offset: i32,
}

/// A pair of operands with the offsets that give its result: those from `low` to `high` less the products.
struct Pair {
    first: i64,
    second: i64,
    low: i64,
    high: i64,
}

/// The constants for `exact`, whose results lie in `clamp` and are about `ratios[0] * a + ratios[1] * b` and a constant; none if
/// there are none, or a sum could have more than 32 bits.
pub(super) fn fit(exact: impl Fn(i8, i8) -> i32, ratios: [f64; 2], clamp: Clamp) -> Option<Linear> {
    let unit = 1i64 << SHIFT;
    let nearest = ratios.map(|ratio| (ratio * unit as f64).round());
    // Beyond this, the sum of the products alone would have more than 32 bits.
    let limit = f64::from(1 << 24);
    if !nearest.iter().all(|k| (-limit..limit).contains(k)) {
        return None;
    }
    let [k1, k2] = nearest.map(|k| k as i64);
    let all = || (i8::MIN..=i8::MAX).flat_map(|a| (i8::MIN..=i8::MAX).map(move |b| (a, b)));
    let pairs: Vec<Pair> = all()
        .map(|(a, b)| {
            let result = exact(a, b);
            let (first, second) = (i64::from(a), i64::from(b));
            // A saturated result has only one edge.
            let low = if result == clamp.min { -(1 << 40) } else { i64::from(result) * unit };
            let high = if result == clamp.max { 1 << 40 } else { (i64::from(result) + 1) * unit - 1 };
            let sum = k1 * first + k2 * second;
            Pair { first, second, low: low - sum, high: high - sum }
        })
        .collect();
    // Other coefficients within the radius move an edge by less than this.
    let reach = 2 * 256 * RADIUS;
    let (low, high) = interval(&pairs, 0, 0);
    let critical: Vec<Pair> =
        pairs.into_iter().filter(|pair| pair.low >= low - reach || pair.high <= high + reach).collect();
    let mut changes: Vec<(i64, i64)> =
        (-RADIUS..=RADIUS).flat_map(|i| (-RADIUS..=RADIUS).map(move |j| (i, j))).collect();
    changes.sort_by_key(|(i, j)| (i.abs() + j.abs(), *i, *j));
    changes.into_iter().find_map(|(i, j)| {
        let (low, high) = interval(&critical, i, j);
        let linear = Linear {
            first: i32::try_from(k1 + i).ok()?,
            second: i32::try_from(k2 + j).ok()?,
            offset: i32::try_from(low.midpoint(high)).ok()?,
        };
        (low <= high && linear.fits()).then_some(linear)
    })
}

/// The offsets with which all pairs have their results, for coefficients changed by `i` and `j`.
fn interval(pairs: &[Pair], i: i64, j: i64) -> (i64, i64) {
    pairs.iter().fold((i64::MIN, i64::MAX), |(low, high), pair| {
        let moved = i * pair.first + j * pair.second;
        (low.max(pair.low - moved), high.min(pair.high - moved))
    })
}

impl Linear {
    /// Whether no sum, in either order, has more than 32 bits.
    fn fits(&self) -> bool {
        let ends = [i64::from(i8::MIN), i64::from(i8::MAX)];
        let (k1, k2, k0) = (i64::from(self.first), i64::from(self.second), i64::from(self.offset));
        ends.iter().all(|a| {
            ends.iter().all(|b| {
                [k0 + k1 * a, k0 + k2 * b, k0 + k1 * a + k2 * b].iter().all(|sum| i32::try_from(*sum).is_ok())
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use tinyml_arith::add::Add;
    use tinyml_arith::{Quantization, onnx};

    fn quantisation() -> impl Strategy<Value = Quantization> {
        (0.005f32..0.2, -128i32..128).prop_map(|(scale, zero_point)| Quantization { scale, zero_point })
    }

    fn ratios(a: Quantization, b: Quantization, y: Quantization) -> [f64; 2] {
        [a, b].map(|x| f64::from(x.scale) / f64::from(y.scale))
    }

    fn equal(linear: Linear, exact: impl Fn(i8, i8) -> i32) -> Result<(), TestCaseError> {
        for a in i8::MIN..=i8::MAX {
            for b in i8::MIN..=i8::MAX {
                let found = tinyml_arith::linear::linear(a, b, linear.first, linear.second, linear.offset);
                prop_assert_eq!(i32::from(found), exact(a, b), "{} {} {:?}", a, b, linear);
            }
        }
        Ok(())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]
        #[test]
        fn every_pair_of_the_references_sum(a in quantisation(), b in quantisation(), y in quantisation()) {
            let tflm = Add::derive(a, b, y, Clamp::INT8);
            let [ra, rb] = ratios(a, b, y);
            if let Some(linear) = fit(|a, b| tflm.add(a, b).into(), [ra, rb], Clamp::INT8) {
                equal(linear, |a, b| tflm.add(a, b).into())?;
            }
            if let Some(linear) = fit(|a, b| tflm.sub(a, b).into(), [ra, -rb], Clamp::INT8) {
                equal(linear, |a, b| tflm.sub(a, b).into())?;
            }
            let onnx = onnx::Add::derive(a, b, y, Clamp::INT8);
            if let Some(linear) = fit(|a, b| onnx.eval(a.into(), b.into()), [ra, rb], Clamp::INT8) {
                equal(linear, |a, b| onnx.eval(a.into(), b.into()))?;
            }
        }
    }

    #[test]
    fn most_sums_are_linear() {
        let scales = [0.011f32, 0.0173, 0.025, 0.0311, 0.0427];
        let (mut found, mut all) = (0, 0);
        for (i, &a) in scales.iter().enumerate() {
            for (j, &b) in scales.iter().enumerate() {
                let [a, b, y] = [(a, -128), (b, 3), (a.max(b) * 1.3, i as i32 - j as i32)]
                    .map(|(scale, zero_point)| Quantization { scale, zero_point });
                let tflm = Add::derive(a, b, y, Clamp::INT8);
                all += 1;
                found += i32::from(fit(|a, b| tflm.add(a, b).into(), ratios(a, b, y), Clamp::INT8).is_some());
            }
        }
        assert!(found * 10 >= all * 7, "{found} of {all}");
    }

    #[test]
    fn what_is_not_linear_has_no_constants() {
        assert_eq!(fit(|a, b| i32::from(a) * i32::from(b) / 128, [0.5, 0.5], Clamp::INT8), None);
        let steep = |a: i8, b: i8| ((i32::from(a) + i32::from(b)) * 4).clamp(-128, 127);
        assert_eq!(fit(steep, [4.0, 4.0], Clamp::INT8), None);
    }
}
