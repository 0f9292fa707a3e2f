//! The wake word as firmware: `examples/models/wake-word.onnx`, compiled into this program, hears the shipped recording row by row.
//! Nothing but the runtime of Cortex-M is below it, and QEMU runs it.
#![no_std]
#![no_main]

use cortex_m_rt::entry;
use cortex_m_semihosting::debug::{self, EXIT_SUCCESS};
use cortex_m_semihosting::hprintln;
use panic_semihosting as _;
use static_cell::ConstStaticCell;
use wake_word::listen;

tinyml::include_model!(
    mod ears = "../models/wake-word.onnx",
    calibration = "../models/wake-word.calibration.npz",
    input = "stream",
    board = "qemu-mps2-an386",
);

// All zero bits, so it lies in .bss: the model's RAM, with what it remembers of the window, is known when the program is linked.
static EARS: ConstStaticCell<ears::Model> = ConstStaticCell::new(ears::Model::new());

#[entry]
fn main() -> ! {
    let model = EARS.take();
    // The recording stands in for a microphone and its front end, which would wait for the next row.
    listen(|row| model.push_f32(row), |detection| hprintln!("{detection}"));
    debug::exit(EXIT_SUCCESS);
    loop {
        cortex_m::asm::wfi();
    }
}
