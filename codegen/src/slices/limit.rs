//! The option `slice` in cycles.

use tinyml_boards::Board;

use crate::config::{Input, Options, SliceLimit};
use crate::diagnostic::{Diagnostic, Place};
use crate::escape;
use crate::ir::Graph;
use crate::target::Core;
use crate::wording::grouped;

use super::TooLong;
use super::fill::Unit;

/// The most cycles that a slice may take by the options; none if they say nothing of it. `board` is that of the options.
///
/// # Errors
/// A time without a clock, or the model gets its input in pieces.
pub fn limit(options: &Options, board: Option<&Board>) -> Result<Option<u64>, Diagnostic> {
    let Some(limit) = options.slice else { return Ok(None) };
    let fault =
        |message: String, help: &str| Err(Diagnostic::error(message).at(Place::option("slice")).help(help));
    if options.input == Input::Rows {
        return fault(
            "slices are for models that take their input at once".to_owned(),
            "leave `slice` away: a model that is fed has a part of its inference in each call; or leave `input` away",
        );
    }
    let cycles = match limit {
        SliceLimit::Cycles(cycles) => cycles,
        SliceLimit::Time(time) => {
            let Some(board) = board else {
                return fault(
                    "a time is of no use without the clock of a board".to_owned(),
                    "name the `board`, or say how many cycles: `slice = 100_000`",
                );
            };
            let Some(clock) = board.clock else {
                return fault(
                    format!("the clock of the board {} is not known", escape::line(&board.name)),
                    "say how many cycles: `slice = 100_000`",
                );
            };
            let cycles = u128::from(time) * u128::from(clock) / 1_000_000_000;
            u64::try_from(cycles).unwrap_or(u64::MAX)
        }
    };
    Ok(Some(cycles))
}

impl TooLong {
    /// The fault for the user. `limit` is the most cycles that a slice may take.
    pub(crate) fn diagnostic(&self, graph: &Graph, core: Core, limit: u64) -> Diagnostic {
        let cycles = grouped(self.cycles);
        let on = core.name();
        let most = grouped(limit);
        let node = self.step.and_then(|step| graph.order().get(step)).map(|&id| graph.node(id));
        let (what, other) = match (node, self.unit) {
            (None, _) => ("to convert or copy what goes in, comes out and is remembered", ""),
            (_, Unit::Call) => {
                ("the layer, which its kernel does not cut,", ", or give the model a smaller layer here")
            }
            (_, Unit::Step) => ("the smallest part of the layer", ", or give the model a smaller layer here"),
            (_, Unit::Turn) => {
                ("a turn of the layers that run by rows", ", or leave `optimise = \"ram\"` away")
            }
        };
        let message = format!(
            "no slice can be as short as {most} cycles: {what} takes {cycles} on {on}, as it is predicted"
        );
        let help = format!(
            "allow slices of {cycles} cycles (`slice = {}`){other}; without `core` or `board` slices are so short on every core",
            self.cycles
        );
        let fault = Diagnostic::error(message).at(Place::option("slice"));
        match node {
            Some(node) => fault.at(graph.place(node)).help(help),
            None => fault.help(help),
        }
    }
}
