//! Dot products of int8 weights with four columns of int8 operands, for cores whose widest product is a 32-bit one.
//!
//! One multiplication makes two products: a word holds the same operand of two columns, `a + 2^16 * b`, and a weight times it
//! is the word `T = w * a + 2^16 * w * b`. Two such words can be added before either product leaves its 16 bits, unless both
//! weights are -128 (the compiler refuses those). Then the upper product is the upper half of `T`, plus one if the
//! lower is negative: on Arm, the bit that `ASRS #16` leaves in the carry. The lower one needs no work: the sum of all `T` is
//! kept modulo 2^32, and at the end `Σ w * a = Σ T - 2^16 * Σ w * b`.

use tinyml_arith::size::{product, round_up};

use crate::arena::{Dst, Src};

/// Columns that are multiplied at a time.
pub(crate) const COLUMNS: usize = 4;
/// The number of operands in a column is a multiple of this.
pub(crate) const STEP: usize = 4;

/// The words of the columns with `taps` operands.
pub(crate) const fn words(taps: usize) -> usize {
    product([round_up(taps, STEP), COLUMNS]) / 2
}

/// Where the word of a tap and a pair of columns lies.
#[inline(always)]
pub(crate) const fn place(tap: usize, pair: usize) -> usize {
    (tap >> 1) * 4 + pair * 2 + (tap & 1)
}

/// The word for an operand of two columns.
#[inline(always)]
pub(crate) fn word(a: i8, b: i8) -> u32 {
    (i32::from(b) << 16).wrapping_add(i32::from(a)) as u32
}

/// What is multiplied with what.
#[derive(Clone, Copy)]
pub(crate) struct Dots {
    /// [`words`] words, two taps of the first pair of columns, the same of the second, and so on.
    pub(crate) columns: Src<u32>,
    /// Their number.
    pub(crate) words: usize,
    /// For each channel, the weights of all taps, zero for those that fill up the last step.
    pub(crate) weights: Src<i8>,
    /// For each channel, `STRIDE` words that begin with the bias.
    pub(crate) biases: Src<i32>,
    /// Gets four sums for each channel.
    pub(crate) sums: Dst<i32>,
    /// The number of channels.
    pub(crate) channels: usize,
}

/// Words from one bias to the next.
pub(crate) const BIAS_STRIDE: usize = 3;

/// `sums[channel][column] = bias[channel] + Σ weights[channel][tap] * columns[tap][column]`, wrapping.
///
/// # Safety
/// All lengths are as [`Dots`] says; there is at least one channel and one step; no two weights of taps `2 n` and `2 n + 1` are
/// both -128.
#[inline(always)]
pub(crate) unsafe fn dot(dots: &Dots) {
    #[cfg(all(target_arch = "arm", any(tinyml_core = "armv6m", tinyml_core = "armv7m")))]
    // SAFETY: the caller's.
    unsafe {
        thumb::dot(&thumb::Job::new(dots));
    }
    #[cfg(not(all(target_arch = "arm", any(tinyml_core = "armv6m", tinyml_core = "armv7m"))))]
    // SAFETY: the caller's.
    unsafe {
        dot_in_rust(dots);
    }
}

/// # Safety
/// As for [`dot`].
#[cfg(not(all(target_arch = "arm", any(tinyml_core = "armv6m", tinyml_core = "armv7m"))))]
#[inline(always)]
unsafe fn dot_in_rust(dots: &Dots) {
    let mut weights = dots.weights;
    for channel in 0..dots.channels {
        // SAFETY: the caller's: words, weights and sums have these lengths.
        unsafe {
            let bias = dots.biases.get(channel * BIAS_STRIDE);
            let (mut first, mut second) = (Pair::new(bias), Pair::new(bias));
            let mut columns = dots.columns;
            for _ in 0..dots.words / (2 * COLUMNS) {
                let w = weights;
                first.add(columns, w.get(0), w.get(1));
                second.add(columns.skip(2), w.get(0), w.get(1));
                first.add(columns.skip(4), w.get(2), w.get(3));
                second.add(columns.skip(6), w.get(2), w.get(3));
                weights = weights.skip(STEP);
                columns = columns.skip(2 * COLUMNS);
            }
            let sums = dots.sums.skip(channel * COLUMNS);
            let ((a, b), (c, d)) = (first.sums(), second.sums());
            sums.set(0, a);
            sums.set(1, b);
            sums.set(2, c);
            sums.set(3, d);
        }
    }
}

/// The sums of a pair of columns: of the whole words, and of the upper products.
struct Pair {
    total: i32,
    upper: i32,
}

impl Pair {
    #[inline(always)]
    fn new(bias: i32) -> Self {
        Pair { total: bias.wrapping_add(bias << 16), upper: bias }
    }

    /// Adds the products of two taps.
    ///
    /// # Safety
    /// Two words follow.
    #[inline(always)]
    unsafe fn add(&mut self, columns: Src<u32>, v: i8, w: i8) {
        // SAFETY: the caller's.
        let (a, b) = unsafe { (columns.get(0) as i32, columns.get(1) as i32) };
        let sum = a.wrapping_mul(v.into()).wrapping_add(b.wrapping_mul(w.into()));
        self.total = self.total.wrapping_add(sum);
        self.upper = self.upper.wrapping_add(sum.wrapping_add(0x8000) >> 16);
    }

