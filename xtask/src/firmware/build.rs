//! Builds firmware: any package for any core, in one target folder.

use std::fs;
use std::path::{Path, PathBuf};

use super::cores::{Core, Region};
use crate::embedded::{Machine, Toolchain};
use crate::runner::root;

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
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| "target".into(), PathBuf::from);
    root().join(target).join("firmware")
}

impl Build<'_> {
    /// Builds the programs in release: one codegen unit, fat link-time optimisation, panics abort, no warnings. Returns their ELF
    /// files in the order of `programs`, at places that no build for another core overwrites.
    ///
    /// # Errors
    /// There is no toolchain for the core, or a program does not build; cargo's own messages are on standard error.
    pub(crate) fn run(&self, machine: &Machine) -> Result<Vec<PathBuf>, String> {
        let Core { name, target, flags, machine: emulated, .. } = self.core;
        // Names of v0 show what a kernel is instantiated for.
        let mut rustflags = vec!["-Dwarnings", "-Csymbol-mangling-version=v0"];
        rustflags.extend(*flags);
        let folder = target_folder();
        let profile = format!("firmware-{}", self.opt_level);
        let mut cargo = Toolchain::of(machine, target)?.cargo();
        cargo
            .args(["build", "--quiet", "--target", target, "--profile", &profile, "--target-dir"])
            .arg(&folder);
        for (key, value) in [
            ("inherits", "\"release\"".to_owned()),
            (
                "opt-level",
                if self.opt_level.parse::<u8>().is_ok() {
                    self.opt_level.to_owned()
                } else {
                    format!("{:?}", self.opt_level)
                },
            ),
            ("lto", "\"fat\"".to_owned()),
            ("codegen-units", "1".to_owned()),
            ("panic", "\"abort\"".to_owned()),
        ] {
            cargo.arg("--config").arg(format!("profile.{profile}.{key}={value}"));
        }
        for program in self.programs {
            cargo.args(["--bin", program]);
        }
        let status = cargo
            .current_dir(self.package)
            .env("CARGO_ENCODED_RUSTFLAGS", rustflags.join("\x1f"))
            .env("TINYML_FIRMWARE_MEMORY", memory(emulated.flash, emulated.ram))
            .envs(self.variables.iter().copied())
            .status()
            .map_err(|fault| format!("cannot run cargo: {fault}"))?;
        if !status.success() {
            return Err(format!(
                "{} does not build for {name}; cargo's messages are above",
                self.package.display()
            ));
        }

        let built = folder.join(target).join(&profile);
        let images = folder.join("images").join(name).join(self.opt_level);
        fs::create_dir_all(&images).map_err(|fault| format!("{}: {fault}", images.display()))?;
        let keep = |program: &&str| {
            let (from, to) = (built.join(program), images.join(program));
            fs::copy(&from, &to).map_err(|fault| format!("{}: {fault}", from.display()))?;
            Ok(to)
        };
        self.programs.iter().map(keep).collect()
    }
}

fn memory(flash: Region, ram: Region) -> String {
    let region = |Region { origin, length }| format!("{origin:#x}+{length}");
    format!("{},{}", region(flash), region(ram))
}
