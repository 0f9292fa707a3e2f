//! Debian's route: its compiler, with core libraries built from its sources.
//!
//! Debian packages rustc and the sources of the library, but not the library for bare-metal targets. It is built here
//! once per target and compiler, and laid out with the compiler as a toolchain folder, from which firmware is built
//! with stable features.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use super::command::{on_path, output, run, write};
use super::machine::{Machine, field};
use super::targets::{self, LIBRARIES};
use super::{layout, rustup};

/// The packages with [`RUSTC`] and [`SOURCES`]: the newest Rust in a stable Debian, kept up for its web browsers.
pub(super) const PACKAGES: [&str; 2] = ["rustc-web", "rust-web-src"];

const RUSTC: &str = "/usr/bin/rustc";
const RUSTLIB: &str = "/usr/lib/rustlib";
const SOURCES: &str = "/usr/lib/rustlib/src";

/// With bitcode in the libraries, `lto = "fat"` reaches into them.
const FLAGS: &str = "-Cembed-bitcode=yes";

/// The file beside a target's libraries that says which compiler made them. Written last.
const STAMP: &str = "made-by";

/// Whether [`PACKAGES`], or others with the same files, are installed.
pub(super) fn has_compiler(host: &str) -> bool {
    Path::new(RUSTC).is_file()
        && Path::new(RUSTLIB).join(host).join("lib").is_dir()
        && Path::new(SOURCES).join("rust/library/core/Cargo.toml").is_file()
}

/// The linker for bare-metal programs, if there is one: that of the toolchain in use, else Debian's (package `lld`).
pub(super) fn linker(machine: &Machine) -> Option<PathBuf> {
    let own = machine.sysroot.join("lib/rustlib").join(&machine.host).join("bin/rust-lld");
    if own.is_file() {
        return Some(own);
    }
    on_path("lld").then(|| PathBuf::from("lld"))
}

/// What to do where this route ends.
pub(super) fn way_out(targets: &[&str]) -> String {
    format!(
        "Debian 12 has Rust {} or newer as {} in its security updates (`deb \
         http://deb.debian.org/debian-security bookworm-security main` in /etc/apt/sources.list). Or \
         let rustup bring the targets: `rustup target add {}`",
        env!("CARGO_PKG_RUST_VERSION"),
        PACKAGES.join(", "),
        targets.join(" ")
    )
}

/// Builds the core libraries that are missing or of another compiler, and lays out the toolchain folder.
///
/// # Errors
/// The compiler is too old, a library does not build, or a file cannot be written.
pub(super) fn provide(machine: &Machine, targets: &[&str]) -> Result<(), String> {
    let version = output(Command::new(RUSTC).arg("-vV"))?;
    let release = field(&version, "release").unwrap_or_default();
    if !at_least(release, env!("CARGO_PKG_RUST_VERSION")) {
        return Err(format!("{RUSTC} is Rust {release}, too old. {}", way_out(targets)));
    }
    let linker = linker(machine).ok_or("there is no linker for firmware: `apt-get install lld`")?;

    let folder = machine.toolchain();
    let held = lock(&machine.cache)?;
    layout::lay_out(&folder, &machine.host, &machine.cargo, &linker)?;
    let stamp = format!("{version}\n{FLAGS}\n");
    targets.iter().try_for_each(|target| provide_target(machine, &folder, target, &stamp))?;
    drop(held);
    println!("toolchain of Rust {release}: {}", folder.display());
    if machine.has_rustup() { rustup::link(&folder) } else { Ok(()) }
}

/// Two checkouts must not build the same libraries at once. The lock ends with the file, at the latest with the process.
fn lock(cache: &Path) -> Result<File, String> {
    let path = cache.join("lock");
    fs::create_dir_all(cache)
        .and_then(|()| File::create(&path))
        .and_then(|file| file.lock().map(|()| file))
        .map_err(|fault| format!("cannot lock {}: {fault}", path.display()))
}

