//! Board profiles: what a model may use on a board, and what the figures come from.
//!
//! A board is one TOML file in `profiles/`, named as the board, found by the build script and embedded. The keys are those of
//! [`Board`]; sizes are bytes, clocks are Hz:
//!
//! ```
//! let profile = r#"
//! name = "my-board"
//! title = "My board"
//! page = "https://example.com/my-board"
//! mcu = "nRF52840"
//! core = "cortex-m4f"
//! target = "thumbv7em-none-eabihf"
//! flash = 1_048_576
//! clock = 64_000_000
//! source = "nRF52840 Product Specification, cover page: 1 MB flash, 256 KB RAM, 64 MHz"
//!
//! [[ram]]
//! name = "RAM"
//! bytes = 262_144
//!
//! [active]
//! current = { value = 3.3, unit = "mA", status = "typical", source = "nRF52840 Product Specification, CPU running, ICPU0" }
//! clock = 64_000_000
//! volts = 3.0
//!
//! [sleep]
//! current = { status = "unknown" }
//! "#;
//! let board = tinyml_boards::Board::parse("my-board.toml", profile)?;
//! assert_eq!(board.arena_region().bytes, 262_144);
//! assert!(board.features().dsp);
//! assert_eq!(board.active.known().map(|active| active.clock), Some(64_000_000));
//! # Ok::<(), tinyml_boards::ProfileError>(())
//! ```
//!
//! With more than one region of RAM, the one that statics normally go to has `arena = true`. Each current has the unit `A`, `mA`,
//! `uA`, `nA` or (active only) `uA/MHz`, and a status: `typical` (a document of the vendor's states it), `measured` (someone
//! measured it, and `source` says who and how), or `unknown` (no value; a `source` may say where it was looked for). The figures
//! are those of the microcontroller unless the source says otherwise. A machine of QEMU's has `emulator = true` and no currents.
#![forbid(unsafe_code)]

mod board;
mod cores;
mod current;
mod error;
mod read;
mod reject;
mod schema;
mod similar;

pub use crate::board::{Board, Features, Region};
pub use crate::cores::{CORES, Core};
pub use crate::current::{Active, Current, Figure, Sleep, Status};
pub use crate::error::ProfileError;

include!(concat!(env!("OUT_DIR"), "/profiles.rs"));

impl Board {
    /// All boards that are shipped, by name.
    pub fn all() -> Result<Vec<Board>, ProfileError> {
        Board::parse_all(PROFILES.iter().copied())
    }

    /// The shipped board with that name.
    pub fn find(name: &str) -> Result<Option<Board>, ProfileError> {
        Ok(Board::all()?.into_iter().find(|board| board.name == name))
    }
}
