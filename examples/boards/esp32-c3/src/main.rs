//! Keyword spotting on Espressif's ESP32-C3: every second a word over the serial port.
#![no_std]
#![no_main]

use esp_backtrace as _;
use esp_hal::clock::CpuClock;
use esp_hal::main;
use esp_hal::time::{Duration, Instant};
use esp_println::println;
use kws_clips::{Answer, StubMicrophone};
use static_cell::ConstStaticCell;

tinyml::include_model!(
    "../../models/kws.onnx",
    calibration = "../../models/kws.calibration.npz",
    board = "esp32-c3",
    // For the rest of this program: its statics and stack, its code and the recorded clips.
    reserve_ram = 65_536,
    reserve_flash = 262_144,
);

static KWS: ConstStaticCell<kws::Model> = ConstStaticCell::new(kws::Model::new());

// What Espressif's boot loader wants to know of a program.
esp_bootloader_esp_idf::esp_app_desc!();

#[main]
fn main() -> ! {
    esp_hal::init(esp_hal::Config::default().with_cpu_clock(CpuClock::max()));
    let model = KWS.take();
    let mut microphone = StubMicrophone::default();
    loop {
        let clip = microphone.next_second();
        let begin = Instant::now();
        let heard = Answer::new(clip, &model.run_f32(&clip.features), &kws::LABELS);
        println!("{heard}, {} us", begin.elapsed().as_micros());
        while begin.elapsed() < Duration::from_secs(1) {}
    }
}
