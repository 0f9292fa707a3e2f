//! `tinyml compile`.

use tinyml_codegen::diagnostic::{Diagnostic, Diagnostics, Place};
use tinyml_codegen::ir::text;
use tinyml_codegen::module::{self, Module};

use crate::arguments::{CompileArgs, Emit, ModelArgs, source};
use crate::inspect;
use crate::output::{self, progress};

pub(crate) fn run(arguments: &CompileArgs) -> Result<(), Diagnostics> {
    let runtime = syn::parse_str(&arguments.runtime).map_err(|_| {
        Diagnostic::error(format!("`{}` is not the path of a crate", arguments.runtime))
            .at(Place::option("runtime"))
    })?;
    let module = compile(&arguments.model, &runtime)?;
    output::notes(&module.optimised.notes);
    let text = match arguments.emit {
        Emit::Rust => module.to_file()?,
        Emit::Ir => text::print(&module.optimised.graph),
        Emit::Json => format!("{:#}\n", inspect::json(&module)),
    };
    output::write(&arguments.output, &text)
}

/// Compiles the model of a command line, with a spinner that names the pass.
pub(crate) fn compile(arguments: &ModelArgs, runtime: &syn::Path) -> Result<Module, Diagnostics> {
    let options = arguments.options.options()?;
    let source = source(&arguments.model)?;
    let bar = progress("compiling");
    let module = module::compile_observed(&source, &options, runtime, &mut |pass, _| {
        bar.set_message(format!("after {pass}"))
    });
    bar.finish_and_clear();
    module
}
