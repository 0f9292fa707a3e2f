//! TFLite importer: the first subgraph of a flatbuffer to a graph.
//!
//! Tensors map one to one (TFLite is NHWC as the IR is); each operator is imported by the function that the operator table lists
//! for it. All unsupported operators are reported together.

mod convert;
mod dynamic_range;
pub mod flatbuffer;
pub mod options;
pub mod schema;
#[cfg(test)]
mod test;

use std::collections::BTreeMap;

use super::Imported;
use crate::config::Options;
use crate::diagnostic::{Diagnostic, Diagnostics, Place};
use crate::ir::{Data, Fault, Graph, Node, Op, Operator as IrOperator, Quant, Tensor, TensorId, Value};
use crate::ops;
use crate::pipeline::Source;

/// Imports one operator: adds nodes to the graph whose results are the operator's output tensors.
pub type ImportFn = fn(&mut NodeImport<'_>) -> Result<(), Fault>;

/// An operator of the file on its way into the graph.
pub struct NodeImport<'a> {
    graph: &'a mut Graph,
    operator: &'a schema::Operator<'a>,
    inputs: Vec<Option<TensorId>>,
    outputs: Vec<TensorId>,
    name: String,
}

impl<'a> NodeImport<'a> {
    /// The operator's name in the schema: `CONV_2D`.
    pub fn operator(&self) -> String {
        self.operator.name().to_string()
    }

    /// Number of operands that the file lists.
    pub fn input_count(&self) -> usize {
        self.inputs.len()
    }

    /// The operand at `index`; a fault if it is missing.
    pub fn input(&self, index: usize) -> Result<TensorId, Fault> {
        self.optional(index).ok_or_else(|| format!("operand {index} is missing"))
    }

    /// The operand at `index`, if it is there.
    pub fn optional(&self, index: usize) -> Option<TensorId> {
        self.inputs.get(index).copied().flatten()
    }

    /// All operands, in order.
    pub fn inputs(&self) -> Vec<Option<TensorId>> {
        self.inputs.clone()
    }

    /// The result at `index`; a fault if there is none.
    pub fn output(&self, index: usize) -> Result<TensorId, Fault> {
        self.outputs.get(index).copied().ok_or_else(|| format!("result {index} is missing"))
    }

    /// A tensor of the graph.
    pub fn tensor(&self, id: TensorId) -> &Tensor {
        self.graph.tensor(id)
    }

    /// The constant operand at `index`; a fault if it is computed.
    pub fn constant(&self, index: usize) -> Result<&Value, Fault> {
        let id = self.input(index)?;
        self.graph.constant(id).ok_or_else(|| format!("operand {index} must be a constant"))
    }

    /// The integers of the constant operand at `index` (a shape, axes, a permutation).
    pub fn integers(&self, index: usize) -> Result<Vec<i64>, Fault> {
        self.constant(index)?.integers().ok_or_else(|| format!("operand {index} must hold integers"))
    }

