//! The small bias with which a sum of multiples falls into a given interval.

const WORD: i128 = 1 << 32;

/// A bias of least magnitude, at most `limit`, and a number of whole words with
/// `low <= bias * multiplier + words * 2^32 <= high`.
pub(super) fn offsets(multiplier: u32, low: i128, high: i128, limit: u64) -> Option<(i32, i128)> {
    let words = |bias: i128| (low - bias * i128::from(multiplier)).div_euclid(WORD) + 1;
    let exact = |bias: i128| (low - bias * i128::from(multiplier)).rem_euclid(WORD) == 0;
    let solution = |bias: i128| {
        let words = if exact(bias) { words(bias) - 1 } else { words(bias) };
        (bias as i32, words)
    };
    if high - low >= WORD - 1 {
        return Some(solution(0));
    }
    let (from, to) = (low.rem_euclid(WORD) as u64, high.rem_euclid(WORD) as u64);
    if from > to {
        // The interval holds a multiple of a word.
        return Some(solution(0));
    }
    let up = first_multiple(multiplier.into(), WORD as u64, from, to);
    let negated = (WORD as u64 - u64::from(multiplier)) % WORD as u64;
    let down = first_multiple(negated, WORD as u64, from, to);
    let bias = match (up, down) {
        (Some(up), Some(down)) if down < up => -i128::from(down),
        (Some(up), _) => i128::from(up),
        (None, Some(down)) => -i128::from(down),
        (None, None) => return None,
    };
    (bias.unsigned_abs() <= u128::from(limit)).then(|| solution(bias))
}

/// The least `x >= 0` with `low <= (a * x) mod modulus <= high`, for `low <= high < modulus`: a Euclidean algorithm.
fn first_multiple(a: u64, modulus: u64, low: u64, high: u64) -> Option<u64> {
    if low == 0 {
        return Some(0);
    }
    let a = a % modulus;
    if a == 0 {
        return None;
    }
    let first = low.div_ceil(a);
    if u128::from(first) * u128::from(a) <= u128::from(high) {
        return Some(first);
    }
    // No multiple of `a` lies in the interval: `a * x - modulus * y` does so for the least `y` that the remainders modulo
    // `a` allow.
    let (from, to) = ((a - high % a) % a, (a - low % a) % a);
    let wraps = first_multiple(modulus % a, a, from, to)?;
    let reached = u128::from(low) + u128::from(modulus) * u128::from(wraps);
    u64::try_from(reached.div_ceil(u128::from(a))).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn least_multiple_in_an_interval(modulus in 2u64..200, a in 0u64..200, low in 0u64..200, length in 0u64..20) {
            let low = low % modulus;
            let high = (low + length).min(modulus - 1);
            let found = (0..modulus).find(|x| (low..=high).contains(&(a * x % modulus)));
            prop_assert_eq!(first_multiple(a, modulus, low, high), found);
        }

        #[test]
        fn the_sum_lies_in_the_interval(multiplier in 1u32..1 << 31, low in -(1i64 << 45)..1 << 45, length in 0i64..1 << 33) {
            let (low, high) = (i128::from(low), i128::from(low) + i128::from(length));
            if let Some((bias, words)) = offsets(multiplier, low, high, 1 << 20) {
                let sum = i128::from(bias) * i128::from(multiplier) + words * WORD;
                prop_assert!(low <= sum && sum <= high);
            } else {
                prop_assert!(length < 1 << 20, "an interval of {length} is hit within some 4096 steps");
            }
        }
    }
}
