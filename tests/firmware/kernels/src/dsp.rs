//! Kernel forms for cores with DSP instructions, on random shapes: their loops in assembly, and the instructions that are emulated
//! elsewhere.
//!
//! Each layer runs on random and on extreme operands between guard zones of two patterns. It must give the results of the definition,
//! write nothing outside its buffers, and read nothing there that matters.
#![no_std]
#![no_main]

mod depthwise_3x3_dsp;
mod depthwise_dsp;
mod fully_connected_dsp;
mod noise;

firmware::start!(main);
firmware::report_panics!();

fn main() {
    depthwise_3x3_dsp::all();
    depthwise_dsp::all();
    fully_connected_dsp::all();
    firmware::println!("the kernels are right");
}
