//! What differs by core: instructions that Rust has no stable name for, and inner loops, each beside its exact meaning in Rust.
//!
//! A kernel form that is written in terms of these runs, and is tested, on any machine; on the cores that have the instruction
//! it is the instruction.

// Which kernels use what depends on the core that the crate is built for.
#![allow(dead_code)]

pub(crate) mod blocks;
pub(crate) mod dsp;
pub(crate) mod helium;
pub(crate) mod pairs;
pub(crate) mod product;
pub(crate) mod requantise;
pub(crate) mod rescale;
pub(crate) mod taps;

/// The number, of which LLVM knows nothing whenever this is called: a loop that ends with it is not unrolled altogether, one that asks
/// for it each time is not written twice, for either answer, and what follows from it is computed where it is needed, and not kept on
/// the stack during a loop.
#[inline(always)]
pub(crate) fn opaque(number: usize) -> usize {
    #[cfg(any(target_arch = "arm", target_arch = "riscv32"))]
    {
        let mut number = number;
        // SAFETY: there is no instruction. Were it `pure`, it could be called once, before the loop.
        unsafe { core::arch::asm!("/* {0} */", inout(reg) number, options(nomem, nostack, preserves_flags)) };
        number
    }
    #[cfg(not(any(target_arch = "arm", target_arch = "riscv32")))]
    number
}

/// Called in a loop, leaves the loop as it is: LLVM neither unrolls it in part nor makes it a call of `memcpy` or `memset`, which
/// are long.
#[inline(always)]
pub(crate) fn rolled() {
    // SAFETY: there is no instruction.
    #[cfg(any(target_arch = "arm", target_arch = "riscv32"))]
    unsafe {
        core::arch::asm!("", options(nomem, nostack, preserves_flags));
    }
}

/// Keeps the compiler from making vectors of a loop that calls this, also of one that it unrolls altogether.
///
/// On cores with Helium it would otherwise compute exact requantisation, whose products have 64 bits, in vectors, and needs more
/// than a thousand bytes of stack for them. And LLVM 22 mistakes in vectors whether a number is NaN: it takes `x >= 0 && x < 0` for that.
#[inline(always)]
pub(crate) fn keep_scalar() {
    // SAFETY: there is no instruction. It counts as one that reads and writes memory, so that elements are not read or written together.
    #[cfg(all(target_arch = "arm", tinyml_core = "armv81m"))]
    unsafe {
        core::arch::asm!("", options(nostack, preserves_flags));
    }
}
