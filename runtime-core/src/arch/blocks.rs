//! Dot products of int8 weights with some rows of int8 operands, four channels at a time: each operand that is loaded is multiplied
//! with four weights, and each weight with the operands of all rows.

use crate::arena::Src;

/// Channels that are multiplied at a time.
pub(crate) const CHANNELS: usize = 4;

/// `sums[row][channel] += Σ weights[tap][channel] * rows[row * pitch + tap]`, wrapping.
///
/// # Safety
/// There are `ROWS` rows of `taps` operands, `pitch` apart, and four weights for each tap, which begin at a multiple of four bytes.
#[inline(always)]
pub(crate) unsafe fn dot<const ROWS: usize>(
    rows: Src<i8>,
    pitch: usize,
    weights: Src<i8>,
    taps: usize,
    sums: &mut [[i32; CHANNELS]; ROWS],
) {
    let (mut rows, mut weights) = (rows, weights);
    let mut left = taps;
    while left >= UNROLL {
        for tap in 0..UNROLL {
            // SAFETY: the caller's: at least `UNROLL` taps are left.
            unsafe { multiply(rows, pitch, weights, tap, sums) };
        }
        left -= UNROLL;
        // SAFETY: as above.
        unsafe { (rows, weights) = (rows.skip(UNROLL), weights.skip(UNROLL * CHANNELS)) };
    }
    for tap in 0..left {
        // SAFETY: the caller's: so many taps are left.
        unsafe { multiply(rows, pitch, weights, tap, sums) };
    }
}

/// Taps in a turn of the loop.
const UNROLL: usize = 4;

/// # Safety
/// As for [`dot`]; `tap` is one of the taps.
#[inline(always)]
unsafe fn multiply<const ROWS: usize>(
    rows: Src<i8>,
    pitch: usize,
    weights: Src<i8>,
    tap: usize,
    sums: &mut [[i32; CHANNELS]; ROWS],
) {
    // SAFETY: the caller's.
    unsafe {
        let mut x = [0; ROWS];
        for (row, x) in x.iter_mut().enumerate() {
            *x = i32::from(rows.get(row * pitch + tap));
        }
        for channel in 0..CHANNELS {
            let w = i32::from(weights.get(tap * CHANNELS + channel));
            for (sums, &x) in sums.iter_mut().zip(&x) {
                sums[channel] = sums[channel].wrapping_add(w.wrapping_mul(x));
            }
        }
    }
}

/// [`dot`] of one row. `aligned`: its operands begin and end at multiples of four bytes.
///
/// # Safety
/// As for [`dot`], with at least one tap.
#[inline(always)]
pub(crate) unsafe fn dot_row(
    row: Src<i8>,
    weights: Src<i8>,
    taps: usize,
    aligned: bool,
    sums: &mut [i32; CHANNELS],
) {
    #[cfg(all(target_arch = "arm", tinyml_core = "armv6m"))]
    if aligned {
        // SAFETY: the caller's.
        unsafe { armv6m::dot_row(row.as_ptr(), row.as_ptr().wrapping_add(taps), weights.as_ptr(), sums) };
        return;
    }
    let _ = aligned;
    let mut rows = [*sums];
    // SAFETY: the caller's.
    unsafe { dot::<1>(row, 0, weights, taps, &mut rows) };
    [*sums] = rows;
}

#[cfg(all(target_arch = "arm", tinyml_core = "armv6m"))]
mod armv6m {
    //! 73 cycles for 16 products.

    use super::CHANNELS;

    /// # Safety
    /// The row and the weights begin at multiples of four bytes; the row ends at one, behind its beginning.
    #[unsafe(naked)]
    pub(super) unsafe extern "C" fn dot_row(
        row: *const i8,
        row_end: *const i8,
        weights: *const i8,
        sums: &mut [i32; CHANNELS],
    ) {
        core::arch::naked_asm!(
            "push {{r3-r7, lr}}",
            "mov r4, r8",
            "mov r5, r9",
            "mov r6, r10",
            "mov r7, r11",
            "push {{r4-r7}}",
            // r8 to r11: sums, r12: end of the row, r0: the row, r1: weights.
            "ldm r3!, {{r4-r7}}",
            "mov r8, r4",
            "mov r9, r5",
            "mov r10, r6",
            "mov r11, r7",
            "mov r12, r1",
            "mov r1, r2",
            "2:",
            "ldm r0!, {{r2}}",
            "ldm r1!, {{r4, r5}}",
            "sxtb r3, r2",
            ".macro tinyml_four_channels w",
            "sxtb r6, \\w",
            "muls r6, r3, r6",
            "add r8, r6",
            "lsls r6, \\w, #16",
            "asrs r6, r6, #24",
            "muls r6, r3, r6",
            "add r9, r6",
            "lsls r6, \\w, #8",
            "asrs r6, r6, #24",
            "muls r6, r3, r6",
            "add r10, r6",
            "asrs \\w, \\w, #24",
            "muls \\w, r3, \\w",
            "add r11, \\w",
            ".endm",
            "tinyml_four_channels r4",
            "lsls r3, r2, #16",
            "asrs r3, r3, #24",
            "tinyml_four_channels r5",
            "ldm r1!, {{r4, r5}}",
            "lsls r3, r2, #8",
            "asrs r3, r3, #24",
            "tinyml_four_channels r4",
            "asrs r3, r2, #24",
            "tinyml_four_channels r5",
            ".purgem tinyml_four_channels",
            "cmp r0, r12",
            "bne 2b",
            "pop {{r4-r7}}",
            "ldr r3, [sp]",
            "mov r0, r8",
            "mov r1, r9",
            "mov r2, r10",
            "stm r3!, {{r0-r2}}",
            "mov r0, r11",
            "stm r3!, {{r0}}",
            "mov r8, r4",
            "mov r9, r5",
            "mov r10, r6",
            "mov r11, r7",
            "pop {{r3-r7, pc}}",
        )
    }
}

#[cfg(test)]
mod test;
