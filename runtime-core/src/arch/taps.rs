//! Sums of a window's taps, channel by channel: what a depthwise convolution does at some neighbouring positions.

#[cfg(not(all(target_arch = "arm", tinyml_core = "armv6m")))]
use tinyml_arith::size::product;

#[cfg(not(all(target_arch = "arm", tinyml_core = "armv6m")))]
use crate::arch::opaque;
use crate::arena::{Dst, Src};

/// Words from one bias to the next.
pub(crate) const BIAS_STRIDE: usize = 3;

/// Most output positions that are computed together.
pub(crate) const MAX_POSITIONS: usize = 5;

/// Taps of a window up to which the compiler may write them out one by one.
#[cfg(not(all(target_arch = "arm", tinyml_core = "armv6m")))]
const MOST_WRITTEN_OUT: usize = 16;

/// What is constant in a layer.
pub(crate) trait Spec {
    /// Output positions that are computed together, `1..=MAX_POSITIONS`.
    const POSITIONS: usize;
    /// Taps in rows and columns.
    const KERNEL: [usize; 2];
    /// Bytes from one output position's operands to the next one's.
    const POSITION: usize;
    /// Bytes from one tap in a row to the next.
    const TAP: usize;
    /// Bytes from one tap's weights to the next one's.
    const WEIGHT: usize;
}

/// Some channels at some positions.
pub(crate) struct Window<'a> {
    /// For each row of taps, the operands of the first channel.
    pub(crate) rows: &'a [Src<i8>],
    /// For each tap, the weights of all channels.
    pub(crate) weights: Src<i8>,
    /// For each channel, [`BIAS_STRIDE`] words that begin with the bias.
    pub(crate) biases: Src<i32>,
    /// Gets the sums: `POSITIONS` for each channel from the first on.
    pub(crate) sums: Dst<i32>,
    /// First channel and the one behind the last.
    pub(crate) channels: (usize, usize),
}

/// `sums[channel][position] = bias[channel] + Σ weight[tap][channel] * operand[tap][position][channel]`, wrapping.
///
/// # Safety
/// Rows, weights, biases and sums are as [`Window`] says, with at least one channel.
#[inline(always)]
pub(crate) unsafe fn accumulate<S: Spec>(window: &Window<'_>) {
    const { assert!(S::POSITIONS >= 1 && S::POSITIONS <= MAX_POSITIONS, "a block has one to five positions") };
    #[cfg(all(target_arch = "arm", tinyml_core = "armv6m"))]
    // SAFETY: the caller's.
    unsafe {
        armv6m::accumulate::<S>(&mut armv6m::Job::new::<S>(window));
    }
    #[cfg(not(all(target_arch = "arm", tinyml_core = "armv6m")))]
    // SAFETY: the caller's.
    unsafe {
        match S::POSITIONS {
            1 => in_rust::<S, 1>(window),
            2 => in_rust::<S, 2>(window),
            3 => in_rust::<S, 3>(window),
            4 => in_rust::<S, 4>(window),
            _ => in_rust::<S, 5>(window),
        }
    }
}

/// # Safety
/// As for [`accumulate`], with `N` positions.
#[cfg(not(all(target_arch = "arm", tinyml_core = "armv6m")))]
#[inline(always)]
unsafe fn in_rust<S: Spec, const N: usize>(window: &Window<'_>) {
    let (first, end) = window.channels;
    let mut sums = window.sums;
    for channel in first..end {
        // SAFETY: the caller's.
        unsafe {
            let mut sum = [window.biases.get(channel * BIAS_STRIDE); N];
            let weights = window.weights.skip(channel);
            // Many taps that are written out one by one keep hundreds of bytes on the stack.
            let few = const { product([S::KERNEL[0], S::KERNEL[1]]) <= MOST_WRITTEN_OUT };
            for ky in 0..if few { S::KERNEL[0] } else { opaque(S::KERNEL[0]) } {
                // The table has a row for each row of taps.
                let Some(row) = window.rows.get(ky) else { break };
                let row = row.skip(channel);
                for kx in 0..S::KERNEL[1] {
                    let w = i32::from(weights.get((ky * S::KERNEL[1] + kx) * S::WEIGHT));
                    for (position, sum) in sum.iter_mut().enumerate() {
                        let x = i32::from(row.get(kx * S::TAP + position * S::POSITION));
                        *sum = sum.wrapping_add(w.wrapping_mul(x));
                    }
                }
            }
            for (position, sum) in sum.into_iter().enumerate() {
                sums.set(position, sum);
            }
            sums = sums.skip(N);
        }
    }
}

#[cfg(all(target_arch = "arm", tinyml_core = "armv6m"))]
mod armv6m {
    //! Five cycles for a product, four more for the weight.

    use super::{BIAS_STRIDE, Spec, Window};
    use crate::arena::Src;

