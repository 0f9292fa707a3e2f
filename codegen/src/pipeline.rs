//! The whole way, in one place: from a model file to Rust.

use std::io::ErrorKind;
#[cfg(feature = "onnx")]
use std::path::Path;
use std::path::PathBuf;

use proc_macro2::TokenStream;

use crate::config::{Input, Optimise, Options};
use crate::diagnostic::{Diagnostic, Diagnostics, Place};
use crate::emit::{self, Lowered};
use crate::files;
use crate::import;
use crate::ir::{Graph, verify};
use crate::kernel::KernelChoice;
use crate::limits;
use crate::memory::{self, Plan};
use crate::passes;
use crate::quantise::{self, WithoutData};
use crate::selection::kernels;
use crate::stream;
use crate::target::Core;

/// A model file in memory.
#[derive(Clone, Debug)]
pub struct Source {
    /// Where it came from; names it in messages, and its folder holds external data.
    pub path: PathBuf,
    /// Its contents.
    pub bytes: Vec<u8>,
}

impl Source {
    /// Reads a model file.
    pub fn read(path: impl Into<PathBuf>) -> Result<Source, Diagnostics> {
        let path = path.into();
        match files::read(&path, limits::MOST_MODEL_BYTES) {
            Ok(bytes) => Ok(Source { path, bytes }),
            Err(fault) => {
                let help = match fault.kind() {
                    ErrorKind::FileTooLarge => {
                        "no microcontroller's model is as large; is this the right file?"
                    }
                    _ => "paths are absolute, or relative to the folder of the crate's Cargo.toml",
                };
                let message = format!("cannot read the model: {fault}");
                Err(Diagnostic::error(message).at(Place::file(&path)).help(help).into())
            }
        }
    }

    /// The model's name: the file's stem, as a Rust identifier.
    pub fn name(&self) -> String {
        emit::snake_case(&self.path.file_stem().unwrap_or_default().to_string_lossy())
    }
}

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

/// A model for one core family.
#[derive(Debug)]
pub struct Compiled {
    /// The core family.
    pub core: Core,
    /// The graph that is carried out: the finished one, with chains of layers that run by rows.
    pub graph: Graph,
    /// A kernel for each node in execution order; none for views.
    pub choices: Vec<Option<KernelChoice>>,
    /// The memory plan.
    pub plan: Plan,
}

impl Compiled {
    /// Whether both give the same code.
    pub fn same_code(&self, other: &Compiled) -> bool {
        let same = |(a, b): (&Option<KernelChoice>, &Option<KernelChoice>)| match (a, b) {
            (Some(a), Some(b)) => a.same_code(b),
            (None, None) => true,
            _ => false,
        };
        self.plan == other.plan
            && self.choices.len() == other.choices.len()
            && self.choices.iter().zip(&other.choices).all(same)
    }
}

/// The families that get the same code, each group with its first member; in the order of the families.
pub(crate) fn groups(compiled: &[Compiled]) -> Vec<(Vec<Core>, &Compiled)> {
    let mut groups: Vec<(Vec<Core>, &Compiled)> = Vec::new();
    for one in compiled {
        match groups.iter_mut().find(|(_, other)| other.same_code(one)) {
            Some((cores, _)) => cores.push(one.core),
            None => groups.push((vec![one.core], one)),
        }
    }
    groups
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
    let imported = import::import(source, options).map_err(|faults| faults.at(Place::file(&source.path)))?;
    optimise_imported(imported, source, options, without_data, observe)
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
    let import::Imported { mut graph, mut notes, mut files } = imported;
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
    match options.input {
        Input::Whole => lower(graph, core, options.optimise),
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

/// As [`lower`], for a graph in which it is settled what runs by rows.
pub fn lower_graph(mut graph: Graph, core: Core, optimise: Optimise) -> Result<Compiled, Diagnostics> {
    let mut choices = kernels(&graph, core, optimise)?;
    while memory::store(&mut graph, &choices)? {
        choices = kernels(&graph, core, optimise)?;
    }
    let plan = memory::plan(&graph, &choices);
    Ok(Compiled { core, graph, choices, plan })
}

/// The items of the generated module for a compiled model. `runtime` is the path of the runtime crate (`::tinyml`).
pub fn emit(
    optimised: &Optimised,
    compiled: &Compiled,
    runtime: &syn::Path,
) -> Result<TokenStream, Diagnostics> {
    let Compiled { graph, choices, plan, .. } = compiled;
    let lowered = Lowered { graph, imported: &optimised.imported, choices, plan };
    Ok(emit::items(&lowered, runtime)?)
}

/// The folder that a model's external data are in.
#[cfg(feature = "onnx")]
pub(crate) fn folder(model: &Path) -> &Path {
    model.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}
