//! Inferences in slices: by hand, generic over models, awaited, and given up.
#![forbid(unsafe_code)]
#![deny(warnings)]

use std::future::Future;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

tinyml::include_model!("$TINYML_TEST_MODELS/picture.tflite");
tinyml::include_model!("$TINYML_TEST_MODELS/large.tflite", slice = "2ms", board = "nucleo-l4r5zi");
tinyml::include_model!(
    "$TINYML_TEST_MODELS/counter.onnx",
    precision = "f32",
    state = { "before" = "after" },
    slice = 200,
    core = "cortex-m4"
);

/// For any model.
fn at_once<J: tinyml::Slices>(mut job: J) -> J::Output {
    while job.step() {}
    job.finish()
}

/// Is pending once.
#[derive(Default)]
struct YieldNow(bool);

impl Future for YieldNow {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        if std::mem::replace(&mut self.0, true) {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    }
}

/// A task that owns its model.
async fn task(mut model: Box<picture::Model>, image: [i8; 48]) -> i32 {
    let scores = model.run_async(&image, YieldNow::default).await;
    scores.iter().map(|&score| i32::from(score)).sum()
}

fn main() {
    let image = [5; 48];
    let alone = *picture::Model::new().run(&image);
    let mut model = picture::Model::new();
    for slices in 0..picture::SLICES {
        let mut job = model.begin(&[9; 48]);
        (0..slices).for_each(|_| assert!(job.step()));
    }
    assert_eq!(*at_once(model.begin(&image)), alone);
    *model.input_mut() = image;
    assert_eq!(*model.begin_infer().finish(), alone);

    // Two tasks with a model each.
    let mut context = Context::from_waker(Waker::noop());
    let mut tasks = [task(Box::default(), image), task(Box::default(), [9; 48])].map(Box::pin);
    let mut sums = [None; 2];
    while sums.contains(&None) {
        for (task, sum) in tasks.iter_mut().zip(&mut sums).filter(|(_, sum)| sum.is_none()) {
            if let Poll::Ready(value) = task.as_mut().poll(&mut context) {
                *sum = Some(value);
            }
        }
    }
    assert_eq!(sums[0], Some(alone.iter().map(|&score| i32::from(score)).sum()));

    // Nothing is remembered of what was given up, and a state lies apart from an arena that others use.
    let mut arena = tinyml::Arena::<{ tinyml::max_arena!(counter, large) }>::new();
    let mut state = counter::State::new();
    for number in 1..=3 {
        let mut counter = counter::Model::with_arena(&mut arena, &mut state);
        let mut job = counter.begin(&[100.0; 3]);
        (1..counter::SLICES).for_each(|_| assert!(job.step()));
        let mut future = pin!(counter.run_async(&[1.0; 3], async || YieldNow::default().await));
        let sum = loop {
            if let Poll::Ready(sum) = future.as_mut().poll(&mut context) {
                break sum;
            }
        };
        assert_eq!(*sum, [number as f32; 3]);
        assert!(future.poll(&mut context).is_pending(), "it is ready once");
        let mut large = large::Model::with_arena(&mut arena);
        assert_eq!(large.begin_infer().finish().len(), 96 * 96 * 8);
        assert!(counter::SLICES > 1 && large::SLICES > 0 && large::LONGEST_SLICE_CYCLES > 0);
    }
}
