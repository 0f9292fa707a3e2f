//! The sums of a block in machine code, since LLVM keeps half of them on the stack. Its semantics is that of `sum_up`.
//!
//! It takes every register there is, and r6 and r7, which the compiler keeps for itself, besides:
//!
//! | r0 | r1 | r2 | r3 | r4, r5, r8, r9 | r6, r7, r10 to r12, lr |
//! |---|---|---|---|---|---|
//! | operands | weights | distance of taps | taps that are left, less four | sums of channels 0 to 3 | words of two taps |
//!
//! DSP instructions are written as encodings (see `arch::dsp`).

use super::BLOCK;
use crate::arena::Src;

/// Two taps of four channels: 18 instructions for eight products.
macro_rules! pair {
    () => {
        concat!(
            "ldr r6, [r0]\n",
            "ldr r7, [r0, r2]\n",
            "ldr r11, [r1, #4]\n",
            "ldr r10, [r1], #8\n",
            "add r0, r0, r2, lsl #1\n",
            // PKHTB r12, r7, r6, ASR #16 and PKHBT r6, r6, r7, LSL #16: channels 2, 3 of both taps, and channels 0, 1.
            ".inst.w 0xeac04020 | 7 << 16 | 12 << 8 | 6\n",
            ".inst.w 0xeac04000 | 6 << 16 | 6 << 8 | 7\n",
            // SXTB16 of operands and weights, SMLAD; the same with ROR #8.
            ".inst.w 0xfa2ff080 | 7 << 8 | 6\n",
            ".inst.w 0xfa2ff080 | 14 << 8 | 10\n",
            ".inst.w 0xfb200000 | 7 << 16 | 4 << 12 | 4 << 8 | 14\n",
            ".inst.w 0xfa2ff090 | 6 << 8 | 6\n",
            ".inst.w 0xfa2ff090 | 10 << 8 | 10\n",
            ".inst.w 0xfb200000 | 6 << 16 | 5 << 12 | 5 << 8 | 10\n",
            ".inst.w 0xfa2ff080 | 7 << 8 | 12\n",
            ".inst.w 0xfa2ff080 | 14 << 8 | 11\n",
            ".inst.w 0xfb200000 | 7 << 16 | 8 << 12 | 8 << 8 | 14\n",
            ".inst.w 0xfa2ff090 | 12 << 8 | 12\n",
            ".inst.w 0xfa2ff090 | 11 << 8 | 11\n",
            ".inst.w 0xfb200000 | 12 << 16 | 9 << 12 | 9 << 8 | 11\n",
        )
    };
}

/// As `sum_up`.
///
/// # Safety
/// As for `sum_up`.
#[inline(always)]
pub(super) unsafe fn sum_up(
    input: Src<i8>,
    weights: Src<u32>,
    [step, taps]: [usize; 2],
    start: [i32; BLOCK],
) -> [i32; BLOCK] {
    let [mut a, mut b, mut c, mut d] = start;
    // SAFETY: the code reads `taps` words of the operands and as many of the weights; it restores r6, r7 and the stack pointer.
    unsafe {
        core::arch::asm!(
            "push {{r6, r7}}",
            "subs r3, r3, #4",
            "bmi 3f",
            "2:",
            pair!(),
            pair!(),
            "subs r3, r3, #4",
            "bpl 2b",
            // Bit 1 of the number of taps in the carry, bit 0 in the sign.
            "3:",
            "lsls r3, r3, #31",
            "bcc 4f",
            pair!(),
            "cmp r3, #0",
            "4:",
            "bpl 5f",
            // One tap: SXTB16, SMLABB and SMLATT of channels 0 and 2, then of 1 and 3.
            "ldr r6, [r0]",
            "ldr r7, [r1]",
            ".inst.w 0xfa2ff080 | 10 << 8 | 6",
            ".inst.w 0xfa2ff080 | 11 << 8 | 7",
            ".inst.w 0xfb100000 | 10 << 16 | 4 << 12 | 4 << 8 | 11",
            ".inst.w 0xfb100030 | 10 << 16 | 8 << 12 | 8 << 8 | 11",
            ".inst.w 0xfa2ff090 | 10 << 8 | 6",
            ".inst.w 0xfa2ff090 | 11 << 8 | 7",
            ".inst.w 0xfb100000 | 10 << 16 | 5 << 12 | 5 << 8 | 11",
            ".inst.w 0xfb100030 | 10 << 16 | 9 << 12 | 9 << 8 | 11",
            "5:",
            "pop {{r6, r7}}",
            inout("r0") input.as_ptr() => _,
            inout("r1") weights.as_ptr() => _,
            in("r2") step,
            inout("r3") taps => _,
            inout("r4") a,
            inout("r5") b,
            inout("r8") c,
            inout("r9") d,
            out("r10") _,
            out("r11") _,
            out("r12") _,
            out("lr") _,
            options(readonly),
        );
    }
    [a, b, c, d]
}
