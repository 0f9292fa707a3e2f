//! ONNX importer: the graph of a `ModelProto` to a graph.
//!
//! `read` decodes the protobuf, keeps what the outputs need and checks what the nodes say against what the operator table lists of
//! their operators; then each node is imported by the function that the table has for it. Images are NCHW in the file and NHWC in the graph: axes are moved once, here, by holding each value
//! in a [`Layout`] and moving constants; a transpose of the file only renames axes. What the file computes from constants is
//! computed here. All faults, and all unsupported operators, are reported together.

mod broadcast;
mod check;
mod constants;
mod descriptor;
mod importer;
mod inputs;
mod item;
mod layout;
mod node;
#[cfg(feature = "oracle")]
pub mod oracle;
mod order;
mod outputs;
mod passing;
mod proto;
mod quantised;
mod read;
mod roles;
pub mod shapes;
mod size;
mod strict;
mod tensor;
#[cfg(test)]
mod test;
mod window;

pub(crate) use descriptor::known;
pub use descriptor::{ANY, Attribute, Kind, Onnx};
pub use item::{Constant, Handle, Item};
pub use layout::Layout;
pub use node::{FromAttribute, ImportFn, NodeImport};
pub use quantised::{axis_index, quantise_constant};
pub use window::{OnnxWindow, TransposedWindow};

use super::{FileOperator, Imported, Refused, part};
use crate::config::Options;
use crate::diagnostic::{Diagnostic, Diagnostics, Place};
use crate::ir::{Fault, Graph, Reference};
use crate::limits::TOO_LARGE;
use crate::ops;
use crate::passes::signed;
use crate::source::Source;
use descriptor::full_name;
use importer::{Exceeded, Importer};
use item::Named;
use read::{RawModel, RawNode};

/// Reads an ONNX file.
pub fn import(source: &Source, options: &Options) -> Result<Imported, Refused> {
    let mut model = read::read(source)?;
    let mut faults = std::mem::take(&mut model.faults);
    let mut importer = values(source, &model, options, &mut faults);
    outputs::add(&mut importer, &model, options, &mut faults);
    let Importer { mut graph, notes, quantised, bytes, .. } = importer;
    if faults.has_errors() {
        part::close(&mut graph);
    }
    graph.remove_unneeded_nodes();
    if !model.labels.is_empty() {
        graph.labels = model.labels;
    }
    if quantised {
        graph.reference = Reference::Onnx;
    }
    if quantised || bytes {
        quantised::spread(&mut graph);
        // No operator has an arithmetic for unsigned tensors.
        faults.extend(signed::run(&mut graph).err().unwrap_or_default());
    }
    if faults.has_errors() {
        return Err(Refused { faults, part: Some(Box::new(graph)) });
    }
    Ok(Imported { graph, notes, files: model.files, state: model.state })
}

/// What every name of the file stands for.
fn values(source: &Source, model: &RawModel, options: &Options, faults: &mut Diagnostics) -> Importer {
    let mut importer = Importer::new(Graph::new(source.name(), options.reference), model.opsets.clone());
    for (name, value) in &model.constants {
        let named = match value {
            Some(value) => Named::Known(Item::Constant(Constant::plain(name, value.clone()))),
            None => Named::Unknown { computed: false },
        };
        importer.values.insert(name.clone(), named);
    }
    for (name, texts) in &model.texts {
        importer.values.insert(name.clone(), Named::Texts(texts.as_slice().into()));
    }
    let operands = model.nodes.iter().flat_map(|node| &node.inputs);
    importer.read = operands.chain(&model.outputs).cloned().collect();
    inputs::add(&mut importer, model, options, faults);
    for node in &model.nodes {
        add(&mut importer, node, faults);
    }
    importer
}

/// Adds what a node computes. Results of one with a fault are unknown.
fn add(importer: &mut Importer, node: &RawNode, faults: &mut Diagnostics) {
    importer.current = node.name.clone();
    importer.graph.name_operator(&node.name, &full_name(&node.domain, &node.op_type));
    let mut import = NodeImport::new(importer, node);
    let computed = import.any_computed();
    if !node.refused
        && let Err(fault) = one(&mut import)
        && let exceeded = import.importer.exceeded.take()
        && !import.doubt.get()
        && exceeded != Some(Exceeded::Told)
    {
        let operator = full_name(&node.domain, &node.op_type);
        let help = import.help.take().unwrap_or_else(|| {
            if exceeded.is_some() {
                return TOO_LARGE.to_owned();
            }
            "if `onnx.checker.check_model` finds no fault in the file, this form of the operator is one that is not supported: \
             let the exporter write another"
                .to_owned()
        });
        let fault = Diagnostic::error(format!("{operator}: {fault}"));
        faults.push(fault.at(Place::node(&node.name, &node.op_type)).help(help));
    }
    for output in node.outputs.iter().filter(|name| !name.is_empty()) {
        let named = importer.values.entry(output.clone()).or_insert(Named::Unknown { computed }).clone();
        if let Named::Known(item) = named
            && let Some(roles) = roles::of_result(node, importer.file_dims(&item).len(), &importer.roles)
        {
            importer.roles.insert(output.clone(), roles);
        }
    }
}

/// Imports one operator: on the host if all it reads is constant, else by the operator table.
fn one(node: &mut NodeImport<'_>) -> Result<(), Fault> {
    let operator = find(&node.node.domain, &node.node.op_type).ok_or("is not supported")?;
    if let Some(constants) = node.constants() {
        constants.iter().flatten().try_for_each(|value| node.spend(value))?;
        node.room_for(constants::repeated(node, &constants))?;
        if let Some(value) = constants::evaluate(node, &constants)? {
            return node.bind_constant(value);
        }
    }
    match operator.import {
        Some(import) => import(node)?,
        None => descriptor::only_constants(node)?,
    }
    if operator.all_results { Ok(()) } else { node.only_first_result() }
}

/// The operator of this domain and name.
fn find(domain: &str, name: &str) -> Option<&'static Onnx> {
    let listed = ops::all().flat_map(|descriptor| descriptor.onnx);
    let mut all = listed.chain(passing::OPERATORS).chain(passing::ON_CONSTANTS);
    all.find(|operator| operator.domain == domain && operator.name == name)
}

/// The operators that the files may have.
pub fn operators() -> Vec<FileOperator> {
    let named = |operator: &Onnx, imported_as| FileOperator {
        name: operator.full_name(),
        imported_as,
        on_constants: operator.import.is_none(),
    };
    let listed =
        ops::all().flat_map(|entry| entry.onnx.iter().map(move |operator| named(operator, Some(entry.name))));
    let passing = passing::OPERATORS.iter().chain(passing::ON_CONSTANTS);
    listed.chain(passing.map(|operator| named(operator, None))).collect()
}
