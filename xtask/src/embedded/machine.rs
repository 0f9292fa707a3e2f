//! What the machine has.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::command::{on_path, output};
use super::route::{self, Route};
use super::targets::installed;

/// What the machine has that decides how the rest is brought.
pub(crate) struct Machine {
    /// The cargo that runs this program.
    pub(super) cargo: PathBuf,
    /// The folder of the compiler in use.
    pub(super) sysroot: PathBuf,
    /// The host's target triple.
    pub(super) host: String,
    /// Where this command keeps what it builds: in the user's cache, because rustup's link to it outlives a checkout, and
    /// several checkouts share it.
    pub(super) cache: PathBuf,
    has_rustup: bool,
    may_download: bool,
}

impl Machine {
    /// Looks at the compiler in use and at the environment.
    ///
    /// # Errors
    /// The compiler cannot be run, or there is no cache folder.
    pub(crate) fn look() -> Result<Machine, String> {
        let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
        let sysroot = output(Command::new(&rustc).args(["--print", "sysroot"]))?;
        let version = output(Command::new(&rustc).arg("-vV"))?;
        Ok(Machine {
            cargo: env::var_os("CARGO").unwrap_or_else(|| "cargo".into()).into(),
            sysroot: sysroot.into(),
            host: field(&version, "host").ok_or("`rustc -vV` names no host")?.to_owned(),
            cache: cache(env::var_os("XDG_CACHE_HOME").map(PathBuf::from), env::home_dir())
                .ok_or("there is no home folder for the toolchain: set XDG_CACHE_HOME to a folder")?,
            has_rustup: on_path("rustup"),
            may_download: route::may_download(env::var("RUSTUP_AUTO_INSTALL").ok().as_deref()),
        })
    }

    /// How the target comes onto this machine.
    pub(super) fn route(&self, target: &str) -> Route {
        Route::choose(installed(&self.sysroot, target), self.has_rustup, self.may_download)
    }

    /// The host's target triple.
    pub(crate) fn host(&self) -> &str {
        &self.host
    }

    /// Whether `rustup` can be called.
    pub(super) fn has_rustup(&self) -> bool {
        self.has_rustup
    }

    /// The toolchain folder of Debian's route.
    pub(super) fn toolchain(&self) -> PathBuf {
        self.cache.join("toolchain")
    }
}

/// The value of a line `name: value`.
pub(super) fn field<'text>(text: &'text str, name: &str) -> Option<&'text str> {
    text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
}

/// Relative values of `XDG_CACHE_HOME` are invalid by its specification.
fn cache(variable: Option<PathBuf>, home: Option<PathBuf>) -> Option<PathBuf> {
    let absolute = variable.filter(|folder| folder.is_absolute());
    let folder = absolute.or_else(|| home.map(|home| home.join(".cache")))?;
    Some(folder.join(Path::new("tinyml-embedded")))
}

#[cfg(test)]
mod test {
    use super::{cache, field};

    #[test]
    fn a_field_is_found_by_its_whole_name() {
        let text = "rustc 1.95.0\nhost: x86_64-unknown-linux-gnu\nrelease: 1.95.0";
        assert_eq!(field(text, "host"), Some("x86_64-unknown-linux-gnu"));
        assert_eq!(field(text, "release"), Some("1.95.0"));
        assert_eq!(field(text, "rel"), None);
    }

    #[test]
    fn the_cache_is_the_variables_or_the_homes() {
        let home = Some("/home/a".into());
        assert_eq!(cache(Some("/c".into()), home.clone()), Some("/c/tinyml-embedded".into()));
        assert_eq!(cache(Some("c".into()), home.clone()), Some("/home/a/.cache/tinyml-embedded".into()));
        assert_eq!(cache(None, home), Some("/home/a/.cache/tinyml-embedded".into()));
        assert_eq!(cache(None, None), None);
    }
}
