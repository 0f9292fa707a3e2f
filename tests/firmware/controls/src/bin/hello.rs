//! An image prints, and measures the stack of a function that needs at least 256 bytes.
#![no_std]
#![no_main]

use core::hint::black_box;

firmware::start!(main);
firmware::report_panics!();

fn main() {
    firmware::println!("hello");
    // SAFETY: the function does not use its argument.
    let needs = unsafe { firmware::stack::high_water(large, core::ptr::null_mut()) };
    firmware::println!("stack {needs}");
}

fn large(_: *mut u8) {
    black_box([1_u8; 256]);
}