    /// The sums of the two columns.
    #[inline(always)]
    fn sums(&self) -> (i32, i32) {
        (self.total.wrapping_sub(self.upper << 16), self.upper)
    }
}

#[cfg(all(target_arch = "arm", any(tinyml_core = "armv6m", tinyml_core = "armv7m")))]
mod thumb {
    //! 49 cycles for 16 products.

    use super::{BIAS_STRIDE, COLUMNS, Dots};

    /// [`Dots`] as the assembly reads (and advances) it.
    #[repr(C)]
    pub(super) struct Job {
        columns: *const u32,
        columns_end: *const u32,
        weights: *const i8,
        biases: *const i32,
        sums: *mut i32,
        sums_end: *mut i32,
    }

    impl Job {
        #[inline(always)]
        pub(super) fn new(dots: &Dots) -> Self {
            let columns = dots.columns.as_ptr();
            let sums = dots.sums.as_ptr();
            Job {
                columns,
                columns_end: columns.wrapping_add(dots.words),
                weights: dots.weights.as_ptr(),
                biases: dots.biases.as_ptr(),
                sums,
                sums_end: sums.wrapping_add(dots.channels * COLUMNS),
            }
        }
    }

    /// # Safety
    /// As for [`super::dot`].
    #[unsafe(naked)]
    pub(super) unsafe extern "C" fn dot(job: &Job) {
        core::arch::naked_asm!(
            "push {{r4-r7, lr}}",
            "mov r4, r8",
            "mov r5, r9",
            "mov r6, r10",
            "mov r7, r11",
            "push {{r4-r7}}",
            // r12: the job, r11: end of the columns, r10: weights, lr: biases.
            "mov r12, r0",
            "ldr r1, [r0, #4]",
            "mov r11, r1",
            "ldr r1, [r0, #8]",
            "mov r10, r1",
            "ldr r1, [r0, #12]",
            "mov lr, r1",
            // The end and the place of the sums stay on the stack: sp[0] the place, sp[4] the end.
            "ldr r1, [r0, #16]",
            "ldr r2, [r0, #20]",
            "push {{r1, r2}}",
            // A channel. r6 and r7: upper sums of the two pairs, r8 and r9: sums of the words.
            "2:",
            "mov r1, lr",
            "ldr r6, [r1]",
            "adds r1, #{bias_step}",
            "mov lr, r1",
            "lsls r3, r6, #16",
            "adds r3, r3, r6",
            "mov r8, r3",
            "mov r9, r3",
            "mov r7, r6",
            "mov r1, r12",
            "ldr r0, [r1]",
            // Four taps. r1: their weights.
            "3:",
            "mov r4, r10",
            "ldm r4!, {{r1}}",
            "mov r10, r4",
            "sxtb r2, r1",
            "lsls r3, r1, #16",
            "asrs r3, r3, #24",
            "ldm r0!, {{r4, r5}}",
            "muls r4, r2, r4",
            "muls r5, r3, r5",
            "adds r4, r4, r5",
            "add r8, r4",
            "asrs r4, r4, #16",
            "adcs r6, r4",
            "ldm r0!, {{r4, r5}}",
            "muls r4, r2, r4",
            "muls r5, r3, r5",
            "adds r4, r4, r5",
            "add r9, r4",
            "asrs r4, r4, #16",
            "adcs r7, r4",
            "lsls r2, r1, #8",
            "asrs r2, r2, #24",
            "asrs r3, r1, #24",
            "ldm r0!, {{r4, r5}}",
            "muls r4, r2, r4",
            "muls r5, r3, r5",
            "adds r4, r4, r5",
            "add r8, r4",
            "asrs r4, r4, #16",
            "adcs r6, r4",
            "ldm r0!, {{r4, r5}}",
            "muls r4, r2, r4",
            "muls r5, r3, r5",
            "adds r4, r4, r5",
            "add r9, r4",
            "asrs r4, r4, #16",
            "adcs r7, r4",
            "cmp r0, r11",
            "bne 3b",
            // The four sums.
            "ldr r0, [sp]",
            "lsls r1, r6, #16",
            "mov r4, r8",
            "subs r4, r4, r1",
            "mov r5, r6",
            "lsls r1, r7, #16",
            "mov r6, r9",
            "subs r6, r6, r1",
            "stm r0!, {{r4-r7}}",
            "str r0, [sp]",
            "ldr r1, [sp, #4]",
            "cmp r0, r1",
            "bne 2b",
            "add sp, #8",
            "pop {{r4-r7}}",
            "mov r8, r4",
            "mov r9, r5",
            "mov r10, r6",
            "mov r11, r7",
            "pop {{r4-r7, pc}}",
            bias_step = const BIAS_STRIDE * 4,
        )
    }
}

#[cfg(test)]
mod test;
