//! The inner parts of kernels for cores with Helium, the M-profile vector extension (Cortex-M52, M55, M85), each beside its
//! emulation.
//!
//! Each is one block of assembly: the compiler has no names for the instructions, and what matters is which value stays in which
//! register. LLVM assembles them if the crate is built for such a core (`-C target-cpu`), which is what makes it one (see
//! `build.rs`). Instructions: Armv8-M Architecture Reference Manual, C2.4.

pub(crate) mod depthwise;
#[cfg(not(all(target_arch = "arm", tinyml_core = "armv81m")))]
mod emulated;
pub(crate) mod memory;
#[cfg(all(target_arch = "arm", tinyml_core = "armv81m"))]
mod native;
pub(crate) mod product;

use tinyml_arith::HighMul;
use tinyml_arith::helium::Constants;

/// The requantisation of a layer.
#[derive(Clone, Copy)]
pub(crate) struct Form {
    /// What is computed.
    pub(crate) high_mul: HighMul,
    /// How its constants lie.
    pub(crate) constants: Constants,
}
