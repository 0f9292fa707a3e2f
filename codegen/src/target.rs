//! Core families: what decides which kernels, packing and plan a model gets.

use tinyml_boards::Board;

/// A family of processor cores that run the same kernels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Core {
    /// Anything: the scalar kernels (hosts, cores without kernels of their own).
    Portable,
    /// Cortex-M0, M0+, M1, M23: 32-bit multiplier, no DSP.
    Armv6m,
    /// Cortex-M3.
    Armv7m,
    /// Cortex-M4, M7: DSP instructions.
    Armv7em,
    /// Cortex-M33, M35P: DSP instructions.
    Armv8m,
    /// Cortex-M52, M55, M85: Helium.
    Armv81m,
    /// 32-bit RISC-V with multiplier.
    Riscv32,
}

impl Core {
    /// All families.
    pub const ALL: [Core; 7] = [
        Core::Portable,
        Core::Armv6m,
        Core::Armv7m,
        Core::Armv7em,
        Core::Armv8m,
        Core::Armv81m,
        Core::Riscv32,
    ];

    /// The name in options, in `TINYML_CORE` and in generated code.
    pub fn name(self) -> &'static str {
        match self {
            Core::Portable => "portable",
            Core::Armv6m => "armv6m",
            Core::Armv7m => "armv7m",
            Core::Armv7em => "armv7em",
            Core::Armv8m => "armv8m",
            Core::Armv81m => "armv81m",
            Core::Riscv32 => "riscv32",
        }
    }

    /// The family for a name: a family's own, or a core's (`cortex-m4`).
    pub fn from_name(name: &str) -> Option<Core> {
        let by_core = match name {
            "cortex-m0" | "cortex-m0+" | "cortex-m0plus" | "cortex-m1" | "cortex-m23" => Core::Armv6m,
            "cortex-m3" => Core::Armv7m,
            "cortex-m4" | "cortex-m4f" | "cortex-m7" => Core::Armv7em,
            "cortex-m33" | "cortex-m35p" => Core::Armv8m,
            "cortex-m52" | "cortex-m55" | "cortex-m85" => Core::Armv81m,
            "rv32imc" | "rv32imac" | "rv32imafc" | "hazard3" => Core::Riscv32,
            _ => return Core::ALL.into_iter().find(|core| core.name() == name),
        };
        Some(by_core)
    }

    /// Whether the family has the DSP instructions of Armv7E-M.
    pub fn has_dsp(self) -> bool {
        matches!(self, Core::Armv7em | Core::Armv8m | Core::Armv81m)
    }

    /// The family of a board's core.
    pub fn of_board(board: &Board) -> Option<Core> {
        Core::from_name(&board.core)
    }
}
