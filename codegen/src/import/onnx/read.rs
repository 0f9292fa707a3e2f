//! The protobuf to this importer's own model: the nodes that the outputs need, attributes as Rust types, constants as values.
//!
//! Nothing here knows what an operator means. Every fault names the place in the file.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

use prost::Message;

use super::check::Check;
use super::order::{self, Order};
use super::proto::{
    AttributeProto, AttributeType, DimensionProto, GraphProto, ModelProto, NodeProto, OperatorSetIdProto,
    ValueInfoProto,
};
use super::tensor::{self, External};
use super::{size, strict};
use crate::diagnostic::{Diagnostic, Diagnostics, Place};
use crate::import::states_of_file;
use crate::ir::Value;
use crate::limits::{MOST_DECODED_BYTES, few_nodes, too_large};
use crate::source::Source;

/// A model as the file has it.
#[derive(Debug)]
pub(super) struct RawModel {
    pub(super) nodes: Vec<RawNode>,
    /// Initializers that are read; none for one that cannot be.
    pub(super) constants: BTreeMap<String, Option<Arc<Value>>>,
    /// Lists of texts among the initializers that are read.
    pub(super) texts: BTreeMap<String, Vec<String>>,
    pub(super) inputs: Vec<RawPort>,
    /// Inputs that the file gives a value, which callers of other engines could replace.
    pub(super) defaults: Vec<String>,
    pub(super) outputs: Vec<String>,
    /// Version of each operator set; the default domain is "".
    pub(super) opsets: BTreeMap<String, i64>,
    pub(super) labels: Vec<String>,
    /// Inputs and outputs that are one state (the metadata `state`).
    pub(super) state: Vec<(String, String)>,
    /// Files with external data.
    pub(super) files: Vec<PathBuf>,
    /// What is wrong so far.
    pub(super) faults: Diagnostics,
}

/// An operator as the file has it.
#[derive(Debug)]
pub(super) struct RawNode {
    pub(super) op_type: String,
    /// "" for the default domain.
    pub(super) domain: String,
    /// What messages call it: its name, or that of its first result.
    pub(super) name: String,
    /// Names of the operands; "" where one is left out.
    pub(super) inputs: Vec<String>,
    pub(super) outputs: Vec<String>,
    pub(super) attributes: BTreeMap<String, RawAttribute>,
    /// A fault of the node itself is reported already.
    pub(super) refused: bool,
}

/// A value of an attribute.
#[derive(Clone, Debug)]
pub enum RawAttribute {
    Int(i64),
    Float(f32),
    Text(String),
    Texts(Vec<String>),
    Ints(Vec<i64>),
    Floats(Vec<f32>),
    Tensor(Arc<Value>),
    /// A kind that no supported operator has: a graph, a type.
    Other(&'static str),
    /// A tensor that could not be read.
    Damaged(String),
}

/// A declared input.
#[derive(Debug)]
pub(super) struct RawPort {
    pub(super) name: String,
    /// The element type by the file's number.
    pub(super) data_type: i32,
    /// None if the file does not say.
    pub(super) dims: Option<Vec<Dim>>,
}

/// An extent of a declared shape.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Dim {
    Known(usize),
    /// Left open; the name may be empty.
    Open(String),
}

/// The protobuf itself; an error says that it is damaged.
fn decode(source: &Source) -> Result<ModelProto, Diagnostic> {
    if size::decoded(&source.bytes) > MOST_DECODED_BYTES {
        return Err(Diagnostic::error(format!(
            "the file's messages would take more than {} MiB of memory",
            MOST_DECODED_BYTES >> 20
        ))
        .help("no model for a microcontroller is so large: this file was not written by an exporter"));
    }
    ModelProto::decode(source.bytes.as_slice()).map_err(|fault| {
        Diagnostic::error(format!("the ONNX file is damaged or truncated: {fault}"))
            .help("export or download the model again")
    })
}

