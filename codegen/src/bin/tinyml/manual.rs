//! `tinyml completions` and `tinyml man`: what shells and readers are given of the command line.

use std::fs;
use std::path::Path;

use clap::{Command, CommandFactory};
use clap_complete::Shell;
use clap_mangen::Man;
use tinyml_codegen::diagnostic::{Diagnostic, Diagnostics};
use tinyml_codegen::files;

use crate::arguments::Cli;
use crate::output;

/// Prints the script for a shell.
pub(crate) fn completions(shell: Shell) -> Result<(), Diagnostics> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "tinyml", &mut script);
    output::print(&String::from_utf8_lossy(&script))
}

/// Writes `tinyml.1`, and `tinyml-COMMAND.1` for each command.
pub(crate) fn pages(folder: &Path) -> Result<(), Diagnostics> {
    let at_folder = |fault: std::io::Error| {
        Diagnostic::error(format!("cannot write into `{}`: {fault}", folder.display()))
    };
    fs::create_dir_all(folder).map_err(at_folder)?;
    let mut command = Cli::command().disable_help_subcommand(true);
    command.build();
    let mut count = 1;
    page(folder, command.clone())?;
    for own in command.get_subcommands().filter(|own| !own.is_hide_set()) {
        page(folder, own.clone())?;
        count += 1;
    }
    output::note(format!("{}: {count} pages", folder.display()));
    Ok(())
}

fn page(folder: &Path, command: Command) -> Result<(), Diagnostics> {
    let page = Man::new(command);
    let mut text = Vec::new();
    // Into memory, which takes everything.
    let _ = page.render(&mut text);
    Ok(files::write(&folder.join(page.get_filename()), &text, &[])?)
}
