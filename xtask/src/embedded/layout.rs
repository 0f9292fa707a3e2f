//! The toolchain folder of Debian's route, laid out as rustup's are.

use std::fs;
use std::path::Path;

use super::command::write;

/// Lays out everything but the targets' libraries.
///
/// `cargo` and `linker` are those of the toolchain in use: Debian's compiler package has neither.
///
/// # Errors
/// A file cannot be written.
pub(super) fn lay_out(folder: &Path, host: &str, cargo: &Path, linker: &Path) -> Result<(), String> {
    let rustlib = folder.join("lib/rustlib");
    script(&folder.join("bin/rustc"), &rustc_script(folder))?;
    script(&folder.join("bin/cargo"), &forwarding_script(cargo))?;
    script(&rustlib.join(host).join("bin/rust-lld"), &forwarding_script(linker))?;
    link(&Path::new("/usr/lib/rustlib").join(host).join("lib"), &rustlib.join(host).join("lib"))?;
    link(Path::new("/usr/lib/rustlib/src"), &rustlib.join("src"))
}

/// Copies a file into a folder that may not exist.
///
/// # Errors
/// The file cannot be read or written.
pub(super) fn copy(from: &Path, to: &Path) -> Result<(), String> {
    let folder = to.parent().map_or(Ok(()), fs::create_dir_all);
    folder
        .and_then(|()| fs::copy(from, to))
        .map(drop)
        .map_err(|fault| format!("cannot copy {} to {}: {fault}", from.display(), to.display()))
}

/// Debian's compiler, which finds the libraries in `folder`.
fn rustc_script(folder: &Path) -> String {
    format!("#!/bin/sh\nexec /usr/bin/rustc --sysroot {} \"$@\"\n", quoted(folder))
}

fn forwarding_script(program: &Path) -> String {
    format!("#!/bin/sh\nexec {} \"$@\"\n", quoted(program))
}

/// As the shell takes it for one word.
fn quoted(path: &Path) -> String {
    format!("'{}'", path.to_string_lossy().replace('\'', r"'\''"))
}

#[cfg(unix)]
fn script(path: &Path, text: &str) -> Result<(), String> {
    use std::os::unix::fs::PermissionsExt;

    write(path, text)?;
    fs::set_permissions(path, fs::Permissions::from_mode(0o755))
        .map_err(|fault| format!("cannot make {} executable: {fault}", path.display()))
}

#[cfg(unix)]
fn link(target: &Path, path: &Path) -> Result<(), String> {
    if fs::read_link(path).is_ok_and(|present| present == target) {
        return Ok(());
    }
    let old = if path.is_symlink() { fs::remove_file(path) } else { Ok(()) };
    old.and_then(|()| std::os::unix::fs::symlink(target, path))
        .map_err(|fault| format!("cannot link {} to {}: {fault}", path.display(), target.display()))
}

/// Never called: Debian's route needs apt, which only Unix has.
#[cfg(not(unix))]
fn script(path: &Path, text: &str) -> Result<(), String> {
    write(path, text)
}

/// Never called, as [`script`].
#[cfg(not(unix))]
fn link(_: &Path, path: &Path) -> Result<(), String> {
    Err(format!("cannot make the link {}: not on this system", path.display()))
}

#[cfg(test)]
mod test {
    use std::path::Path;

    use super::{forwarding_script, rustc_script};

    #[test]
    fn the_compiler_looks_for_libraries_in_the_folder() {
        assert_eq!(
            rustc_script(Path::new("/home/a b/t")),
            "#!/bin/sh\nexec /usr/bin/rustc --sysroot '/home/a b/t' \"$@\"\n"
        );
    }

    #[test]
    fn paths_are_one_word_to_the_shell() {
        assert_eq!(forwarding_script(Path::new("/o'c/cargo")), "#!/bin/sh\nexec '/o'\\''c/cargo' \"$@\"\n");
    }

    #[cfg(unix)]
    #[test]
    fn laying_out_again_changes_nothing_and_a_new_linker_is_taken() {
        let folder = std::env::temp_dir().join(format!("tinyml-layout-{}", std::process::id()));
        let again = |linker: &str| super::lay_out(&folder, "host", Path::new("/c/cargo"), Path::new(linker));
        again("/a/rust-lld").unwrap();
        let script = folder.join("lib/rustlib/host/bin/rust-lld");
        let written = script.metadata().unwrap().modified().unwrap();
        again("/a/rust-lld").unwrap();
        assert_eq!(script.metadata().unwrap().modified().unwrap(), written);
        again("/b/rust-lld").unwrap();
        assert!(std::fs::read_to_string(&script).unwrap().contains("'/b/rust-lld'"));
        assert_eq!(folder.join("lib/rustlib/src").read_link().unwrap(), Path::new("/usr/lib/rustlib/src"));
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
