//! What differs by core: instructions that Rust has no stable name for, and inner loops, each beside its exact meaning in Rust.
//!
//! A kernel form that is written in terms of these runs, and is tested, on any machine; on the cores that have the instruction
//! it is the instruction.

// Which kernels use what depends on the core that the crate is built for.
#![allow(dead_code)]

pub(crate) mod blocks;
pub(crate) mod dsp;
pub(crate) mod helium;
pub(crate) mod pairs;
pub(crate) mod product;
pub(crate) mod requantise;
pub(crate) mod rescale;
pub(crate) mod taps;
