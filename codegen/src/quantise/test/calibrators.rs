//! Ranges of synthetic distributions.

use super::super::histogram::Histogram;
use super::super::range::{quant, range, to_int8};
use super::Random;
use crate::config::Calibrator;
use crate::ir::Value;

const ALL: [Calibrator; 4] =
    [Calibrator::MinMax, Calibrator::Percentile, Calibrator::Mse, Calibrator::Entropy];

fn histogram(values: &[f32]) -> Histogram {
    let mut histogram = Histogram::new();
    // In pieces, as examples come.
    values.chunks(1000).for_each(|part| histogram.extend(part));
    histogram
}

/// Mean squared error of the values after int8.
fn error(values: &[f32], calibrator: Calibrator) -> f64 {
    let quant = quant(range(&histogram(values), calibrator));
    let integers = Value::i8([values.len()], to_int8(values, &quant)).expect("as many numbers");
    let squares = integers
        .dequantise(Some(&quant))
        .iter()
        .zip(values)
        .map(|(a, b)| f64::from(a - b).powi(2))
        .sum::<f64>();
    squares / values.len() as f64
}

/// Normal numbers, and one far away on either side.
fn heavy_tail() -> Vec<f32> {
    let mut random = Random(9);
    let mut values = random.normals(200_000);
    values[77_777] = -60.0;
    values[123_456] = 75.0;
    values
}

#[test]
fn a_uniform_distribution_is_kept_by_all() {
    let mut random = Random(1);
    let both: Vec<f32> = (0..100_000).map(|_| random.uniform() * 3.0).collect();
    let one_sided: Vec<f32> = both.iter().map(|x| x.max(0.0)).collect();
    for calibrator in ALL {
        let (min, max) = range(&histogram(&both), calibrator);
        assert!((2.8..=3.0).contains(&max) && (-3.0..=-2.8).contains(&min), "{calibrator:?}: {min}..{max}");
        let (min, max) = range(&histogram(&one_sided), calibrator);
        assert!((2.8..=3.0).contains(&max) && min == 0.0, "{calibrator:?}: {min}..{max}");
    }
}

#[test]
fn min_max_is_exact() {
    let values = heavy_tail();
    let (min, max) = range(&histogram(&values), Calibrator::MinMax);
    assert_eq!(min, values.iter().copied().fold(0.0, f32::min));
    assert_eq!(max, values.iter().copied().fold(0.0, f32::max));
}

#[test]
fn a_heavy_tail_is_clipped_by_all_others() {
    let values = heavy_tail();
    let (min, max) = range(&histogram(&values), Calibrator::MinMax);
    for calibrator in &ALL[1..] {
        let (low, high) = range(&histogram(&values), *calibrator);
        assert!(high - low < (max - min) * 0.75, "{calibrator:?}: {low}..{high} of {min}..{max}");
        assert!(low < -2.0 && high > 2.0, "{calibrator:?}: {low}..{high}");
    }
}

#[test]
fn mse_has_the_smallest_squared_error() {
    let mut random = Random(4);
    let normal = random.normals(100_000);
    let relu: Vec<f32> = normal.iter().map(|x| x.max(0.0)).collect();
    let laplace: Vec<f32> =
        normal.iter().map(|x| x.signum() * -(1.0 - f32::abs(random.uniform())).max(1e-6).ln()).collect();
    for values in [normal, relu, laplace, heavy_tail()] {
        let errors = ALL.map(|calibrator| error(&values, calibrator));
        let [min_max, percentile, mse, entropy] = errors;
        let others = min_max.min(percentile).min(entropy);
        // The histogram's bins and the steps of the search leave little.
        assert!(mse <= others * 1.02, "{errors:?}");
        assert!(mse <= min_max, "{errors:?}");
    }
}

