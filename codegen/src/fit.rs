//! Whether a model fits a board, and what to do if it does not.

use std::path::{Path, PathBuf};

use tinyml_boards::Board;

use crate::config::Options;
use crate::diagnostic::{Diagnostic, Place};
use crate::ir::Graph;
use crate::kernel::BlobKind;
use crate::pipeline::Compiled;
use crate::report::{constant_bytes, grouped};

/// Stack that an inference may use: the bound that the firmware tests hold generated code to.
pub const STACK_BYTES: usize = 512;

/// Flash allowed for the code of one kernel instance (one layer shape).
const CODE_BYTES_PER_SHAPE: usize = 1024;

/// What a model needs on a board.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Needs {
    /// Arena and stack.
    pub ram: usize,
    /// Weights, parameters and an allowance for code.
    pub flash: usize,
}

/// What a compiled model needs.
pub fn needs(compiled: &Compiled) -> Needs {
    let constants = constant_bytes(&compiled.choices, BlobKind::Weights)
        + constant_bytes(&compiled.choices, BlobKind::Parameters);
    let mut shapes: Vec<_> = compiled
        .choices
        .iter()
        .flatten()
        .flat_map(|c| &c.calls)
        .map(|call| (call.kernel, &call.shape_name))
        .collect();
    shapes.sort_unstable();
    shapes.dedup();
    Needs {
        ram: compiled.plan.arena_bytes + STACK_BYTES,
        flash: constants + shapes.len() * CODE_BYTES_PER_SHAPE,
    }
}

/// The board that the options name: one that is shipped, or a profile of the user's (a path ending in `.toml`, which is then
/// also returned as a file that was read).
pub fn board(options: &Options) -> Result<Option<(Board, Option<PathBuf>)>, Diagnostic> {
    let Some(name) = &options.board else { return Ok(None) };
    let place = || Place::option("board");
    if name.ends_with(".toml") {
        let at_profile = |fault: String| Diagnostic::error(fault).at(place()).at(Place::file(name));
        let text = std::fs::read_to_string(name)
            .map_err(|fault| at_profile(format!("cannot read the board's profile: {fault}")))?;
        let file = Path::new(name).file_name().unwrap_or_default().to_string_lossy();
        let board = Board::parse(&file, &text).map_err(|fault| at_profile(fault.to_string()))?;
        return Ok(Some((board, Some(PathBuf::from(name)))));
    }
    let boards = Board::all().map_err(|fault| Diagnostic::error(fault.to_string()).at(place()))?;
    match boards.iter().find(|board| board.name == *name) {
        Some(board) => Ok(Some((board.clone(), None))),
        None => Err(unknown_board(name, &boards).at(place())),
    }
}

/// The error for a name that no board has: the names that it may mean, and where all are listed.
pub fn unknown_board(name: &str, boards: &[Board]) -> Diagnostic {
    let similar: Vec<_> = Board::similar(name, boards).into_iter().map(|name| format!("`{name}`")).collect();
    let meant = match similar.is_empty() {
        true => String::new(),
        false => format!("did you mean {}? ", similar.join(" or ")),
    };
    Diagnostic::error(format!("unknown board `{name}`")).help(format!(
        "{meant}`tinyml boards` lists all boards; a board of your own is the path of its profile (.toml)"
    ))
}

/// An error if the model does not fit: what is too large, by how much, where the RAM peak is and what would help.
pub fn check(graph: &Graph, compiled: &Compiled, board: &Board, options: &Options) -> Result<(), Diagnostic> {
    let needs = needs(compiled);
    let region = board.arena_region();
    let mut lines = Vec::new();
    let mut over = |what: &str, need: usize, reserve: usize, have: usize, place: &str| {
        if need.saturating_add(reserve) > have {
            let reserved = if reserve > 0 {
                format!(" beside the {} reserved", grouped(reserve as u64))
            } else {
                String::new()
            };
            lines.push(format!(
                "it needs {} bytes of {what}{reserved}, the board has {}{place}",
                grouped(need as u64),
                grouped(have as u64)
            ));
        }
    };
    // Where a board has several regions, statics go to one.
    let place = match board.ram.len() {
        1 => String::new(),
        _ => format!(" in {}", region.name),
    };
    over("RAM", needs.ram, options.reserve_ram, region.bytes, &place);
    let ram_is_short = needs.ram.saturating_add(options.reserve_ram) > region.bytes;
    over("flash", needs.flash, options.reserve_flash, board.flash, "");
    if lines.is_empty() {
        return Ok(());
    }
    let mut help = Vec::new();
    if ram_is_short {
        help.push(format!("the RAM peak is at {}", peak(graph, compiled)));
        help.push(match needs.ram > region.bytes {
            true => "a smaller input, fewer channels or an earlier stride lowers the peak".to_owned(),
            false => "it fits with a smaller `reserve_ram`".to_owned(),
        });
    }
    if needs.flash.saturating_add(options.reserve_flash) > board.flash {
        help.push(format!("the largest constants are those of {}", largest_constants(graph, compiled)));
    }
    help.push("`tinyml boards --model MODEL` lists the boards that it fits".to_owned());
    Err(Diagnostic::error(format!("the model does not fit the board {}: {}", board.name, lines.join("; ")))
        .at(Place::option("board"))
        .help(help.join("\n")))
}

/// The step with the most live bytes: its layer and its buffers.
fn peak(graph: &Graph, compiled: &Compiled) -> String {
    let plan = &compiled.plan;
    let steps = graph.nodes().enumerate();
    let Some((step, (_, node))) = steps.max_by_key(|(step, _)| (plan.bytes_at(*step), usize::MAX - step))
    else {
        return "the inputs".to_owned();
    };
    let mut live: Vec<_> = plan.live_at(step).map(|placed| placed.buffer.bytes).collect();
    live.sort_unstable_by(|a, b| b.cmp(a));
    let sizes: Vec<_> = live.iter().take(4).map(|&bytes| grouped(bytes as u64)).collect();
    format!("layer `{}` ({}), with buffers of {} bytes", node.name, node.op.name(), sizes.join(" + "))
}

fn largest_constants(graph: &Graph, compiled: &Compiled) -> String {
    let mut sizes: Vec<(usize, &str)> = graph
        .nodes()
        .zip(&compiled.choices)
        .map(|((_, node), choice)| {
            let own = std::slice::from_ref(choice);
            (
                constant_bytes(own, BlobKind::Weights) + constant_bytes(own, BlobKind::Parameters),
                node.name.as_str(),
            )
        })
        .collect();
    sizes.sort_by_key(|&(bytes, _)| std::cmp::Reverse(bytes));
    let named: Vec<_> = sizes
        .iter()
        .take(3)
        .map(|(bytes, name)| format!("`{name}` ({} bytes)", grouped(*bytes as u64)))
        .collect();
    named.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::target::Core;

    #[test]
    fn every_core_of_a_profile_has_a_family_of_kernels() {
        for core in tinyml_boards::CORES {
            assert!(
                Core::from_name(core.name).is_some_and(|family| family != Core::Portable),
                "{}",
                core.name
            );
        }
    }

    #[test]
    fn an_unknown_board_names_those_that_may_be_meant() {
        let boards = Board::all().unwrap();
        let text = unknown_board("pico-3", &boards).to_string();
        assert!(text.contains("did you mean `pico` or `pico-2`? `tinyml boards` lists all boards"), "{text}");
        let text = unknown_board("toaster", &boards).to_string();
        assert!(
            text.contains("`tinyml boards` lists all boards") && !text.contains("did you mean"),
            "{text}"
        );
    }
}
