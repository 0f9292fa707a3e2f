//! Keyword spotting on ST's NUCLEO-L4R5ZI: every second a word over RTT; "on" and "off" switch LD2.
#![no_std]
#![no_main]

use defmt::info;
use defmt_rtt as _;
use embassy_executor::Spawner;
use embassy_stm32::Config;
use embassy_stm32::gpio::{Level, Output, Speed};
use embassy_stm32::rcc::{Pll, PllMul, PllPreDiv, PllRDiv, PllSource, Sysclk};
use embassy_time::{Duration, Instant, Ticker};
use kws_clips::{Answer, StubMicrophone};
use panic_probe as _;
use static_cell::ConstStaticCell;

tinyml::include_model!(
    "../../models/kws.onnx",
    calibration = "../../models/kws.calibration.npz",
    board = "nucleo-l4r5zi",
    // For the rest of this program: its statics and stack, its code and the recorded clips.
    reserve_ram = 16_384,
    reserve_flash = 131_072,
);

static KWS: ConstStaticCell<kws::Model> = ConstStaticCell::new(kws::Model::new());

#[embassy_executor::main]
async fn main(_spawner: Spawner) {
    let peripherals = embassy_stm32::init(at_80_mhz());
    let mut led = Output::new(peripherals.PB7, Level::Low, Speed::Low);
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

/// 80 MHz, the most without the boost mode that the HAL does not set; without this it would be 4 MHz.
fn at_80_mhz() -> Config {
    let mut config = Config::default();
    config.rcc.hsi = true;
    config.rcc.pll = Some(Pll {
        source: PllSource::HSI,
        prediv: PllPreDiv::DIV1,
        mul: PllMul::MUL10,
        divp: None,
        divq: None,
        divr: Some(PllRDiv::DIV2),
    });
    config.rcc.sys = Sysclk::PLL1_R;
    config
}
