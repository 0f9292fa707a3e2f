//! The blocks of assembly.

use tinyml_arith::helium::{Constants, column_bytes};
use tinyml_arith::{Clamp, HighMul};

use super::depthwise::Windows;
use super::product::{Beside, Product};
use crate::arena::{Dst, Src};

/// The instructions that both blocks share, as text: `requantise!("q5", …)` does one vector of sums.
macro_rules! requantise {
    // Constants: multiplier in q0, offset in q1, negated shift in q2; q3 is lost.
    ($sums:literal) => {
        concat!(
            ".if {double}\n",
            "vshr.s32 q3, ",
            $sums,
            ", #31\n",
            "vqrdmulh.s32 ",
            $sums,
            ", ",
            $sums,
            ", q0\n",
            "vadd.i32 ",
            $sums,
            ", ",
            $sums,
            ", q3\n",
            ".else\n",
            "vmulh.s32 ",
            $sums,
            ", ",
            $sums,
            ", q0\n",
            ".endif\n",
            "vadd.i32 ",
            $sums,
            ", ",
            $sums,
            ", q1\n",
            "vshl.s32 ",
            $sums,
            ", ",
            $sums,
            ", q2\n",
        )
    };
}

/// The multiply-accumulates of a vector of taps: the weights are in q0 and q1, columns at r1, r3 and r11.
macro_rules! multiply {
    ($instruction:literal) => {
        concat!(
            "vldrb.u8 q2, [r1], #16\n",
            $instruction,
            ".s8 r0, q0, q2\n",
            $instruction,
            ".s8 r2, q1, q2\n",
            ".if {positions} > 1\n",
            "vldrb.u8 q2, [r3], #16\n",
            $instruction,
            ".s8 r4, q0, q2\n",
            $instruction,
            ".s8 r8, q1, q2\n",
            ".endif\n",
            ".if {positions} > 2\n",
            "vldrb.u8 q2, [r11], #16\n",
            $instruction,
            ".s8 r10, q0, q2\n",
            $instruction,
            ".s8 r12, q1, q2\n",
            ".endif\n",
        )
    };
}

/// A whole vector of taps.
macro_rules! step {
    ($instruction:literal) => {
        concat!("vldrb.u8 q0, [r9], #16\n", "vldrb.u8 q1, [r9], #16\n", multiply!($instruction))
    };
}

/// The sums of two channels over all taps, into two lanes of q5 to q7. The first vector of taps sets the sums, so that they need no
/// zeros. In a last, shorter one the weights are followed by zeros, so that it does not matter what follows the column.
macro_rules! pass {
    ($lane:literal, $lane_and_2:literal) => {
        concat!(
            ".set .Lsummed, 0\n",
            ".if {taps} / 16\n",
            step!("vmladav"),
            ".set .Lsummed, 1\n",
            ".endif\n",
            ".if {taps} / 16 > 5\n",
            "movw lr, #({taps} / 16 - 1)\n",
            "dls lr, lr\n",
            "2:\n",
            step!("vmladava"),
            "le lr, 2b\n",
            ".elseif {taps} / 16 > 1\n",
            ".rept {taps} / 16 - 1\n",
            step!("vmladava"),
            ".endr\n",
            ".endif\n",
            ".if {taps} % 16\n",
            "mov lr, #({taps} % 16)\n",
            "vctp.8 lr\n",
            "vpstt\n",
            "vldrbt.u8 q0, [r9], #({taps} % 16)\n",
            "vldrbt.u8 q1, [r9], #({taps} % 16)\n",
            ".if .Lsummed\n",
            multiply!("vmladava"),
            ".else\n",
            multiply!("vmladav"),
            ".endif\n",
            ".endif\n",
            "vmov q5[",
            $lane_and_2,
            "], q5[",
            $lane,
            "], r0, r2\n",
            ".if {positions} > 1\n",
            "vmov q6[",
            $lane_and_2,
            "], q6[",
            $lane,
            "], r4, r8\n",
            ".endif\n",
            ".if {positions} > 2\n",
            "vmov q7[",
            $lane_and_2,
            "], q7[",
            $lane,
            "], r10, r12\n",
            ".endif\n",
        )
    };
}

/// Clamps and stores the results of one position: the bounds are in q0 and q1, the place in r0.
macro_rules! store {
    ($results:literal) => {
        concat!(
            "vmax.s32 ",
            $results,
            ", ",
            $results,
            ", q0\n",
            "vmin.s32 ",
            $results,
            ", ",
            $results,
            ", q1\n",
            ".if {live} == 4\n",
            "vstrb.32 ",
            $results,
            ", [r0]\n",
            ".else\n",
            "vpst\n",
            "vstrbt.32 ",
            $results,
            ", [r0]\n",
            ".endif\n",
        )
    };
}

