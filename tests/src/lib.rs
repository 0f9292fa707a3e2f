//! The suites that hold every stage of the compiler against golden cases.
//!
//! A case is a folder in `tests/cases` with a model, inputs and a reference's outputs; the build script finds the folders and
//! generates code for each, so a new case needs no code. The same case runs through the interpreter after import and after
//! every pass, and through the generated code.

pub mod case;
pub mod compare;
pub mod user_crate;

use std::env;
use std::path::{Path, PathBuf};
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

use tinyml_codegen::ir::Value;

include!(concat!(env!("OUT_DIR"), "/generated.rs"));

/// A case's generated code: from golden inputs to outputs, in the types of the generated `run` (or `run_f32`).
pub type Run = fn(&[Value]) -> Option<Vec<Value>>;

/// Pushes rows into a generated model that takes the new rows of a window, and compares each result with the whole window's: how many were
/// equal; none if one was not.
pub type Slides = fn(&Value) -> Option<usize>;

/// The same for the steps of a sequence: one model takes them all, and is reset before those whose numbers are given.
pub type RunSteps = fn(&[Vec<Value>], &[usize]) -> Option<Vec<Vec<Value>>>;

/// A case's code in slices.
pub enum Sliced {
    /// By itself.
    Code(Run),
    /// A sequence.
    Sequence(RunSteps),
}

/// The boundaries at which inferences are given up: so many slices are carried out before. All of them, or, of very many, some, which the
/// inputs say.
pub fn boundaries(slices: usize, inputs: &[Value]) -> impl Iterator<Item = usize> {
    const MOST: usize = 24;
    let step = slices.div_ceil(MOST);
    let first = inputs
        .first()
        .map_or(0, |value| usize::from(value.to_le_bytes().iter().fold(0u8, |a, b| a.wrapping_add(*b))));
    (first % step..slices).step_by(step)
}

/// A future that is pending once.
#[derive(Default)]
pub struct Once(bool);

impl Future for Once {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        if std::mem::replace(&mut self.0, true) { Poll::Ready(()) } else { Poll::Pending }
    }
}

/// What a future gives that is pending between so many slices, and once it has given its result for ever; none if it is otherwise.
pub fn awaited<F: Future>(future: F, slices: usize) -> Option<F::Output> {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    for _ in 1..slices {
        if future.as_mut().poll(&mut context).is_ready() {
            return None;
        }
    }
    let Poll::Ready(result) = future.as_mut().poll(&mut context) else { return None };
    future.poll(&mut context).is_pending().then_some(result)
}

/// What became of a case in the build script.
pub enum Generated {
    /// Code: `run` in the model's own types and, unless the model has integers without a scale, `run_f32`.
    Code {
        /// Through `run`.
        run: Run,
        /// Through `infer`, with the inputs written into the arena.
        in_place: Run,
        /// Through `run_f32`.
        run_f32: Option<Run>,
    },
    /// The same for a sequence.
    Sequence {
        /// Through `run`.
        run: RunSteps,
        /// Through `infer`, with the inputs written into their places.
        in_place: RunSteps,
        /// Through `run_f32`.
        run_f32: Option<RunSteps>,
    },
    /// The compiler refused the case, with these messages.
    Refused(&'static str),
}

/// The folder of the cases.
pub fn cases_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("cases")
}

/// The folder of further models, if there is one.
pub fn zoo() -> Option<PathBuf> {
    env::var_os(case::ZOO_VARIABLE).map(PathBuf::from).filter(|folder| folder.is_dir())
}
