//! `cargo xtask docs`.

use crate::runner::{self, Step};

pub(crate) fn run() -> Result<(), String> {
    runner::run(&[
        Step::cargo("docs/operators.md", "test -p tinyml-tests --test operators").env("TINYML_BLESS", "1")
    ])
}
