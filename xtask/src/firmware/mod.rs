//! `cargo xtask firmware`: the golden cases as firmware, on every core.

pub(crate) mod build;
mod controls;
pub(crate) mod cores;
pub(crate) mod qemu;

use cores::{CORES, MICROBIT};

use crate::embedded::Machine;

pub(crate) fn run() -> Result<(), String> {
    let machine = Machine::look()?;
    for core in CORES.iter().chain([&MICROBIT]) {
        controls::run(&machine, core)?;
    }
    Ok(())
}
