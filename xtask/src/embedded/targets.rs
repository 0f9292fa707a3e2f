//! The bare-metal targets that firmware is built for.

use std::path::Path;

/// Cortex-M0 (and M0+), M3, M4F and M7, M33 and M55, RV32IMC.
pub(super) const TARGETS: [&str; 5] = [
    "thumbv6m-none-eabi",
    "thumbv7m-none-eabi",
    "thumbv7em-none-eabihf",
    "thumbv8m.main-none-eabihf",
    "riscv32imc-unknown-none-elf",
];

/// The libraries that a `no_std` program with an allocator is linked from.
pub(super) const LIBRARIES: [&str; 3] = ["core", "alloc", "compiler_builtins"];

/// Whether the file is one of [`LIBRARIES`], compiled: `libcore-0123abcd.rlib`.
pub(super) fn is_library(file: &str, library: &str) -> bool {
    file.strip_prefix("lib")
        .and_then(|rest| rest.strip_prefix(library))
        .is_some_and(|rest| rest.starts_with('-') && rest.ends_with(".rlib"))
}

/// Whether all [`LIBRARIES`] for the target are in the compiler's folder.
pub(super) fn installed(sysroot: &Path, target: &str) -> bool {
    let files: Vec<_> = std::fs::read_dir(sysroot.join("lib/rustlib").join(target).join("lib"))
        .into_iter()
        .flatten()
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .collect();
    LIBRARIES.iter().all(|library| files.iter().any(|file| is_library(file, library)))
}

#[cfg(test)]
mod test {
    use super::is_library;

    #[test]
    fn a_library_has_its_name_a_hash_and_the_ending() {
        assert!(is_library("libcore-8f2a.rlib", "core"));
        assert!(is_library("libcompiler_builtins-8f2a.rlib", "compiler_builtins"));
        assert!(!is_library("libcore-8f2a.rmeta", "core"));
        assert!(!is_library("libcore.rlib", "core"));
        assert!(!is_library("libcoretests-8f2a.rlib", "core"));
        assert!(!is_library("core-8f2a.rlib", "core"));
    }
}
