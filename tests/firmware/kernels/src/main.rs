//! Kernel forms for cores without DSP instructions, on random shapes: their loops in assembly run here and nowhere else.
//!
//! Each layer runs on random and on extreme operands, in both directions, between guard zones of two patterns. It must give the
//! results of the definition, write nothing outside its buffers, and read nothing there that matters.
#![no_std]
#![no_main]

mod conv2d;
mod fully_connected;
mod noise;
mod scaling;

firmware::start!(main);
firmware::report_panics!();

fn main() {
    conv2d::all();
    fully_connected::all();
    firmware::println!("the kernels are right");
}
