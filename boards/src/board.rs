//! A board that was read and validated.

use crate::cores::Core;
use crate::current::{Active, Figure, Sleep};

/// A board: the core that code is generated for, the memory that the model must fit, and what it draws.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Board {
    /// Name that options use: lower case, the file's stem.
    pub name: String,
    /// Name in words.
    pub title: String,
    /// The vendor's page.
    pub page: String,
    /// Microcontroller.
    pub mcu: String,
    /// Processor core, a name in [`CORES`](crate::CORES): `cortex-m4f`.
    pub core: String,
    /// Rust target triple, one of the core's.
    pub target: String,
    /// Flash for code and constants, in bytes.
    pub flash: usize,
    /// Regions of RAM that statics and stack can use; never empty.
    pub ram: Vec<Region>,
    /// Core clock that the vendor's page states, in Hz; an emulated machine may have none.
    pub clock: Option<u64>,
    /// Where the memory sizes and the clock are stated.
    pub source: String,
    /// Whether this is an emulated machine.
    pub emulator: bool,
    /// Current while the core computes.
    pub active: Figure<Active>,
    /// Current between inferences.
    pub sleep: Figure<Sleep>,
}

/// A contiguous region of RAM.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Region {
    /// Name in the datasheet: `DTCM`.
    pub name: String,
    /// Size in bytes.
    pub bytes: usize,
    /// Whether statics, and so a model's arena, normally go here; exactly one region of a board has this.
    pub arena: bool,
}

/// Instruction set extensions that kernels depend on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Features {
    /// Arm's DSP extension: `smlad` and its kin.
    pub dsp: bool,
    /// Floating-point unit that the target uses.
    pub fpu: bool,
    /// M-profile vector extension (Helium).
    pub mve: bool,
}

impl Board {
    /// The region of RAM that a model's arena normally goes to.
    pub fn arena_region(&self) -> &Region {
        // Reading rejects a board without; the first region is there in any case.
        self.ram.iter().find(|region| region.arena).unwrap_or(&self.ram[0])
    }

    /// All RAM, in bytes: the sum of the regions.
    pub fn ram_bytes(&self) -> usize {
        self.ram.iter().map(|region| region.bytes).sum()
    }

    /// The core's extensions, as the target uses them.
    pub fn features(&self) -> Features {
        let core = Core::find(&self.core);
        Features {
            dsp: core.is_some_and(|core| core.dsp),
            fpu: core.is_some_and(|core| core.uses_fpu(&self.target)),
            mve: core.is_some_and(|core| core.mve),
        }
    }
}