    /// The options table of the operator with the schema's defaults.
    pub fn options<T>(
        &self,
        read: impl FnOnce(&schema::Operator<'a>) -> Result<T, flatbuffer::FlatbufferError>,
    ) -> Result<T, Fault> {
        read(self.operator).map_err(|fault| fault.to_string())
    }

    /// Adds a tensor for an intermediate result.
    pub fn intermediate(&mut self, suffix: &str, ty: crate::ir::TensorType) -> TensorId {
        let name = format!("{}/{suffix}", self.name);
        self.graph.add_tensor(Tensor::new(name, ty))
    }

    /// Adds a constant.
    pub fn add_constant(&mut self, suffix: &str, value: Value, quant: Option<Quant>) -> TensorId {
        let name = format!("{}/{suffix}", self.name);
        self.graph.add_tensor(Tensor::constant(name, value, quant))
    }

    /// Adds the node that computes the operator's first result.
    pub fn emit(&mut self, op: impl IrOperator, inputs: Vec<Option<TensorId>>) -> Result<(), Fault> {
        let output = self.output(0)?;
        self.emit_to(op, inputs, vec![output]);
        Ok(())
    }

    /// Adds a node with these results.
    pub fn emit_to(&mut self, op: impl IrOperator, inputs: Vec<Option<TensorId>>, outputs: Vec<TensorId>) {
        let name = self.name.clone();
        self.graph.add_node(Node { name, op: Op::new(op), inputs, outputs });
    }
}

/// Reads a TFLite file.
pub fn import(source: &Source, options: &Options) -> Result<Imported, Diagnostics> {
    let model = schema::Model::parse(&source.bytes).map_err(|fault| {
        Diagnostic::error(format!("the TFLite file is damaged or truncated: {fault}"))
            .at(Place { offset: Some(fault.offset), ..Place::default() })
            .help("export or download the model again")
    })?;
    let subgraph = model.subgraphs.first().ok_or_else(|| Diagnostic::error("the file has no subgraph"))?;
    let mut faults = Diagnostics::default();
    let mut graph = Graph::new(source.name(), options.reference);
    let mut tensors = Vec::new();
    for tensor in &subgraph.tensors {
        match convert::tensor(tensor) {
            Ok(converted) => tensors.push(graph.add_tensor(converted)),
            Err(fault) => {
                faults.push(fault.at(Place::tensor(&tensor.name)));
                // Keeps the numbering, so that all faults of the file are found.
                tensors.push(graph.add_tensor(Tensor::new(tensor.name.clone(), convert::unknown_type())));
            }
        }
    }
    graph.inputs = subgraph.inputs.iter().map(|&tensor| tensors[tensor].into()).collect();
    graph.outputs = subgraph.outputs.iter().map(|&tensor| tensors[tensor].into()).collect();
    let mut unsupported: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for operator in &subgraph.operators {
        let name = convert::node_name(operator, subgraph);
        let kind = operator.name().to_string();
        let Some(import) = find(&kind) else {
            unsupported.entry(kind).or_default().push(name);
            continue;
        };
        let inputs = operator.inputs.iter().map(|tensor| tensor.map(|tensor| tensors[tensor])).collect();
        let (inputs, dynamic_scale) = dynamic_range::operands(&mut graph, inputs, options.precision);
        let outputs = operator.outputs.iter().map(|&tensor| tensors[tensor]).collect();
        let mut node = NodeImport { graph: &mut graph, operator, inputs, outputs, name: name.clone() };
        let imported = import(&mut node).and_then(|()| match (dynamic_scale, graph.order().last()) {
            (Some(scale), Some(&layer)) => dynamic_range::expand(&mut graph, layer, scale),
            _ => Ok(()),
        });
        if let Err(fault) = imported {
            faults.push(Diagnostic::error(fault).at(Place::node(&name, &kind)));
        }
    }
    for (kind, nodes) in unsupported {
        let known = ops::all().flat_map(|descriptor| descriptor.tflite).map(|(name, _)| (*name).to_owned());
        faults.push(super::unsupported_operator("TFLite", &kind, &nodes, known.collect()));
    }
    faults.into_result(Imported { graph, notes: Diagnostics::default(), files: Vec::new() })
}

fn find(kind: &str) -> Option<ImportFn> {
    let entries = ops::all().flat_map(|descriptor| descriptor.tflite);
    entries.copied().find(|(name, _)| *name == kind).map(|(_, import)| import)
}

/// The bytes of a constant as a value. Flatbuffer data is little endian.
pub(crate) fn constant_value(dtype: crate::ir::DType, shape: &[usize], bytes: &[u8]) -> Option<Value> {
    if dtype == crate::ir::DType::I4 {
        let count = shape.iter().product::<usize>();
        // Two values per byte, the low half first.
        let nibbles =
            bytes.iter().flat_map(|&b| [((b << 4) as i8) >> 4, (b as i8) >> 4]).take(count).collect();
        return Value::i4(shape, nibbles);
    }
    Value::from_le_bytes(dtype, shape, bytes)
        .filter(|value| !matches!(value.data(), Data::Bool(_)) || !bytes.is_empty())
}
