//! What chores have in common that write crates full of models, build and run them: `random-builds` and `onnx-suite`.

use std::fmt::{Display, Formatter};
use std::path::Path;
use std::process::Command;
use std::str::FromStr;

use crate::runner::{root, target_folder};

/// Models in a crate: so many that building the runtime, starting rustc and linking are shared.
pub(crate) const MODELS: usize = 50;

/// A part of the crates.
#[derive(Clone, Copy)]
pub(crate) struct Shard {
    own: usize,
    of: usize,
}

impl Shard {
    /// All crates.
    pub(crate) const ALL: Shard = Shard { own: 0, of: 1 };

    /// The shard's crates of so many.
    pub(crate) fn of(self, crates: usize) -> impl Iterator<Item = usize> {
        (0..crates).filter(move |number| number % self.of == self.own)
    }
}

impl FromStr for Shard {
    type Err = String;

    fn from_str(text: &str) -> Result<Shard, String> {
        let numbers = text.split_once('/').and_then(|(own, of)| Some((own.parse().ok()?, of.parse().ok()?)));
        match numbers {
            Some((own, of)) if own < of => Ok(Shard { own, of }),
            _ => Err("a shard is K/N with K below N: 0/4".to_owned()),
        }
    }
}

impl Display for Shard {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.own, self.of)
    }
}

/// The command that builds a crate of models as a user's crate is built, with every warning denied. `chore` names the folder of what is
/// built, which all its crates share.
pub(crate) fn cargo(mut cargo: Command, folder: &Path, chore: &str, arguments: &[&str]) -> Command {
    let target = target_folder().join(chore);
    cargo
        .args(arguments)
        .args(["--quiet", "--offline", "--target-dir"])
        .arg(&target)
        .current_dir(folder)
        // All crates have one name. In a build folder that they lie in, cargo would compare the files of the crate that was built last, and take
        // that one's program for the next one's.
        .env("CARGO_BUILD_BUILD_DIR", &target)
        // A user has no flags of this workspace.
        .env_remove("CARGO_ENCODED_RUSTFLAGS")
        .env("RUSTFLAGS", "-Dwarnings")
        .env("CARGO_INCREMENTAL", "0")
        .env("CARGO_PROFILE_DEV_DEBUG", "0");
    cargo
}

/// Has a program of the workspace write crates.
///
/// # Errors
/// It cannot be run, or says what is wrong.
pub(crate) fn write(program: &str, arguments: &[String]) -> Result<(), String> {
    let status = Command::new(env!("CARGO"))
        // Not by its package: then it would be built apart from the workspace, and the compiler with it.
        .args(["run", "--quiet", "--bin", program, "--"])
        .args(arguments)
        .current_dir(root())
        .status()
        .map_err(|fault| format!("cannot run cargo: {fault}"))?;
    if status.success() {
        Ok(())
    } else {
        Err("the crates cannot be written; the reason is above".to_owned())
    }
}
