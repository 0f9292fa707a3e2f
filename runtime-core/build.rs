//! Works out the family of the core that the crate is built for, from the target triple and `-C target-cpu`.
//!
//! Stable `cfg` does not show DSP or Helium, and a proc macro is not told the target at all; so the family becomes a `cfg` of
//! this crate, and the macro `__select_core!` follows it.

use std::env;

const FAMILIES: &[&str] = &["portable", "armv6m", "armv7m", "armv7em", "armv8m", "armv81m", "riscv32"];

fn main() {
    let target = env::var("TARGET").unwrap_or_default();
    let flags = env::var("CARGO_ENCODED_RUSTFLAGS").unwrap_or_default();
    let families: Vec<_> = FAMILIES.iter().map(|family| format!("\"{family}\"")).collect();
    println!("cargo::rustc-check-cfg=cfg(tinyml_core, values({}))", families.join(", "));
    println!("cargo::rustc-cfg=tinyml_core=\"{}\"", family(&target, cpu(&flags)));
    println!("cargo::rerun-if-changed=build.rs");
}

/// The value of the last `-C target-cpu=…` (also `-Ctarget-cpu=…`) among the flags, which are separated by 0x1f.
fn cpu(flags: &str) -> Option<&str> {
    flags
        .split('\x1f')
        .rev()
        .find_map(|flag| flag.trim_start_matches("-C").trim_start().strip_prefix("target-cpu="))
}

fn family(target: &str, cpu: Option<&str>) -> &'static str {
    match cpu {
        Some("cortex-m0" | "cortex-m0plus" | "cortex-m1" | "cortex-m23") => return "armv6m",
        Some("cortex-m3") => return "armv7m",
        Some("cortex-m4" | "cortex-m7") => return "armv7em",
        Some("cortex-m33" | "cortex-m35p") => return "armv8m",
        Some("cortex-m52" | "cortex-m55" | "cortex-m85") => return "armv81m",
        _ => {}
    }
    let arch = target.split('-').next().unwrap_or_default();
    match arch {
        "thumbv6m" | "thumbv8m.base" => "armv6m",
        "thumbv7m" => "armv7m",
        "thumbv7em" => "armv7em",
        "thumbv8m.main" => "armv8m",
        // Without the multiplier (`i`, `e` without `m`) the scalar kernels are right.
        _ if arch.strip_prefix("riscv32").is_some_and(|extensions| extensions.contains('m')) => "riscv32",
        _ => "portable",
    }
}