fn provide_target(machine: &Machine, folder: &Path, target: &str, stamp: &str) -> Result<(), String> {
    let place = folder.join("lib/rustlib").join(target);
    let present = fs::read_to_string(place.join(STAMP)).is_ok_and(|text| text == stamp);
    if present && targets::installed(folder, target) {
        println!("{target}: core libraries are built");
        return Ok(());
    }
    let begin = Instant::now();
    let build = machine.cache.join("build");
    let outcome = build_libraries(machine, &build, target).and_then(|libraries| {
        remove(&place)?;
        for (name, path) in libraries {
            layout::copy(&path, &place.join("lib").join(name))?;
        }
        write(&place.join(STAMP), stamp)
    });
    remove(&build)?;
    outcome?;
    println!("{target}: core libraries built in {:.0} s", begin.elapsed().as_secs_f64());
    Ok(())
}

/// Builds core and alloc with an empty crate; returns the compiled libraries by file name.
fn build_libraries(
    machine: &Machine,
    build: &Path,
    target: &str,
) -> Result<BTreeMap<String, PathBuf>, String> {
    write(
        &build.join("Cargo.toml"),
        "[package]\nname = \"empty\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[workspace]\n",
    )?;
    write(&build.join("src/lib.rs"), "#![no_std]\n")?;
    let mut cargo = Command::new(&machine.cargo);
    for variable in ["CARGO_ENCODED_RUSTFLAGS", "RUSTC_WRAPPER", "RUSTC_WORKSPACE_WRAPPER"] {
        cargo.env_remove(variable);
    }
    run(cargo
        .args([
            "build",
            "--quiet",
            "--release",
            "-Zbuild-std=core,alloc",
            "--target",
            target,
            "--target-dir",
            "target",
        ])
        .env("RUSTC", RUSTC)
        .env("RUSTC_BOOTSTRAP", "1")
        .env("RUSTFLAGS", FLAGS)
        // The libraries are looked for there, wherever else cargo is told to put what it builds on the way.
        .env("CARGO_BUILD_BUILD_DIR", "target")
        .current_dir(build))?;

    let mut found = BTreeMap::new();
    collect(&build.join("target").join(target), &mut found)?;
    for library in LIBRARIES {
        let count = found.keys().filter(|file| targets::is_library(file, library)).count();
        if count != 1 {
            return Err(format!(
                "the build for {target} made {count} files lib{library}-*.rlib, not one: this cargo lays out its \
                 target folder differently; please report it"
            ));
        }
    }
    Ok(found)
}

/// Finds the compiled [`LIBRARIES`] wherever cargo puts them below its target folder.
fn collect(folder: &Path, found: &mut BTreeMap<String, PathBuf>) -> Result<(), String> {
    let fault = |fault| format!("cannot read {}: {fault}", folder.display());
    for entry in fs::read_dir(folder).map_err(fault)? {
        let path = entry.map_err(fault)?.path();
        if path.is_dir() {
            collect(&path, found)?;
        } else if let Some(name) = path.file_name().and_then(|name| name.to_str())
            && LIBRARIES.iter().any(|library| targets::is_library(name, library))
        {
            found.insert(name.to_owned(), path);
        }
    }
    Ok(())
}

fn remove(folder: &Path) -> Result<(), String> {
    if !folder.exists() {
        return Ok(());
    }
    fs::remove_dir_all(folder).map_err(|fault| format!("cannot remove {}: {fault}", folder.display()))
}

/// Compares `major.minor`; what follows does not count.
fn at_least(release: &str, wanted: &str) -> bool {
    let parts = |version: &str| {
        let mut numbers = version.split(['.', '-']).map(|number| number.parse::<u32>().ok());
        Some((numbers.next()??, numbers.next()??))
    };
    parts(release).is_some_and(|release| Some(release) >= parts(wanted))
}

#[cfg(test)]
mod test {
    use super::{at_least, way_out};

    #[test]
    fn versions_compare_as_numbers() {
        assert!(at_least("1.95.0", "1.95"));
        assert!(at_least("1.100.0-nightly", "1.95"));
        assert!(at_least("2.0.0", "1.95"));
        assert!(!at_least("1.85.0", "1.95"));
        assert!(!at_least("1.9.0", "1.95"));
        assert!(!at_least("", "1.95"));
    }

    #[test]
    fn the_way_out_names_packages_and_targets() {
        let text = way_out(&["thumbv6m-none-eabi"]);
        assert!(text.contains("rustc-web, rust-web-src"), "{text}");
        assert!(text.ends_with("`rustup target add thumbv6m-none-eabi`"), "{text}");
    }
}