/// Reads a model: the nodes that its outputs need, and the constants that those read.
pub(super) fn read(source: &Source) -> Result<RawModel, Diagnostics> {
    let model = decode(source)?;
    let Some(graph) = model.graph else {
        return Err(Diagnostic::error("the file holds no graph, so it is not an ONNX model")
            .help("give the path of an .onnx file as the training framework wrote it")
            .into());
    };
    few_nodes(graph.node.len()).map_err(too_large)?;
    let mut faults = Diagnostics::default();
    strict::check(&graph, &mut faults);
    let opsets = opsets(&model.opset_import, &mut faults);
    let mut external = External::new(source.folder());
    let Order { nodes: mut order, waiting, circle } = order::needed(&graph);
    if let Some(fault) = circle {
        faults.push(fault);
    }
    order.extend(&waiting);
    let mut check = Check::new(&model.functions, &opsets);
    let names: BTreeSet<&str> = order::defined(&graph).collect();
    let mut nodes = Vec::new();
    for &index in &order {
        let (proto, name) = (&graph.node[index], node_name(&graph, index));
        // What waits for itself has results of unknown types; all else that is wrong with it is told.
        let refused = !check.node(proto, &name, &names) || waiting.contains(&index);
        nodes.push(RawNode { refused, ..node(proto, name, &mut external) });
    }
    faults.extend(check.finish());
    let read: BTreeSet<&str> = order
        .iter()
        .flat_map(|&index| order::reads(&graph.node[index]))
        .chain(graph.output.iter().map(|output| output.name.as_str()))
        .collect();
    let constants = constants(&graph, &read, &mut external, &mut faults);
    let texts = graph.initializer.iter().filter(|constant| read.contains(constant.name.as_str()));
    let texts =
        texts.filter_map(|constant| Some((constant.name.clone(), tensor::texts(constant)?))).collect();
    let defaults: BTreeSet<&str> = graph.initializer.iter().map(|constant| constant.name.as_str()).collect();
    let (fixed, open): (Vec<_>, Vec<_>) =
        graph.input.iter().partition(|input| defaults.contains(input.name.as_str()));
    let metadata = |key: &str| model.metadata_props.iter().find(|entry| entry.key == key);
    let labels = metadata("labels").map(|entry| split_labels(&entry.value));
    let state = states_of_file(metadata("state").map(|entry| entry.value.as_str())).unwrap_or_else(|fault| {
        faults.push(fault);
        Vec::new()
    });
    Ok(RawModel {
        nodes,
        constants,
        texts,
        inputs: open.into_iter().map(port).collect(),
        // Before IR version 4, all constants are listed among the inputs.
        defaults: match model.ir_version {
            4.. => fixed.into_iter().map(|input| input.name.clone()).collect(),
            _ => Vec::new(),
        },
        outputs: graph.output.iter().map(|output| output.name.clone()).collect(),
        opsets,
        labels: labels.unwrap_or_default(),
        state,
        files: external.into_files(),
        faults,
    })
}

/// The constants that are read; none for one that cannot be.
fn constants(
    graph: &GraphProto,
    read: &BTreeSet<&str>,
    external: &mut External<'_>,
    faults: &mut Diagnostics,
) -> BTreeMap<String, Option<Arc<Value>>> {
    let mut constants = BTreeMap::new();
    let dense = graph.initializer.iter().filter(|constant| tensor::texts(constant).is_none());
    for initializer in dense.filter(|constant| read.contains(constant.name.as_str())) {
        let value = match tensor::value(initializer, external) {
            Ok(value) => Some(Arc::new(value)),
            Err(fault) => {
                let fault = Diagnostic::error(fault).at(Place::tensor(&initializer.name));
                faults.push(fault.help("constants are dense tensors of numbers: export the model again"));
                None
            }
        };
        constants.insert(initializer.name.clone(), value);
    }
    for sparse in &graph.sparse_initializer {
        let name = sparse.values.as_ref().map_or("", |values| &values.name);
        if read.contains(name) {
            let fault = Diagnostic::error("sparse constants are not supported").at(Place::tensor(name));
            faults.push(fault.help("store it as a dense tensor"));
            constants.insert(name.to_owned(), None);
        }
    }
    constants
}