    /// [`Window`] as the assembly reads (and advances) it.
    #[repr(C)]
    pub(super) struct Job {
        rows: *const Src<i8>,
        rows_end: *const Src<i8>,
        weights: *const i8,
        weight: usize,
        position: usize,
        /// From the last position of a tap to the first one of the next.
        back: isize,
        biases: *const i32,
        sums: *mut i32,
        channel: usize,
        channels_end: usize,
    }

    impl Job {
        #[inline(always)]
        pub(super) fn new<S: Spec>(window: &Window<'_>) -> Self {
            const { assert!(size_of::<Src<i8>>() == 4, "the assembly reads a table of addresses") };
            let range = window.rows.as_ptr_range();
            let (first, end) = window.channels;
            Job {
                rows: range.start,
                rows_end: range.end,
                weights: window.weights.as_ptr(),
                weight: S::WEIGHT,
                position: S::POSITION,
                back: const { S::TAP as isize - ((S::POSITIONS - 1) * S::POSITION) as isize },
                biases: window.biases.as_ptr().wrapping_add(first * BIAS_STRIDE),
                sums: window.sums.as_ptr(),
                channel: first,
                channels_end: end,
            }
        }
    }

    /// # Safety
    /// As for [`super::accumulate`].
    #[unsafe(naked)]
    pub(super) unsafe extern "C" fn accumulate<S: Spec>(job: &mut Job) {
        core::arch::naked_asm!(
            "push {{r4-r7, lr}}",
            "mov r4, r8",
            "mov r5, r9",
            "mov r6, r10",
            "mov r7, r11",
            "push {{r4-r7}}",
            // sp[0]: the job, sp[4]: end of the rows. lr: from the last position back. r4: from position to position. r6: from
            // weight to weight.
            "ldr r1, [r0, #4]",
            "push {{r0, r1}}",
            "ldr r6, [r0, #12]",
            "ldr r4, [r0, #16]",
            "ldr r1, [r0, #20]",
            "mov lr, r1",
            // A channel. r1: its number; r8 to r12: sums; r5: weights; r7: rows.
            "2:",
            "ldr r0, [sp]",
            "ldr r2, [r0, #24]",
            "ldr r3, [r2]",
            "adds r2, #{bias_step}",
            "str r2, [r0, #24]",
            "mov r8, r3",
            "mov r9, r3",
            "mov r10, r3",
            "mov r11, r3",
            "mov r12, r3",
            "ldr r1, [r0, #32]",
            "ldr r5, [r0, #8]",
            "ldr r7, [r0, #0]",
            // A row. r0: the operands.
            "3:",
            "ldm r7!, {{r0}}",
            ".rept {taps}",
            "ldrsb r2, [r5, r1]",
            "add r5, r6",
            "ldrsb r3, [r0, r1]",
            "muls r3, r2, r3",
            "add r8, r3",
            ".if {positions} > 1",
            "add r0, r4",
            "ldrsb r3, [r0, r1]",
            "muls r3, r2, r3",
            "add r9, r3",
            ".endif",
            ".if {positions} > 2",
            "add r0, r4",
            "ldrsb r3, [r0, r1]",
            "muls r3, r2, r3",
            "add r10, r3",
            ".endif",
            ".if {positions} > 3",
            "add r0, r4",
            "ldrsb r3, [r0, r1]",
            "muls r3, r2, r3",
            "add r11, r3",
            ".endif",
            ".if {positions} > 4",
            "add r0, r4",
            "ldrsb r3, [r0, r1]",
            "muls r3, r2, r3",
            "add r12, r3",
            ".endif",
            "add r0, lr",
            ".endr",
            "ldr r3, [sp, #4]",
            "cmp r7, r3",
            "beq 4f",
            "b 3b",
            "4:",
            "ldr r0, [sp]",
            "ldr r2, [r0, #28]",
            "mov r3, r8",
            "stm r2!, {{r3}}",
            ".if {positions} > 1",
            "mov r3, r9",
            "stm r2!, {{r3}}",
            ".endif",
            ".if {positions} > 2",
            "mov r3, r10",
            "stm r2!, {{r3}}",
            ".endif",
            ".if {positions} > 3",
            "mov r3, r11",
            "stm r2!, {{r3}}",
            ".endif",
            ".if {positions} > 4",
            "mov r3, r12",
            "stm r2!, {{r3}}",
            ".endif",
            "str r2, [r0, #28]",
            "adds r1, #1",
            "str r1, [r0, #32]",
            "ldr r3, [r0, #36]",
            "cmp r1, r3",
            "beq 5f",
            "b 2b",
            "5:",
            "add sp, #8",
            "pop {{r4-r7}}",
            "mov r8, r4",
            "mov r9, r5",
            "mov r10, r6",
            "mov r11, r7",
            "pop {{r4-r7, pc}}",
            bias_step = const BIAS_STRIDE * 4,
            taps = const S::KERNEL[1],
            positions = const S::POSITIONS,
        )
    }
}
