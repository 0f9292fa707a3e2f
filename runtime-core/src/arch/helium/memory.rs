//! Copies of bytes, sixteen at a time, in a loop that needs no rest of its own.

use crate::arena::{Dst, Src};

/// Copies `count` bytes.
///
/// # Safety
/// Both buffers have as many, and they do not overlap.
#[inline(always)]
pub(crate) unsafe fn copy(from: Src<i8>, to: Dst<i8>, count: usize) {
    #[cfg(all(target_arch = "arm", tinyml_core = "armv81m"))]
    // SAFETY: the loop's last vector is predicated: it reads and writes `count` bytes in all, which the caller has.
    unsafe {
        core::arch::asm!(
            "wlstp.8 lr, {count}, 3f",
            "2:",
            "vldrb.u8 q0, [{from}], #16",
            "vstrb.8 q0, [{to}], #16",
            "letp lr, 2b",
            "3:",
            count = in(reg) count,
            from = inout(reg) from.as_ptr() => _,
            to = inout(reg) to.as_ptr() => _,
            out("lr") _,
            out("q0") _,
            options(nostack),
        );
    }
    #[cfg(not(all(target_arch = "arm", tinyml_core = "armv81m")))]
    // SAFETY: the caller's.
    unsafe {
        to.copy_from(from, count);
    }
}

/// Writes `count` bytes of the same value.
///
/// # Safety
/// The buffer has as many.
#[inline(always)]
pub(crate) unsafe fn fill(value: i8, to: Dst<i8>, count: usize) {
    #[cfg(all(target_arch = "arm", tinyml_core = "armv81m"))]
    // SAFETY: the loop's last vector is predicated: it writes `count` bytes in all, which the caller has.
    unsafe {
        core::arch::asm!(
            "vdup.8 q0, {value}",
            "wlstp.8 lr, {count}, 3f",
            "2:",
            "vstrb.8 q0, [{to}], #16",
            "letp lr, 2b",
            "3:",
            value = in(reg) i32::from(value),
            count = in(reg) count,
            to = inout(reg) to.as_ptr() => _,
            out("lr") _,
            out("q0") _,
            options(nostack),
        );
    }
    #[cfg(not(all(target_arch = "arm", tinyml_core = "armv81m")))]
    for i in 0..count {
        // SAFETY: the caller's.
        unsafe { to.set(i, value) };
    }
}
