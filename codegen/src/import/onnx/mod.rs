//! ONNX importer: the graph of a `ModelProto` to a graph.
//!
//! `read` decodes the protobuf; the operators are imported from the file's nodes themselves, each by the function that the
//! operator table lists for it. Images are NCHW in the file and NHWC in the graph: axes are moved once, here, by holding each value
//! in a [`Layout`] and moving constants; a transpose of the file only renames axes. What the file computes from constants is
//! computed here. All faults, and all unsupported operators, are reported together.

mod broadcast;
mod constants;
mod importer;
mod inputs;
mod item;
mod layout;
mod node;
#[cfg(feature = "oracle")]
pub mod oracle;
mod outputs;
mod passing;
mod proto;
mod quantised;
mod read;
pub mod shapes;
mod tensor;
#[cfg(test)]
mod test;
mod window;

pub use item::{Constant, Handle, Item};
pub use layout::Layout;
pub use node::{ImportFn, NodeImport};
pub use quantised::{axis_index, quantise_constant};
pub use window::OnnxWindow;

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Imported;
use crate::config::Options;
use crate::diagnostic::{Diagnostic, Diagnostics, Place};
use crate::ir::{Fault, Graph, Reference, Value};
use crate::ops;
use crate::passes::signed;
use crate::pipeline::Source;
use importer::Importer;
use read::{RawAttribute, RawModel, RawNode};

/// Reads an ONNX file.
pub fn import(source: &Source, options: &Options) -> Result<Imported, Diagnostics> {
    let model = read::read(source)?;
    let mut faults = Diagnostics::default();
    let mut importer = values(source, &model, options, &mut faults);
    outputs::add(&mut importer, &model, &mut faults);
    let Importer { mut graph, notes, quantised, .. } = importer;
    faults.into_result(())?;
    graph.remove_unneeded_nodes();
    graph.labels = model.labels;
    if quantised {
        graph.reference = Reference::Onnx;
        quantised::spread(&mut graph);
        // No operator has an arithmetic for unsigned tensors.
        signed::run(&mut graph)?;
    }
    Ok(Imported { graph, notes, files: model.files })
}

/// What every name of the file stands for.
fn values(source: &Source, model: &RawModel, options: &Options, faults: &mut Diagnostics) -> Importer {
    let mut importer = Importer::new(Graph::new(source.name(), options.reference), model.opsets.clone());
    for (name, value) in &model.constants {
        let constant = Constant::plain(name, value.clone());
        importer.values.insert(name.clone(), Some(Item::Constant(constant)));
    }
    inputs::add(&mut importer, model, options, faults);
    nodes(&mut importer, model, faults);
    importer
}

fn nodes(importer: &mut Importer, model: &RawModel, faults: &mut Diagnostics) {
    let mut unsupported: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for node in &model.nodes {
        let place = Place::node(&node.name, &node.op_type);
        importer.current = node.name.clone();
        let import = find(node);
        let done = if has_graph(node) || (import.is_none() && !on_constants(node)) {
            unsupported.entry(display_name(node)).or_default().push(node.name.clone());
            false
        } else if node.inputs.iter().any(|name| matches!(importer.values.get(name), Some(None))) {
            // What follows from a fault is not reported.
            false
        } else {
            let outcome = one(importer, node, import);
            outcome.map_err(|fault| faults.push(Diagnostic::error(fault).at(place))).is_ok()
        };
        if !done {
            importer.values.extend(node.outputs.iter().map(|output| (output.clone(), None)));
        }
    }
    for (kind, nodes) in unsupported {
        let mut fault = super::unsupported_operator("ONNX", &kind, &nodes, supported());
        if let Some(help) = &mut fault.help {
            help.push_str(&format!("\nand of constants: {}", passing::ON_CONSTANTS.join(", ")));
        }
        faults.push(fault);
    }
}

/// Imports one operator: on the host if all it reads is constant, else by the operator table.
fn one(importer: &mut Importer, node: &RawNode, import: Option<ImportFn>) -> Result<(), Fault> {
    let constants: Option<Vec<Option<Arc<Value>>>> = node
        .inputs
        .iter()
        .map(|name| match importer.values.get(name) {
            _ if name.is_empty() => Some(None),
            Some(Some(Item::Constant(constant))) if constant.quant.is_none() => {
                Some(Some(constant.value.clone()))
            }
            _ => None,
        })
        .collect();
    let mut node = NodeImport { importer, node };
    if let Some(constants) =
        constants.filter(|constants| !constants.is_empty() && node.node.domain.is_empty())
        && let Some(value) = constants::evaluate(&node, &constants)?
    {
        node.bind_constant(value);
        return Ok(());
    }
    match import {
        Some(import) => import(&mut node),
        None => Err("is supported for constants only, but an operand is computed".to_owned()),
    }
}

fn find(node: &RawNode) -> Option<ImportFn> {
    let listed = ops::all().flat_map(|descriptor| descriptor.onnx).copied();
    let passing = passing::OPERATORS.iter().map(|&(name, import)| ("", name, import));
    let mut all = listed.chain(passing);
    all.find(|(domain, name, _)| *domain == node.domain && *name == node.op_type).map(|(_, _, import)| import)
}

fn on_constants(node: &RawNode) -> bool {
    node.domain.is_empty() && passing::ON_CONSTANTS.contains(&node.op_type.as_str())
}

/// Control flow: nodes with graphs of their own.
fn has_graph(node: &RawNode) -> bool {
    node.attributes.values().any(|attribute| matches!(attribute, RawAttribute::Other("a graph")))
}

fn display_name(node: &RawNode) -> String {
    if node.domain.is_empty() { node.op_type.clone() } else { format!("{}.{}", node.domain, node.op_type) }
}

fn supported() -> Vec<String> {
    let listed = ops::all().flat_map(|descriptor| descriptor.onnx).map(|&(domain, name, _)| match domain {
        "" => name.to_owned(),
        _ => format!("{domain}.{name}"),
    });
    let passing = passing::OPERATORS.iter().map(|&(name, _)| name.to_owned());
    listed.chain(passing).collect()
}
