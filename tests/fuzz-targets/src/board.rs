//! Board profiles.

use std::str;
use std::sync::OnceLock;

use tinyml_boards::Board;
use tinyml_codegen::config::Options;
use tinyml_codegen::estimate::{Estimate, Scenario};
use tinyml_codegen::fit;
use tinyml_codegen::ir::{Graph, text};
use tinyml_codegen::pipeline;
use tinyml_codegen::target::Core;

use crate::Target;

/// The bytes are the profile.
pub(crate) const TARGET: Target = Target { name: "board", run, mutate: None, generate: None };

/// A board that is read is one that a model can be fitted to, and whose figures can be told.
fn run(bytes: &[u8]) {
    let Ok(profile) = str::from_utf8(bytes) else { return };
    // A profile is called as its board.
    let name = profile.lines().find_map(|line| line.strip_prefix("name = \"")?.split('"').next());
    let board = match Board::parse(&format!("{}.toml", name.unwrap_or("board")), profile) {
        Ok(board) => board,
        Err(fault) => return drop(fault.to_string()),
    };
    let core = Core::of_board(&board).unwrap_or(Core::Portable);
    let Ok(compiled) = pipeline::lower(model(), core, Options::default().optimise) else { return };
    if let Err(fault) = fit::check(&compiled, &board, &Options::default()) {
        drop(fault.to_string());
    }
    match Estimate::new(model(), &compiled, &board, &Scenario::default()) {
        Ok(estimate) => drop(estimate.figures()),
        Err(fault) => drop(fault.to_string()),
    }
}

/// A small model.
fn model() -> &'static Graph {
    static MODEL: OnceLock<Graph> = OnceLock::new();
    MODEL.get_or_init(|| {
        text::parse(
            "graph \"g\" {\n  input %0 \"x\": i8[1,8] q(0.5, 0)\n  \
             %1 \"y\": i8[1,8] q(0.5, 0) = relu(%0)\n  output %1\n}",
        )
        .unwrap_or_default()
    })
}
