//! Inference in slices beside a task of 1 kHz: both run on one executor of Embassy's, and the task of 1 kHz has its turn after each slice
//! of the inference, however long that takes as a whole. QEMU runs it.
#![no_std]
#![no_main]

mod clock;

use cortex_m_semihosting::debug::{self, EXIT_FAILURE, EXIT_SUCCESS};
use cortex_m_semihosting::hprintln;
use embassy_executor::Spawner;
use embassy_futures::yield_now;
use embassy_tasks::{Lateness, control};
use embassy_time::Instant;
use kws_clips::CLIPS;
use panic_semihosting as _;
use static_cell::ConstStaticCell;

tinyml::include_model!(
    "../../models/kws.onnx",
    calibration = "../../models/kws.calibration.npz",
    board = "qemu-mps2-an386",
    // Cycles: what half a millisecond has at 64 MHz. This machine's instructions take as long as it is told.
    slice = 32_000,
);

static KWS: ConstStaticCell<kws::Model> = ConstStaticCell::new(kws::Model::new());

static LATENESS: Lateness = Lateness::new();

/// Clips that are heard, in each way.
const HEARD: usize = 8;

#[embassy_executor::main]
async fn main(spawner: Spawner) {
    let Some(mut core) = cortex_m::Peripherals::take() else { return };
    clock::start(&mut core.SYST);
    let model = KWS.take();
    let Ok(task) = every_millisecond() else { return };
    spawner.spawn(task);

    let mut answers = [[[0; 12]; HEARD]; 2];
    hprintln!("             late at most    rounds   missed    inference");
    for (way, answers) in ["run", "run_async"].into_iter().zip(&mut answers) {
        // The task has its turn, and begins with a clean sheet.
        yield_now().await;
        LATENESS.reset();
        let begin = Instant::now();
        for (answer, clip) in answers.iter_mut().zip(&CLIPS) {
            let features = clip.features.map(|value| kws::INPUT.quantize(value));
            *answer = match way {
                "run" => *model.run(&features),
                _ => *model.run_async(&features, yield_now).await,
            };
            yield_now().await;
        }
        let took = begin.elapsed().as_micros() / HEARD as u64;
        let (late, rounds, missed) = (LATENESS.worst_us(), LATENESS.rounds(), LATENESS.missed());
        hprintln!("{way:<12} {late:>9} us {rounds:>9} {missed:>8} {took:>9} us");
    }
    let kept = LATENESS.missed() == 0 && LATENESS.rounds() > 0;
    hprintln!("{}", if kept { "The deadline was kept." } else { "The deadline was missed." });
    debug::exit(if kept && answers[0] == answers[1] { EXIT_SUCCESS } else { EXIT_FAILURE });
}

#[embassy_executor::task]
async fn every_millisecond() -> ! {
    // Here a motor would get its next voltage.
    control(&LATENESS, 1, || {}).await
}
