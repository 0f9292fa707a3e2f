//! Dot products of int8 weights with some rows of int8 operands, four channels at a time: each operand that is loaded is multiplied
//! with four weights, and each weight with the operands of all rows.

use crate::arena::Src;

/// Channels that are multiplied at a time.
pub(crate) const CHANNELS: usize = 4;

/// The weights of a tap, or the sums of a row, for four channels. A struct and no array, of which loops would make memory.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Four {
    a: i32,
    b: i32,
    c: i32,
    d: i32,
}

impl From<[i32; CHANNELS]> for Four {
    #[inline(always)]
    fn from([a, b, c, d]: [i32; CHANNELS]) -> Self {
        Four { a, b, c, d }
    }
}

impl From<Four> for [i32; CHANNELS] {
    #[inline(always)]
    fn from(Four { a, b, c, d }: Four) -> Self {
        [a, b, c, d]
    }
}

impl Four {
    /// # Safety
    /// Four weights follow.
    #[inline(always)]
    unsafe fn load(weights: Src<i8>) -> Self {
        // SAFETY: the caller's.
        let [a, b, c, d] = unsafe { [weights.get(0), weights.get(1), weights.get(2), weights.get(3)] };
        Four { a: a.into(), b: b.into(), c: c.into(), d: d.into() }
    }

    /// `self + x * weights`, wrapping.
    #[inline(always)]
    fn plus(self, x: i8, weights: Four) -> Self {
        let x = i32::from(x);
        Four {
            a: self.a.wrapping_add(x.wrapping_mul(weights.a)),
            b: self.b.wrapping_add(x.wrapping_mul(weights.b)),
            c: self.c.wrapping_add(x.wrapping_mul(weights.c)),
            d: self.d.wrapping_add(x.wrapping_mul(weights.d)),
        }
    }
}

/// Taps in a turn of the loops.
const UNROLL: usize = 4;

/// Four rows of operands.
pub(crate) trait Rows {
    /// Bytes from the start of a row to that of the next.
    const PITCH: usize;
    /// Operands of a row.
    const TAPS: usize;
}

/// Most taps of a loop that LLVM unrolls altogether.
const FEW: usize = 16;

/// For each of four rows, the sums of four channels: `start[channel] + Σ weights[tap][channel] * row[tap]`, wrapping.
///
/// # Safety
/// There are four rows of operands as `R` says, and four weights for each tap.
#[inline(always)]
pub(crate) unsafe fn dot_rows<R: Rows>(rows: Src<i8>, weights: Src<i8>, start: Four) -> [Four; 4] {
    #[cfg(all(target_arch = "riscv32", tinyml_core = "riscv32"))]
    if const { riscv32::reaches::<R>() } {
        // SAFETY: the caller's.
        return unsafe { riscv32::dot_rows::<R>(rows.as_ptr(), weights.as_ptr(), start) };
    }
    let (mut p, mut q, mut r, mut s) = (start, start, start, start);
    // A loop over few taps would be unrolled, with all products on the stack.
    let taps = if R::TAPS <= FEW { super::opaque(R::TAPS) } else { R::TAPS };
    for tap in 0..taps {
        // SAFETY: the caller's.
        unsafe {
            let w = Four::load(weights.skip(tap * CHANNELS));
            p = p.plus(rows.get(tap), w);
            q = q.plus(rows.get(R::PITCH + tap), w);
            r = r.plus(rows.get(2 * R::PITCH + tap), w);
            s = s.plus(rows.get(3 * R::PITCH + tap), w);
        }
    }
    [p, q, r, s]
}

#[cfg(all(target_arch = "riscv32", tinyml_core = "riscv32"))]
mod riscv32 {
    //! 40 instructions for 16 products. Compilers move loads and products ahead of the sums until those are in memory.

    use core::arch::asm;

    use tinyml_arith::size::{product, sum};

    use super::{CHANNELS, Four, Rows};

    /// Taps in a turn of the loop.
    const UNROLL: usize = 4;

    /// Whether the offsets of all rows fit into load instructions.
    pub(super) const fn reaches<R: Rows>() -> bool {
        sum([product([3, R::PITCH]), UNROLL]) <= 2048
    }

    /// The products of a tap with one row.
    macro_rules! row {
        ($tap:literal, $row:literal, $a:literal, $b:literal, $c:literal, $d:literal) => {
            concat!(
                "lb {x}, ",
                $row,
                "*{pitch}+",
                $tap,
                "({rows})\n",
                "mul {t}, {x}, {w0}\n",
                "add {",
                $a,
                "}, {",
                $a,
                "}, {t}\n",
                "mul {t}, {x}, {w1}\n",
                "add {",
                $b,
                "}, {",
                $b,
                "}, {t}\n",
                "mul {t}, {x}, {w2}\n",
                "add {",
                $c,
                "}, {",
                $c,
                "}, {t}\n",
                "mul {x}, {x}, {w3}\n",
                "add {",
                $d,
                "}, {",
                $d,
                "}, {x}\n",
            )
        };
    }

