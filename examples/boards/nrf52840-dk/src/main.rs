//! Keyword spotting on Nordic's nRF52840-DK: every second a word over RTT; "on" and "off" switch LED1.
#![no_std]
#![no_main]

use defmt::info;
use defmt_rtt as _;
use embassy_executor::Spawner;
use embassy_nrf::gpio::{Level, Output, OutputDrive};
use embassy_time::{Duration, Instant, Ticker};
use kws_clips::{Answer, StubMicrophone};
use panic_probe as _;
use static_cell::ConstStaticCell;

tinyml::include_model!(
    "../../models/kws.onnx",
    calibration = "../../models/kws.calibration.npz",
    board = "nrf52840-dk",
    // For the rest of this program: its statics and stack, its code and the recorded clips.
    reserve_ram = 16_384,
    reserve_flash = 131_072,
);

static KWS: ConstStaticCell<kws::Model> = ConstStaticCell::new(kws::Model::new());

#[embassy_executor::main]
async fn main(_spawner: Spawner) {
    let peripherals = embassy_nrf::init(Default::default());
    // The LED is lit while the pin is low.
    let mut led = Output::new(peripherals.P0_13, Level::High, OutputDrive::Standard);
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
            "on" => led.set_low(),
            "off" => led.set_high(),
            _ => {}
        }
        seconds.next().await;
    }
}
