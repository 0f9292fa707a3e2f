//! Comparing outputs with goldens.

use tinyml_codegen::ir::{Data, Value};

use crate::case::Compare;

/// A fault unless `found` is `expected`, or as near to it as `compare` allows.
pub fn compare(found: &Value, expected: &Value, compare: &Compare) -> Result<(), String> {
    let (found_numbers, expected_numbers) = (numbers(found), numbers(expected));
    if found_numbers.len() != expected_numbers.len() || found.dtype() != expected.dtype() {
        let types = |value: &Value| format!("{}{}", value.dtype(), value.shape());
        return Err(format!("got {}, expected {}", types(found), types(expected)));
    }
    if compare.max_abs == 0.0 && found.data() == expected.data() {
        return Ok(());
    }
    let differences: Vec<f64> = found_numbers
        .iter()
        .zip(&expected_numbers)
        .map(|(a, b)| if a == b { 0.0 } else { (a - b).abs() })
        .collect();
    let different = differences.iter().filter(|&&d| d != 0.0).count();
    // NaN counts as the largest difference.
    let largest =
        differences.iter().fold(0.0f64, |max, &d| if d.is_nan() { f64::INFINITY } else { max.max(d) });
    let equal = 1.0 - different as f64 / differences.len().max(1) as f64;
    if compare.max_abs > 0.0 && largest <= compare.max_abs && equal >= compare.equal {
        return Ok(());
    }
    let first = differences.iter().position(|&d| d != 0.0).unwrap_or(0);
    Err(format!(
        "{different} of {} elements differ, by at most {largest}; element {first} is {}, expected {}",
        differences.len(),
        found_numbers[first],
        expected_numbers[first]
    ))
}

fn numbers(value: &Value) -> Vec<f64> {
    match value.data() {
        Data::F32(data) => data.iter().map(|&v| v.into()).collect(),
        _ => value.integers().unwrap_or_default().into_iter().map(|v| v as f64).collect(),
    }
}
