//! The rows of some channels in machine code. Its semantics is that of `one_row`.
//!
//! It takes every register there is, and r6 and r7, which the compiler keeps for itself, besides:
//!
//! | r0 | r1 | r2 | r3, r4, r5 | r6, r7 | r8 to r12 | lr |
//! |---|---|---|---|---|---|---|
//! | plane | result | third row's weights of columns 0, 1 | upper rows' weights of columns 0 to 2 | columns | accumulators | third row's weights of columns 1, 2 |
//!
//! Up to five results are summed up at the same time; wider rows are tiles of four, in which r12 keeps the address of the constants.
//! The addresses of constants and weights, the end of the planes and the number of tiles are on the stack. DSP instructions are
//! written as encodings (see `arch::dsp`).

use super::{Channels, Shape, TAPS, geometry};
use tinyml_arith::HighMul;

/// Whether the form carries a shape out.
pub(super) const fn fits<S: Shape>() -> bool {
    matches!(S::FORM, HighMul::Floor)
        && S::SHIFT <= 31
        && !S::CLAMPED
        // Offsets and the number of tiles within an instruction.
        && S::OUTPUT[2] < 1000
        && geometry::<S>().tiles().0 <= 0xffff
}

/// `acc = acc + column * weights`, SMLAD or SMLAxy by the encoding: column in `$column`, weights in `$weights`, for result `$i` if the tile
/// of `$n` has it.
macro_rules! add {
    ($n:literal, $i:literal, $encoding:literal, $column:literal, $weights:literal) => {
        concat!(
            ".if ((",
            $i,
            ") >= 0) && ((",
            $i,
            ") < ",
            $n,
            ")\n",
            ".inst.w ",
            $encoding,
            " | ",
            $column,
            " << 16 | (8 + ",
            $i,
            ") << 12 | (8 + ",
            $i,
            ") << 8 | ",
            $weights,
            "\n",
            ".endif\n"
        )
    };
}

/// The first column of result `$i`: the bias is in the last accumulator.
macro_rules! begin {
    ($n:literal, $i:literal, $column:literal) => {
        concat!(
            ".if ",
            $i,
            " < ",
            $n,
            "\n",
            ".inst.w 0xfb200000 | ",
            $column,
            " << 16 | (7 + ",
            $n,
            ") << 12 | (8 + ",
            $i,
            ") << 8 | 3\n",
            ".endif\n"
        )
    };
}

/// A tile of `$n` results.
macro_rules! tile {
    ($n:literal) => {
        concat!(
            ".irp acc,8,9,10,11,12\n.if \\acc == 7 + ",
            $n,
            "\nldr r\\acc, [r12]\n.endif\n.endr\n",
            ".irp i,0,1,2,3,4,5\n",
            ".if {stride} == 1\n",
            // Two columns at a time.
            ".if 2 * \\i < ",
            $n,
            " + 2\n",
            "ldr r6, [r0, #12 * \\i]\n",
            ".if 2 * \\i + 1 < ",
            $n,
            " + 2\nldr r7, [r0, #12 * \\i + 4]\n.else\nldr r7, [r0, #12 * \\i + 8]\n.endif\n",
            add!($n, "2 * \\i - 2", "0xfb200000", "6", "5"),
            add!($n, "2 * \\i - 1", "0xfb200000", "6", "4"),
            begin!($n, "2 * \\i", "6"),
            ".if 2 * \\i + 1 < ",
            $n,
            " + 2\n",
            add!($n, "2 * \\i - 1", "0xfb200000", "7", "5"),
            add!($n, "2 * \\i", "0xfb200000", "7", "4"),
            begin!($n, "2 * \\i + 1", "7"),
            "ldr r7, [r0, #12 * \\i + 8]\n",
            ".endif\n",
            // The third row: SMLABT, SMLAD, SMLAD, SMLATB.
            add!($n, "2 * \\i - 2", "0xfb100010", "7", "14"),
            add!($n, "2 * \\i - 1", "0xfb200000", "7", "14"),
            add!($n, "2 * \\i", "0xfb200000", "7", "2"),
            add!($n, "2 * \\i + 1", "0xfb100020", "7", "2"),
            ".endif\n",
            ".else\n",
            // A result for each two columns.
            ".if \\i < ",
            $n,
            " + 1\n",
            "ldr r6, [r0, #12 * \\i]\n",
            ".if \\i < ",
            $n,
            "\nldr r7, [r0, #12 * \\i + 4]\n.else\nldr r7, [r0, #12 * \\i + 8]\n.endif\n",
            add!($n, "\\i - 1", "0xfb200000", "6", "5"),
            ".if \\i < ",
            $n,
            "\n",
            begin!($n, "\\i", "6"),
            add!($n, "\\i", "0xfb200000", "7", "4"),
            "ldr r7, [r0, #12 * \\i + 8]\n",
            ".endif\n",
            add!($n, "\\i - 1", "0xfb100010", "7", "14"),
            add!($n, "\\i", "0xfb200000", "7", "2"),
            ".endif\n",
            ".endif\n",
            ".endr\n",
            // Factor and offset, SMMLA, SSAT, which shifts along.
            ".if ",
            $n,
            " == 5\nldr r6, [sp]\nldrd r6, r7, [r6, #4]\n.else\nldrd r6, r7, [r12, #4]\n.endif\n",
            ".irp acc,8,9,10,11,12\n",
            ".if \\acc < 8 + ",
            $n,
            "\n",
            ".inst.w 0xfb500000 | \\acc << 16 | 7 << 12 | \\acc << 8 | 6\n",
            ".if {shift}\nssat r\\acc, #8, r\\acc, asr #{shift}\n.else\nssat r\\acc, #8, r\\acc\n.endif\n",
            "strb r\\acc, [r1, #(\\acc - 8) * {channels}]\n",
            ".endif\n",
            ".endr\n",
        )
    };
}

