//! apt: Debian's packages, as root, taking nothing away.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::command::{on_path, output, run, write};

/// The keys of Debian's archive, on every Debian.
const KEYS: &str = "/usr/share/keyrings/debian-archive-keyring.gpg";

/// apt with its usual sources, or with further ones.
pub(super) struct Apt {
    options: Vec<String>,
    /// The release whose packages come first.
    release: Option<String>,
}

impl Apt {
    /// apt as the machine has it.
    pub(super) fn system() -> Apt {
        Apt { options: Vec::new(), release: None }
    }

    /// apt with the newer packages that Debian makes for the release. Only calls of this value see them: the
    /// machine's sources stay as they are. `None` where that is not Debian.
    ///
    /// # Errors
    /// The list of sources cannot be written.
    pub(super) fn backports(cache: &Path) -> Result<Option<Apt>, String> {
        let system = fs::read_to_string("/etc/os-release").unwrap_or_default();
        let Some(release) = backports_of(&system) else {
            return Ok(None);
        };
        let policy = output(Command::new("apt-cache").arg("policy").env("LC_ALL", "C"))?;
        if policy.contains(&format!("n={release},")) {
            return Ok(Some(Apt { options: Vec::new(), release: Some(release) }));
        }

        let sources = cache.join("apt/sources");
        let fault = |fault| format!("cannot copy apt's sources to {}: {fault}", sources.display());
        fs::create_dir_all(&sources).map_err(fault)?;
        let further = fs::read_dir("/etc/apt/sources.list.d").into_iter().flatten();
        let further = further.filter_map(|entry| Some(entry.ok()?.path()));
        let files = std::iter::once(PathBuf::from("/etc/apt/sources.list")).chain(further);
        for file in files.filter(|file| file.is_file()) {
            if let Some(name) = file.file_name() {
                fs::copy(&file, sources.join(name)).map_err(fault)?;
            }
        }
        write(
            &sources.join("tinyml-backports.list"),
            &format!("deb [signed-by={KEYS}] http://deb.debian.org/debian {release} main\n"),
        )?;
        let lists = cache.join("apt/lists");
        fs::create_dir_all(lists.join("partial")).map_err(fault)?;
        let options = [
            "Dir::Etc::sourcelist=/dev/null".to_owned(),
            format!("Dir::Etc::sourceparts={}", sources.display()),
            format!("Dir::State::lists={}", lists.display()),
            // apt's own user may not enter a home folder.
            "APT::Sandbox::User=root".to_owned(),
        ];
        Ok(Some(Apt {
            options: options.into_iter().flat_map(|option| ["-o".to_owned(), option]).collect(),
            release: Some(release),
        }))
    }

    /// Fetches the lists of packages.
    ///
    /// # Errors
    /// apt failed, or nobody here may call it.
    pub(super) fn update(&self) -> Result<(), String> {
        run(self.get(prefix()?).args(["update", "-q"]))
    }

    /// Whether there is such a package to install.
    pub(super) fn knows(&self, package: &str) -> bool {
        let mut policy = Command::new("apt-cache");
        policy.args(&self.options).args(["policy", package]).env("LC_ALL", "C");
        output(&mut policy).is_ok_and(|text| has_candidate(&text))
    }

    /// Whether others would have to go for these packages.
    pub(super) fn would_remove(&self, packages: &[&str]) -> bool {
        let mut simulation = self.get(&["env"]);
        simulation
            .args(["install", "--simulate", "--no-install-recommends"])
            .args(self.target())
            .args(packages);
        output(&mut simulation).is_ok_and(|text| text.lines().any(|line| line.starts_with("Remv ")))
    }

