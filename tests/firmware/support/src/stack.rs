//! How much stack a function needs, by painting.

use core::arch::asm;
use core::hint::black_box;
use core::ptr;

/// Bytes below the stack pointer that are painted, if there are as many: [`high_water`] shows no more.
pub const PAINTED: usize = 8192;

const PAINT: u32 = 0xa5c3_96e1;

unsafe extern "C" {
    /// The end of the static memory, by the start-up crate's linker script.
    static __sheap: u32;
}

/// Calls `run` with its argument on painted stack; returns how many bytes of it were written, in steps of four.
///
/// Interrupts are off since the start, so that nothing else uses the stack.
///
/// # Safety
/// That of `run`.
#[inline(never)]
pub unsafe fn high_water(run: unsafe fn(*mut u8), argument: *mut u8) -> usize {
    let top = stack_pointer() & !3;
    let lowest = (&raw const __sheap).addr().next_multiple_of(4).max(top.saturating_sub(PAINTED));
    let mut word = lowest;
    while word < top {
        // SAFETY: between static memory and the stack pointer lies free memory, and nothing is called in between.
        unsafe { ptr::with_exposed_provenance_mut::<u32>(word).write_volatile(PAINT) };
        word += 4;
    }
    // Not inlined: its variables would lie in this function's part of the stack.
    // SAFETY: the caller's.
    unsafe { black_box(run)(argument) };
    let mut word = lowest;
    // SAFETY: as above.
    while word < top && unsafe { ptr::with_exposed_provenance::<u32>(word).read_volatile() } == PAINT {
        word += 4;
    }
    top - word
}

#[inline(always)]
fn stack_pointer() -> usize {
    let pointer: usize;
    // SAFETY: reads a register.
    unsafe {
        #[cfg(target_arch = "arm")]
        asm!("mov {}, sp", out(reg) pointer, options(nomem, nostack, preserves_flags));
        #[cfg(target_arch = "riscv32")]
        asm!("mv {}, sp", out(reg) pointer, options(nomem, nostack, preserves_flags));
    }
    pointer
}
