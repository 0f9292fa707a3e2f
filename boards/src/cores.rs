//! Processor cores: their targets and extensions.

/// A processor core that a profile may name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Core {
    /// Name in profiles and options: `cortex-m4f`.
    pub name: &'static str,
    /// Rust targets for it, the usual one first.
    pub targets: &'static [&'static str],
    /// Arm's DSP extension.
    pub dsp: bool,
    /// M-profile vector extension (Helium).
    pub mve: bool,
}

const V6M: &[&str] = &["thumbv6m-none-eabi"];
const V7M: &[&str] = &["thumbv7m-none-eabi"];
const V7EM: &[&str] = &["thumbv7em-none-eabi"];
const V7EM_FPU: &[&str] = &["thumbv7em-none-eabihf", "thumbv7em-none-eabi"];
const V8M_BASE: &[&str] = &["thumbv8m.base-none-eabi"];
const V8M_MAIN: &[&str] = &["thumbv8m.main-none-eabihf", "thumbv8m.main-none-eabi"];
const RV32IMC: &[&str] = &["riscv32imc-unknown-none-elf"];
const RV32IMAC: &[&str] = &["riscv32imac-unknown-none-elf", "riscv32imc-unknown-none-elf"];
const RV32IMAFC: &[&str] = &["riscv32imafc-unknown-none-elf"];

/// The cores, from small to large. The DSP extension is optional on Cortex-M33 and Cortex-M35P; here they have it, as the
/// kernels for that family take for granted.
pub const CORES: &[Core] = &[
    core("cortex-m0", V6M),
    core("cortex-m0plus", V6M),
    core("cortex-m23", V8M_BASE),
    core("cortex-m3", V7M),
    dsp("cortex-m4", V7EM),
    dsp("cortex-m4f", V7EM_FPU),
    dsp("cortex-m7", V7EM_FPU),
    dsp("cortex-m33", V8M_MAIN),
    dsp("cortex-m35p", V8M_MAIN),
    helium("cortex-m52", V8M_MAIN),
    helium("cortex-m55", V8M_MAIN),
    helium("cortex-m85", V8M_MAIN),
    core("rv32imc", RV32IMC),
    core("rv32imac", RV32IMAC),
    core("rv32imafc", RV32IMAFC),
    core("hazard3", RV32IMAC),
];

const fn core(name: &'static str, targets: &'static [&'static str]) -> Core {
    Core { name, targets, dsp: false, mve: false }
}

const fn dsp(name: &'static str, targets: &'static [&'static str]) -> Core {
    Core { dsp: true, ..core(name, targets) }
}

const fn helium(name: &'static str, targets: &'static [&'static str]) -> Core {
    Core { mve: true, ..dsp(name, targets) }
}

impl Core {
    /// The core with that name.
    pub fn find(name: &str) -> Option<&'static Core> {
        CORES.iter().find(|core| core.name == name)
    }

    /// Whether code for that target uses a floating-point unit.
    pub fn uses_fpu(&self, target: &str) -> bool {
        self.targets.contains(&target) && (target.ends_with("eabihf") || target.contains("imafc"))
    }
}
