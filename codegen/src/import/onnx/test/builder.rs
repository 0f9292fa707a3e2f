//! Writes ONNX files, with the field numbers of `onnx.proto`.

use std::path::Path;

use super::protobuf::Message;
use crate::config::Options;
use crate::diagnostic::Diagnostics;
use crate::import::Imported;
use crate::ir::{DType, Graph, Value};
use crate::source::Source;

/// Numbers of element types.
pub(crate) const FLOAT: i64 = 1;
pub(crate) const UINT8: i64 = 2;
pub(crate) const INT8: i64 = 3;
pub(crate) const STRING: i64 = 8;

/// An extent of a declared shape.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Extent {
    Fixed(i64),
    Named(&'static str),
    Unknown,
}

/// A model under construction.
#[derive(Clone, Debug)]
pub(crate) struct Model {
    graph: Message,
    pub(crate) opset: i64,
    metadata: Vec<(&'static str, &'static str)>,
    /// Operator sets beside the default one.
    domains: &'static [(&'static str, i64)],
    functions: Vec<Message>,
}

impl Model {
    pub(crate) fn new() -> Model {
        Model {
            graph: Message::default().bytes(2, "test"),
            opset: 17,
            metadata: Vec::new(),
            domains: &[("com.microsoft", 1)],
            functions: Vec::new(),
        }
    }

    /// A model with the f32 input `x` of these extents.
    pub(crate) fn of(extents: &[i64]) -> Model {
        let extents: Vec<Extent> = extents.iter().map(|&extent| Extent::Fixed(extent)).collect();
        Model::new().input("x", FLOAT, &extents)
    }

    pub(crate) fn opset(self, opset: i64) -> Model {
        Model { opset, ..self }
    }

    /// Operator sets beside the default one, which version 0 leaves out.
    pub(crate) fn domains(self, domains: &'static [(&'static str, i64)]) -> Model {
        Model { domains, ..self }
    }

    /// A function of the domain `local` with these nodes.
    pub(crate) fn function(mut self, name: &str, nodes: &[Node]) -> Model {
        let function = Message::default().bytes(1, name).bytes(10, "local");
        let function = function.message(9, &operator_set("", self.opset));
        self.functions.push(nodes.iter().fold(function, |function, node| function.message(7, &node.0)));
        self
    }

    pub(crate) fn labels(self, labels: &'static str) -> Model {
        self.metadata("labels", labels)
    }

    pub(crate) fn states(self, pairs: &'static str) -> Model {
        self.metadata("state", pairs)
    }

    fn metadata(mut self, key: &'static str, value: &'static str) -> Model {
        self.metadata.push((key, value));
        self
    }

    pub(crate) fn input(self, name: &str, dtype: i64, extents: &[Extent]) -> Model {
        let dim = |message: Message, field: u32, extent: &Extent| {
            let dim = match extent {
                Extent::Fixed(value) => Message::default().int(1, *value),
                Extent::Named(name) => Message::default().bytes(2, name),
                Extent::Unknown => Message::default(),
            };
            message.message(field, &dim)
        };
        let shape = Message::default().all(1, extents, dim);
        self.input_of_type(name, &Message::default().int(1, dtype).message(2, &shape))
    }

    /// An input that is declared without a shape.
    pub(crate) fn input_of_any_shape(self, name: &str) -> Model {
        self.input_of_type(name, &Message::default().int(1, FLOAT))
    }

    fn input_of_type(self, name: &str, tensor: &Message) -> Model {
        let ty = Message::default().message(1, tensor);
        self.field(11, &Message::default().bytes(1, name).message(2, &ty))
    }

    pub(crate) fn output(self, name: &str) -> Model {
        self.field(12, &Message::default().bytes(1, name))
    }

    pub(crate) fn constant(self, name: &str, value: Value) -> Model {
        self.field(5, &tensor(name, &value))
    }

    pub(crate) fn initializer(self, tensor: &Message) -> Model {
        self.field(5, tensor)
    }

    pub(crate) fn node(self, node: Node) -> Model {
        self.field(1, &node.0)
    }

    /// A node without attributes, named like its result.
    pub(crate) fn op(self, kind: &str, inputs: &[&str], output: &str) -> Model {
        self.node(Node::new(kind, inputs, output))
    }

    fn field(self, field: u32, message: &Message) -> Model {
        Model { graph: self.graph.message(field, message), ..self }
    }

    pub(crate) fn bytes(&self) -> Vec<u8> {
        let mut model = Message::default().int(1, 8).message(7, &self.graph);
        if self.opset != 0 {
            model = model.message(8, &operator_set("", self.opset));
        }
        model = model.all(8, self.domains, |model, field, &(domain, version)| {
            model.message(field, &operator_set(domain, version))
        });
        model = self.functions.iter().fold(model, |model, function| model.message(25, function));
        for (key, value) in &self.metadata {
            model = model.message(14, &Message::default().bytes(1, key).bytes(2, value));
        }
        model.0
    }

    pub(crate) fn import(&self) -> Result<Imported, Diagnostics> {
        self.import_with(&Options::default())
    }

    pub(crate) fn import_with(&self, options: &Options) -> Result<Imported, Diagnostics> {
        import_in(Path::new(""), self.bytes(), options)
    }

    /// The graph of a model that is right.
    pub(crate) fn graph(&self) -> Graph {
        self.import().unwrap_or_else(|faults| panic!("{faults}")).graph
    }

    /// What is wrong with a model.
    pub(crate) fn faults(&self) -> String {
        self.import().err().unwrap_or_else(|| panic!("the model was imported")).to_string()
    }
}

