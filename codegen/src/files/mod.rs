//! Files of the user: read within a limit, written as a whole or not at all.

mod fingerprint;
mod read;
mod unfinished;
mod write;

pub use fingerprint::fingerprint;
pub use read::{read, read_from, read_text};
pub use unfinished::{Unfinished, remove_unfinished};
pub use write::write;
