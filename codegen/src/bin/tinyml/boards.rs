//! `tinyml boards`.

use serde_json::json;
use tinyml_boards::Board;
use tinyml_codegen::diagnostic::{Diagnostic, Diagnostics};
use tinyml_codegen::fit::{self, Needs};
use tinyml_codegen::pipeline;
use tinyml_codegen::report::grouped;
use tinyml_codegen::target::Core;

use crate::arguments::{BoardsArgs, source};
use crate::output::{self, table};

pub(crate) fn run(arguments: &BoardsArgs) -> Result<(), Diagnostics> {
    let mut boards = Board::all().map_err(|fault| Diagnostic::error(fault.to_string()))?;
    if let Some(name) = &arguments.name {
        let names: Vec<_> = boards.iter().map(|board| board.name.clone()).collect();
        boards.retain(|board| board.name == *name);
        if boards.is_empty() {
            let help = format!("the boards are: {}", names.join(", "));
            return Err(Diagnostic::error(format!("unknown board `{name}`")).help(help).into());
        }
    }
    match &arguments.model {
        Some(model) => fits(arguments, model, &boards),
        None => {
            list(arguments, &boards);
            Ok(())
        }
    }
}

fn list(arguments: &BoardsArgs, boards: &[Board]) {
    if arguments.json {
        let all: Vec<_> = boards.iter().map(|board| json!({
            "name": board.name, "title": board.title, "mcu": board.mcu, "core": board.core, "target": board.target,
            "flash": board.flash, "ram": board.ram, "clock": board.clock, "source": board.source, "page": board.page,
        })).collect();
        println!("{:#}", json!(all));
        return;
    }
    if let ([board], Some(_)) = (boards, &arguments.name) {
        println!("{} ({})", board.title, board.name);
        println!("  MCU    {}, {} at {} MHz", board.mcu, board.core, board.clock as f64 / 1e6);
        println!("  target {}", board.target);
        println!("  flash  {} bytes", grouped(board.flash as u64));
        println!("  RAM    {} bytes", grouped(board.ram as u64));
        println!("  source {}", board.source);
        println!("  page   {}", board.page);
        return;
    }
    let rows: Vec<_> = boards
        .iter()
        .map(|board| {
            vec![
                board.name.clone(),
                board.title.clone(),
                board.mcu.clone(),
                board.core.clone(),
                grouped(board.flash as u64),
                grouped(board.ram as u64),
            ]
        })
        .collect();
    print!("{}", table(&["board", "title", "MCU", "core", "flash", "RAM"], &rows));
}

/// On which boards the model fits, with the share of RAM and flash that it takes.
fn fits(arguments: &BoardsArgs, model: &str, boards: &[Board]) -> Result<(), Diagnostics> {
    let options = arguments.options.options()?;
    let optimised = pipeline::optimise(&source(model)?, &options, &mut |_, _| {})?;
    let mut rows = Vec::new();
    let mut objects = Vec::new();
    for board in boards {
        let core = Core::of_board(board).unwrap_or(Core::Portable);
        let Needs { ram, flash } = fit::needs(&pipeline::lower(&optimised.graph, core)?);
        let (ram, flash) = (ram + options.reserve_ram, flash + options.reserve_flash);
        let fits = ram <= board.ram && flash <= board.flash;
        let share = |need: usize, have: usize| format!("{:.1} %", 100.0 * need as f64 / have as f64);
        rows.push(vec![
            board.name.clone(),
            if fits { "fits" } else { "too big" }.to_owned(),
            share(ram, board.ram),
            share(flash, board.flash),
        ]);
        objects.push(json!({"board": board.name, "fits": fits, "ram": ram, "flash": flash}));
    }
    if arguments.json {
        println!("{:#}", json!(objects));
    } else {
        print!("{}", table(&["board", "", "RAM", "flash"], &rows));
        output::notes(&optimised.notes);
    }
    Ok(())
}