/// The first `LIVE` of four channels at `P` positions; of all four, for so many fours of channels (not 0) one after the other.
///
/// # Safety
/// As for `product::rows`, for these channels.
#[inline(always)]
pub(crate) unsafe fn quad_of<S: Product, const P: usize, const LIVE: usize>(
    columns: Src<i8>,
    weights: Src<i8>,
    constants: Src<i32>,
    output: Dst<i8>,
    beside: Beside<'_>,
    quads: usize,
) {
    let (r2, r4): (usize, usize) = match beside {
        Beside::Clamp(clamp) => (clamp.min as usize, clamp.max as usize),
        Beside::Common(common) => (core::ptr::from_ref(common).addr(), 0),
    };
    // SAFETY: the block reads `P` columns up to the end of their last vector, which `column_bytes` holds, the weights and constants
    // of four channels at a time, and writes `LIVE` bytes for each position; the caller has them all. Registers are declared.
    unsafe {
        core::arch::asm!(
            ".if {positions} > 1",
            "addw r3, r1, #{column}",
            ".endif",
            ".if {positions} > 2",
            "addw r11, r3, #{column}",
            ".endif",
            "4:",
            // Sums need the registers: results' place, clamp (or the address of what is common) and counter wait in q4.
            "vmov q4[2], q4[0], r0, r2",
            "vmov q4[3], q4[1], r4, r8",
            pass!("0", "2"),
            "subw r1, r1, #{column}",
            ".if {positions} > 1",
            "subw r3, r3, #{column}",
            ".endif",
            ".if {positions} > 2",
            "subw r11, r11, #{column}",
            ".endif",
            pass!("1", "3"),
            "vldrw.u32 q0, [r5], #16",
            "vadd.i32 q5, q5, q0",
            ".if {positions} > 1",
            "vadd.i32 q6, q6, q0",
            ".endif",
            ".if {positions} > 2",
            "vadd.i32 q7, q7, q0",
            ".endif",
            "vmov r0, r2, q4[2], q4[0]",
            "vmov r4, r8, q4[3], q4[1]",
            ".if {common}",
            "vldrw.u32 q0, [r2]",
            "vldrw.u32 q1, [r2, #16]",
            "vldrb.s32 q2, [r2, #32]",
            ".else",
            "vldrw.u32 q0, [r5], #16",
            ".if {wide}",
            "vldrw.u32 q1, [r5], #16",
            ".else",
            "vldrh.s32 q1, [r5], #8",
            ".endif",
            "vldrb.s32 q2, [r5], #4",
            ".endif",
            ".if {live} < 4",
            "mov lr, #{live}",
            "vctp.32 lr",
            ".endif",
            requantise!("q5"),
            ".if {positions} > 1",
            requantise!("q6"),
            ".endif",
            ".if {positions} > 2",
            requantise!("q7"),
            ".endif",
            ".if {common}",
            "vldrb.s32 q0, [r2, #36]",
            "vldrb.s32 q1, [r2, #40]",
            ".else",
            "vdup.32 q0, r2",
            "vdup.32 q1, r4",
            ".endif",
            store!("q5"),
            ".if {positions} > 1",
            "addw r0, r0, #{channels}",
            store!("q6"),
            ".endif",
            ".if {positions} > 2",
            "addw r0, r0, #{channels}",
            store!("q7"),
            ".endif",
            // To the next four channels.
            ".if {live} == 4",
            "subw r1, r1, #{column}",
            ".if {positions} > 1",
            "subw r3, r3, #{column}",
            "movw r10, #(({positions} - 1) * {channels})",
            "sub r0, r0, r10",
            ".endif",
            ".if {positions} > 2",
            "subw r11, r11, #{column}",
            ".endif",
            "add r0, r0, #4",
            "subs r8, r8, #1",
            "bne 4b",
            ".endif",
            positions = const P,
            live = const LIVE,
            taps = const S::TAPS,
            column = const column_bytes(S::TAPS),
            channels = const S::CHANNELS,
            common = const matches!(S::FORM.constants, Constants::Common) as usize,
            double = const matches!(S::FORM.high_mul, HighMul::Double) as usize,
            wide = const matches!(S::FORM.constants, Constants::Wide) as usize,
            inout("r0") output.as_ptr() => _,
            inout("r1") columns.as_ptr() => _,
            inout("r2") r2 => _,
            out("r3") _,
            inout("r4") r4 => _,
            inout("r5") constants.as_ptr() => _,
            inout("r8") quads => _,
            inout("r9") weights.as_ptr() => _,
            out("r10") _,
            out("r11") _,
            out("r12") _,
            out("lr") _,
            out("q0") _,
            out("q1") _,
            out("q2") _,
            out("q3") _,
            out("q4") _,
            out("q5") _,
            out("q6") _,
            out("q7") _,
            options(nostack),
        );
    }
}

/// Loads the next tap's activations and weights and multiplies them.
macro_rules! multiply_taps {
    ($x:literal, $w:literal) => {
        concat!(
            ".if {live} == 8\n",
            "vldrb.s16 ",
            $x,
            ", [r1]\n",
            ".else\n",
            "vpst\n",
            "vldrbt.s16 ",
            $x,
            ", [r1]\n",
            ".endif\n",
            "vldrb.s16 ",
            $w,
            ", [r2], #8\n",
            "vmul.i16 ",
            $x,
            ", ",
            $x,
            ", ",
            $w,
            "\n",
        )
    };
}

