//! A program that computes with floating-point numbers.
#![no_std]
#![no_main]

use core::hint::black_box;

firmware::start!(main);
firmware::report_panics!();

fn main() {
    black_box(black_box(1.5_f32) * black_box(2.0));
}
