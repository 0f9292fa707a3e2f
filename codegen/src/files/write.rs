//! Writing a file that is complete or not there.

use std::fs::{self, File, Metadata, OpenOptions};
use std::hash::{BuildHasher, Hasher, RandomState};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use super::unfinished::Unfinished;
use crate::diagnostic::{Diagnostic, Place};

/// Writes a file. A regular file, to which links are followed, is replaced as a whole or not at all, and keeps its mode: its contents
/// are written beside it and then renamed. A device or a pipe is written as it is. `inputs` are files that must not be replaced,
/// under no name that they have.
///
/// # Errors
/// What stands in the way, at `path`. Nothing is left behind then.
pub fn write(path: &Path, contents: &[u8], inputs: &[PathBuf]) -> Result<(), Diagnostic> {
    let fail = |fault: io::Error| {
        let error = Diagnostic::error(format!("cannot write: {fault}")).at(Place::file(path));
        match fault.kind() {
            ErrorKind::PermissionDenied => error.help(
                "the file is written beside its place and then renamed: it and its folder must be writable",
            ),
            ErrorKind::NotFound => error.help("the folder must exist"),
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded => {
                error.help("make room, or write to another disk")
            }
            _ => error,
        }
    };
    // This follows links, so that the system says whether they may be followed, as in folders that everybody writes to.
    match fs::metadata(path) {
        Ok(found) if found.is_dir() => {
            Err(Diagnostic::error("cannot write: it is a folder").at(Place::file(path)).help("name the file"))
        }
        Ok(found) if found.is_file() => {
            if let Some(input) = inputs.iter().find(|input| same_file(path, &found, input)) {
                return Err(Diagnostic::error("the output would replace a file that it is made from")
                    .at(Place::file(input))
                    .help("give the output another path"));
            }
            replace(path, &found, contents).map_err(fail)
        }
        Ok(_) => OpenOptions::new()
            .write(true)
            .open(path)
            .and_then(|mut file| file.write_all(contents))
            .map_err(fail),
        Err(fault) if fault.kind() == ErrorKind::NotFound => create(path, contents).map_err(fail),
        Err(fault) => Err(fail(fault)),
    }
}

/// Puts new contents in place of a file.
fn replace(path: &Path, old: &Metadata, contents: &[u8]) -> io::Result<()> {
    let path = path.canonicalize()?;
    // A file that may not be written is not replaced either.
    OpenOptions::new().write(true).open(&path)?;
    beside(&path, contents, Some(old))
}

/// Writes a file where there is none, or where a link points to.
fn create(path: &Path, contents: &[u8]) -> io::Result<()> {
    let mut path = path.to_owned();
    // More links in a row than any system follows.
    for _ in 0..64 {
        let Ok(next) = fs::read_link(&path) else { break };
        path = path.parent().unwrap_or(Path::new("")).join(next);
    }
    beside(&path, contents, None)
}

fn beside(path: &Path, contents: &[u8], old: Option<&Metadata>) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut file = None;
    let unfinished = Unfinished::create(|| {
        let (path, created) = create_unpredictable(folder, old.is_some())?;
        file = Some(created);
        Ok(path)
    })?;
    if let Some(mut file) = file {
        file.write_all(contents)?;
        if let Some(old) = old {
            like(&file, old)?;
        }
        file.sync_all()?;
    }
    unfinished.rename(path)
}

/// A new file whose name nobody can foresee; nobody else may read it if it is `private`.
fn create_unpredictable(folder: &Path, private: bool) -> io::Result<(PathBuf, File)> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    if private {
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    }
    #[cfg(not(unix))]
    let _ = private;
    let mut attempts = 0;
    loop {
        // The standard library's hash keys are random numbers of the system's.
        let path =
            folder.join(format!(".tinyml-{:016x}.partial", RandomState::new().build_hasher().finish()));
        match options.open(&path) {
            Err(fault) if fault.kind() == ErrorKind::AlreadyExists && attempts < 16 => attempts += 1,
            Err(fault) => return Err(fault),
            Ok(file) => return Ok((path, file)),
        }
    }
}

/// Gives a file the owner, as far as the user may, and the mode that another has.
#[cfg(unix)]
fn like(file: &File, old: &Metadata) -> io::Result<()> {
    use std::os::unix::fs::{MetadataExt, PermissionsExt, fchown};
    let _ = fchown(file, Some(old.uid()), Some(old.gid()));
    file.set_permissions(fs::Permissions::from_mode(old.mode() & 0o777))
}

#[cfg(not(unix))]
fn like(_: &File, _: &Metadata) -> io::Result<()> {
    Ok(())
}

/// Whether `path`, which has these metadata, is another name of `input`.
#[cfg(unix)]
fn same_file(_: &Path, found: &Metadata, input: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    fs::metadata(input).is_ok_and(|input| (input.dev(), input.ino()) == (found.dev(), found.ino()))
}

#[cfg(not(unix))]
fn same_file(path: &Path, _: &Metadata, input: &Path) -> bool {
    matches!((path.canonicalize(), input.canonicalize()), (Ok(path), Ok(input)) if path == input)
}
