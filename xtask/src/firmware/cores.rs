//! The cores that firmware is tested on, and the machines of QEMU's that have them.

/// A core: what builds for it and what runs it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Core {
    /// The name on the command line.
    pub(crate) name: &'static str,
    /// The core's own name.
    pub(crate) title: &'static str,
    /// The compiler's family of cores (`core = "…"` of a model).
    pub(crate) family: &'static str,
    /// Rust's target.
    pub(crate) target: &'static str,
    /// Flags of the compiler beside the target's, as a user of this core sets them.
    pub(crate) flags: &'static [&'static str],
    /// The machine that runs it.
    pub(crate) machine: Machine,
    /// Whether CI runs all cases on it, or a sample.
    pub(crate) all_in_ci: bool,
}

/// A machine of QEMU's.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Machine {
    /// The emulator.
    pub(crate) emulator: &'static str,
    /// Its arguments that choose machine and processor.
    pub(crate) arguments: &'static [&'static str],
    /// Where the program goes, the vector table first.
    pub(crate) flash: Region,
    /// Where data and stack go.
    pub(crate) ram: Region,
}

/// A region of memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Region {
    /// Its first address.
    pub(crate) origin: u32,
    /// Its bytes.
    pub(crate) length: u32,
}

const fn region(origin: u32, length: u32) -> Region {
    Region { origin, length }
}

const K: u32 = 1024;
const M: u32 = 1024 * K;
const ARM: &str = "qemu-system-arm";

/// All cores.
///
/// The Arm boards of the MPS2 and MPS3 family have the memory map of their FPGA images (Arm application notes 385, 386, 500, 505
/// and 547). A Cortex-M0's programs run on a Cortex-M3, because no machine with a Cortex-M0 has room for them; [`MICROBIT`] is that
/// core itself.
pub(crate) const CORES: [Core; 7] = [
    Core {
        name: "m0",
        title: "Cortex-M0",
        family: "armv6m",
        target: "thumbv6m-none-eabi",
        flags: &[],
        machine: Machine {
            emulator: ARM,
            arguments: &["-machine", "mps2-an385", "-cpu", "cortex-m3"],
            flash: region(0, 4 * M),
            ram: region(0x2000_0000, 4 * M),
        },
        all_in_ci: true,
    },
    Core {
        name: "m3",
        title: "Cortex-M3",
        family: "armv7m",
        target: "thumbv7m-none-eabi",
        flags: &[],
        machine: Machine {
            emulator: ARM,
            arguments: &["-machine", "mps2-an385", "-cpu", "cortex-m3"],
            flash: region(0, 4 * M),
            ram: region(0x2000_0000, 4 * M),
        },
        all_in_ci: false,
    },
    Core {
        name: "m4",
        title: "Cortex-M4F",
        family: "armv7em",
        target: "thumbv7em-none-eabihf",
        flags: &[],
        machine: Machine {
            emulator: ARM,
            arguments: &["-machine", "mps2-an386", "-cpu", "cortex-m4"],
            flash: region(0, 4 * M),
            ram: region(0x2000_0000, 4 * M),
        },
        all_in_ci: true,
    },
    Core {
        name: "m7",
        title: "Cortex-M7",
        family: "armv7em",
        target: "thumbv7em-none-eabihf",
        flags: &[],
        machine: Machine {
            emulator: ARM,
            arguments: &["-machine", "mps2-an500", "-cpu", "cortex-m7"],
            flash: region(0, 4 * M),
            ram: region(0x2000_0000, 4 * M),
        },
        all_in_ci: false,
    },
    Core {
        name: "m33",
        title: "Cortex-M33",
        family: "armv8m",
        target: "thumbv8m.main-none-eabihf",
        flags: &[],
        machine: Machine {
            emulator: ARM,
            arguments: &["-machine", "mps2-an505", "-cpu", "cortex-m33"],
            flash: region(0x1000_0000, 4 * M),
            ram: region(0x3800_0000, 4 * M),
        },
        all_in_ci: false,
    },
    Core {
        name: "m55",
        title: "Cortex-M55",
        family: "armv81m",
        target: "thumbv8m.main-none-eabihf",
        flags: &["-Ctarget-cpu=cortex-m55"],
        machine: Machine {
            emulator: ARM,
            arguments: &["-machine", "mps3-an547", "-cpu", "cortex-m55"],
            flash: region(0, 512 * K),
            ram: region(0x2100_0000, 4 * M),
        },
        all_in_ci: false,
    },
    Core {
        name: "rv32",
        title: "RV32IMC",
        family: "riscv32",
        target: "riscv32imc-unknown-none-elf",
        flags: &[],
        machine: Machine {
            emulator: "qemu-system-riscv32",
            arguments: &["-machine", "virt", "-bios", "none"],
            flash: region(0x8000_0000, 16 * M),
            ram: region(0x8100_0000, 16 * M),
        },
        all_in_ci: true,
    },
];

/// The one machine of QEMU's with a Cortex-M0, the micro:bit of 2015, for the cases that it has room for.
pub(crate) const MICROBIT: Core = Core {
    name: "microbit",
    title: "Cortex-M0 of the micro:bit",
    family: "armv6m",
    target: "thumbv6m-none-eabi",
    flags: &[],
    machine: Machine {
        emulator: ARM,
        arguments: &["-machine", "microbit"],
        flash: region(0, 256 * K),
        ram: region(0x2000_0000, 16 * K),
    },
    all_in_ci: false,
};
