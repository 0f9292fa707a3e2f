//! `cargo xtask docs`.

use crate::runner::{self, Step};

pub(crate) fn run() -> Result<(), String> {
    runner::run(&[
        Step::cargo("docs/operators.md", "test -p tinyml-tests --test operators").env("TINYML_BLESS", "1"),
        Step::cargo("docs/streaming", "test -p tinyml-codegen --test pictures").env("TINYML_BLESS", "1"),
    ])
}
