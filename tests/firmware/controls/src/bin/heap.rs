//! A program with a heap.
#![no_std]
#![no_main]

extern crate alloc;

use alloc::boxed::Box;
use core::alloc::{GlobalAlloc, Layout};
use core::hint::black_box;

firmware::start!(main);
firmware::report_panics!();

struct Nothing;

#[global_allocator]
static HEAP: Nothing = Nothing;

// SAFETY: an allocator may fail.
unsafe impl GlobalAlloc for Nothing {
    unsafe fn alloc(&self, _: Layout) -> *mut u8 {
        core::ptr::null_mut()
    }

    unsafe fn dealloc(&self, _: *mut u8, _: Layout) {}
}

fn main() {
    black_box(Box::new(black_box(1_u8)));
}
