//! An index that may be out of bounds is a panic path: this does not link.
#![no_std]
#![no_main]

use core::hint::black_box;

firmware::start!(main);
firmware::forbid_panics!();

fn main() {
    let values = black_box([1_u8, 2, 3]);
    black_box(values[black_box(1)]);
}
