//! Files and folders that must not stay behind, however the process ends.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// What exists now. Whoever makes, renames or removes one of them holds the lock, so that an interrupt finds them all.
static ALL: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

/// A file or folder that is removed when this goes out of scope, and by [`remove_unfinished`].
#[derive(Debug)]
pub struct Unfinished {
    path: PathBuf,
}

impl Unfinished {
    /// What `create` makes; it gives the path.
    pub fn create(create: impl FnOnce() -> io::Result<PathBuf>) -> io::Result<Self> {
        let mut all = lock();
        let path = create()?;
        all.push(path.clone());
        Ok(Unfinished { path })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Finished: it gets its name, in place of what has it.
    pub fn rename(self, to: &Path) -> io::Result<()> {
        let mut all = lock();
        fs::rename(&self.path, to)?;
        all.retain(|path| *path != self.path);
        Ok(())
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        let mut all = lock();
        // After `rename` it is no longer listed, and the name may be another's.
        if all.contains(&self.path) {
            remove(&self.path);
            all.retain(|path| *path != self.path);
        }
    }
}

/// Removes all that is unfinished, and keeps the process from making more: for one that is about to end.
pub fn remove_unfinished() {
    let all = lock();
    all.iter().for_each(|path| remove(path));
    std::mem::forget(all);
}

/// That it cannot be removed would only hide the fault for which it is removed.
fn remove(path: &Path) {
    let _ = if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) };
}

fn lock() -> MutexGuard<'static, Vec<PathBuf>> {
    ALL.lock().unwrap_or_else(PoisonError::into_inner)
}
