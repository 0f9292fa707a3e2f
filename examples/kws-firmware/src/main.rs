//! Keyword spotting as firmware: `examples/models/kws.onnx`, compiled into this program, hears the shipped one-second clips. Nothing
//! but the runtime of Cortex-M is below it, and QEMU runs it.
#![no_std]
#![no_main]

use cortex_m_rt::entry;
use cortex_m_semihosting::debug::{self, EXIT_SUCCESS};
use cortex_m_semihosting::hprintln;
use kws_clips::{Answer, CLIPS, HEADER};
use panic_semihosting as _;
use static_cell::ConstStaticCell;

tinyml::include_model!(
    "../models/kws.onnx",
    calibration = "../models/kws.calibration.npz",
    board = "qemu-mps2-an386",
);

// All zero bits, so it lies in .bss: the model's RAM is known when the program is linked.
static KWS: ConstStaticCell<kws::Model> = ConstStaticCell::new(kws::Model::new());

#[entry]
fn main() -> ! {
    let model = KWS.take();
    hprintln!("{HEADER}");
    for clip in &CLIPS {
        // A clip stands in for a second from the microphone and its front end.
        let probabilities = model.run_f32(&clip.features);
        hprintln!("{}", Answer::new(clip, &probabilities, &kws::LABELS));
    }
    debug::exit(EXIT_SUCCESS);
    loop {
        cortex_m::asm::wfi();
    }
}
