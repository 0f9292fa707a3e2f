//! A program with static memory of its own, zero at the start and not.
#![no_std]
#![no_main]

use core::hint::black_box;
use core::sync::atomic::{AtomicU32, Ordering};

firmware::start!(main);
firmware::report_panics!();

#[unsafe(no_mangle)]
static COUNTER: AtomicU32 = AtomicU32::new(0);
static NUMBER: AtomicU32 = AtomicU32::new(1);

fn main() {
    COUNTER.store(NUMBER.load(Ordering::Relaxed) + 1, Ordering::Relaxed);
    NUMBER.store(black_box(3), Ordering::Relaxed);
}
