//! Keyword spotting on the host: `examples/models/kws.onnx`, compiled into this program as int8 and as f32, hears one-second clips
//! and is measured on a test set. All voices are synthetic; see examples/models/kws/README.md.
#![forbid(unsafe_code)]

use std::error::Error;
use std::time::{Duration, Instant};

use kws_clips::{Answer, CLIPS, FEATURES, HEADER, largest};
use kws_host::{kws, kws_f32};
use kws_recordings::Recordings;

fn main() -> Result<(), Box<dyn Error>> {
    let test_set = Recordings::test_set()?;
    let mut int8 = Box::new(kws::Model::new());
    let mut float = Box::new(kws_f32::Model::new());

    println!("{HEADER}");
    for clip in &CLIPS {
        println!("{}", Answer::new(clip, &int8.run_f32(&clip.features), &kws::LABELS));
    }

    let answers: Vec<[usize; 2]> = test_set
        .iter()
        .map(|(_, features, _)| [largest(&int8.run_f32(features)), largest(&float.run_f32(features))])
        .collect();
    let share = |hit: &dyn Fn(usize, [usize; 2]) -> bool| {
        let hits =
            test_set.iter().zip(&answers).filter(|((_, _, label), answer)| hit(*label, **answer)).count();
        100.0 * hits as f64 / answers.len() as f64
    };
    println!();
    println!("test set: {} examples of voices that were not trained on", answers.len());
    println!(
        "accuracy  int8 {:.2} %, f32 {:.2} %",
        share(&|label, a| a[0] == label),
        share(&|label, a| a[1] == label)
    );
    println!("agreement int8 and f32 give the same class for {:.2} %", share(&|_, a| a[0] == a[1]));
    println!();

    let features: Vec<_> = test_set.iter().map(|(_, features, _)| *features).collect();
    let int8_time = time(&features, |features| _ = int8.run_f32(features));
    let float_time = time(&features, |features| _ = float.run_f32(features));
    println!(
        "{:<6} {:>12} {:>14} {:>12} {:>16}",
        "", "arena bytes", "weight bytes", "MACs", "time/inference"
    );
    println!(
        "{:<6} {:>12} {:>14} {:>12} {:>14.2?}",
        "int8",
        kws::ARENA_BYTES,
        kws::WEIGHT_BYTES,
        kws::MACS,
        int8_time
    );
    println!(
        "{:<6} {:>12} {:>14} {:>12} {:>14.2?}",
        "f32",
        kws_f32::ARENA_BYTES,
        kws_f32::WEIGHT_BYTES,
        kws_f32::MACS,
        float_time
    );
    Ok(())
}

/// The median time of one inference, over the test set.
fn time(features: &[[f32; FEATURES]], mut run: impl FnMut(&[f32; FEATURES])) -> Duration {
    let mut times: Vec<Duration> = features
        .iter()
        .map(|features| {
            let start = Instant::now();
            run(std::hint::black_box(features));
            start.elapsed()
        })
        .collect();
    times.sort_unstable();
    times[times.len() / 2]
}
