//! Builds firmware: any package for any core, in one target folder.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::cores::{Core, Region};
use crate::embedded::{Machine, Toolchain};
use crate::runner;

/// What to build.
pub(crate) struct Build<'a> {
    /// The folder of the package. Its build script calls `firmware_link::main`.
    pub(crate) package: &'a Path,
    /// The core to build for.
    pub(crate) core: &'a Core,
    /// `s` or `3`, or another of rustc's levels.
    pub(crate) opt_level: &'a str,
    /// Environment variables of the build.
    pub(crate) variables: &'a [(&'a str, &'a str)],
    /// The programs of the package, by name.
    pub(crate) programs: &'a [&'a str],
}

/// The one target folder of all firmware.
pub(crate) fn target_folder() -> PathBuf {
    runner::target_folder().join("firmware")
}

impl Build<'_> {
    /// Builds the programs in release: one codegen unit, fat link-time optimisation, panics abort, no warnings. Returns their ELF
    /// files in the order of `programs`, at places that no build for another core overwrites.
    ///
    /// # Errors
    /// There is no toolchain for the core, or a program does not build; cargo's own messages are on standard error.
    pub(crate) fn run(&self, machine: &Machine) -> Result<Vec<PathBuf>, String> {
        let mut cargo = self.cargo(machine, "build")?;
        for program in self.programs {
            cargo.args(["--bin", program]);
        }
        if !succeeds(&mut cargo)? {
            return Err(format!(
                "{} does not build for {} at opt-level {}; cargo's messages are above",
                self.package.display(),
                self.core.title,
                self.opt_level
            ));
        }

        let built = target_folder().join(self.core.target).join(self.profile());
        let images = target_folder().join("images").join(self.core.name).join(self.opt_level);
        fs::create_dir_all(&images).map_err(|fault| format!("{}: {fault}", images.display()))?;
        let keep = |program: &&str| {
            let (from, to) = (built.join(program), images.join(program));
            fs::copy(&from, &to).map_err(|fault| format!("{}: {fault}", from.display()))?;
            Ok(to)
        };
        self.programs.iter().map(keep).collect()
    }

    /// The compiler's messages, if a program does not build.
    ///
    /// # Errors
    /// There is no toolchain for the core.
    pub(super) fn messages(&self, machine: &Machine, program: &str) -> Result<Option<String>, String> {
        let mut cargo = self.cargo(machine, "build")?;
        let output = cargo.args(["--bin", program]).output();
        let output = output.map_err(|fault| format!("cannot run cargo: {fault}"))?;
        Ok((!output.status.success()).then(|| String::from_utf8_lossy(&output.stderr).into_owned()))
    }

    /// A program in assembly language, whether or not it can be linked.
    ///
    /// # Errors
    /// There is no toolchain for the core, or the program does not compile.
    pub(super) fn assembly(&self, machine: &Machine, program: &str) -> Result<String, String> {
        let file = target_folder().join(format!("{program}-{}.s", self.opt_level));
        let mut cargo = self.cargo(machine, "rustc")?;
        cargo.args(["--bin", program, "--"]).arg(format!("--emit=asm={}", file.display()));
        // It fails again if it does not link, but behind the assembly.
        cargo.output().map_err(|fault| format!("cannot run cargo: {fault}"))?;
        fs::read_to_string(&file).map_err(|fault| format!("{}: {fault}", file.display()))
    }

    /// Has clippy look at the package and the firmware crates that it depends on.
    ///
    /// # Errors
    /// Clippy is not content.
    pub(super) fn clippy(&self, machine: &Machine) -> Result<(), String> {
        let mut cargo = self.cargo(machine, "clippy")?;
        match succeeds(&mut cargo)? {
            true => Ok(()),
            false => Err(format!("clippy is not content with {}", self.package.display())),
        }
    }

    fn profile(&self) -> String {
        format!("firmware-{}", self.opt_level)
    }

    /// Cargo with the command and everything but the programs.
    fn cargo(&self, machine: &Machine, command: &str) -> Result<Command, String> {
        let Core { target, flags, machine: emulated, .. } = self.core;
        // Names of v0 show what a kernel is instantiated for.
        let mut rustflags = vec!["-Dwarnings", "-Csymbol-mangling-version=v0"];
        rustflags.extend(*flags);
        let profile = self.profile();
        let opt_level = match self.opt_level.parse::<u8>() {
            Ok(level) => level.to_string(),
            Err(_) => format!("{:?}", self.opt_level),
        };
        let mut cargo = Toolchain::of(machine, target)?.cargo();
        cargo
            .args([command, "--quiet", "--target", target, "--profile", &profile, "--target-dir"])
            .arg(target_folder());
        for (key, value) in [
            ("inherits", "\"release\""),
            ("opt-level", &opt_level),
            ("lto", "\"fat\""),
            ("codegen-units", "1"),
            ("panic", "\"abort\""),
            // Some packages ask for it. Nothing reads it here, and of a HAL it takes as long as the code.
            ("debug", "false"),
        ] {
            cargo.arg("--config").arg(format!("profile.{profile}.{key}={value}"));
        }
        cargo
            .current_dir(self.package)
            .env("CARGO_ENCODED_RUSTFLAGS", rustflags.join("\x1f"))
            .env("TINYML_FIRMWARE_MEMORY", memory(emulated.flash, emulated.ram))
            .envs(self.variables.iter().copied());
        Ok(cargo)
    }
}

fn succeeds(cargo: &mut Command) -> Result<bool, String> {
    let status = cargo.status().map_err(|fault| format!("cannot run cargo: {fault}"))?;
    Ok(status.success())
}

fn memory(flash: Region, ram: Region) -> String {
    let region = |Region { origin, length }| format!("{origin:#x}+{length}");
    format!("{},{}", region(flash), region(ram))
}
