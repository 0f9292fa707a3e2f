//! `tinyml compile`.

use std::path::Path;

use tinyml_codegen::compiled::Compiled;
use tinyml_codegen::config::Options;
use tinyml_codegen::diagnostic::{Diagnostic, Diagnostics, Place};
use tinyml_codegen::escape::line;
use tinyml_codegen::fit;
use tinyml_codegen::ir::text;
use tinyml_codegen::module::{self, Module};
use tinyml_codegen::wording::grouped;

use crate::arguments::{CompileArgs, Emit, ModelArgs, source};
use crate::inspect;
use crate::output::{self, progress};

pub(crate) fn run(arguments: &CompileArgs) -> Result<(), Diagnostics> {
    let runtime = syn::parse_str(&arguments.runtime).map_err(|_| {
        Diagnostic::error(format!("`{}` is not the path of a crate", arguments.runtime))
            .at(Place::option("runtime"))
    })?;
    let options = Options { host_tests: arguments.host_tests, ..arguments.model.options.options()? };
    let module = compile_with(&arguments.model, &options, &runtime)?;
    let text = match arguments.emit {
        Emit::Rust => module.to_file()?,
        Emit::Ir => text::print(&module.optimised.graph),
        Emit::Json => output::document(&inspect::json(&module)),
    };
    output::write(&arguments.output, &text, &module.files)?;
    output::notes(&module.optimised.notes);
    if !output::is_standard_output(&arguments.output) {
        output::note(success(&arguments.output, text.len(), &module));
        if arguments.emit == Emit::Rust && module.compiled.len() > 1 {
            output::note(
                "note: the file has code for every core family; `--core cortex-m4`, say, or `--board` writes it for one",
            );
        }
    }
    Ok(())
}

/// What was written, and what the model needs on a device: arena, state if it has any, and flash with an allowance for code.
fn success(path: &Path, length: usize, module: &Module) -> String {
    let of_each = |bytes: fn(&Compiled) -> usize| range(module.compiled.iter().map(bytes));
    let arenas = of_each(|compiled| compiled.plan.arena_bytes);
    let flash = of_each(|compiled| fit::needs(compiled).flash);
    let has_state = module.compiled.iter().any(|compiled| compiled.plan.state_bytes > 0);
    let state = match has_state {
        true => {
            let state = |compiled: &Compiled| compiled.plan.state_bytes + compiled.next_state_bytes();
            format!(", state {} bytes", of_each(state))
        }
        false => String::new(),
    };
    let cores = match module.compiled.as_slice() {
        [only] => only.core.name().to_owned(),
        several => format!("{} core families", several.len()),
    };
    format!(
        "{}, {} bytes: arena {arenas} bytes{state}, flash about {flash} bytes with code ({cores})",
        line(&path.display().to_string()),
        grouped(length as u64)
    )
}

/// One number if all are the same, else the smallest and the largest.
fn range(numbers: impl Iterator<Item = usize> + Clone) -> String {
    let (least, most) = (numbers.clone().min().unwrap_or(0), numbers.max().unwrap_or(0));
    match least == most {
        true => grouped(least as u64),
        false => format!("{} to {}", grouped(least as u64), grouped(most as u64)),
    }
}

/// Compiles the model of a command line, with a spinner that names the pass.
pub(crate) fn compile(arguments: &ModelArgs, runtime: &syn::Path) -> Result<Module, Diagnostics> {
    compile_with(arguments, &arguments.options.options()?, runtime)
}

fn compile_with(
    arguments: &ModelArgs,
    options: &Options,
    runtime: &syn::Path,
) -> Result<Module, Diagnostics> {
    let source = source(&arguments.model)?;
    let bar = progress("compiling");
    let module = module::compile_observed(&source, options, runtime, &mut |pass, graph| {
        bar.set_message(format!("after {pass}"));
        if output::is_verbose() {
            let (nodes, macs) = (graph.order().len(), grouped(graph.macs()));
            bar.suspend(|| output::say(format!("after {pass}: {nodes} nodes, {macs} MACs")));
        }
    });
    bar.finish_and_clear();
    module
}
