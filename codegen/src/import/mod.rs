//! Importers: a model file to a graph.
//!
//! An importer reads the file's nodes and tensors and asks the operator table what they mean; operator semantics are in
//! `ops/<op>/import.rs`.

#[cfg(any(feature = "onnx", feature = "tflite"))]
pub mod constants;
#[cfg(feature = "onnx")]
pub mod onnx;
#[cfg(feature = "tflite")]
pub mod tflite;

mod foreign;
mod part;
mod tie;

pub use part::Refused;

#[cfg(any(feature = "onnx", feature = "tflite"))]
use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::config::Options;
#[cfg(any(feature = "onnx", feature = "tflite"))]
use crate::config::pairs_of_ports;
#[cfg(any(feature = "onnx", feature = "tflite"))]
use crate::diagnostic::Place;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::ir::Graph;
use crate::source::Source;

/// A graph as the file describes it.
#[derive(Debug)]
pub struct Imported {
    /// The graph.
    pub graph: Graph,
    /// What the user should know: what was assumed, what was left out.
    pub notes: Diagnostics,
    /// Other files that were read (external data).
    pub files: Vec<PathBuf>,
    /// Inputs and outputs that are one state, by what the file says; the option `state` stands in its place.
    pub state: Vec<(String, String)>,
}

/// The file formats.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    Onnx,
    Tflite,
}

/// A TFLite file has the flatbuffer's file identifier; ONNX is a protobuf without one, known by its extension, or by the field
/// that every writer puts first (`ir_version`, or the producer's name).
fn sniff(source: &Source) -> Option<Format> {
    if source.bytes.get(4..8) == Some(b"TFL3") {
        return Some(Format::Tflite);
    }
    let extension = source.path.extension().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
    match extension.as_str() {
        "tflite" | "lite" => Some(Format::Tflite),
        "onnx" => Some(Format::Onnx),
        _ if matches!(source.bytes.first(), Some(0x08 | 0x12)) => Some(Format::Onnx),
        _ => None,
    }
}

/// What to say of activations that are integers of another type than those that are computed with: one wording in all formats. `ty` is
/// the file's name of the type.
#[cfg(any(feature = "onnx", feature = "tflite"))]
fn unsupported_activations(ty: &str) -> String {
    format!("activations of the type {ty} are not supported")
}

/// What to say of operators that no entry of the operator table imports, each with the nodes that use it.
#[cfg(any(feature = "onnx", feature = "tflite"))]
fn unsupported_operators(used: &BTreeMap<String, Vec<String>>) -> Diagnostics {
    let mut told = Diagnostics::default();
    for (number, (kind, nodes)) in used.iter().enumerate() {
        let first = nodes.first().map_or("", String::as_str);
        let uses = if nodes.len() == 1 { "once".to_owned() } else { format!("{} times", nodes.len()) };
        let fault = format!("the operator {kind} is not supported (used {uses}, first by `{first}`)");
        let mut help = vec!["let the model compute the same with supported operators".to_owned()];
        if number + 1 == used.len() {
            help.push(format!("they are listed in docs/operators.md, {}", env!("CARGO_PKG_REPOSITORY")));
        }
        told.push(Diagnostic::error(fault).at(Place::node(first, kind)).help_lines(help));
    }
    told
}

/// An operator that models of a file format may have.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct FileOperator {
    /// Its name in the format.
    pub name: String,
    /// The entry of the operator table that imports it; none if it leaves no node: it is passed through, or computed of constants.
    pub imported_as: Option<&'static str>,
    /// Whether its operands must be constants.
    pub on_constants: bool,
}

/// The ports that a file's metadata `state` tie. A file without is `None`.
///
/// # Errors
/// The text is none of the form that the option `state` has.
#[cfg(any(feature = "onnx", feature = "tflite"))]
fn states_of_file(text: Option<&str>) -> Result<Vec<(String, String)>, Diagnostic> {
    text.map_or(Some(Vec::new()), pairs_of_ports).ok_or_else(|| {
        Diagnostic::error("the file's metadata `state` are not inputs and outputs")
            .help("they are INPUT=OUTPUT, several separated by commas, as the option `state` has them")
    })
}

/// Reads a model file of either format, and ties the ports that the options, or else the file, make states.
pub fn import(source: &Source, options: &Options) -> Result<Imported, Refused> {
    if let Some(fault) = foreign::recognise(source) {
        return Err(fault.into());
    }
    let mut imported = import_format(source, options)?;
    let pairs = if options.state.is_empty() { &imported.state } else { &options.state };
    tie::run(&mut imported.graph, pairs)?;
    Ok(imported)
}

#[cfg_attr(not(any(feature = "onnx", feature = "tflite")), allow(unused_variables))]
fn import_format(source: &Source, options: &Options) -> Result<Imported, Refused> {
    match sniff(source) {
        #[cfg(feature = "tflite")]
        Some(Format::Tflite) => tflite::import(source, options),
        #[cfg(feature = "onnx")]
        Some(Format::Onnx) => onnx::import(source, options),
        #[allow(unreachable_patterns)]
        Some(format) => {
            let (name, feature) = match format {
                Format::Onnx => ("an ONNX", "onnx"),
                Format::Tflite => ("a TFLite", "tflite"),
            };
            Err(Diagnostic::error(format!("this is {name} file, but the feature `{feature}` is turned off"))
                .help(format!(
                    "add `features = [\"{feature}\"]` to the dependency on tinyml-runtime (or tinyml-codegen)"
                ))
                .into())
        }
        None => Err(Diagnostic::error("this is neither an ONNX nor a TFLite model")
            .help("give the path of an .onnx or .tflite file as the training framework wrote it")
            .into()),
    }
}
