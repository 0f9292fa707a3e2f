//! A Cortex-M0 faults when it reads an unaligned word.
#![no_std]
#![no_main]

firmware::start!(main);
firmware::report_panics!();

#[repr(align(4))]
struct Words([u8; 8]);

fn main() {
    let words = core::hint::black_box(Words([1; 8]));
    let unaligned = words.0.as_ptr().wrapping_add(1);
    #[cfg(target_arch = "arm")]
    // SAFETY: the bytes are there; that they are not aligned is what this image is about.
    unsafe {
        core::arch::asm!("ldr {0}, [{0}]", inout(reg) unaligned => _, options(nostack, readonly));
    }
    firmware::println!("read {unaligned:p}");
}
