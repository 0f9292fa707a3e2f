//! The typed view of a `.tflite` file: subgraphs of tensors and operators, with no operator semantics.
//!
//! Reading checks what the file says about itself: every index leads to something, every constant is as long as its shape and
//! type ask, quantisation fits its tensor. What an operator makes of its tensors and options is the importer's matter.
//! Data stays where it is: names, constants and options are views into the file.

mod builtin_operator;
mod field;
mod operator;
mod reader;
mod tensor;

use super::flatbuffer::{self, Result, Table};
use field::{metadata, model, signature_def, subgraph, tensor_map};
use operator::OperatorCode;
use reader::Reader;

pub use builtin_operator::BuiltinOperator;
pub use operator::Operator;
pub use tensor::{Quantization, Tensor, TensorType};

/// The file identifier of all TFLite files.
const IDENTIFIER: &str = "TFL3";

/// The schema version of all files that carry the identifier.
const VERSION: u32 = 3;

/// A model file.
#[derive(Clone, Debug)]
pub struct Model<'a> {
    /// Version of the schema: 3.
    pub version: u32,
    /// What the converter says about itself.
    pub description: &'a str,
    /// The graphs, at least one; the first is the one that inference runs.
    pub subgraphs: Vec<Subgraph<'a>>,
    /// Whatever the converter adds, by name.
    pub metadata: Vec<(&'a str, &'a [u8])>,
    /// The named entry points.
    pub signatures: Vec<Signature<'a>>,
}

/// A graph; operators are in the order of execution.
#[derive(Clone, Debug)]
pub struct Subgraph<'a> {
    /// Its name; may be empty.
    pub name: &'a str,
    /// All tensors of the graph.
    pub tensors: Vec<Tensor<'a>>,
    /// The graph's inputs, as indices into `tensors`.
    pub inputs: Vec<usize>,
    /// The graph's outputs, as indices into `tensors`.
    pub outputs: Vec<usize>,
    /// The operators.
    pub operators: Vec<Operator<'a>>,
}

/// A named entry point: what the user called the inputs and outputs of a subgraph.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature<'a> {
    /// The signature's name, mostly `serving_default`.
    pub key: &'a str,
    /// The subgraph, as index into the model's.
    pub subgraph: usize,
    /// Names of inputs, with their index into the subgraph's tensors.
    pub inputs: Vec<(&'a str, usize)>,
    /// Names of outputs, with their index into the subgraph's tensors.
    pub outputs: Vec<(&'a str, usize)>,
}

impl<'a> Model<'a> {
    /// Reads a file.
    ///
    /// # Errors
    /// The first thing that is wrong, with its byte offset and the path of the field from the root.
    pub fn parse(file: &'a [u8]) -> Result<Self> {
        let root = flatbuffer::root(file, IDENTIFIER)?;
        let version = root.scalar(model::VERSION, 0)?;
        if version != VERSION {
            let message = format!("schema version {version}, only {VERSION} is known");
            return Err(root.invalid(model::VERSION, message));
        }
        let mut reader = Reader::new(file);
        let description = reader.text(root, model::DESCRIPTION)?.unwrap_or("");
        reader.read_buffers(root, model::BUFFERS)?;
        let codes =
            reader.each(root, model::OPERATOR_CODES, |reader, _, table| OperatorCode::read(reader, table))?;
        let subgraphs = reader.each(root, model::SUBGRAPHS, |reader, index, table| {
            Subgraph::read(reader, &codes, index, table)
        })?;
        if subgraphs.is_empty() {
            return Err(root.invalid(model::SUBGRAPHS, "the model has no subgraph"));
        }
        let metadata = reader.each(root, model::METADATA, |reader, _, table| {
            let name = reader.text(table, metadata::NAME)?.unwrap_or("");
            let index = table.scalar(metadata::BUFFER, 0u32)? as usize;
            Ok((name, reader.buffer(table, metadata::BUFFER, index)?))
        })?;
        let signatures = reader.each(root, model::SIGNATURE_DEFS, |reader, _, table| {
            Signature::read(reader, &subgraphs, table)
        })?;
        Ok(Model { version, description, subgraphs, metadata, signatures })
    }
}

impl<'a> Subgraph<'a> {
    fn read(
        reader: &mut Reader<'a>,
        codes: &[OperatorCode<'a>],
        index: usize,
        table: Table<'a>,
    ) -> Result<Self> {
        let name = reader.text(table, subgraph::NAME)?.unwrap_or("");
        let tensors = reader.each(table, subgraph::TENSORS, Tensor::read)?;
        let count = tensors.len();
        Ok(Subgraph {
            name,
            inputs: reader.indices(table, subgraph::INPUTS, count)?,
            outputs: reader.indices(table, subgraph::OUTPUTS, count)?,
            operators: reader.each(table, subgraph::OPERATORS, |reader, number, table| {
                Operator::read(reader, codes, (index, count), number, table)
            })?,
            tensors,
        })
    }
}

impl<'a> Signature<'a> {
    fn read(reader: &mut Reader<'a>, subgraphs: &[Subgraph<'a>], table: Table<'a>) -> Result<Self> {
        let number = table.scalar(signature_def::SUBGRAPH_INDEX, 0u32)? as usize;
        let Some(target) = subgraphs.get(number) else {
            let message = format!("subgraph {number} of {}", subgraphs.len());
            return Err(table.invalid(signature_def::SUBGRAPH_INDEX, message));
        };
        let mut names = |field| {
            reader.each(table, field, |reader, _, table| {
                let index = table.scalar(tensor_map::TENSOR_INDEX, 0u32)? as usize;
                if index >= target.tensors.len() {
                    let message = format!("tensor {index} of {}", target.tensors.len());
                    return Err(table.invalid(tensor_map::TENSOR_INDEX, message));
                }
                Ok((reader.text(table, tensor_map::NAME)?.unwrap_or(""), index))
            })
        };
        let (inputs, outputs) = (names(signature_def::INPUTS)?, names(signature_def::OUTPUTS)?);
        let key = reader.text(table, signature_def::SIGNATURE_KEY)?.unwrap_or("");
        Ok(Signature { key, subgraph: number, inputs, outputs })
    }
}
