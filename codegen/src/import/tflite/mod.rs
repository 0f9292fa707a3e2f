//! TFLite importer: the first subgraph of a flatbuffer to a graph.
//!
//! Tensors map one to one (TFLite is NHWC as the IR is); each operator is imported by the function that the operator table lists
//! for it. Only what an output needs is looked at, and of that only what the arithmetic needs. All faults are reported together, also
//! those behind an operator that is refused.

mod constants;
mod convert;
mod dynamic_range;
pub mod flatbuffer;
mod importer;
mod needed;
mod node;
pub mod options;
mod refusals;
pub mod schema;
mod tensors;
#[cfg(test)]
mod test;
mod variables;

pub use node::{ImportFn, NodeImport};

use super::{FileOperator, Imported, Refused, states_of_file};
use crate::config::Options;
use crate::diagnostic::{Diagnostic, Place};
use crate::ir::{DType, Graph};
use crate::limits;
use crate::ops;
use crate::passes::signed;
use crate::source::Source;
use flatbuffer::FlatbufferError;
use importer::Importer;
use variables::Variables;

/// Reads a TFLite file.
pub fn import(source: &Source, options: &Options) -> Result<Imported, Refused> {
    let mut model = schema::Model::parse(&source.bytes).map_err(unreadable)?;
    let subgraph = model.subgraph(0).map_err(unreadable)?;
    limits::few_nodes(subgraph.operators.len()).map_err(limits::too_large)?;
    if !options.input_shapes.is_empty() {
        return Err(Diagnostic::error(
            "the shapes of a TFLite file's inputs cannot be chosen: they stand in the file",
        )
        .at(Place::option("input_shape"))
        .help("leave the option out, or convert the model with other shapes")
        .into());
    }
    let graph = Graph::new(source.name(), options.reference);
    let (variables, faults) = Variables::read(&mut model, &subgraph);
    let (mut graph, notes, mut faults) =
        Importer::new(graph, options.precision, &subgraph, variables, faults).run();
    if graph.tensor_ids().any(|id| graph.ty(id).dtype == DType::U8)
        // No operator has an arithmetic for unsigned tensors.
        && let Err(found) = signed::run(&mut graph)
    {
        faults.extend(found);
    }
    let state = model.metadata("state").map_err(unreadable);
    let state = state.and_then(|text| states_of_file(text.as_deref())).unwrap_or_else(|fault| {
        faults.push(fault);
        Vec::new()
    });
    if faults.has_errors() {
        return Err(Refused { faults, part: Some(Box::new(graph)) });
    }
    Ok(Imported { graph, notes, files: Vec::new(), state })
}

/// The operators that the files may have.
pub fn operators() -> Vec<FileOperator> {
    let listed = ops::all().flat_map(|entry| {
        let named = |&(name, _): &(&str, ImportFn)| FileOperator {
            name: name.to_owned(),
            imported_as: Some(entry.name),
            on_constants: false,
        };
        entry.tflite.iter().map(named)
    });
    let mut operators: Vec<FileOperator> = listed.collect();
    operators.extend(variables::OPERATORS.iter().map(|operator| FileOperator {
        name: operator.to_string(),
        imported_as: None,
        on_constants: false,
    }));
    for operator in constants::OPERATORS {
        let name = operator.to_string();
        if operators.iter().all(|other| other.name != name) {
            operators.push(FileOperator { name, imported_as: None, on_constants: true });
        }
    }
    operators
}

/// What to say of a file that cannot be read.
fn unreadable(fault: FlatbufferError) -> Diagnostic {
    let offset = fault.offset;
    let (message, help) = if fault.is_damage() {
        (format!("the TFLite file is damaged or truncated: {fault}"), "export or download the model again")
    } else {
        (fault.to_string(), "convert the model with the TensorFlow Lite converter")
    };
    Diagnostic::error(message).at(Place { offset: Some(offset), ..Place::default() }).help(help)
}
