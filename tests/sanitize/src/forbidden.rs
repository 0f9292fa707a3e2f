//! Memory that must not be touched. In a program without AddressSanitizer's runtime nothing watches over it.

#[cfg(tinyml_sanitize)]
unsafe extern "C" {
    fn __asan_poison_memory_region(from: *const u8, bytes: usize);
    fn __asan_unpoison_memory_region(from: *const u8, bytes: usize);
}

/// Forbids the bytes from here on; of the first eight, those before a multiple of eight may stay allowed.
///
/// # Safety
/// They belong to the caller.
pub(crate) unsafe fn forbid(from: *const u8, bytes: usize) {
    #[cfg(tinyml_sanitize)]
    // SAFETY: the caller's.
    unsafe {
        __asan_poison_memory_region(from, bytes);
    }
    let _ = (from, bytes);
}

/// Allows the bytes from here on.
///
/// # Safety
/// They belong to the caller.
pub(crate) unsafe fn allow(from: *const u8, bytes: usize) {
    #[cfg(tinyml_sanitize)]
    // SAFETY: the caller's.
    unsafe {
        __asan_unpoison_memory_region(from, bytes);
    }
    let _ = (from, bytes);
}
