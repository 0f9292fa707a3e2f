//! The walk along the lines in machine code. Its semantics is the other `walk_lines`.
//!
//! It takes every register there is, and r6 and r7, which the compiler keeps for itself, besides:
//!
//! | r0 | r1 | r2 | r3 | r4, r5 | r6, r7 | r8 | r9, r10, r11 | r12 | lr |
//! |---|---|---|---|---|---|---|---|---|---|
//! | window | result | multiplier | offset | accumulators | `A`, `B` | bias | weights of the full words | weights of columns 0, 1 | of column 2; upper half: counter |
//!
//! A column completes one result, whose accumulator then begins the next but one. DSP instructions are written as encodings
//! (see `arch::dsp`).

use super::{Channel, Shape, Weights, step, walk};
use crate::arena::{Dst, Src};

/// An instruction `d = acc + n * m` by its encoding: SMLAD, SMLAxy, SMMLA.
macro_rules! encoded {
    ($base:literal, $d:literal, $n:literal, $m:literal, $acc:literal) => {
        concat!(".inst.w ", $base, " | ", $n, " << 16 | ", $acc, " << 12 | ", $d, " << 8 | ", $m, "\n")
    };
}

/// The multiply-accumulates of the column in r6 and r7 as tap column `$tap` of a result: from `$from` into `$acc`.
macro_rules! column {
    (even, 0, $acc:literal, $from:literal) => {
        concat!(encoded!("0xfb200000", $acc, 6, 9, $from), encoded!("0xfb100000", $acc, 7, 12, $acc))
    };
    (even, 1, $acc:literal, $from:literal) => {
        concat!(encoded!("0xfb200000", $acc, 6, 10, $from), encoded!("0xfb100010", $acc, 7, 12, $acc))
    };
    (even, 2, $acc:literal, $from:literal) => {
        concat!(encoded!("0xfb200000", $acc, 6, 11, $from), encoded!("0xfb100000", $acc, 7, 14, $acc))
    };
    (odd, 0, $acc:literal, $from:literal) => {
        concat!(encoded!("0xfb200000", $acc, 7, 9, $from), encoded!("0xfb100020", $acc, 6, 12, $acc))
    };
    (odd, 1, $acc:literal, $from:literal) => {
        concat!(encoded!("0xfb200000", $acc, 7, 10, $from), encoded!("0xfb100030", $acc, 6, 12, $acc))
    };
    (odd, 2, $acc:literal, $from:literal) => {
        concat!(encoded!("0xfb200000", $acc, 7, 11, $from), encoded!("0xfb100020", $acc, 6, 14, $acc))
    };
}

/// Loads the next column.
macro_rules! load {
    () => {
        "ldr r6, [r0], #4\nldr r7, [r0, #{pitch} - 4]\n"
    };
}

/// Requantises accumulator `$acc` and stores it by the following instructions.
macro_rules! finish {
    ($acc:literal, $store:expr) => {
        concat!(
            encoded!("0xfb500000", $acc, $acc, 2, 3),
            // SSAT shifts along.
            ".if {shift}\nssat r",
            $acc,
            ", #8, r",
            $acc,
            ", asr #{shift}\n",
            ".else\nssat r",
            $acc,
            ", #8, r",
            $acc,
            "\n.endif\n",
            $store
        )
    };
}

/// Stores a result from `$acc`; the next one lies behind it.
macro_rules! store {
    ($acc:literal) => {
        concat!(
            ".if {step} < 256\nstrb r",
            $acc,
            ", [r1], #{step}\n",
            ".else\nstrb r",
            $acc,
            ", [r1]\naddw r1, r1, #{step}\n.endif\n"
        )
    };
}

/// Stores the first result of two.
macro_rules! store_first {
    ($acc:literal) => {
        concat!(".if {step} < 256\nstrb r", $acc, ", [r1], #{step}\n.else\nstrb r", $acc, ", [r1]\n.endif\n")
    };
}

/// Stores the second result of two.
macro_rules! store_second {
    ($acc:literal) => {
        concat!(
            ".if {step} < 256\nstrb r",
            $acc,
            ", [r1], #{step}\n",
            ".else\nstrb r",
            $acc,
            ", [r1, #{step}]\naddw r1, r1, #2 * {step}\n.endif\n"
        )
    };
}

/// A result at stride 1: the column that completes accumulator `$old`, which then begins anew, and is in the middle of `$mid`.
macro_rules! result_at_1 {
    ($parity:ident, $old:literal, $mid:literal, $store:expr) => {
        concat!(
            load!(),
            column!($parity, 2, $old, $old),
            column!($parity, 1, $mid, $mid),
            finish!($old, $store),
            column!($parity, 0, $old, 8)
        )
    };
}

