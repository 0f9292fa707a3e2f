//! Whatever firmware does with a model that did not compile, the one mistake gives one error.
#![deny(warnings)]
#![forbid(unsafe_code)]

use std::sync::Mutex;

tinyml::include_model!("$TINYML_TEST_MODELS/missing.onnx");

static MODEL: Mutex<missing::Model> = Mutex::new(missing::Model::new());
static BUFFER: [u8; 4 + missing::ARENA_BYTES] = [0; 4 + missing::ARENA_BYTES];
const _: () = assert!(missing::WEIGHT_BYTES < 100_000 && missing::LABELS.len() == 12);

struct App<'a> {
    own: missing::Model,
    shared: missing::Model<&'a mut tinyml::Arena<{ missing::ARENA_BYTES }>>,
}

impl App<'_> {
    fn step(&mut self, audio: &[i8; 490], state: &[i8; 16]) -> Option<&'static str> {
        let outputs: missing::Outputs<'_> = self.own.run(missing::Inputs { audio, state });
        let missing::OutputsF32 { scores, .. } = self.shared.run_f32(&missing::InputsF32 { audio: [0.0; 490] });
        let best = outputs.scores.iter().enumerate().max_by_key(|(_, score)| **score)?;
        (scores[best.0] > 0.5).then(|| missing::LABELS[best.0])
    }
}

fn best<A>(model: &mut missing::Model<A>, features: &[i8; 490]) -> usize {
    let scores: &[i8; 12] = model.run(features);
    let probabilities: [f32; 12] = model.run_f32(&[0.0; 490]);
    model.input_mut().fill(missing::INPUT.zero_point as i8);
    (0..12).max_by_key(|&class| scores[class]).unwrap_or(0) + probabilities.len() + missing::MACS as usize
}

fn spoken(model: &mut missing::Model, features: &[f32; 4]) -> i64 {
    match model.run(features).label {
        missing::Class::Yes => missing::CLASSES[0],
        other => other.index() as i64,
    }
}

fn main() {
    let mut arena = tinyml::Arena::<{ missing::ARENA_BYTES }>::new();
    let mut app = App { own: missing::Model::new(), shared: missing::Model::with_arena(&mut arena) };
    println!("{:?} {}", app.step(&[0; 490], &[0; 16]), best(&mut app.own, &[0; 490]));
    println!("{}", spoken(&mut app.own, &[0.0; 4]));
    println!("{} {}", BUFFER.len(), MODEL.lock().is_ok());
}
