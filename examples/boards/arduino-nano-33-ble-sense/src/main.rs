//! Keyword spotting on the Arduino Nano 33 BLE Sense: every second a word over USB's serial port; "on" and "off" switch the
//! orange LED. The board has no debug probe, hence USB instead of RTT.
#![no_std]
#![no_main]

use embassy_executor::Spawner;
use embassy_nrf::config::{Config, HfclkSource};
use embassy_nrf::gpio::{Level, Output, OutputDrive};
use embassy_nrf::usb::Driver;
use embassy_nrf::usb::vbus_detect::HardwareVbusDetect;
use embassy_nrf::{bind_interrupts, peripherals, usb};
use embassy_time::{Duration, Instant, Ticker};
use kws_clips::{Answer, StubMicrophone};
use log::{LevelFilter, info};
use panic_halt as _;
use static_cell::ConstStaticCell;

tinyml::include_model!(
    "../../models/kws.onnx",
    calibration = "../../models/kws.calibration.npz",
    board = "arduino-nano-33-ble-sense",
    // For the rest of this program: its statics and stack; its code, the recorded clips, and 64 KB of Arduino's boot loader.
    reserve_ram = 16_384,
    reserve_flash = 196_608,
);

static KWS: ConstStaticCell<kws::Model> = ConstStaticCell::new(kws::Model::new());

bind_interrupts!(struct Interrupts {
    USBD => usb::InterruptHandler<peripherals::USBD>;
    CLOCK_POWER => usb::vbus_detect::InterruptHandler;
});

#[embassy_executor::main]
async fn main(spawner: Spawner) {
    let mut config = Config::default();
    // USB needs the crystal.
    config.hfclk_source = HfclkSource::ExternalXtal;
    let peripherals = embassy_nrf::init(config);
    let driver = Driver::new(peripherals.USBD, Interrupts, HardwareVbusDetect::new(Interrupts));
    // A task that cannot be started leaves the board silent, but hearing.
    if let Ok(task) = log_over_usb(driver) {
        spawner.spawn(task);
    }

    let mut led = Output::new(peripherals.P0_13, Level::Low, OutputDrive::Standard);
    let model = KWS.take();
    let mut microphone = StubMicrophone::default();
    let mut seconds = Ticker::every(Duration::from_secs(1));
    loop {
        let clip = microphone.next_second();
        let begin = Instant::now();
        let heard = Answer::new(clip, &model.run_f32(&clip.features), &kws::LABELS);
        info!("{heard}, {} us", begin.elapsed().as_micros());
        match heard.word {
            "on" => led.set_high(),
            "off" => led.set_low(),
            _ => {}
        }
        seconds.next().await;
    }
}

#[embassy_executor::task]
async fn log_over_usb(driver: Driver<'static, HardwareVbusDetect>) {
    embassy_usb_logger::run!(1024, LevelFilter::Info, driver);
}
