//! `tinyml boards`.

use std::path::Path;

use serde_json::{Value, json};
use tinyml_boards::{Board, Current, Figure};
use tinyml_codegen::diagnostic::{Diagnostic, Diagnostics};
use tinyml_codegen::fit::{self, Needs};
use tinyml_codegen::pipeline;
use tinyml_codegen::target::Core;
use tinyml_codegen::wording::grouped;

use crate::arguments::{BoardsArgs, source};
use crate::output::{self, table};

pub(crate) fn run(arguments: &BoardsArgs) -> Result<(), Diagnostics> {
    let mut boards = Board::all().map_err(|fault| Diagnostic::error(fault.to_string()))?;
    if let Some(name) = &arguments.name {
        if !boards.iter().any(|board| board.name == *name) {
            return Err(fit::unknown_board(name, &boards).into());
        }
        boards.retain(|board| board.name == *name);
    }
    match &arguments.model {
        Some(model) => fits(arguments, model, &boards),
        None => list(arguments, &boards),
    }
}

fn list(arguments: &BoardsArgs, boards: &[Board]) -> Result<(), Diagnostics> {
    if arguments.json {
        return output::print_json(&json!(boards.iter().map(object).collect::<Vec<_>>()));
    }
    if let ([board], Some(_)) = (boards, &arguments.name) {
        return output::print(&lines(board).concat());
    }
    let rows: Vec<_> = boards
        .iter()
        .map(|board| {
            vec![
                board.name.clone(),
                board.title.clone(),
                board.mcu.clone(),
                board.core.clone(),
                family(board).name().to_owned(),
                grouped(board.flash as u64),
                grouped(board.arena_region().bytes as u64),
            ]
        })
        .collect();
    output::print(&table(&["board", "title", "MCU", "core", "family", "flash", "RAM"], &rows))
}

/// Whose kernels a model gets on the board: the value of the option `core`.
fn family(board: &Board) -> Core {
    Core::of_board(board).unwrap_or(Core::Portable)
}

/// One board, with where each figure comes from.
fn lines(board: &Board) -> Vec<String> {
    let mega = |hertz: u64| hertz as f64 / 1e6;
    let clock = board.clock.map_or(String::new(), |clock| format!(" at {} MHz", mega(clock)));
    let mut lines = vec![format!("{} ({})\n", board.title, board.name)];
    let mut line = |name: &str, value: String| lines.push(format!("  {name:<7} {value}\n"));
    line("MCU", format!("{}, {}{clock}", board.mcu, board.core));
    line("family", family(board).name().to_owned());
    line("target", board.target.clone());
    line("flash", format!("{} bytes", grouped(board.flash as u64)));
    for region in &board.ram {
        let arena = if region.arena { ", for the arena" } else { "" };
        line("RAM", format!("{} bytes, {}{arena}", grouped(region.bytes as u64), region.name));
    }
    line("source", board.source.clone());
    if !board.emulator {
        line(
            "active",
            match &board.active {
                Figure::Known(active) => {
                    let (current, basis) = (amount(&active.current), basis(&active.current));
                    format!("{current} at {} MHz{basis}", mega(active.clock))
                }
                Figure::Unknown { note } => unknown(note.as_deref()),
            },
        );
        line(
            "sleep",
            match &board.sleep {
                Figure::Known(sleep) => {
                    format!("{}, {}{}", amount(&sleep.current), sleep.mode, basis(&sleep.current))
                }
                Figure::Unknown { note } => unknown(note.as_deref()),
            },
        );
    }
    line("page", board.page.clone());
    lines
}

/// A current at its voltage, in the unit that leaves the fewest digits.
fn amount(current: &Current) -> String {
    let (scale, unit) = match current.amperes {
        amperes if amperes >= 1e-3 => (1e3, "mA"),
        amperes if amperes >= 1e-6 => (1e6, "uA"),
        _ => (1e9, "nA"),
    };
    let value = (current.amperes * scale * 1e3).round() / 1e3;
    format!("{value} {unit} at {} V", current.volts)
}

fn basis(current: &Current) -> String {
    format!(" ({}: {})", current.status.name(), current.source)
}

fn unknown(note: Option<&str>) -> String {
    note.map_or("unknown".to_owned(), |note| format!("unknown ({note})"))
}

fn object(board: &Board) -> Value {
    let features = board.features();
    let regions: Vec<_> = board
        .ram
        .iter()
        .map(|region| json!({"name": region.name, "bytes": region.bytes, "arena": region.arena}))
        .collect();
    let current = |current: &Current| {
        json!({
            "amperes": current.amperes, "volts": current.volts, "status": current.status.name(),
            "source": current.source,
        })
    };
    let active = board.active.known();
    let sleep = board.sleep.known();
    json!({
        "name": board.name, "title": board.title, "mcu": board.mcu, "core": board.core,
        "family": family(board).name(), "target": board.target,
        "dsp": features.dsp, "fpu": features.fpu, "mve": features.mve,
        "flash": board.flash, "ram": regions, "clock": board.clock, "source": board.source, "page": board.page,
        "emulator": board.emulator,
        "active": active.map(|active| json!({"current": current(&active.current), "clock": active.clock})),
        "sleep": sleep.map(|sleep| json!({"current": current(&sleep.current), "mode": sleep.mode})),
    })
}

/// On which boards the model fits, with the share of RAM and flash that it takes.
fn fits(arguments: &BoardsArgs, model: &Path, boards: &[Board]) -> Result<(), Diagnostics> {
    let options = arguments.options.options()?;
    let optimised = pipeline::optimise_for_figures(&source(model)?, &options)?;
    let mut rows = Vec::new();
    let mut objects = Vec::new();
    for board in boards {
        let plain = pipeline::lower_for(&optimised.graph, family(board), &options)?;
        let by_rows = fit::by_rows(&plain, board, &options);
        let Needs { ram, flash } = fit::needs(by_rows.as_ref().map_or(&plain, |(compiled, _)| compiled));
        let (ram, flash) = (ram + options.reserve_ram, flash + options.reserve_flash);
        let room = board.arena_region().bytes;
        let fits = ram <= room && flash <= board.flash;
        let share = |need: usize, have: usize| format!("{:.1} %", 100.0 * need as f64 / have as f64);
        rows.push(vec![
            board.name.clone(),
            match (fits, by_rows.is_some()) {
                (true, true) => "fits by rows",
                (true, false) => "fits",
                (false, _) => "too big",
            }
            .to_owned(),
            share(ram, room),
            share(flash, board.flash),
        ]);
        objects.push(json!({"board": board.name, "fits": fits, "by_rows": by_rows.is_some(), "ram": ram, "flash": flash}));
    }
    if arguments.json {
        return output::print_json(&json!(objects));
    }
    output::print(&table(&["board", "", "RAM", "flash"], &rows))?;
    output::notes(&optimised.notes);
    Ok(())
}
