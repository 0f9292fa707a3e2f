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
mod core_family;
mod info;
mod kernels;

#[doc(hidden)]
pub mod __private;

pub use arena::Arena;
pub use info::TensorInfo;
#[cfg(feature = "macros")]
pub use tinyml_macros::include_model;
