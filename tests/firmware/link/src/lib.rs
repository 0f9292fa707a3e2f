//! The build script of every firmware image: `fn main() { firmware_link::main() }`.
//!
//! Links with the start-up crate's script (`link.x`) and writes the `memory.x` that it includes, for the machine that
//! [`MEMORY`] describes.

use std::path::PathBuf;
use std::{env, fs};

/// The variable with the machine's memory: `ORIGIN+LENGTH` of flash, a comma, and the same of RAM, in bytes. `cargo xtask firmware`
/// sets it.
pub const MEMORY: &str = "TINYML_FIRMWARE_MEMORY";

/// Writes `memory.x` and tells Cargo how to link.
pub fn main() {
    println!("cargo::rerun-if-env-changed={MEMORY}");
    match write() {
        Ok(folder) => {
            println!("cargo::rustc-link-search={}", folder.display());
            // Cortex-M's script reads `memory.x` itself, RISC-V's does not.
            if env::var("CARGO_CFG_TARGET_ARCH").is_ok_and(|arch| arch.starts_with("riscv")) {
                println!("cargo::rustc-link-arg-bins=-Tmemory.x");
            }
            println!("cargo::rustc-link-arg-bins=-Tlink.x");
        }
        Err(fault) => println!("cargo::error={fault}"),
    }
}

fn write() -> Result<PathBuf, String> {
    let value = env::var(MEMORY)
        .map_err(|_| format!("{MEMORY} is not set: firmware is built by `cargo xtask firmware`"))?;
    let script =
        memory_x(&value).ok_or_else(|| format!("{MEMORY} is `{value}`, not `0x0+1024,0x20000000+512`"))?;
    let folder = PathBuf::from(env::var_os("OUT_DIR").ok_or("OUT_DIR is not set")?);
    let file = folder.join("memory.x");
    fs::write(&file, script).map_err(|fault| format!("{}: {fault}", file.display()))?;
    Ok(folder)
}

/// The linker script of a machine: the regions, and riscv-rt's names for them.
fn memory_x(value: &str) -> Option<String> {
    let (flash, ram) = value.split_once(',')?;
    let [flash, ram] = [("FLASH", flash), ("RAM", ram)].map(|(name, region)| {
        let (origin, length) = region.split_once('+')?;
        Some(format!("  {name} : ORIGIN = {origin}, LENGTH = {length}\n"))
    });
    let mut script = format!("MEMORY\n{{\n{}{}}}\n", flash?, ram?);
    for (alias, region) in [
        ("TEXT", "FLASH"),
        ("RODATA", "FLASH"),
        ("DATA", "RAM"),
        ("BSS", "RAM"),
        ("HEAP", "RAM"),
        ("STACK", "RAM"),
    ] {
        script += &format!("REGION_ALIAS(\"REGION_{alias}\", {region});\n");
    }
    Some(script)
}