    /// Installs the packages. If others would have to go for them, it fails: that is not for a script to decide.
    ///
    /// # Errors
    /// apt failed, or nobody here may call it.
    pub(super) fn install(&self, packages: &[&str]) -> Result<(), String> {
        if packages.is_empty() {
            return Ok(());
        }
        let mut install = self.get(prefix()?);
        // A fresh machine may be busy with its own updates for a while.
        install.args([
            "install",
            "-yq",
            "--no-install-recommends",
            "--no-remove",
            "-o",
            "DPkg::Lock::Timeout=300",
        ]);
        run(install.args(self.target()).args(packages)).map_err(|fault| {
            format!(
                "{fault}\nIf apt would remove packages, decide which you need; then `apt-get install {}` and run this \
                 again",
                packages.join(" ")
            )
        })
    }

    fn target(&self) -> impl Iterator<Item = &str> {
        self.release.iter().flat_map(|release| ["--target-release", release])
    }

    /// `env` behind `sudo`, because sudo passes no variables on.
    fn get(&self, prefix: &[&str]) -> Command {
        let mut words = prefix.iter().chain(&["DEBIAN_FRONTEND=noninteractive", "apt-get"]);
        let mut command = Command::new(words.next().unwrap_or(&"env"));
        command.args(words).args(&self.options);
        command
    }
}

/// What makes a command run as root.
fn prefix() -> Result<&'static [&'static str], String> {
    if output(Command::new("id").arg("-u"))? == "0" {
        Ok(&["env"])
    } else if on_path("sudo") {
        Ok(&["sudo", "env"])
    } else {
        Err("only root may install packages: run this as root, or install sudo".to_owned())
    }
}

/// Reads `apt-cache policy PACKAGE`.
fn has_candidate(policy: &str) -> bool {
    let mut versions = policy.lines().filter_map(|line| line.trim().strip_prefix("Candidate:"));
    versions.any(|version| version.trim() != "(none)")
}

/// The release's name in Debian's archive, by `/etc/os-release`.
fn backports_of(system: &str) -> Option<String> {
    let value = |key: &str| system.lines().find_map(|line| Some(line.strip_prefix(key)?.trim_matches('"')));
    (value("ID=") == Some("debian")).then(|| Some(format!("{}-backports", value("VERSION_CODENAME=")?)))?
}

#[cfg(test)]
mod test {
    use super::{Apt, backports_of, has_candidate};

    #[test]
    fn apt_gets_its_variable_through_sudo_and_its_options() {
        let apt =
            Apt { options: vec!["-o".to_owned(), "a=b".to_owned()], release: Some("x-backports".to_owned()) };
        for (prefix, program, rest) in [
            (&["env"] as &[&str], "env", "DEBIAN_FRONTEND=noninteractive apt-get -o a=b"),
            (&["sudo", "env"], "sudo", "env DEBIAN_FRONTEND=noninteractive apt-get -o a=b"),
        ] {
            let command = apt.get(prefix);
            let arguments: Vec<_> = command.get_args().map(|word| word.to_string_lossy()).collect();
            assert_eq!(command.get_program(), program);
            assert_eq!(arguments.join(" "), rest);
        }
        assert_eq!(apt.target().collect::<Vec<_>>(), ["--target-release", "x-backports"]);
        assert_eq!(Apt::system().target().count(), 0);
    }

    #[test]
    fn a_package_without_a_candidate_cannot_be_installed() {
        assert!(has_candidate("qemu-system-arm:\n  Installed: (none)\n  Candidate: 1:7.2\n"));
        assert!(!has_candidate("ghost:\n  Installed: (none)\n  Candidate: (none)\n"));
        assert!(!has_candidate(""));
    }

    #[test]
    fn only_debian_has_backports_under_that_name() {
        let debian = "NAME=\"Debian GNU/Linux\"\nVERSION_CODENAME=bookworm\nID=debian\n";
        assert_eq!(backports_of(debian).as_deref(), Some("bookworm-backports"));
        assert_eq!(backports_of("ID=ubuntu\nID_LIKE=debian\nVERSION_CODENAME=noble\n"), None);
        assert_eq!(backports_of("ID=debian\n"), None);
        assert_eq!(backports_of(""), None);
    }
}
