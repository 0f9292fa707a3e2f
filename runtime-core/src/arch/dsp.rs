//! The DSP instructions of Armv7E-M and Armv8-M (Cortex-M4, M7, M33, M55): arithmetic on two halfwords or four bytes at once.
//!
//! Operands are `u32` words where the lanes are what counts and `i32` where the word is a number. Lane 0 is the lowest.
//!
//! LLVM assembles these instructions for Cortex-M4 and M7 without ado, but for the baseline of Armv8-M only under a
//! `-C target-cpu`, which nobody should have to give. So they are written as encodings, which it takes everywhere: the numbers
//! of the registers that the compiler chose are symbols that the assembler folds into the instruction word. Encodings: Arm v7-M
//! Architecture Reference Manual, A7.7 (form T1 of each).

/// Whether the core has the instructions; elsewhere they are emulated.
pub(crate) const NATIVE: bool = cfg!(all(
    target_arch = "arm",
    any(tinyml_core = "armv7em", tinyml_core = "armv8m", tinyml_core = "armv81m")
));

/// Declares functions of registers: name, operands, the instruction word with its register fields, the emulation. The result
/// is the field `d`.
macro_rules! instructions {
    ($($(#[$doc:meta])* $vis:vis fn $name:ident($($operand:ident: $ty:ty),*) -> $result:ty = $word:literal; $emulation:block)*) => {$(
        $(#[$doc])*
        #[inline(always)]
        #[must_use]
        $vis fn $name($($operand: $ty),*) -> $result {
            #[cfg(all(
                target_arch = "arm",
                any(tinyml_core = "armv7em", tinyml_core = "armv8m", tinyml_core = "armv81m")
            ))]
            {
                let result: $result;
                // SAFETY: one instruction that reads its operands, writes its result (and, of the flags, only Q and GE, which
                // the compiler does not use) and touches no memory.
                unsafe {
                    core::arch::asm!(
                        ".irp n,0,1,2,3,4,5,6,7,8,9,10,11,12",
                        ".set .Lr\\n, \\n",
                        ".endr",
                        ".set .Llr, 14",
                        concat!(".inst.w ", $word),
                        $($operand = in(reg) $operand,)*
                        d = lateout(reg) result,
                        options(pure, nomem, nostack, preserves_flags),
                    );
                }
                result
            }
            #[cfg(not(all(
                target_arch = "arm",
                any(tinyml_core = "armv7em", tinyml_core = "armv8m", tinyml_core = "armv81m")
            )))]
            $emulation
        }
    )*};
}

