//! Hears the shipped recording with the wake word model, compiled into this program as int8: for each row of 30 ms, `push` computes
//! what is new in the window, and nothing again. All voices are synthetic; see examples/models/wake-word/README.md.
#![forbid(unsafe_code)]

use std::time::Instant;

use wake_word::listen;

tinyml::include_model!(
    mod ears = "../models/wake-word.onnx",
    calibration = "../models/wake-word.calibration.npz",
    accept = "../models/wake-word.accept.json",
    input = "stream",
);

fn main() {
    let mut model = Box::new(ears::Model::new());
    let begin = Instant::now();
    let mut steps = 0;
    let push = |row: &_| {
        steps += 1;
        model.push_f32(row)
    };
    listen(push, |detection| println!("{detection}"));
    let took = begin.elapsed();
    println!();
    println!("rows of a window  {}, of which each step takes {} new", ears::WINDOW, ears::STEP);
    println!("RAM               {} bytes of arena, {} of state", ears::ARENA_BYTES, ears::STATE_BYTES);
    println!("weights           {} bytes", ears::WEIGHT_BYTES);
    println!("work              {} MACs a step", ears::MACS);
    println!("time              {:.2?} a step", took / steps);
}