/// A result at stride 2: two columns; the second one also begins the next result.
macro_rules! result_at_2 {
    ($parity:ident, $store:expr) => {
        concat!(
            load!(),
            column!($parity, 1, 4, 4),
            load!(),
            column!($parity, 2, 4, 4),
            finish!(4, $store),
            column!($parity, 0, 4, 8)
        )
    };
}

/// Results that one turn of the loop makes; lines that are shorter have no loop.
const TURN: usize = 4;

/// The whole walk: `$begin` makes the accumulators, `$two` makes two results, `$one` makes one.
macro_rules! walk_asm {
    (($s:ident, $skip:ident, $source:ident, $out:ident, $channel:ident, $weights:ident, $count:ident),
     $begin:expr, $two:expr, $one:expr) => {
        core::arch::asm!(
            "push {{r5, r6, r7}}",
            "2:",
            ".if {turns}",
            "movt lr, #{turns} - 1",
            ".endif",
            $begin,
            ".if {turns}",
            "3:",
            ".rept {turn} / 2",
            $two,
            ".endr",
            "subs lr, lr, #0x10000",
            "bcs 3b",
            ".endif",
            ".rept {rest} / 2",
            $two,
            ".endr",
            ".if {rest} & 1",
            $one,
            ".endif",
            // To the next line.
            "movw r6, #({advance}) & 0xffff",
            "movt r6, #(({advance}) >> 16) & 0xffff",
            "add r1, r1, r6",
            "ldr r7, [sp]",
            "subs r7, r7, #1",
            "str r7, [sp]",
            "bne 2b",
            "pop {{r5, r6, r7}}",
            pitch = const { 4 * walk::<$s>().positions() },
            shift = const { $s::SHIFT },
            step = const { step($s::OUTPUT, $s::WALK) },
            turn = const { TURN },
            turns = const { turns($s::OUTPUT[$s::WALK]) },
            rest = const { $s::OUTPUT[$s::WALK] - TURN * turns($s::OUTPUT[$s::WALK]) },
            advance = const {
                ($skip * step($s::OUTPUT, 1 - $s::WALK)) as i32
                    - ($s::OUTPUT[$s::WALK] * step($s::OUTPUT, $s::WALK)) as i32
            },
            inout("r0") $source.as_ptr() => _,
            inout("r1") $out.as_ptr() => _,
            in("r2") $channel.multiplier,
            in("r3") $channel.offset,
            out("r4") _,
            inout("r5") $count => _,
            in("r8") $channel.bias,
            in("r9") $weights.full[0],
            in("r10") $weights.full[1],
            in("r11") $weights.full[2],
            in("r12") $weights.single,
            inout("lr") $weights.last => _,
        )
    };
}

/// Turns of the loop for a line of so many results.
const fn turns(outputs: usize) -> usize {
    if outputs / TURN < 2 { 0 } else { outputs / TURN }
}

/// As the other `walk_lines`.
///
/// # Safety
/// As for the other `walk_lines`; `count` is not 0.
#[inline(always)]
pub(super) unsafe fn walk_lines<S: Shape, const ODD: bool, const SKIP: usize>(
    source: Src<u32>,
    out: Dst<i8>,
    channel: &Channel,
    weights: Weights,
    count: usize,
) {
    macro_rules! at_1 {
        ($parity:ident) => {
            walk_asm!(
                (S, SKIP, source, out, channel, weights, count),
                concat!(
                    load!(),
                    column!($parity, 0, 4, 8),
                    load!(),
                    column!($parity, 1, 4, 4),
                    column!($parity, 0, 5, 8)
                ),
                concat!(
                    result_at_1!($parity, 4, 5, store_first!(4)),
                    result_at_1!($parity, 5, 4, store_second!(5))
                ),
                result_at_1!($parity, 4, 5, store!(4))
            )
        };
    }
    macro_rules! at_2 {
        ($parity:ident) => {
            walk_asm!(
                (S, SKIP, source, out, channel, weights, count),
                concat!(load!(), column!($parity, 0, 4, 8)),
                concat!(result_at_2!($parity, store_first!(4)), result_at_2!($parity, store_second!(4))),
                result_at_2!($parity, store!(4))
            )
        };
    }
    // SAFETY: the code reads `count` pair lines from `source` on and the ones behind them, which lie in the window, and
    // writes the results of `count` lines; it restores r6 and r7 and the stack pointer. The shape is one that `fits`.
    unsafe {
        match (S::STRIDE[S::WALK] == 1, ODD) {
            (true, false) => at_1!(even),
            (true, true) => at_1!(odd),
            (false, false) => at_2!(even),
            (false, true) => at_2!(odd),
        }
    }
}
