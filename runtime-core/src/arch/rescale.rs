//! Requantisation of the sums of some channels at some positions.

use crate::arena::{Dst, Src};
use crate::kernels::scaling::{Form, Params, Table};

/// What is constant in a layer.
pub(crate) trait Spec {
    /// The form of the requantisation.
    const FORM: Form;
    /// Sums of a channel, one for each of neighbouring positions.
    const POSITIONS: usize;
    /// Bytes from the result of a position to that of the next.
    const PITCH: usize;
}

/// Writes the results of channels `channels.0..channels.1` at the first `valid` positions: `output` is the place of channel 0 at the
/// first one, `sums` begins with the sums of the first channel.
///
/// # Safety
/// The layer has these channels, `sums` their sums, and `output` a place for each result.
#[inline(always)]
pub(crate) unsafe fn rescale<S: Spec>(
    params: &'static Params,
    sums: Src<i32>,
    output: Dst<i8>,
    channels: (usize, usize),
    valid: usize,
) {
    let (first, end) = channels;
    #[cfg(all(target_arch = "arm", tinyml_core = "armv6m"))]
    if valid == S::POSITIONS && const { armv6m::is_short(S::FORM) } {
        use crate::kernels::scaling::WORDS;
        let table = Src::from(params.channels);
        // SAFETY: the caller's.
        unsafe {
            armv6m::rescale::<S>(
                sums.as_ptr(),
                output.as_ptr().wrapping_add(first),
                table.as_ptr().wrapping_add(first * WORDS),
                &armv6m::Rest {
                    table_end: table.as_ptr().wrapping_add(end * WORDS),
                    min: params.clamp.min,
                    max: params.clamp.max,
                },
            );
        }
        return;
    }
    let table = Table::new(params, S::FORM);
    for index in first..end {
        // SAFETY: the caller's.
        unsafe {
            let channel = table.channel(index);
            for position in 0..valid {
                let sum = sums.get((index - first) * S::POSITIONS + position);
                output.set(position * S::PITCH + index, channel.apply(S::FORM, params, sum));
            }
        }
    }
}

#[cfg(all(target_arch = "arm", tinyml_core = "armv6m"))]
mod armv6m {
    //! 20 cycles for a result with a multiplier in two pieces, 21 for the constants of a channel. Four cycles more for three pieces
    //! and for the two roundings.

    use super::{Form, Spec};
    use crate::arch::product::Widths;
    use crate::kernels::scaling::Scaling;

    /// What the assembly takes from memory.
    #[repr(C)]
    pub(super) struct Rest {
        pub(super) table_end: *const i32,
        pub(super) min: i32,
        pub(super) max: i32,
    }

    /// Whether the assembly knows the form, with a multiplier in two or three pieces.
    pub(super) const fn is_short(form: Form) -> bool {
        !matches!(form.scaling, Scaling::Exact) && matches!(pieces(form.widths), 2 | 3)
    }

    const fn pieces(widths: Widths) -> u32 {
        match widths.pieces() {
            Some(pieces) => pieces,
            None => 0,
        }
    }

    /// Bits of a piece; 1 where there are none, so that the text assembles.
    const fn piece<S: Spec>() -> u32 {
        if is_short(S::FORM) { S::FORM.widths.piece() } else { 1 }
    }

    /// Bits that are gone before the last piece.
    const fn done<S: Spec>() -> u32 {
        if is_short(S::FORM) { (pieces(S::FORM.widths) - 1) * piece::<S>() } else { 2 }
    }

    /// # Safety
    /// As for [`super::rescale`], at all positions and with a form for which [`is_short`].
    #[unsafe(naked)]
    pub(super) unsafe extern "C" fn rescale<S: Spec>(
        sums: *const i32,
        output: *mut i8,
        table: *const i32,
        rest: &Rest,
    ) {
        core::arch::naked_asm!(
            "push {{r4-r7, lr}}",
            "mov r4, r8",
            "mov r5, r9",
            "mov r6, r10",
            "mov r7, r11",
            "push {{r4-r7}}",
            // r0: sums, r9: results, r10: from position to position, r11 and r12: the clamp, lr: the table, sp[0]: its end, sp[4]:
            // from the last position to the first one of the next channel.
            "mov r9, r1",
            "mov lr, r2",
            "ldm r3!, {{r5, r6, r7}}",
            "mov r11, r6",
            "mov r12, r7",
            "ldr r4, 7f",
            "mov r10, r4",
            "ldr r6, 8f",
            "push {{r5, r6}}",
            // A channel. r4 to r6: pieces of the multiplier, r7: shift, r8: offset.
            "2:",
            "mov r2, lr",
            "adds r2, #4",
            "ldm r2!, {{r4, r7}}",
            "mov lr, r2",
            "asrs r1, r7, #5",
            "mov r8, r1",
            "lsls r7, r7, #27",
            "lsrs r7, r7, #27",
            ".if {pieces} == 3",
            "lsrs r6, r4, #2 * {piece}",
            "lsls r5, r4, #32 - 2 * {piece}",
            "lsrs r5, r5, #32 - {piece}",
            ".else",
            "lsrs r5, r4, #{piece}",
            ".endif",
            "lsls r4, r4, #32 - {piece}",
            "lsrs r4, r4, #32 - {piece}",
            // A position. r1: the sum.
            ".rept {positions}",
            "ldm r0!, {{r1}}",
            "mov r2, r1",
            "muls r2, r4, r2",
            "asrs r2, r2, #{piece}",
            ".if {pieces} == 3",
            "mov r3, r1",
            "muls r3, r5, r3",
            "adds r2, r2, r3",
            "asrs r2, r2, #{piece}",
            "muls r1, r6, r1",
            ".else",
            "muls r1, r5, r1",
            ".endif",
            "adds r1, r1, r2",
            ".if {double}",
            "asrs r2, r1, #31",
            "asrs r1, r1, #30 - {done}",
            "adds r1, #1",
            "asrs r1, r1, #1",
            "adds r1, r1, r2",
            ".else",
            "asrs r1, r1, #32 - {done}",
            ".endif",
            "add r1, r8",
            "asrs r1, r1, r7",
            "cmp r1, r11",
            "bge 3f",
            "mov r1, r11",
            "3:",
            "cmp r1, r12",
            "ble 4f",
            "mov r1, r12",
            "4:",
            "mov r3, r9",
            "strb r1, [r3]",
            "add r9, r10",
            ".endr",
            "ldr r3, [sp, #4]",
            "add r9, r3",
            "ldr r3, [sp]",
            "cmp lr, r3",
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
            ".p2align 2",
            "7: .4byte {pitch}",
            "8: .4byte {back}",
            pieces = const pieces(S::FORM.widths),
            piece = const piece::<S>(),
            done = const done::<S>(),
            double = const matches!(S::FORM.scaling, Scaling::Double) as u32,
            positions = const S::POSITIONS,
            pitch = const S::PITCH,
            back = const 1 - (S::POSITIONS * S::PITCH) as isize,
        )
    }
}