instructions! {
    /// SMLAD: `acc + n[0] * m[0] + n[1] * m[1]` over signed halfwords, wrapping.
    pub(crate) fn smlad(n: u32, m: u32, acc: i32) -> i32 = "0xfb200000 | .L{n} << 16 | .L{acc} << 12 | .L{d} << 8 | .L{m}"; {
        acc.wrapping_add(product(n, 0, m, 0)).wrapping_add(product(n, 1, m, 1))
    }

    /// SMUAD: `n[0] * m[0] + n[1] * m[1]` over signed halfwords, wrapping.
    pub(crate) fn smuad(n: u32, m: u32) -> i32 = "0xfb20f000 | .L{n} << 16 | .L{d} << 8 | .L{m}"; {
        product(n, 0, m, 0).wrapping_add(product(n, 1, m, 1))
    }

    /// SMLABB: `acc + n[0] * m[0]` over signed halfwords, wrapping.
    pub(crate) fn smlabb(n: u32, m: u32, acc: i32) -> i32 = "0xfb100000 | .L{n} << 16 | .L{acc} << 12 | .L{d} << 8 | .L{m}"; {
        acc.wrapping_add(product(n, 0, m, 0))
    }

    /// SMLABT: `acc + n[0] * m[1]` over signed halfwords, wrapping.
    pub(crate) fn smlabt(n: u32, m: u32, acc: i32) -> i32 = "0xfb100010 | .L{n} << 16 | .L{acc} << 12 | .L{d} << 8 | .L{m}"; {
        acc.wrapping_add(product(n, 0, m, 1))
    }

    /// SMLATB: `acc + n[1] * m[0]` over signed halfwords, wrapping.
    pub(crate) fn smlatb(n: u32, m: u32, acc: i32) -> i32 = "0xfb100020 | .L{n} << 16 | .L{acc} << 12 | .L{d} << 8 | .L{m}"; {
        acc.wrapping_add(product(n, 1, m, 0))
    }

    /// SMLATT: `acc + n[1] * m[1]` over signed halfwords, wrapping.
    pub(crate) fn smlatt(n: u32, m: u32, acc: i32) -> i32 = "0xfb100030 | .L{n} << 16 | .L{acc} << 12 | .L{d} << 8 | .L{m}"; {
        acc.wrapping_add(product(n, 1, m, 1))
    }

    /// SMMULR: the high word of `n * m`, rounded to the nearest with ties up.
    pub(crate) fn smmulr(n: i32, m: i32) -> i32 = "0xfb50f010 | .L{n} << 16 | .L{d} << 8 | .L{m}"; {
        smmlar(n, m, 0)
    }

    /// SMMLAR: `acc` plus the high word of `n * m`, rounded to the nearest with ties up; wrapping.
    pub(crate) fn smmlar(n: i32, m: i32, acc: i32) -> i32 = "0xfb500010 | .L{n} << 16 | .L{acc} << 12 | .L{d} << 8 | .L{m}"; {
        acc.wrapping_add(((i64::from(n) * i64::from(m) + (1 << 31)) >> 32) as i32)
    }

    /// SMMLA: `acc` plus the high word of `n * m`, rounded down; wrapping.
    pub(crate) fn smmla(n: i32, m: i32, acc: i32) -> i32 = "0xfb500000 | .L{n} << 16 | .L{acc} << 12 | .L{d} << 8 | .L{m}"; {
        acc.wrapping_add(smmul(n, m))
    }

    /// SMMUL: the high word of `n * m`, rounded down.
    pub(crate) fn smmul(n: i32, m: i32) -> i32 = "0xfb50f000 | .L{n} << 16 | .L{d} << 8 | .L{m}"; {
        ((i64::from(n) * i64::from(m)) >> 32) as i32
    }

    /// SXTB16: bytes 0 and 2, each widened with its sign.
    pub(crate) fn sxtb16(m: u32) -> u32 = "0xfa2ff080 | .L{d} << 8 | .L{m}"; {
        halves(byte(m, 0), byte(m, 2))
    }

    /// SXTB16 with a rotation by 8: bytes 1 and 3, each widened with its sign.
    pub(crate) fn sxtb16_ror8(m: u32) -> u32 = "0xfa2ff090 | .L{d} << 8 | .L{m}"; {
        halves(byte(m, 1), byte(m, 3))
    }

    /// SXTAB16: bytes 0 and 2 of `m`, widened with their signs, added to the halfwords of `n`, wrapping.
    pub(crate) fn sxtab16(n: u32, m: u32) -> u32 = "0xfa20f080 | .L{n} << 16 | .L{d} << 8 | .L{m}"; {
        sadd16(n, halves(byte(m, 0), byte(m, 2)))
    }

    /// SXTAB16 with a rotation by 8: bytes 1 and 3 of `m`, widened with their signs, added to the halfwords of `n`, wrapping.
    pub(crate) fn sxtab16_ror8(n: u32, m: u32) -> u32 = "0xfa20f090 | .L{n} << 16 | .L{d} << 8 | .L{m}"; {
        sadd16(n, halves(byte(m, 1), byte(m, 3)))
    }

    /// SADD16: halfword by halfword, wrapping.
    pub(crate) fn sadd16(n: u32, m: u32) -> u32 = "0xfa90f000 | .L{n} << 16 | .L{d} << 8 | .L{m}"; {
        halves(half(n, 0).wrapping_add(half(m, 0)), half(n, 1).wrapping_add(half(m, 1)))
    }

    /// SSUB16: halfword by halfword, wrapping.
    pub(crate) fn ssub16(n: u32, m: u32) -> u32 = "0xfad0f000 | .L{n} << 16 | .L{d} << 8 | .L{m}"; {
        halves(half(n, 0).wrapping_sub(half(m, 0)), half(n, 1).wrapping_sub(half(m, 1)))
    }

    /// SSAT16 to 8 bits: each signed halfword, saturated to `-128..=127`.
    pub(crate) fn ssat16_8(n: u32) -> u32 = "0xf3200007 | .L{n} << 16 | .L{d} << 8"; {
        halves(half(n, 0).clamp(-128, 127), half(n, 1).clamp(-128, 127))
    }

    /// USAT16 to 8 bits: each signed halfword, saturated to `0..=255`.
    pub(crate) fn usat16_8(n: u32) -> u32 = "0xf3a00008 | .L{n} << 16 | .L{d} << 8"; {
        halves(half(n, 0).clamp(0, 255), half(n, 1).clamp(0, 255))
    }

    /// PKHBT: the lower halfword of `n`, and above it that of `m`.
    pub(crate) fn pkhbt_lsl16(n: u32, m: u32) -> u32 = "0xeac04000 | .L{n} << 16 | .L{d} << 8 | .L{m}"; {
        halves(half(n, 0), half(m, 0))
    }

    /// PKHBT without a shift: the lower halfword of `n`, and above it the upper one of `m`.
    pub(crate) fn pkhbt(n: u32, m: u32) -> u32 = "0xeac00000 | .L{n} << 16 | .L{d} << 8 | .L{m}"; {
        halves(half(n, 0), half(m, 1))
    }

    /// PKHTB with a shift by 16: the upper halfword of `m` below that of `n`.
    pub(crate) fn pkhtb_asr16(n: u32, m: u32) -> u32 = "0xeac04020 | .L{n} << 16 | .L{d} << 8 | .L{m}"; {
        halves(half(m, 1), half(n, 1))
    }
}

