//! Board profiles: data files with a schema, and validators that name the file and key of a fault.
//!
//! A board is one TOML file in `profiles/`, found by the build script.

use serde::Deserialize;

include!(concat!(env!("OUT_DIR"), "/profiles.rs"));

/// A board: the core that code is generated for and the memory that the model must fit.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Board {
    /// Name that options use; the file's stem.
    #[serde(skip)]
    pub name: String,
    /// Name in words.
    pub title: String,
    /// The vendor's page.
    pub page: String,
    /// Microcontroller.
    pub mcu: String,
    /// Processor core: `cortex-m4f`.
    pub core: String,
    /// Rust target triple.
    pub target: String,
    /// Flash for code and constants, in bytes.
    pub flash: usize,
    /// RAM that statics and stack can use, in bytes.
    pub ram: usize,
    /// Core clock, in Hz.
    pub clock: u64,
    /// Where the memory sizes and the clock are stated.
    pub source: String,
}

/// What is wrong with a profile.
#[derive(Debug, thiserror::Error)]
pub enum ProfileError {
    /// Not TOML, a missing or unknown key, a value of the wrong type.
    #[error("{file}: {fault}")]
    Syntax {
        /// The profile.
        file: String,
        /// The parser's message with line and key.
        fault: Box<toml::de::Error>,
    },
    /// A value that makes no sense.
    #[error("{file}: `{key}`: {fault}")]
    Value {
        /// The profile.
        file: String,
        /// The key.
        key: &'static str,
        /// What is wrong with its value.
        fault: String,
    },
}

impl Board {
    /// Reads and validates a profile; `file` names it in errors and its stem is the board's name.
    pub fn parse(file: &str, text: &str) -> Result<Board, ProfileError> {
        let mut board: Board = toml::from_str(text)
            .map_err(|fault| ProfileError::Syntax { file: file.to_owned(), fault: Box::new(fault) })?;
        let stem = file.rsplit('/').next().unwrap_or(file);
        board.name = stem.strip_suffix(".toml").unwrap_or(stem).to_owned();
        reject_unknown_core(file, &board)?;
        reject_memory(file, "flash", board.flash)?;
        reject_memory(file, "ram", board.ram)?;
        reject_empty(file, "source", &board.source)?;
        Ok(board)
    }

    /// All boards, by name.
    pub fn all() -> Result<Vec<Board>, ProfileError> {
        PROFILES.iter().map(|(file, text)| Board::parse(file, text)).collect()
    }

    /// The board with that name.
    pub fn find(name: &str) -> Result<Option<Board>, ProfileError> {
        Ok(Board::all()?.into_iter().find(|board| board.name == name))
    }
}

/// Cores that a profile may name.
pub const CORES: &[&str] = &[
    "cortex-m0",
    "cortex-m0plus",
    "cortex-m3",
    "cortex-m4",
    "cortex-m4f",
    "cortex-m7",
    "cortex-m23",
    "cortex-m33",
    "cortex-m55",
    "cortex-m85",
    "hazard3",
    "rv32imac",
    "rv32imc",
];

fn reject_unknown_core(file: &str, board: &Board) -> Result<(), ProfileError> {
    if CORES.contains(&board.core.as_str()) {
        return Ok(());
    }
    let fault = format!("`{}` is not a known core; known: {}", board.core, CORES.join(", "));
    Err(ProfileError::Value { file: file.to_owned(), key: "core", fault })
}

fn reject_memory(file: &str, key: &'static str, bytes: usize) -> Result<(), ProfileError> {
    if (1 << 10..=1 << 30).contains(&bytes) {
        return Ok(());
    }
    let fault = format!("{bytes} is not a size in bytes between 1 KiB and 1 GiB");
    Err(ProfileError::Value { file: file.to_owned(), key, fault })
}

fn reject_empty(file: &str, key: &'static str, value: &str) -> Result<(), ProfileError> {
    if !value.trim().is_empty() {
        return Ok(());
    }
    Err(ProfileError::Value { file: file.to_owned(), key, fault: "must not be empty".to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    const PICO: &str = include_str!("../profiles/pico.toml");

    #[test]
    fn all_shipped_profiles_are_valid() {
        let boards = Board::all().unwrap();
        assert!(boards.len() >= 3);
        assert_eq!(Board::find("pico").unwrap().unwrap().core, "cortex-m0plus");
        assert_eq!(Board::find("no-such-board").unwrap(), None);
    }

    #[test]
    fn faults_name_file_and_key() {
        let fault = |text: &str| Board::parse("profiles/x.toml", text).unwrap_err().to_string();
        let core = fault(&PICO.replace("cortex-m0plus", "z80"));
        assert!(core.starts_with("profiles/x.toml: `core`: `z80` is not a known core"), "{core}");
        let unit = fault(&PICO.replace("ram = 264_192", "ram = 258"));
        assert!(unit.starts_with("profiles/x.toml: `ram`: 258 is not a size in bytes"), "{unit}");
        let missing =
            fault(&PICO.lines().filter(|l| !l.starts_with("source")).collect::<Vec<_>>().join("\n"));
        assert!(missing.contains("missing field `source`"), "{missing}");
    }
}