#[test]
fn a_percentile_leaves_out_its_share() {
    let values: Vec<f32> = (0..100_001).map(|i| i as f32 / 1000.0 - 50.0).collect();
    let (min, max) = range(&histogram(&values), Calibrator::Percentile);
    let outside = values.iter().filter(|&&x| x < min || x > max).count();
    // 0.01 % of them, up to the width of a bin at either end.
    let bin = values.len() * 64 / 50 / 4096 + 1;
    assert!(
        (10usize.saturating_sub(bin)..=10 + 2 * bin).contains(&outside),
        "{outside} outside {min}..{max}"
    );
}

#[test]
fn few_values_are_all_kept_by_the_percentile() {
    let values = [1.0, 2.0, 3.0, -40.0];
    assert_eq!(range(&histogram(&values), Calibrator::Percentile), (-40.0, 3.0));
}

#[test]
fn entropy_keeps_the_shape_of_what_it_keeps() {
    // A narrow bulk and far outliers: TensorRT's case. The levels are spent on the bulk.
    let mut random = Random(6);
    let values: Vec<f32> =
        (0..200_000).map(|i| if i % 50_000 == 3 { 100.0 } else { random.normal().abs() }).collect();
    let (min, max) = range(&histogram(&values), Calibrator::Entropy);
    assert!(min == 0.0 && max > 3.0 && max < 15.0, "{min}..{max}");
}

#[test]
fn entropy_does_not_give_up_a_distribution_for_one_frequent_value() {
    // A channel without weights puts out its bias, whatever the operand.
    let mut random = Random(7);
    let values: Vec<f32> = (0..100_000)
        .map(|i| if i % 3 == 0 { 0.7731 } else { random.normal().abs() * random.normal().abs() * 3.0 })
        .collect();
    let (min, max) = range(&histogram(&values), Calibrator::Entropy);
    let clipped = values.iter().filter(|&&x| x > max).count();
    assert!(min == 0.0 && clipped <= values.len() / 1000, "{clipped} above {max}");
}

#[test]
fn zeros_do_not_hide_a_distribution() {
    // As behind ReLU. The zeros are exact in every range, so they must not decide it.
    let mut random = Random(8);
    let positive: Vec<f32> = (0..50_000).map(|_| random.uniform().abs() + 0.01).collect();
    let with_zeros: Vec<f32> = positive.iter().flat_map(|&x| [x, 0.0, 0.0]).collect();
    for calibrator in [Calibrator::Mse, Calibrator::Entropy] {
        assert_eq!(range(&histogram(&positive), calibrator), range(&histogram(&with_zeros), calibrator));
    }
}

#[test]
fn tensors_without_a_range_have_a_scale() {
    for calibrator in ALL {
        for values in [&[][..], &[0.0, -0.0], &[1e-45], &[-3.0]] {
            let quant = quant(range(&histogram(values), calibrator));
            assert!(quant.scale(0) > 0.0 && quant.scale(0).is_finite(), "{calibrator:?} {values:?}");
        }
        let (min, max) = range(&histogram(&[-3.0]), calibrator);
        assert!((min, max) == (-3.0, 0.0), "{calibrator:?}: {min}..{max}");
    }
}

#[test]
fn histograms_grow_without_losing_values() {
    let mut random = Random(2);
    let values: Vec<f32> = (0..5000).map(|i| random.normal() * 1.01f32.powi(i)).collect();
    let whole = histogram(&values);
    assert_eq!(whole.total(), 5000);
    assert_eq!(whole.occupied().iter().map(|(_, count)| count).sum::<u64>(), 5000);
    // In another order, and in two halves, the counts are the same.
    let backwards: Vec<f32> = values.iter().rev().copied().collect();
    assert_eq!(whole.occupied(), histogram(&backwards).occupied());
    let mut halves = histogram(&values[..2000]);
    halves.merge(&histogram(&values[2000..]));
    assert_eq!(whole.occupied(), halves.occupied());
    // Each value is in its bin.
    let exact = histogram(&[-8.0, -4.1, 0.25, 7.9]);
    for ((centre, count), value) in exact.occupied().into_iter().zip([-8.0f32, -4.1, 0.25, 7.9]) {
        assert!(count == 1 && (centre - value).abs() <= 16.0 / 8192.0, "{centre} for {value}");
    }
}
