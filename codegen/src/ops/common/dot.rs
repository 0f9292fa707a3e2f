//! Inner products in a fixed order.
//!
//! Written with indices and `while`: the macro runs in an unoptimised build of this crate, where iterator chains cost ten
//! times as much, and calibration spends its time here.

/// `Σ x * w`, in four interleaved partial sums: a fixed order, so that the result is the same on every machine.
pub fn f32(x: &[f32], w: &[f32]) -> f32 {
    let n = x.len().min(w.len());
    let (x, w) = (&x[..n], &w[..n]);
    let (mut a, mut b, mut c, mut d) = (0.0, 0.0, 0.0, 0.0);
    let mut i = 0;
    while i + 4 <= n {
        a += x[i] * w[i];
        b += x[i + 1] * w[i + 1];
        c += x[i + 2] * w[i + 2];
        d += x[i + 3] * w[i + 3];
        i += 4;
    }
    while i < n {
        a += x[i] * w[i];
        i += 1;
    }
    (a + b) + (c + d)
}

/// `Σ (x - zero_point) * w`, wrapping in 32 bits as the reference kernels' accumulators do.
pub fn i8(x: &[i8], w: &[i8], zero_point: i32) -> i32 {
    let n = x.len().min(w.len());
    let (x, w) = (&x[..n], &w[..n]);
    let mut sum = 0i32;
    let mut i = 0;
    while i < n {
        sum = sum.wrapping_add((x[i] as i32).wrapping_sub(zero_point).wrapping_mul(w[i] as i32));
        i += 1;
    }
    sum
}
