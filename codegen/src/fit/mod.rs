//! Whether a model fits a board, and what to do if it does not.

mod advice;

use std::path::{Path, PathBuf};

use tinyml_boards::Board;

use crate::compiled::Compiled;
use crate::config::{Input, Optimise, Options};
use crate::diagnostic::{Diagnostic, Place};
use crate::files;
use crate::kernel::{Blob, BlobKind};
use crate::limits;
use crate::stream::chains::Saving;
use crate::stream::choose;
use crate::target::Core;
use crate::wording::grouped;
use tinyml_arith::overlap::STATE_ALIGN;

/// Stack that an inference may use: the bound that the firmware tests hold generated code to.
pub const STACK_BYTES: usize = 512;

/// Flash allowed for the code of one kernel instance (one layer shape): what the models of docs/benchmarks.md take in the mean.
fn code_bytes_per_shape(core: Core) -> usize {
    match core {
        Core::Armv6m => 1600,
        Core::Riscv32 => 1900,
        Core::Portable | Core::Armv7m | Core::Armv7em | Core::Armv8m | Core::Armv81m => 1300,
    }
}

/// What a model needs on a board.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Needs {
    /// Arena and stack.
    pub ram: usize,
    /// Weights, parameters and an allowance for code.
    pub flash: usize,
}

/// The same for a call without constants, which only moves elements.
const CODE_BYTES_PER_MOVE: usize = 150;

/// What a compiled model needs.
pub fn needs(compiled: &Compiled) -> Needs {
    let constants = compiled.weight_bytes() + compiled.constant_bytes(BlobKind::Parameters);
    let mut shapes: Vec<_> = compiled
        .choices
        .iter()
        .flatten()
        .flat_map(|c| &c.calls)
        .map(|call| (call.kernel, &call.shape_name, call.params.is_empty()))
        .collect();
    shapes.sort_unstable();
    shapes.dedup();
    let allowance = |&(.., moves): &(_, _, bool)| match moves {
        true => CODE_BYTES_PER_MOVE,
        false => code_bytes_per_shape(compiled.core),
    };
    let code: usize = shapes.iter().map(allowance).sum();
    Needs { ram: static_bytes(compiled) + STACK_BYTES, flash: constants + code }
}

/// Bytes of arena and states as they lie in memory: the type `State` is aligned, has a flag where its initial values are not zero, and
/// may count slices.
fn static_bytes(compiled: &Compiled) -> usize {
    let plan = &compiled.plan;
    if plan.state_bytes == 0 {
        return plan.arena_bytes;
    }
    let begins = compiled.graph.states.iter().any(|state| Blob::initial(state.initial.as_ref()).is_some());
    let next = compiled.next_state_bytes().next_multiple_of(STATE_ALIGN);
    let slices = if compiled.windows().is_some() { size_of::<u32>() } else { 0 };
    plan.state_offset()
        + next
        + (plan.state_bytes + slices + usize::from(begins)).next_multiple_of(STATE_ALIGN)
}

/// The board that the options name: one that is shipped, or a profile of the user's (a path ending in `.toml`, which is then
/// also returned as a file that was read).
pub fn board(options: &Options) -> Result<Option<(Board, Option<PathBuf>)>, Diagnostic> {
    let Some(name) = &options.board else { return Ok(None) };
    let place = || Place::option("board");
    if name.ends_with(".toml") {
        let at_profile = |fault: String| Diagnostic::error(fault).at(place()).at(Place::file(name));
        let text = files::read_text(Path::new(name), limits::MOST_PROFILE_BYTES)
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

/// An error if the model does not fit: what is too large, by how much, what makes it so large and what would make it fit.
pub fn check(compiled: &Compiled, board: &Board, options: &Options) -> Result<(), Diagnostic> {
    let budget = Budget::new(board, options);
    let needs = needs(compiled);
    if budget.holds(needs) {
        return Ok(());
    }
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
        _ => format!(" in {}", board.arena_region().name),
    };
    over("RAM", needs.ram, options.reserve_ram, budget.ram, &place);
    over("flash", needs.flash, options.reserve_flash, budget.flash, "");
    let help = advice::help(compiled, budget, options);
    Err(Diagnostic::error(format!("the model does not fit the board {}: {}", board.name, lines.join("; ")))
        .at(Place::option("board"))
        .help_lines(help))
}

/// The model with chains of layers that run by rows, if it fits the board so and not without, and a note that says what that costs.
/// None if it fits anyway, or if it does not help. With `optimise = "ram"`, chains were chosen already, and more are for a board alone.
pub fn by_rows(compiled: &Compiled, board: &Board, options: &Options) -> Option<(Compiled, Diagnostic)> {
    let budget = Budget::new(board, options);
    let chosen = options.optimise == Optimise::Ram || options.input != Input::Whole;
    if chosen || budget.holds_ram(needs(compiled)) {
        return None;
    }
    let beside = static_bytes(compiled) - compiled.plan.arena_bytes + STACK_BYTES;
    let arena = budget.ram.checked_sub(options.reserve_ram)?.checked_sub(beside)?;
    let smaller = choose::within(compiled, options.optimise, arena)?;
    let Saving { arena_bytes, cycles_percent, chains } = Saving::new(compiled, &smaller);
    let note = format!(
        "so that the model fits the board {}, layers run by rows: {chains}; the arena has {} bytes instead of {}, for {cycles_percent:.1} % of the \
         predicted cycles",
        board.name,
        grouped(arena_bytes as u64),
        grouped(compiled.plan.arena_bytes as u64),
    );
    Some((smaller, Diagnostic::note(note).at(Place::option("board"))))
}

/// What a board has, and what of that the rest of the firmware needs.
#[derive(Clone, Copy)]
struct Budget {
    ram: usize,
    reserve_ram: usize,
    flash: usize,
    reserve_flash: usize,
}

impl Budget {
    fn new(board: &Board, options: &Options) -> Budget {
        Budget {
            ram: board.arena_region().bytes,
            reserve_ram: options.reserve_ram,
            flash: board.flash,
            reserve_flash: options.reserve_flash,
        }
    }

    fn holds_ram(self, needs: Needs) -> bool {
        needs.ram.saturating_add(self.reserve_ram) <= self.ram
    }

    fn holds_flash(self, needs: Needs) -> bool {
        needs.flash.saturating_add(self.reserve_flash) <= self.flash
    }

    fn holds(self, needs: Needs) -> bool {
        self.holds_ram(needs) && self.holds_flash(needs)
    }
}

#[cfg(test)]
mod test;
