//! `cargo xtask bless`.

use crate::runner::{self, Step};

pub(crate) fn run() -> Result<(), String> {
    runner::run(&[
        Step::cargo("error texts", "test -p tinyml-compile-fail").env("TRYBUILD", "overwrite"),
        Step::cargo("what kws-firmware prints", "test -p kws-host --test firmware").env("TINYML_BLESS", "1"),
        Step::cargo("what wake-word-firmware prints", "test -p wake-word --test recording")
            .env("TINYML_BLESS", "1"),
        Step::cargo("generated file", "test -p tinyml-tests --test expansion").env("TINYML_BLESS", "1"),
        Step::cargo("graph texts", "test -p tinyml-codegen --lib --test filetests")
            .env("TINYML_BLESS", "1")
            .env("UPDATE_EXPECT", "1"),
    ])
}
