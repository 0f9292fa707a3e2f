//! What `cargo xtask firmware` asks for, and what it gets. Both sides share this file.

use std::path::{Path, PathBuf};
use std::{fs, io};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// What to write.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// The folder of the packages: one of the same name for each build.
    pub folder: PathBuf,
    /// Parts of names; a case whose name contains one of them is written. None: all.
    pub filters: Vec<String>,
    /// What is built.
    #[serde(default)]
    pub builds: Vec<Build>,
}

/// A machine to write programs for.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Build {
    /// Name of the package.
    pub name: String,
    /// Family of the core.
    pub family: String,
    /// Bytes of flash.
    pub flash: usize,
    /// Bytes of RAM.
    pub ram: usize,
    /// Which cases.
    pub extent: Extent,
    /// Whether random layers between guard zones, too.
    pub layers: bool,
    /// Whether the programs are for the host, to run under AddressSanitizer.
    pub host: bool,
}

/// How many of the cases.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Extent {
    /// All.
    All,
    /// The networks, what runs by rows, and every few of the others.
    Sample,
    /// None.
    None,
}

/// The programs of a build: `manifest.toml` in its package.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// Names of the cases that have no room in this machine.
    pub without_room: Vec<String>,
    /// The programs.
    #[serde(default)]
    pub images: Vec<Image>,
}

/// A program with many cases.
///
/// Beside the package, the folder `data/NAME` holds `vectors`, which the program reads, and `expected`. Both are sequences of
/// blocks, one for each vector of each case in order: [`Case::input_bytes`] and [`Case::output_bytes`] each. The program writes
/// `outputs`, whose blocks have the bytes of stack that `run` needed, as `u32`, before each block of outputs.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Image {
    /// The program's name.
    pub name: String,
    /// Whether the models compute in integers throughout.
    pub integer: bool,
    /// Whether it holds random layers between guard zones.
    pub layers: bool,
    /// The cases.
    #[serde(default)]
    pub cases: Vec<Case>,
}

/// A case in a program.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// Its name.
    pub name: String,
    /// Bytes of the model's arena.
    pub arena_bytes: usize,
    /// Number of vectors.
    pub vectors: usize,
    /// Bytes of a block of inputs.
    pub input_bytes: usize,
    /// Bytes of a block of outputs.
    pub output_bytes: usize,
    /// The model's outputs.
    #[serde(default)]
    pub outputs: Vec<Output>,
}

/// An output.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Output {
    /// Its name in the generated code.
    pub name: String,
    /// Element type: `i8`, `u8`, `i16`, `i32` or `f32`.
    pub element: String,
    /// Number of elements.
    pub length: usize,
    /// Where it lies in the block.
    pub offset: usize,
    /// Largest difference from what is expected; 0 for integers.
    pub max_abs: f64,
}

/// Reads a request or a manifest.
///
/// # Errors
/// The file cannot be read, or has other contents.
pub fn read<T: DeserializeOwned>(file: &Path) -> Result<T, String> {
    let text = fs::read_to_string(file).map_err(|fault| format!("{}: {fault}", file.display()))?;
    toml::from_str(&text).map_err(|fault| format!("{}: {fault}", file.display()))
}

/// Writes a request or a manifest.
///
/// # Errors
/// The file cannot be written.
pub fn write<T: Serialize>(file: &Path, contents: &T) -> Result<(), String> {
    let text = toml::to_string(contents).map_err(|fault| format!("{}: {fault}", file.display()))?;
    write_if_changed(file, text.as_bytes())
}

/// Writes a file with its folder, unless it has these contents: what is unchanged is not built again.
///
/// # Errors
/// The file cannot be written.
pub fn write_if_changed(file: &Path, contents: &[u8]) -> Result<(), String> {
    if fs::read(file).is_ok_and(|present| present == contents) {
        return Ok(());
    }
    let folder = file.parent().map_or(Ok(()), fs::create_dir_all);
    let written: io::Result<()> = folder.and_then(|()| fs::write(file, contents));
    written.map_err(|fault| format!("{}: {fault}", file.display()))
}