/// Declares functions of two words that compare their bytes and select by the outcome: SSUB8, then SEL, as one unit since the
/// outcome lies in the GE flags.
macro_rules! selections {
    ($($(#[$doc:meta])* $vis:vis fn $name:ident = $select:literal, $emulation:expr;)*) => {$(
        $(#[$doc])*
        #[inline(always)]
        #[must_use]
        $vis fn $name(n: u32, m: u32) -> u32 {
            #[cfg(all(
                target_arch = "arm",
                any(tinyml_core = "armv7em", tinyml_core = "armv8m", tinyml_core = "armv81m")
            ))]
            {
                let result: u32;
                // SAFETY: two instructions that read their operands, write the result and the GE flags, which the compiler
                // does not use, and touch no memory. The operands outlive the first write.
                unsafe {
                    core::arch::asm!(
                        ".irp n,0,1,2,3,4,5,6,7,8,9,10,11,12",
                        ".set .Lr\\n, \\n",
                        ".endr",
                        ".set .Llr, 14",
                        ".inst.w 0xfac0f000 | .L{n} << 16 | .L{d} << 8 | .L{m}",
                        concat!(".inst.w 0xfaa0f080 | .L{d} << 8 | ", $select),
                        n = in(reg) n,
                        m = in(reg) m,
                        d = out(reg) result,
                        options(pure, nomem, nostack, preserves_flags),
                    );
                }
                result
            }
            #[cfg(not(all(
                target_arch = "arm",
                any(tinyml_core = "armv7em", tinyml_core = "armv8m", tinyml_core = "armv81m")
            )))]
            {
                let select: fn(i8, i8) -> i8 = $emulation;
                let (n, m) = (n.to_le_bytes(), m.to_le_bytes());
                let lane = |i: usize| select(n[i] as i8, m[i] as i8) as u8;
                u32::from_le_bytes([lane(0), lane(1), lane(2), lane(3)])
            }
        }
    )*};
}

selections! {
    /// The larger of each pair of signed bytes.
    pub(crate) fn max_i8x4 = ".L{n} << 16 | .L{m}", |n, m| n.max(m);
    /// The smaller of each pair of signed bytes.
    pub(crate) fn min_i8x4 = ".L{m} << 16 | .L{n}", |n, m| n.min(m);
}

/// SSAT to 8 bits: `x` saturated to `-128..=127`. One instruction where there is one, from what Rust makes of the clamp.
#[inline(always)]
#[must_use]
pub(crate) fn ssat8(x: i32) -> i32 {
    x.clamp(-128, 127)
}

/// USAT to 8 bits: `x` saturated to `0..=255`.
#[inline(always)]
#[must_use]
pub(crate) fn usat8(x: i32) -> i32 {
    x.clamp(0, 255)
}

/// Signed halfword `lane` of a word.
const fn half(word: u32, lane: u32) -> i16 {
    (word >> (16 * lane)) as i16
}

/// Signed byte `lane` of a word, widened.
const fn byte(word: u32, lane: u32) -> i16 {
    (word >> (8 * lane)) as i8 as i16
}

/// The word of two halfwords.
const fn halves(low: i16, high: i16) -> u32 {
    low as u16 as u32 | (high as u16 as u32) << 16
}

/// The product of two signed halfwords.
const fn product(n: u32, n_lane: u32, m: u32, m_lane: u32) -> i32 {
    half(n, n_lane) as i32 * half(m, m_lane) as i32
}

#[cfg(test)]
mod test;
