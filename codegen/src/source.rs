//! A model file, as it is read.

use std::io::ErrorKind;
#[cfg(feature = "onnx")]
use std::path::Path;
use std::path::PathBuf;

use crate::diagnostic::{Diagnostic, Diagnostics, Place};
use crate::files;
use crate::limits;
use crate::names::snake_case;

/// A model file in memory.
#[derive(Clone, Debug)]
pub struct Source {
    /// Where it came from; names it in messages, and its folder holds external data.
    pub path: PathBuf,
    /// Its contents.
    pub bytes: Vec<u8>,
}

impl Source {
    /// Reads a model file.
    pub fn read(path: impl Into<PathBuf>) -> Result<Source, Diagnostics> {
        let path = path.into();
        match files::read(&path, limits::MOST_MODEL_BYTES) {
            Ok(bytes) => Ok(Source { path, bytes }),
            Err(fault) => {
                let help = match fault.kind() {
                    ErrorKind::FileTooLarge => {
                        "no microcontroller's model is as large; is this the right file?"
                    }
                    _ => "paths are absolute, or relative to the folder of the crate's Cargo.toml",
                };
                let message = format!("cannot read the model: {fault}");
                Err(Diagnostic::error(message).at(Place::file(&path)).help(help).into())
            }
        }
    }

    /// The model's name: the file's stem, as a Rust identifier.
    pub fn name(&self) -> String {
        snake_case(&self.path.file_stem().unwrap_or_default().to_string_lossy())
    }

    /// The folder that the model's external data are in.
    #[cfg(feature = "onnx")]
    pub(crate) fn folder(&self) -> &Path {
        self.path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
    }
}
