//! From reset to the image's `start!` function, and from a fault to the emulator's end.

use core::arch::asm;
use core::ffi::CStr;

use semihosting::sys::arm_compat::syscall::{OperationNumber, ParamRegR, syscall_readonly};

use crate::exit::{self, exit};

unsafe extern "Rust" {
    /// Defined by `start!`.
    safe fn firmware_main();
}

#[cfg(target_arch = "arm")]
#[cortex_m_rt::entry]
fn start() -> ! {
    // SAFETY: nothing here waits for an interrupt.
    unsafe { asm!("cpsid i", options(nomem, nostack, preserves_flags)) };
    #[cfg(armv6m)]
    trap_unaligned();
    firmware_main();
    exit(0)
}

#[cfg(target_arch = "riscv32")]
#[riscv_rt::entry]
fn start() -> ! {
    // SAFETY: nothing here waits for an interrupt.
    unsafe { asm!("csrci mstatus, 8", options(nomem, nostack)) };
    firmware_main();
    exit(0)
}

/// A Cortex-M0 faults on unaligned words. Larger cores, on which its programs run too, do so if they are told to.
#[cfg(armv6m)]
fn trap_unaligned() {
    const CONFIGURATION_AND_CONTROL: usize = 0xe000_ed14;
    const UNALIGN_TRP: u32 = 1 << 3;
    let register = core::ptr::with_exposed_provenance_mut::<u32>(CONFIGURATION_AND_CONTROL);
    // SAFETY: every Cortex-M has this register.
    unsafe { register.write_volatile(register.read_volatile() | UNALIGN_TRP) };
}

#[cfg(target_arch = "arm")]
#[cortex_m_rt::exception]
unsafe fn HardFault(frame: &cortex_m_rt::ExceptionFrame) -> ! {
    fault(frame.pc())
}

#[cfg(target_arch = "riscv32")]
#[unsafe(export_name = "ExceptionHandler")]
extern "C" fn trap(_: &riscv_rt::TrapFrame) -> ! {
    let place: u32;
    // SAFETY: reads a register.
    unsafe { asm!("csrr {}, mepc", out(reg) place, options(nomem, nostack, preserves_flags)) };
    fault(place)
}

/// Says where the processor faulted, without the formatting code of `core`: images that prove that there is no panic path
/// contain this.
fn fault(place: u32) -> ! {
    let mut text = *b"fault at 0x00000000\n\0";
    for (digit, shift) in text.iter_mut().skip(11).take(8).zip((0..8).rev()) {
        let nibble = (place >> (4 * shift)) as u8 & 15;
        *digit = if nibble < 10 { b'0' + nibble } else { b'a' - 10 + nibble };
    }
    if let Ok(text) = CStr::from_bytes_with_nul(&text) {
        // SAFETY: the operation reads a C string.
        unsafe { syscall_readonly(OperationNumber::SYS_WRITE0, ParamRegR::c_str(text)) };
    }
    exit(exit::FAULT)
}
