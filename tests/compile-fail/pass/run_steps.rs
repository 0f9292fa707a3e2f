//! Whole sequences by a model that remembers: of any length, and from the begin whatever was before.
#![forbid(unsafe_code)]
#![deny(warnings)]

tinyml::include_model!("$TINYML_TEST_MODELS/counter.onnx", precision = "f32", state = { "before" = "after" });

// Recurrent layers with one behind them that only the result needs.
tinyml::include_model!(
    mod elman = "$TINYML_TEST_MODELS/../../cases/onnx-state-elman/model.onnx",
    precision = "f32",
    state = { "h_in" = "h_out" }
);
tinyml::include_model!(
    mod recurrent = "$TINYML_TEST_MODELS/../../cases/onnx-state-layers/model.onnx",
    precision = "f32",
    state = { "h_in" = "lstm0_1", "c_in" = "lstm0_2", "g_in" = "gru2_1" }
);
tinyml::include_model!(mod wake = "$TINYML_TEST_MODELS/../../cases/stream-wake-word/model.tflite");

/// Compares `run_steps` with steps by hand, for sequences of several lengths one after the other.
macro_rules! compare {
    ($module:ident, $length:literal, $value:expr) => {
        let mut state = 7_u32;
        let mut steps = [[Default::default(); $length]; 20];
        for place in steps.iter_mut().flatten() {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            *place = $value(state >> 24);
        }
        let (mut at_once, mut by_hand) = ($module::Model::new(), $module::Model::new());
        assert_eq!(at_once.run_steps(&[]), None);
        for length in [1, 20, 2, 19, 7] {
            by_hand.reset();
            let (last, others) = steps[..length].split_last().unwrap();
            for step in others {
                by_hand.run(step);
            }
            assert_eq!(at_once.run_steps(&steps[..length]), Some(by_hand.run(last)), "{length} steps");
            // The sequence may go on.
            assert_eq!(at_once.run(&steps[3]), by_hand.run(&steps[3]), "behind {length} steps");
        }
    };
}

fn main() {
    let mut model = counter::Model::new();
    assert_eq!(model.run_steps(&[[1.0, 2.0, 3.0]; 7]), Some(&[7.0, 14.0, 21.0]));
    assert_eq!(model.run_steps_f32(&[[1.0; 3]; 2]), Some([2.0; 3]));
    assert_eq!(model.run_steps_f32(&[]), None);

    let real = |byte: u32| byte as f32 / 64.0 - 2.0;
    compare!(elman, 8, real);
    compare!(recurrent, 6, real);
    compare!(wake, 120, |byte: u32| byte as u8 as i8);
}
