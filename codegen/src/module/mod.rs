//! The generated module: what the macro, the build-script API and the command line all produce.

mod text;
mod variants;

use std::path::PathBuf;

use proc_macro2::TokenStream;
use tinyml_boards::Board;

use crate::compiled::{self, Compiled, Sliding};
use crate::config::{Input, Options};
use crate::diagnostic::{Diagnostic, Diagnostics, Place};
use crate::emit::{self, Figures};
use crate::evaluate::Record;
use crate::fit;
use crate::import::Imported;
use crate::ir::Graph;
use crate::pipeline::{self, Optimised};
use crate::quantise::WithoutData;
use crate::slices;
use crate::source::Source;
use crate::target::Core;
use crate::wording::grouped;
use variants::Code;

/// A model compiled to Rust.
#[derive(Debug)]
pub struct Module {
    /// The module's name: the option `name`, or the file's stem.
    pub name: String,
    code: Code,
    /// The module's documentation: the model, the options, a table of the layers.
    pub doc: Vec<String>,
    /// The model after the passes.
    pub optimised: Optimised,
    /// The inputs as the generated code names them.
    pub inputs: Vec<PortName>,
    /// The outputs as the generated code names them.
    pub outputs: Vec<PortName>,
    /// Kernels and plan for each core family that was asked for.
    pub compiled: Vec<Compiled>,
    /// Whether the model is fed row by row, and has `push_row` instead of `input_mut` and `infer`.
    pub by_rows: bool,
    /// Whether the model is given the new rows of a window, and has `push` instead of an `infer` with a result.
    pub by_steps: bool,
    /// Every file that the result depends on, the model first.
    pub files: Vec<PathBuf>,
}

pub use crate::emit::PortName;

/// The runtime crate's path if it has not been renamed.
pub fn default_runtime() -> syn::Path {
    syn::parse_quote!(::tinyml)
}

/// Compiles a model. `runtime` is the path of the runtime crate in the generated code (`::tinyml`).
pub fn compile(source: &Source, options: &Options, runtime: &syn::Path) -> Result<Module, Diagnostics> {
    compile_observed(source, options, runtime, &mut |_, _| {})
}

/// As [`compile`]; `observe` sees the graph after import and after each pass, with the pass's name.
pub fn compile_observed(
    source: &Source,
    options: &Options,
    runtime: &syn::Path,
    observe: &mut dyn FnMut(&str, &Graph),
) -> Result<Module, Diagnostics> {
    // A mistake in an option shows before the model is read.
    let board = fit::board(options)?;
    lower(pipeline::optimise(source, options, observe)?, board, source, options, runtime)
}

/// As [`compile`], for a graph in place of a file's; `source` names it, and is told of in the module's documentation.
pub fn compile_graph(
    graph: Graph,
    source: &Source,
    options: &Options,
    runtime: &syn::Path,
) -> Result<Module, Diagnostics> {
    let board = fit::board(options)?;
    let imported = Imported { graph, notes: Diagnostics::default(), files: Vec::new(), state: Vec::new() };
    let optimised =
        pipeline::optimise_imported(imported, source, options, WithoutData::Refuse, &mut |_, _| {})?;
    lower(optimised, board, source, options, runtime)
}

/// Lowers a model for every core that the options ask for, and emits it. `board` is the one of the options, with its profile.
fn lower(
    mut optimised: Optimised,
    board: Option<(Board, Option<PathBuf>)>,
    source: &Source,
    options: &Options,
    runtime: &syn::Path,
) -> Result<Module, Diagnostics> {
    let slice = slices::limit(options, board.as_ref().map(|(board, _)| board))?;
    let mut files = optimised.files.clone();
    if let Some((_, Some(profile))) = &board {
        files.push(profile.clone());
    }
    let cores = match (options.core, board.as_ref().and_then(|(board, _)| Core::of_board(board))) {
        (Some(core), _) | (None, Some(core)) => vec![core],
        (None, None) => Core::ALL.to_vec(),
    };
    if let Some(record) = &options.accept {
        Record::check(record, source, &optimised.files, options)?;
        files.push(record.clone());
    }
    let at_file = |faults: Diagnostics| faults.at(Place::file(&source.path));
    let mut compiled = Vec::new();
    let mut faults = Diagnostics::default();
    for core in cores {
        let mut lowered = match pipeline::lower_for(&optimised.graph, core, options) {
            Ok(lowered) => lowered,
            // What one core cannot do, another mostly cannot either; the rest is of interest, too.
            Err(found) => {
                faults.extend(at_file(found));
                continue;
            }
        };
        if let Some((board, _)) = &board
            && let Some((smaller, note)) = fit::by_rows(&lowered, board, options)
        {
            optimised.notes.push(note.at(Place::file(&source.path)));
            lowered = smaller;
        }
        if slice.is_some() {
            lowered = match lowered.sliced(slice) {
                Ok(sliced) => sliced,
                // Told of the first core alone: what is too long there mostly is so on others, by other figures.
                Err(fault) => return Err(at_file(fault.into())),
            };
        }
        if let Some((board, _)) = &board {
            fit::check(&lowered, board, options).map_err(|fault| at_file(fault.into()))?;
        }
        if let Some(note) = lowered.sliding.as_ref().map(|sliding| step_note(sliding, &lowered))
            && compiled.is_empty()
        {
            optimised.notes.push(note.at(Place::file(&source.path)));
        }
        compiled.push(lowered);
    }
    faults.into_result(())?;
    let host = match compiled.as_slice() {
        [only] if options.host_tests && only.core != Core::Portable => {
            let host = pipeline::lower_for(&optimised.graph, Core::Portable, options).map_err(at_file)?;
            Some(if slice.is_some() { host.sliced(slice)? } else { host })
        }
        _ => None,
    };
    compiled::share_longest(&mut compiled);
    let code = Code::new(&optimised, &compiled, host.as_ref(), runtime).map_err(at_file)?;
    let doc = {
        let Optimised { graph, imported, .. } = &optimised;
        emit::header(&Figures { source, options, graph, imported, compiled: &compiled })
    };
    let [inputs, outputs] = emit::port_names(&optimised.graph);
    let name = optimised.graph.name.clone();
    let [by_rows, by_steps] = [Input::Rows, Input::Stream].map(|input| options.input == input);
    Ok(Module { name, code, doc, optimised, inputs, outputs, compiled, by_rows, by_steps, files })
}

/// What a sliding window gains, and what it keeps for that.
fn step_note(sliding: &Sliding, compiled: &Compiled) -> Diagnostic {
    let gain = sliding.gain(compiled.graph.macs());
    let by_rows = compiled.graph.macs() < sliding.whole_macs;
    let note = match by_rows {
        true => format!(
            "{gain}; {} bytes are kept from one step to the next",
            grouped(compiled.plan.state_bytes as u64)
        ),
        false => {
            "each step computes the whole window: no layer can keep rows, or none would gain by it".to_owned()
        }
    };
    let show = "`tinyml inspect --window` shows which rows are kept and which computed";
    let help = match sliding.strides {
        strides if !sliding.step.is_multiple_of(strides) => {
            format!("the model's strides suit steps of {strides} rows, or a multiple; {show}")
        }
        _ => show.to_owned(),
    };
    Diagnostic::note(note).at(Place::option("input")).help(help)
}

impl Module {
    /// The items of the module.
    pub fn items(&self) -> TokenStream {
        self.code.tokens()
    }
}
