//! AVERAGE_POOL_2D over int8, as TFLM computes it: a mean of raw values, since input and output share their quantisation.

use crate::clamp::Clamp;

/// Whether sums of this many bytes are exact in 32 bits.
#[must_use]
pub const fn sums_fit(count: usize) -> bool {
    count > 0 && count < 1 << 24
}

/// The mean of `count` raw values (padding does not count), half away from zero, then clamped.
///
/// Zero for an empty window, which TFLM refuses.
#[inline]
#[must_use]
pub const fn average(sum: i32, count: i32, clamp: Clamp) -> i32 {
    let half = count / 2;
    let nudged = if sum > 0 { sum.wrapping_add(half) } else { sum.wrapping_sub(half) };
    let mean = match nudged.checked_div(count) {
        Some(mean) => mean,
        None => 0,
    };
    clamp.apply(mean)
}
