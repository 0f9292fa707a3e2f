//! The whole way, in one place: from a model file to Rust.

use std::path::PathBuf;

use proc_macro2::TokenStream;

use crate::compiled::{Compiled, lower_graph};
use crate::config::{Input, Optimise, Options, PortLayout};
use crate::diagnostic::{Diagnostic, Diagnostics, Place};
use crate::emit;
use crate::import::{self, Refused};
use crate::ir::{Graph, verify};
use crate::passes;
use crate::quantise::{self, WithoutData};
use crate::selection::kernels;
use crate::slide;
use crate::source::Source;
use crate::stream;
use crate::target::Core;

/// A model after the passes: ready to be lowered for any core.
#[derive(Debug)]
pub struct Optimised {
    /// The finished graph.
    pub graph: Graph,
    /// The graph as imported, before any pass.
    pub imported: Graph,
    /// What the compiler has to say: notes and warnings.
    pub notes: Diagnostics,
    /// Every file that was read, the model first. A change of one must lead to a new compilation.
    pub files: Vec<PathBuf>,
    /// How well the quantised model follows the float model, if it was quantised here.
    pub quantisation: Option<quantise::Report>,
}

/// Imports a model and carries out every pass. `observe` sees the graph after import and after each pass, with the pass's name.
pub fn optimise(
    source: &Source,
    options: &Options,
    observe: &mut dyn FnMut(&str, &Graph),
) -> Result<Optimised, Diagnostics> {
    optimise_with(source, options, WithoutData::Refuse, observe)
}

/// As [`optimise`], for sizes and cycles alone: a float model needs no calibration data. A note says that it had none.
pub fn optimise_for_figures(source: &Source, options: &Options) -> Result<Optimised, Diagnostics> {
    optimise_with(source, options, WithoutData::StandIn, &mut |_, _| {})
}

fn optimise_with(
    source: &Source,
    options: &Options,
    without_data: WithoutData,
    observe: &mut dyn FnMut(&str, &Graph),
) -> Result<Optimised, Diagnostics> {
    let imported = import::import(source, options).map_err(|Refused { mut faults, part }| {
        faults.extend(part.map(|part| without_kernels(*part, options)).unwrap_or_default());
        faults.at(Place::file(&source.path))
    })?;
    optimise_imported(imported, source, options, without_data, observe)
}

/// What is said of the nodes that no kernel can carry out in what is left of a refused model, so that its user hears of all faults at
/// once. In floating point, where example data would be needed to quantise it: that has kernels for the same types.
fn without_kernels(mut graph: Graph, options: &Options) -> Diagnostics {
    let lowered = verify(&graph).and_then(|()| {
        passes::run(passes::CANONICALISE, &mut graph, &mut |_, _| {})?;
        passes::run(passes::OPTIMISE, &mut graph, &mut |_, _| {})
    });
    let core = options.core.unwrap_or(Core::Armv7em);
    // What keeps the part from getting that far has been told, or lies in what is missing of it.
    lowered.ok().and_then(|()| kernels(&graph, core, Optimise::Balanced).err()).unwrap_or_default()
}

/// As [`optimise`], for a graph that an importer made of the file, or somebody else in its place.
pub fn optimise_imported(
    imported: import::Imported,
    source: &Source,
    options: &Options,
    without_data: WithoutData,
    observe: &mut dyn FnMut(&str, &Graph),
) -> Result<Optimised, Diagnostics> {
    let at_file = |faults: Diagnostics| faults.at(Place::file(&source.path));
    let import::Imported { mut graph, mut notes, mut files, .. } = imported;
    graph.name = options.name.clone().unwrap_or_else(|| source.name());
    verify(&graph).map_err(at_file)?;
    observe("import", &graph);
    let imported = graph.clone();

    passes::run(passes::CANONICALISE, &mut graph, observe).map_err(at_file)?;
    let quantisation =
        quantise::run(&mut graph, options, without_data, &mut notes, &mut files, observe).map_err(at_file)?;
    passes::run(passes::OPTIMISE, &mut graph, observe).map_err(at_file)?;
    notes.extend(passes::absorb_qdq::left_in_float(&graph));

    files.insert(0, source.path.clone());
    let notes = notes.at(Place::file(&source.path));
    Ok(Optimised { graph, imported, notes, files, quantisation })
}

/// Selects kernels and plans memory for one core family.
///
/// With [`Optimise::Ram`], chains of layers run by rows, and kernels take little working memory, as far as that makes the arena
/// smaller without making the model much slower.
pub fn lower(graph: &Graph, core: Core, optimise: Optimise) -> Result<Compiled, Diagnostics> {
    let plain = lower_graph(graph.clone(), core, optimise)?;
    Ok(match optimise {
        Optimise::Ram => {
            let balanced = lower_graph(graph.clone(), core, Optimise::Balanced)?;
            stream::choose::least_ram(plain, balanced)
        }
        _ => plain,
    })
}

/// As [`lower`], and with the input that the options want.
pub fn lower_for(graph: &Graph, core: Core, options: &Options) -> Result<Compiled, Diagnostics> {
    if options.step.is_some() && options.input != Input::Stream {
        let fault = Diagnostic::error("only a sliding window moves on by a step");
        return Err(fault
            .at(Place::option("step"))
            .help("add `input = \"stream\"`, or leave `step` away")
            .into());
    }
    match options.input {
        Input::Whole => lower(graph, core, options.optimise),
        Input::Stream if options.layout == PortLayout::File => {
            let message = "the rows of a sliding window are given channels last";
            let help = "leave `layout` away: an ONNX model's rows are then what lies behind the axis of time, with the channels last";
            Err(Diagnostic::error(message).at(Place::option("layout")).help(help).into())
        }
        Input::Stream => slide::compile(graph, options.step, &|graph| lower(graph, core, options.optimise)),
        Input::Rows if !graph.states.is_empty() => {
            let message =
                "a model that remembers something from one inference to the next takes whole inputs";
            let help = "leave `input` away: each inference then takes the model's next input";
            Err(Diagnostic::error(message).at(Place::option("input")).help(help).into())
        }
        Input::Rows => {
            let plain = lower_graph(graph.clone(), core, options.optimise)?;
            let balanced = lower_graph(graph.clone(), core, Optimise::Balanced)?;
            let fed = stream::choose::fed(&plain, &balanced, options.optimise);
            fed.map_err(|fault| {
                Diagnostic::error(fault)
                    .at(Place::option("input"))
                    .help("`input = \"whole\"`, the default, takes every model")
                    .into()
            })
        }
    }
}

/// The items of the generated module for a compiled model. `runtime` is the path of the runtime crate (`::tinyml`).
pub fn emit(
    optimised: &Optimised,
    compiled: &Compiled,
    runtime: &syn::Path,
) -> Result<TokenStream, Diagnostics> {
    Ok(emit::items(compiled, &optimised.imported, runtime)?)
}