    /// The products of a tap.
    macro_rules! tap {
        ($tap:literal) => {
            concat!(
                "lb {w0}, 4*",
                $tap,
                "({weights})\n",
                "lb {w1}, 4*",
                $tap,
                "+1({weights})\n",
                "lb {w2}, 4*",
                $tap,
                "+2({weights})\n",
                "lb {w3}, 4*",
                $tap,
                "+3({weights})\n",
                row!($tap, "0", "pa", "pb", "pc", "pd"),
                row!($tap, "1", "qa", "qb", "qc", "qd"),
                row!($tap, "2", "ra", "rb", "rc", "rd"),
                row!($tap, "3", "sa", "sb", "sc", "sd"),
            )
        };
    }

    /// A loop over taps until `end`: the text of a turn, and the taps of it.
    macro_rules! turns {
        ($text:expr, $taps:expr, $pitch:expr, $rows:ident, $end:expr, $weights:ident, $p:ident $q:ident $r:ident $s:ident) => {
            asm!(
                "2:",
                $text,
                "addi {rows}, {rows}, {taps}",
                "addi {weights}, {weights}, {taps}*4",
                "bne {rows}, {end}, 2b",
                rows = inout(reg) $rows,
                weights = inout(reg) $weights,
                end = in(reg) $end,
                pa = inout(reg) $p.a, pb = inout(reg) $p.b, pc = inout(reg) $p.c, pd = inout(reg) $p.d,
                qa = inout(reg) $q.a, qb = inout(reg) $q.b, qc = inout(reg) $q.c, qd = inout(reg) $q.d,
                ra = inout(reg) $r.a, rb = inout(reg) $r.b, rc = inout(reg) $r.c, rd = inout(reg) $r.d,
                sa = inout(reg) $s.a, sb = inout(reg) $s.b, sc = inout(reg) $s.c, sd = inout(reg) $s.d,
                w0 = out(reg) _, w1 = out(reg) _, w2 = out(reg) _, w3 = out(reg) _,
                x = out(reg) _, t = out(reg) _,
                pitch = const $pitch,
                taps = const $taps,
                options(readonly, nostack),
            )
        };
    }

    /// # Safety
    /// As for [`super::dot_rows`].
    #[inline(always)]
    pub(super) unsafe fn dot_rows<R: Rows>(rows: *const i8, weights: *const i8, start: Four) -> [Four; 4] {
        let (mut rows, mut weights) = (rows, weights);
        let (mut p, mut q, mut r, mut s) = (start, start, start, start);
        let whole = rows.wrapping_add(R::TAPS / UNROLL * UNROLL);
        let end = rows.wrapping_add(R::TAPS);
        if R::TAPS >= UNROLL {
            // SAFETY: reads the operands of the rows up to tap `whole` and their weights, by the caller's contract; `reaches` was
            // asked for the offsets.
            unsafe {
                turns!(concat!(tap!("0"), tap!("1"), tap!("2"), tap!("3")), UNROLL, R::PITCH, rows, whole, weights, p q r s);
            }
        }
        if !R::TAPS.is_multiple_of(UNROLL) {
            // SAFETY: the same for the other taps.
            unsafe { turns!(tap!("0"), 1, R::PITCH, rows, end, weights, p q r s) };
        }
        let _ = (rows, weights, CHANNELS);
        [p, q, r, s]
    }
}

/// As [`dot_rows`], of one row. `aligned`: its operands begin and end at multiples of four bytes, as the weights do.
///
/// # Safety
/// There are `taps` operands, at least one, and four weights for each.
#[inline(always)]
pub(crate) unsafe fn dot_row(
    row: Src<i8>,
    weights: Src<i8>,
    taps: usize,
    aligned: bool,
    start: Four,
) -> Four {
    #[cfg(all(target_arch = "arm", any(tinyml_core = "armv6m", tinyml_core = "armv7m")))]
    if aligned {
        let mut sums = start.into();
        // SAFETY: the caller's.
        unsafe { thumb::dot_row(row.as_ptr(), row.as_ptr().wrapping_add(taps), weights.as_ptr(), &mut sums) };
        return sums.into();
    }
    let _ = aligned;
    let (mut row, mut weights, mut left, mut sums) = (row, weights, taps, start);
    let mut turn = |row: Src<i8>, weights: Src<i8>, tap: usize| {
        // SAFETY: the caller's: the tap is one of those that are left.
        unsafe { sums = sums.plus(row.get(tap), Four::load(weights.skip(tap * CHANNELS))) };
    };
    while left >= UNROLL {
        turn(row, weights, 0);
        turn(row, weights, 1);
        turn(row, weights, 2);
        turn(row, weights, 3);
        left -= UNROLL;
        // SAFETY: the caller's: at least `UNROLL` taps were left.
        unsafe { (row, weights) = (row.skip(UNROLL), weights.skip(UNROLL * CHANNELS)) };
    }
    for tap in 0..left {
        turn(row, weights, tap);
    }
    sums
}

#[cfg(all(target_arch = "arm", any(tinyml_core = "armv6m", tinyml_core = "armv7m")))]
mod thumb {
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
