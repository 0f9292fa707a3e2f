//! A crate as a user would write it: in a folder of its own, outside this workspace's, built with cargo.

use std::fmt::{Debug, Display, Formatter};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// What went wrong; a test that returns it prints it as text.
pub struct Fault(String);

impl Debug for Fault {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl<E: Display> From<E> for Fault {
    fn from(fault: E) -> Self {
        Fault(fault.to_string())
    }
}

/// A crate that depends on the runtime.
#[derive(Debug)]
pub struct UserCrate {
    folder: PathBuf,
    target: PathBuf,
}

impl UserCrate {
    /// A new crate `name` below `scratch` (the suite's `CARGO_TARGET_TMPDIR`). `dependency` is the line that brings the runtime,
    /// with `RUNTIME` in place of its path; `more` is put behind the dependencies.
    ///
    /// All crates of a scratch folder share one target folder, and with it the built dependencies.
    pub fn new(scratch: &str, name: &str, dependency: &str, more: &str) -> Result<UserCrate, Fault> {
        let folder = Path::new(scratch).join("crates").join(name);
        if folder.exists() {
            fs::remove_dir_all(&folder)?;
        }
        let user = UserCrate { folder, target: Path::new(scratch).join("target") };
        let fill = |text: &str| {
            let quoted = |package: &str| format!("{:?}", repository().join(package).display().to_string());
            text.replace("RUNTIME", &quoted("runtime-core")).replace("CODEGEN", &quoted("codegen"))
        };
        user.write(
            "Cargo.toml",
            format!(
                "[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n\
                 [dependencies]\n{}\n{}\n[workspace]\n",
                fill(dependency),
                fill(more)
            ),
        )?;
        // The versions that were tested, and no look at the registry's index.
        user.write("Cargo.lock", fs::read(repository().join("Cargo.lock"))?)?;
        Ok(user)
    }

    /// Writes a file of the crate.
    pub fn write(&self, path: &str, contents: impl AsRef<[u8]>) -> Result<(), Fault> {
        let file = self.folder.join(path);
        fs::create_dir_all(file.parent().unwrap_or(&self.folder))?;
        Ok(fs::write(&file, contents)?)
    }

    /// Runs cargo in the crate; what it prints on standard output. A fault is what it prints on standard error.
    pub fn cargo(&self, arguments: &[&str]) -> Result<String, Fault> {
        let Output { status, stdout, stderr } = Command::new(env!("CARGO"))
            .args(arguments)
            .current_dir(&self.folder)
            .env("CARGO_TARGET_DIR", &self.target)
            // A user has no flags of this workspace.
            .env_remove("RUSTFLAGS")
            .env_remove("CARGO_ENCODED_RUSTFLAGS")
            .output()?;
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
        if status.success() {
            Ok(text(stdout))
        } else {
            Err(format!("cargo {arguments:?}:\n{}", text(stderr)).into())
        }
    }
}

/// The root of this repository.
pub fn repository() -> PathBuf {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    tests.parent().unwrap_or(tests).to_owned()
}

/// A small model file of the compile-fail suite.
pub fn small_model(name: &str) -> PathBuf {
    repository().join("tests/compile-fail/models").join(name)
}
