//! Which toolchain builds for a target.

use std::fmt;
use std::path::PathBuf;
use std::process::Command;

use super::machine::Machine;
use super::targets::installed;

/// A toolchain that has the target's core libraries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Toolchain {
    /// The one in use.
    Current {
        /// Its cargo.
        cargo: PathBuf,
    },
    /// That of Debian's route.
    Debian {
        /// Its folder.
        folder: PathBuf,
    },
}

impl Toolchain {
    /// The toolchain for the target.
    ///
    /// # Errors
    /// None has it.
    pub(crate) fn of(machine: &Machine, target: &str) -> Result<Toolchain, String> {
        if installed(&machine.sysroot, target) {
            Ok(Toolchain::Current { cargo: machine.cargo.clone() })
        } else if installed(&machine.toolchain(), target) {
            Ok(Toolchain::Debian { folder: machine.toolchain() })
        } else {
            Err(format!("no toolchain for {target}: run `cargo xtask embedded`"))
        }
    }

    /// A cargo that builds with this toolchain, with or without rustup.
    pub(crate) fn cargo(&self) -> Command {
        match self {
            Toolchain::Current { cargo } => Command::new(cargo),
            Toolchain::Debian { folder } => {
                let mut command = Command::new(folder.join("bin/cargo"));
                command.env("RUSTC", folder.join("bin/rustc"));
                command
            }
        }
    }
}

impl fmt::Display for Toolchain {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Toolchain::Current { .. } => formatter.write_str("the toolchain in use"),
            Toolchain::Debian { folder } => write!(formatter, "{}", folder.display()),
        }
    }
}