/// As `one_row` for each of the channels.
///
/// # Safety
/// As for [`Channels::rows`]; the shape is one that [`fits`].
#[inline(always)]
pub(super) unsafe fn rows<S: Shape>(channels: Channels) {
    const { assert!(TAPS == 9, "the code steps over the weights of a channel") };
    // SAFETY: the end of the last channel's plane.
    let end = unsafe { channels.planes.skip(channels.count * const { geometry::<S>().plane() }) };
    // SAFETY: the code reads planes, weights and constants of the channels and writes their results in the row; it restores r6, r7 and
    // the stack pointer.
    unsafe {
        core::arch::asm!(
            "push {{r2, r3, r4, r5, r6, r7}}",
            "2:",
            "ldr r5, [r3]",
            "ldr r6, [r3, #4]",
            "ldrsb r7, [r3, #8]",
            "mov r12, r2",
            // SXTB16 and SXTB16 with ROR #8 of both words.
            ".inst.w 0xfa2ff080 | 3 << 8 | 5",
            ".inst.w 0xfa2ff090 | 4 << 8 | 5",
            ".inst.w 0xfa2ff080 | 5 << 8 | 6",
            ".inst.w 0xfa2ff090 | 2 << 8 | 6",
            // PKHTB lr, r2, r2, ASR #16 and PKHBT lr, lr, r7, LSL #16.
            ".inst.w 0xeac04020 | 2 << 16 | 14 << 8 | 2",
            ".inst.w 0xeac04000 | 14 << 16 | 14 << 8 | 7",
            ".if {tiles}",
            "movw r6, #{tiles}",
            "str r6, [sp, #12]",
            "3:",
            tile!("4"),
            "add r0, r0, #24 * {stride}",
            "addw r1, r1, #4 * {channels}",
            "ldr r6, [sp, #12]",
            "subs r6, r6, #1",
            "str r6, [sp, #12]",
            "bne.w 3b",
            ".endif",
            ".if {rest}",
            tile!("{rest}"),
            ".endif",
            // To the next channel.
            "ldrd r2, r3, [sp]",
            "ldr r4, [sp, #8]",
            "adds r2, #12",
            "adds r3, #9",
            "strd r2, r3, [sp]",
            "addw r0, r0, #{plane} - {tiles} * 24 * {stride}",
            ".if {tiles}",
            "movw r6, #({back}) & 0xffff",
            "movt r6, #({back}) >> 16",
            "sub r1, r1, r6",
            ".endif",
            "adds r1, #1",
            "cmp r0, r4",
            "bne.w 2b",
            "pop {{r2, r3, r4, r5, r6, r7}}",
            stride = const { S::STRIDE[1] },
            shift = const { S::SHIFT },
            channels = const { S::OUTPUT[2] },
            plane = const { 4 * geometry::<S>().plane() },
            tiles = const { geometry::<S>().tiles().0 },
            rest = const { geometry::<S>().tiles().1 },
            back = const { 4 * S::OUTPUT[2] * geometry::<S>().tiles().0 },
            inout("r0") channels.planes.as_ptr() => _,
            inout("r1") channels.out.as_ptr() => _,
            inout("r2") channels.constants.as_ptr() => _,
            inout("r3") channels.weights.as_ptr() => _,
            inout("r4") end.as_ptr() => _,
            out("r5") _,
            out("r8") _,
            out("r9") _,
            out("r10") _,
            out("r11") _,
            out("r12") _,
            out("lr") _,
        );
    }
}
