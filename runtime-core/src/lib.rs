//! The firmware side of the tinyml compiler.
//!
//! A model that the compiler has lowered is plain Rust: declarations of layers over the kernels of this crate, weights in
//! flash, and one [`Arena`] in RAM whose size the compiler computed. Nothing here allocates, nothing interprets, nothing
//! panics, an int8 model uses no floating point outside `run_f32`.
//!
//! ```ignore
//! tinyml::include_model!("models/kws.onnx");          // -> pub mod kws
//!
//! static KWS: ConstStaticCell<kws::Model> = ConstStaticCell::new(kws::Model::new());
//! let model = KWS.take();
//! let scores: &[i8; 12] = model.run(&features);
//! ```
//!
//! # Memory
//! [`Arena::new`] is all zero bits, so a model in a `static` lies in `.bss` and costs no flash. Do not build it on the
//! stack and move it (`StaticCell::init(Model::new())` does): use a `const` initialiser.
//!
//! # Features
//! `macros` (default) brings `include_model!`; `onnx` and `tflite` (default) are the file formats that it reads. Without
//! default features the crate has no dependency but its own arithmetic.
#![no_std]
#![deny(missing_docs)]

mod arch;
mod arena;
mod boundary;
mod classes;
mod core_family;
mod face;
mod info;
mod kernels;
mod memory;
mod saved;
mod sliced;

#[doc(hidden)]
pub mod __private;

/// The size of an arena in which any of several models can run: the largest of their `ARENA_BYTES`.
///
/// ```ignore
/// tinyml::include_model!("models/wake.onnx");
/// tinyml::include_model!("models/commands.onnx");
///
/// static ARENA: ConstStaticCell<tinyml::Arena<{ tinyml::max_arena!(wake, commands) }>> = ConstStaticCell::new(tinyml::Arena::new());
/// let arena = ARENA.take();
/// if wake::Model::with_arena(arena).run(&sound)[0] > 0 {
///     let scores = commands::Model::with_arena(arena).run(&sound);
/// }
/// ```
///
/// Each model's input and result live as long as its turn: the next model overwrites them. What a model remembers from one inference to the
/// next lies apart, in its `State`: `Model::with_arena(arena, state)`.
#[macro_export]
macro_rules! max_arena {
    ($($($model:ident)::+),+ $(,)?) => {{
        let mut most = 0;
        $(
            if $($model)::+::ARENA_BYTES > most {
                most = $($model)::+::ARENA_BYTES;
            }
        )+
        most
    }};
}

pub use arena::Arena;
pub use boundary::Quantised;
pub use face::{Infer, Push, Reset};
pub use info::{Halves, TensorInfo, argmax};
pub use saved::RestoreError;
pub use sliced::{InSlices, Slices};
#[cfg(feature = "macros")]
pub use tinyml_macros::include_model;
