//! The protobuf to this importer's own model: names, attributes as Rust types, constants as values.
//!
//! Nothing here knows what an operator means. Every fault names the place in the file.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use prost::Message;

use super::proto::{AttributeProto, AttributeType, DimensionProto, ModelProto, NodeProto, ValueInfoProto};
use super::tensor::{self, External};
use crate::diagnostic::{Diagnostic, Diagnostics, Place};
use crate::ir::{DType, Value};
use crate::pipeline::{Source, folder};

/// A model as the file has it.
#[derive(Debug, Default)]
pub(super) struct RawModel {
    pub(super) nodes: Vec<RawNode>,
    /// Initializers.
    pub(super) constants: BTreeMap<String, Arc<Value>>,
    pub(super) inputs: Vec<RawPort>,
    pub(super) outputs: Vec<String>,
    /// Version of each operator set; the default domain is "".
    pub(super) opsets: BTreeMap<String, i64>,
    pub(super) labels: Vec<String>,
    /// Files with external data.
    pub(super) files: Vec<PathBuf>,
}

/// An operator as the file has it.
#[derive(Debug, Default)]
pub(super) struct RawNode {
    pub(super) op_type: String,
    /// "" for the default domain.
    pub(super) domain: String,
    /// The file's name of the node, or that of its first output.
    pub(super) name: String,
    /// Names of the operands; "" where one is left out.
    pub(super) inputs: Vec<String>,
    pub(super) outputs: Vec<String>,
    pub(super) attributes: BTreeMap<String, RawAttribute>,
}

/// A value of an attribute.
#[derive(Clone, Debug)]
pub enum RawAttribute {
    Int(i64),
    Float(f32),
    Text(String),
    Ints(Vec<i64>),
    Floats(Vec<f32>),
    Tensor(Arc<Value>),
    /// A kind that no supported operator has: a graph, a type, strings.
    Other(&'static str),
    /// A tensor that could not be read.
    Damaged(String),
}

/// A declared input.
#[derive(Debug)]
pub(super) struct RawPort {
    pub(super) name: String,
    /// None if the type is not one that the importer knows; the number is the file's.
    pub(super) dtype: Option<DType>,
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
    let damaged = |what: String| {
        Diagnostic::error(format!("the ONNX file is damaged or truncated: {what}")).help(
            "export or download the model again; a Git LFS pointer instead of the model also looks like this",
        )
    };
    let model = ModelProto::decode(source.bytes.as_slice()).map_err(|fault| damaged(fault.to_string()))?;
    if model.graph.is_none() {
        return Err(damaged("it holds no graph".to_owned()));
    }
    // What operators mean depends on it, so there is no default.
    if !model.opset_import.iter().any(|set| domain(&set.domain).is_empty()) {
        return Err(damaged(
            "it does not say which version of the operators it has (opset_import)".to_owned(),
        ));
    }
    Ok(model)
}

/// Reads a model with its constants.
pub(super) fn read(source: &Source) -> Result<RawModel, Diagnostics> {
    let model = decode(source)?;
    let graph = model.graph.unwrap_or_default();
    let mut faults = Diagnostics::default();
    let mut external = External::new(folder(&source.path));
    let mut constants = BTreeMap::new();
    for initializer in &graph.initializer {
        match tensor::value(initializer, &mut external) {
            Ok(value) => {
                constants.insert(initializer.name.clone(), Arc::new(value));
            }
            Err(fault) => faults.push(Diagnostic::error(fault).at(Place::tensor(&initializer.name))),
        }
    }
    for sparse in &graph.sparse_initializer {
        let name = sparse.values.as_ref().map_or("", |values| &values.name);
        faults.push(Diagnostic::error("sparse constants are not supported").at(Place::tensor(name)));
    }
    let nodes = graph.node.iter().map(|proto| node(proto, &mut external)).collect();
    let opsets = model.opset_import.iter().map(|set| (domain(&set.domain).to_owned(), set.version)).collect();
    // Before IR version 4, initializers are listed among the inputs.
    let inputs = graph.input.iter().filter(|input| !constants.contains_key(&input.name)).map(port).collect();
    let outputs = graph.output.iter().map(|output| output.name.clone()).collect();
    let labels = model
        .metadata_props
        .iter()
        .find(|entry| entry.key == "labels")
        .map(|entry| split_labels(&entry.value));
    faults.into_result(RawModel {
        nodes,
        constants,
        inputs,
        outputs,
        opsets,
        labels: labels.unwrap_or_default(),
        files: external.into_files(),
    })
}

/// "ai.onnx" is another name of the default domain.
fn domain(domain: &str) -> &str {
    if domain == "ai.onnx" { "" } else { domain }
}

/// Class names: one a line, or separated by commas.
fn split_labels(text: &str) -> Vec<String> {
    let separator = if text.contains('\n') { '\n' } else { ',' };
    text.split(separator).map(str::trim).filter(|label| !label.is_empty()).map(str::to_owned).collect()
}

fn node(proto: &NodeProto, external: &mut External<'_>) -> RawNode {
    let name = match (proto.name.as_str(), proto.output.first()) {
        ("", Some(output)) => output.clone(),
        (name, _) => name.to_owned(),
    };
    let attributes = proto.attribute.iter().map(|a| (a.name.clone(), attribute(a, external))).collect();
    RawNode {
        op_type: proto.op_type.clone(),
        domain: domain(&proto.domain).to_owned(),
        name,
        inputs: proto.input.clone(),
        outputs: proto.output.clone(),
        attributes,
    }
}

fn attribute(proto: &AttributeProto, external: &mut External<'_>) -> RawAttribute {
    match AttributeType::try_from(proto.r#type) {
        Ok(AttributeType::Int) => RawAttribute::Int(proto.i),
        Ok(AttributeType::Float) => RawAttribute::Float(proto.f),
        Ok(AttributeType::String) => RawAttribute::Text(String::from_utf8_lossy(&proto.s).into_owned()),
        Ok(AttributeType::Ints) => RawAttribute::Ints(proto.ints.clone()),
        Ok(AttributeType::Floats) => RawAttribute::Floats(proto.floats.clone()),
        Ok(AttributeType::Tensor) => match proto.t.as_ref().map(|t| tensor::value(t, external)) {
            Some(Ok(value)) => RawAttribute::Tensor(Arc::new(value)),
            Some(Err(fault)) => RawAttribute::Damaged(fault),
            None => RawAttribute::Damaged("the tensor is missing".to_owned()),
        },
        Ok(AttributeType::Graph | AttributeType::Graphs) => RawAttribute::Other("a graph"),
        Ok(AttributeType::Strings) => RawAttribute::Other("a list of strings"),
        _ => RawAttribute::Other("of a kind that is not supported"),
    }
}

fn port(info: &ValueInfoProto) -> RawPort {
    let tensor = info.r#type.as_ref().and_then(|ty| ty.tensor_type.as_ref());
    let data_type = tensor.map_or(0, |tensor| tensor.elem_type);
    let dims =
        tensor.and_then(|tensor| tensor.shape.as_ref()).map(|shape| shape.dim.iter().map(dim).collect());
    RawPort { name: info.name.clone(), dtype: tensor::dtype(data_type).ok(), data_type, dims }
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