/// Adds the products in q2 to the sums in q6 (even channels) and q7 (odd ones).
macro_rules! accumulate {
    () => {
        concat!(
            "vmovlb.s16 q3, q2\n",
            "vmovlt.s16 q2, q2\n",
            "vadd.i32 q6, q6, q3\n",
            "vadd.i32 q7, q7, q2\n",
        )
    };
}

/// The first `LIVE` of eight channels; of all eight, for so many eights of channels (not 0) one after the other. The window's first tap is at `window`, the next column `column` bytes on, the next row `row`.
/// Weights are `[tap][8]`, constants eight of each kind in the order of `OCTET_ORDER`.
///
/// # Safety
/// The window, the results, and weights and constants of eight channels are there. Results may lie over the window.
#[inline(always)]
pub(crate) unsafe fn octet<S: Windows, const LIVE: usize>(
    window: Src<i8>,
    [row, column]: [usize; 2],
    weights: Src<i8>,
    constants: Src<i32>,
    output: Dst<i8>,
    clamp: Clamp,
    octets: usize,
) {
    let row_end = row.wrapping_sub((S::TAPS[1] - 1) * column);
    // SAFETY: the block reads `LIVE` bytes of each tap of the window and the weights and constants of eight channels at a time, and then
    // writes `LIVE` bytes; the caller has them all. Registers are declared.
    unsafe {
        core::arch::asm!(
            ".if {live} < 8",
            "mov lr, #{live}",
            "vctp.16 lr",
            ".endif",
            "4:",
            "mov r10, r1",
            "vldrw.u32 q6, [r5], #16",
            "vldrw.u32 q7, [r5], #16",
            ".set .Lpending, 0",
            ".set .Ly, 0",
            ".rept {rows}",
            ".set .Ly, .Ly + 1",
            ".set .Lx, 0",
            ".rept {columns}",
            ".set .Lx, .Lx + 1",
            ".if .Lpending",
            multiply_taps!("q4", "q5"),
            "vadd.i16 q2, q2, q4",
            accumulate!(),
            ".set .Lpending, 0",
            ".else",
            multiply_taps!("q2", "q3"),
            ".set .Lpending, 1",
            ".endif",
            ".if .Lx < {columns}",
            "add r1, r1, r11",
            ".elseif .Ly < {rows}",
            "add r1, r1, r3",
            ".endif",
            ".endr",
            ".endr",
            ".if .Lpending",
            accumulate!(),
            ".endif",
            // The constants of the even and then of the odd channels.
            "vldrw.u32 q0, [r5]",
            ".if {wide}",
            "vldrw.u32 q1, [r5, #32]",
            "vldrb.s32 q2, [r5, #64]",
            ".else",
            "vldrh.s32 q1, [r5, #32]",
            "vldrb.s32 q2, [r5, #48]",
            ".endif",
            requantise!("q6"),
            "vldrw.u32 q0, [r5, #16]",
            ".if {wide}",
            "vldrw.u32 q1, [r5, #48]",
            "vldrb.s32 q2, [r5, #68]",
            ".else",
            "vldrh.s32 q1, [r5, #40]",
            "vldrb.s32 q2, [r5, #52]",
            ".endif",
            requantise!("q7"),
            "vqmovnb.s32 q6, q6",
            "vqmovnt.s32 q6, q7",
            "vdup.16 q0, r9",
            "vmax.s16 q6, q6, q0",
            "vdup.16 q0, r4",
            "vmin.s16 q6, q6, q0",
            ".if {live} == 8",
            "vstrb.16 q6, [r0]",
            ".else",
            "vpst",
            "vstrbt.16 q6, [r0]",
            ".endif",
            // To the next eight channels.
            ".if {live} == 8",
            "add r1, r10, #8",
            "add r5, r5, #(56 + 16 * {wide})",
            "add r0, r0, #8",
            "subs r8, r8, #1",
            "bne 4b",
            ".endif",
            live = const LIVE,
            rows = const S::TAPS[0],
            columns = const S::TAPS[1],
            double = const matches!(S::FORM.high_mul, HighMul::Double) as usize,
            wide = const matches!(S::FORM.constants, Constants::Wide) as usize,
            inout("r0") output.as_ptr() => _,
            inout("r8") octets => _,
            out("r10") _,
            inout("r1") window.as_ptr() => _,
            in("r9") clamp.min,
            in("r3") row_end,
            in("r4") clamp.max,
            inout("r5") constants.as_ptr() => _,
            inout("r2") weights.as_ptr() => _,
            in("r11") column,
            out("lr") _,
            out("q0") _,
            out("q1") _,
            out("q2") _,
            out("q3") _,
            out("q4") _,
            out("q5") _,
            out("q6") _,
            out("q7") _,
            options(nostack),
        );
    }
}
