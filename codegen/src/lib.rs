//! The compiler: from a trained model to static, `no_std`, fixed-point Rust.
//!
//! [`pipeline`] shows the whole way: `import → canonicalise → quantise (float models) → optimise → select kernels → plan memory →
//! emit`. Everything here runs on the host and knows nothing of `proc_macro`; the macro, the build-script API and the `tinyml`
//! command are thin shells over it.
#![forbid(unsafe_code)]

mod build;
pub mod compiled;
pub mod config;
pub mod cost;
pub mod data;
pub mod diagnostic;
pub mod emit;
pub mod escape;
pub mod estimate;
pub mod evaluate;
pub mod files;
pub mod fit;
pub mod import;
pub mod ir;
pub mod kernel;
pub mod limits;
pub mod memory;
pub mod module;
pub mod names;
pub mod ops;
pub mod passes;
pub mod pipeline;
pub mod ports;
pub mod quantise;
pub mod report;
pub mod selection;
pub mod slices;
pub mod slide;
pub mod source;
pub mod stream;
pub mod target;
pub mod wording;

pub use build::{Build, watched};
pub use config::{Calibrator, Input, Optimise, PortLayout, Precision};