/// Imports a file that lies in `folder`.
pub(crate) fn import_in(folder: &Path, bytes: Vec<u8>, options: &Options) -> Result<Imported, Diagnostics> {
    Ok(super::super::import(&Source { path: folder.join("model.onnx"), bytes }, options)?)
}

/// A node under construction.
#[derive(Clone, Debug)]
pub(crate) struct Node(Message);

impl Node {
    /// A node that is named like its result.
    pub(crate) fn new(kind: &str, inputs: &[&str], output: &str) -> Node {
        Node(Node::unnamed(kind, inputs, output).0.bytes(3, output))
    }

    pub(crate) fn domain(self, domain: &str) -> Node {
        Node(self.0.bytes(7, domain))
    }

    pub(crate) fn int(self, name: &str, value: i64) -> Node {
        self.attribute(name, 2, |attribute| attribute.int(3, value))
    }

    pub(crate) fn ints(self, name: &str, values: &[i64]) -> Node {
        self.attribute(name, 7, |attribute| attribute.all(8, values.iter().copied(), Message::int))
    }

    pub(crate) fn float(self, name: &str, value: f32) -> Node {
        self.attribute(name, 1, |attribute| attribute.float(2, value))
    }

    pub(crate) fn text(self, name: &str, value: &str) -> Node {
        self.attribute(name, 3, |attribute| attribute.bytes(4, value))
    }

    pub(crate) fn tensor(self, name: &str, value: &Value) -> Node {
        self.attribute(name, 4, |attribute| attribute.message(5, &tensor("", value)))
    }

    /// An empty graph, as control flow has it.
    pub(crate) fn graph(self, name: &str) -> Node {
        self.body(name, &Model::new())
    }

    /// The graph of a model as that of a branch.
    pub(crate) fn body(self, name: &str, body: &Model) -> Node {
        self.attribute(name, 5, |attribute| attribute.message(6, &body.graph))
    }

    /// A further result.
    pub(crate) fn result(self, name: &str) -> Node {
        Node(self.0.bytes(2, name))
    }

    /// A node without a name.
    pub(crate) fn unnamed(kind: &str, inputs: &[&str], output: &str) -> Node {
        let inputs = Message::default().all(1, inputs, |message, field, name| message.bytes(field, name));
        Node(inputs.bytes(2, output).bytes(4, kind))
    }

    fn attribute(self, name: &str, kind: i64, value: impl Fn(Message) -> Message) -> Node {
        Node(self.0.message(5, &value(Message::default().bytes(1, name)).int(20, kind)))
    }
}

fn operator_set(domain: &str, version: i64) -> Message {
    Message::default().bytes(1, domain).int(2, version)
}

/// A tensor with raw data.
pub(crate) fn tensor(name: &str, value: &Value) -> Message {
    let number = match value.dtype() {
        DType::F32 => FLOAT,
        DType::U8 => UINT8,
        DType::I8 => INT8,
        DType::I16 => 5,
        DType::I32 => 6,
        DType::I64 => 7,
        DType::Bool => 9,
        other => panic!("{other} is not written"),
    };
    let dims = value.shape().dims().iter().map(|&dim| dim as i64);
    let message = Message::default().all(1, dims, Message::int).int(2, number).bytes(8, name);
    message.bytes(9, value.to_le_bytes())
}

/// A tensor of bytes whose data lie in a file.
pub(crate) fn external(name: &str, location: &str, offset: usize, dims: &[i64]) -> Message {
    let entry = |key: &str, value: &str| Message::default().bytes(1, key).bytes(2, value);
    let length: i64 = dims.iter().product();
    Message::default()
        .all(1, dims.iter().copied(), Message::int)
        .int(2, INT8)
        .bytes(8, name)
        .message(13, &entry("location", location))
        .message(13, &entry("offset", &offset.to_string()))
        .message(13, &entry("length", &length.to_string()))
        .int(14, 1)
}

/// The integers `0..n` as a constant of this shape.
pub(crate) fn iota(dims: &[usize]) -> Value {
    let count = dims.iter().product::<usize>() as i64;
    Value::i64(dims.to_vec(), (0..count).collect()).expect("as many as the shape has")
}

/// A constant list of integers, as shapes and axes are.
pub(crate) fn list(values: &[i64]) -> Value {
    Value::i64([values.len()], values.to_vec()).expect("one axis")
}

/// A constant list of numbers.
pub(crate) fn reals(dims: &[usize], values: &[f32]) -> Value {
    Value::f32(dims.to_vec(), values.to_vec()).expect("as many as the shape has")
}

/// A constant scalar.
pub(crate) fn scalar(value: f32) -> Value {
    reals(&[], &[value])
}
