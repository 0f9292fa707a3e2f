//! Columns: activations widened to halfwords, in the order in which the packed weights have their taps.
//!
//! A column is a word for each step of `tinyml_arith::matrix::Taps`. Two columns are interleaved word by word, so that one
//! pointer walks both; `STRIDE` is the number of columns.

use crate::arch::dsp::{sxtb16, sxtb16_ror8};
use crate::arch::{opaque, rolled};
use crate::arena::{Dst, Src};

/// Widens `length` contiguous activations: a run.
///
/// # Safety
/// There are `length` activations, and room for the run's steps, each `STRIDE` words on.
#[inline(always)]
pub(crate) unsafe fn widen<const STRIDE: usize>(source: Src<i8>, column: Dst<u32>, length: usize) {
    // SAFETY: four activations make two steps; the caller's for the rest.
    unsafe {
        let mut at = 0;
        // Loads in a row cost half on these cores.
        while at + 16 <= length {
            let words = [0, 4, 8, 12].map(|i| source.word(at + i));
            for (i, word) in words.into_iter().enumerate() {
                column.set((at / 2 + 2 * i) * STRIDE, sxtb16(word));
                column.set((at / 2 + 2 * i + 1) * STRIDE, sxtb16_ror8(word));
            }
            at += 16;
        }
        while at + 4 <= length {
            let word = source.word(at);
            column.set(at / 2 * STRIDE, sxtb16(word));
            column.set((at / 2 + 1) * STRIDE, sxtb16_ror8(word));
            at += 4;
        }
        let byte = |i: usize| i32::from(source.get(at + i)) as u32;
        match length - at {
            1 => column.set(at / 2 * STRIDE, byte(0) & 0xffff),
            2 => column.set(at / 2 * STRIDE, byte(0) & 0xffff | byte(1) << 16),
            3 => {
                column.set(at / 2 * STRIDE, byte(0) & 0xffff | byte(2) << 16);
                column.set((at / 2 + 1) * STRIDE, byte(1) & 0xffff);
            }
            _ => {}
        }
    }
}

/// [`widen`] into every other word, once for all lengths.
///
/// # Safety
/// As for [`widen`].
#[inline(always)]
pub(crate) unsafe fn widen_any_length(source: Src<i8>, column: Dst<u32>, length: usize) {
    #[cfg(all(
        target_arch = "arm",
        any(tinyml_core = "armv7em", tinyml_core = "armv8m", tinyml_core = "armv81m")
    ))]
    // SAFETY: the caller's; the function keeps what AAPCS says and reads and writes no more than the other one.
    unsafe {
        unsafe extern "C" {
            // In matrix.s.
            fn __tinyml_widen_2(source: *const i8, column: *mut u32, length: usize);
        }
        __tinyml_widen_2(source.as_ptr(), column.as_ptr(), length);
    }
    #[cfg(not(all(
        target_arch = "arm",
        any(tinyml_core = "armv7em", tinyml_core = "armv8m", tinyml_core = "armv81m")
    )))]
    // SAFETY: the caller's.
    unsafe {
        widen::<2>(source, column, length);
    }
}

/// Fills `steps` steps with one activation.
///
/// # Safety
/// There is room for the steps, each `STRIDE` words on.
#[inline(always)]
pub(crate) unsafe fn fill<const STRIDE: usize>(column: Dst<u32>, steps: usize, activation: i32) {
    let word = (activation as u32 & 0xffff) | (activation as u32) << 16;
    for step in 0..opaque(steps) {
        rolled();
        // SAFETY: the caller's.
        unsafe { column.set(step * STRIDE, word) }
    }
}
