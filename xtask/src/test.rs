//! `cargo xtask test`.

use crate::{runner, steps};

pub(crate) fn run() -> Result<(), String> {
    steps::announce_zoo()?;
    let outcome = runner::run(&steps::tests());
    // Said again at the end, where it is read.
    steps::announce_zoo()?;
    outcome
}
