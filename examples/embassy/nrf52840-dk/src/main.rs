//! Inference in slices beside a task of 1 kHz, on Nordic's nRF52840-DK: both run on one executor, and the task of 1 kHz has its turn after each slice.
//! Every second a word over RTT, and how late the task was at most.
#![no_std]
#![no_main]

use defmt::info;
use defmt_rtt as _;
use embassy_executor::Spawner;
use embassy_futures::yield_now;
use embassy_nrf::gpio::{Level, Output, OutputDrive};
use embassy_tasks::{Lateness, control};
use embassy_time::{Duration, Ticker};
use kws_clips::StubMicrophone;
use panic_probe as _;
use static_cell::ConstStaticCell;

tinyml::include_model!(
    "../../models/kws.onnx",
    calibration = "../../models/kws.calibration.npz",
    board = "nrf52840-dk",
    // Half of the task's millisecond.
    slice = "500us",
    // For the rest of this program: its statics and stack, its code and the recorded clips.
    reserve_ram = 16_384,
    reserve_flash = 131_072,
);

static KWS: ConstStaticCell<kws::Model> = ConstStaticCell::new(kws::Model::new());

static LATENESS: Lateness = Lateness::new();

#[embassy_executor::main]
async fn main(spawner: Spawner) {
    let peripherals = embassy_nrf::init(Default::default());
    let pin = Output::new(peripherals.P0_13, Level::High, OutputDrive::Standard);
    let Ok(task) = every_millisecond(pin) else { return };
    spawner.spawn(task);

    let model = KWS.take();
    let mut microphone = StubMicrophone::default();
    let mut seconds = Ticker::every(Duration::from_secs(1));
    loop {
        let clip = microphone.next_second();
        let features = clip.features.map(|value| kws::INPUT.quantize(value));
        let word = tinyml::argmax(model.run_async(&features, yield_now).await);
        info!("{}: {}; at most {} us late", clip.name, kws::LABELS[word], LATENESS.worst_us());
        seconds.next().await;
    }
}

#[embassy_executor::task]
async fn every_millisecond(mut pin: Output<'static>) -> ! {
    // An oscilloscope shows on this pin when the task has its turn.
    control(&LATENESS, 1, || pin.toggle()).await
}