/// The versions of the operator sets; a fault for one that is imported in two versions.
fn opsets(imports: &[OperatorSetIdProto], faults: &mut Diagnostics) -> BTreeMap<String, i64> {
    let opsets = versions(imports);
    for import in imports {
        if opsets.get(domain(&import.domain)) != Some(&import.version) {
            let own = if domain(&import.domain).is_empty() { "ai.onnx" } else { &import.domain };
            let fault = Diagnostic::error(format!("the file imports two versions of the operators of {own}"));
            faults.push(fault.help("what operators mean depends on it: export the model again"));
        }
    }
    opsets
}

/// The versions of operator sets.
pub(super) fn versions(imports: &[OperatorSetIdProto]) -> BTreeMap<String, i64> {
    imports.iter().map(|set| (domain(&set.domain).to_owned(), set.version)).collect()
}

/// What messages call a node: its name, or that of its first result, or its number.
pub(super) fn node_name(graph: &GraphProto, index: usize) -> String {
    let Some(node) = graph.node.get(index) else { return String::new() };
    let result = || node.output.iter().find(|name| !name.is_empty()).cloned();
    match node.name.as_str() {
        "" => result().unwrap_or_else(|| format!("#{index}")),
        name => name.to_owned(),
    }
}

/// "ai.onnx" is another name of the default domain.
pub(super) fn domain(domain: &str) -> &str {
    if domain == "ai.onnx" { "" } else { domain }
}

/// Class names: one a line, or separated by commas.
fn split_labels(text: &str) -> Vec<String> {
    let separator = if text.contains('\n') { '\n' } else { ',' };
    text.split(separator).map(str::trim).filter(|label| !label.is_empty()).map(str::to_owned).collect()
}

fn node(proto: &NodeProto, name: String, external: &mut External<'_>) -> RawNode {
    let attributes = proto.attribute.iter().map(|a| (a.name.clone(), attribute(a, external))).collect();
    RawNode {
        op_type: proto.op_type.clone(),
        domain: domain(&proto.domain).to_owned(),
        name,
        inputs: proto.input.clone(),
        outputs: proto.output.clone(),
        attributes,
        refused: false,
    }
}

fn attribute(proto: &AttributeProto, external: &mut External<'_>) -> RawAttribute {
    match AttributeType::try_from(proto.r#type) {
        Ok(AttributeType::Int) => RawAttribute::Int(proto.i),
        Ok(AttributeType::Float) => RawAttribute::Float(proto.f),
        Ok(AttributeType::String) => RawAttribute::Text(String::from_utf8_lossy(&proto.s).into_owned()),
        Ok(AttributeType::Strings) => RawAttribute::Texts(
            proto.strings.iter().map(|text| String::from_utf8_lossy(text).into_owned()).collect(),
        ),
        Ok(AttributeType::Ints) => RawAttribute::Ints(proto.ints.clone()),
        Ok(AttributeType::Floats) => RawAttribute::Floats(proto.floats.clone()),
        Ok(AttributeType::Tensor) => match proto.t.as_ref().map(|t| tensor::value(t, external)) {
            Some(Ok(value)) => RawAttribute::Tensor(Arc::new(value)),
            Some(Err(fault)) => RawAttribute::Damaged(fault),
            None => RawAttribute::Damaged("the tensor is missing".to_owned()),
        },
        Ok(AttributeType::Graph | AttributeType::Graphs) => RawAttribute::Other("a graph"),
        _ => RawAttribute::Other("of a kind that is not supported"),
    }
}

fn port(info: &ValueInfoProto) -> RawPort {
    let tensor = info.r#type.as_ref().and_then(|ty| ty.tensor_type.as_ref());
    let data_type = tensor.map_or(0, |tensor| tensor.elem_type);
    let dims =
        tensor.and_then(|tensor| tensor.shape.as_ref()).map(|shape| shape.dim.iter().map(dim).collect());
    RawPort { name: info.name.clone(), data_type, dims }
}

fn dim(dim: &DimensionProto) -> Dim {
    match (dim.dim_value, &dim.dim_param) {
        // Some exporters write 0 or -1 for an extent that is open.
        (Some(extent), _) => match usize::try_from(extent) {
            Ok(extent) if extent > 0 => Dim::Known(extent),
            _ => Dim::Open(String::new()),
        },
        (None, Some(name)) => Dim::Open(name.clone()),
        (None, None) => Dim::Open(String::new()),
    }
}
