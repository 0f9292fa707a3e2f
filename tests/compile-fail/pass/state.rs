//! A model that remembers: two of them take turns in one arena and keep their state apart, which can be saved and restored.
#![forbid(unsafe_code)]
#![deny(warnings)]

tinyml::include_model!("$TINYML_TEST_MODELS/counter.onnx", precision = "f32", state = { "before" = "after" });

// Without an input but its state, and with a next value that is always the same.
tinyml::include_model!(
    "$TINYML_TEST_MODELS/ticks.onnx",
    precision = "f32",
    state = { "before" = "after", "begun" = "always" }
);

/// For any model with this input and output.
fn sum<'m, M>(model: &'m mut M, x: [f32; 3]) -> [f32; 3]
where
    M: tinyml::Reset + for<'i> tinyml::Infer<Input<'i> = &'i [f32; 3], Output<'m> = &'m [f32; 3]>,
{
    model.reset();
    *model.run(&x)
}

fn main() {
    let mut own = counter::Model::new();
    assert_eq!(*own.run(&[1.0, 2.0, 3.0]), [1.0, 2.0, 3.0]);
    assert_eq!(*own.run(&[1.0, 0.0, 0.0]), [2.0, 2.0, 3.0]);
    assert_eq!(sum(&mut own, [7.0, 0.0, 0.0]), [7.0, 0.0, 0.0]);

    let mut ticks = ticks::Model::new();
    for expected in [0.0, 2.0, 3.0, 4.0] {
        assert_eq!(*ticks.run(ticks::Inputs {}), [expected]);
    }
    ticks.reset();
    assert_eq!(*tinyml::Infer::run(&mut ticks, ticks::Inputs {}), [0.0]);

    let mut arena = tinyml::Arena::<{ counter::ARENA_BYTES }>::new();
    let (mut one, mut other) = (counter::State::new(), counter::State::new());
    for number in 1..=4 {
        let x = number as f32;
        let all: f32 = (1..=number).sum::<i32>() as f32;
        assert_eq!(*counter::Model::with_arena(&mut arena, &mut one).run(&[x; 3]), [all; 3]);
        assert_eq!(*counter::Model::with_arena(&mut arena, &mut other).run(&[-x; 3]), [-all; 3]);
    }

    let mut saved = [0; counter::SAVED_BYTES];
    one.save(&mut saved);
    one.reset();
    assert_eq!(*counter::Model::with_arena(&mut arena, &mut one).run(&[1.0; 3]), [1.0; 3]);
    assert_eq!(own.state().restore(&saved), Ok(()));
    assert_eq!(*own.run(&[1.0; 3]), [11.0; 3]);
    saved[0] ^= 1;
    assert_eq!(own.state().restore(&saved), Err(tinyml::RestoreError));
    assert_eq!(*own.run(&[1.0; 3]), [12.0; 3]);
}
