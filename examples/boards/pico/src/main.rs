//! Keyword spotting on the Raspberry Pi Pico: every second a word over RTT; "on" and "off" switch the LED.
#![no_std]
#![no_main]

use defmt::info;
use defmt_rtt as _;
use embassy_executor::Spawner;
use embassy_rp::gpio::{Level, Output};
use embassy_time::{Duration, Instant, Ticker};
use kws_clips::{Answer, StubMicrophone};
use panic_probe as _;
use static_cell::ConstStaticCell;

tinyml::include_model!(
    "../../models/kws.onnx",
    calibration = "../../models/kws.calibration.npz",
    board = "pico",
    // For the rest of this program: its statics and stack, its code and the recorded clips.
    reserve_ram = 16_384,
    reserve_flash = 131_072,
);

static KWS: ConstStaticCell<kws::Model> = ConstStaticCell::new(kws::Model::new());

#[embassy_executor::main]
async fn main(_spawner: Spawner) {
    let peripherals = embassy_rp::init(Default::default());
    let mut led = Output::new(peripherals.PIN_25, Level::Low);
    let model = KWS.take();
    let mut microphone = StubMicrophone::default();
    let mut seconds = Ticker::every(Duration::from_secs(1));
    loop {
        let clip = microphone.next_second();
        let begin = Instant::now();
        let heard = Answer::new(clip, &model.run_f32(&clip.features), &kws::LABELS);
        let time = begin.elapsed();
        info!("{}: {} ({} %), {} us", heard.clip, heard.word, 100.0 * heard.probability, time.as_micros());
        match heard.word {
            "on" => led.set_high(),
            "off" => led.set_low(),
            _ => {}
        }
        seconds.next().await;
    }
}
