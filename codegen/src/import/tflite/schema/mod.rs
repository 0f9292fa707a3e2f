//! The typed view of a `.tflite` file: subgraphs of tensors and operators, with no operator semantics.
//!
//! Reading checks what the file says about itself: every index leads to something, every constant is as long as its shape and
//! type ask. What an operator makes of its tensors, their quantisation and its options is the importer's matter. Nothing is read that
//! no result depends on: signatures, metadata of names that nobody asks for, subgraphs and buffers that nothing names. Data stays where it is: constants and
//! options are views into the file.

mod builtin_operator;
mod field;
mod operator;
mod reader;
mod tensor;

use std::borrow::Cow;

use super::flatbuffer::{self, Result, Table};
use field::{metadata, model, subgraph};
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
pub struct Model<'a> {
    reader: Reader<'a>,
    root: Table<'a>,
    codes: Vec<OperatorCode<'a>>,
}

/// A graph; operators are in the order of execution.
#[derive(Clone, Debug)]
pub struct Subgraph<'a> {
    /// All tensors of the graph. One that cannot be read is of no harm where nothing needs it.
    pub tensors: Vec<Result<Tensor<'a>>>,
    /// The graph's inputs, as indices into `tensors`.
    pub inputs: Vec<usize>,
    /// The graph's outputs, as indices into `tensors`.
    pub outputs: Vec<usize>,
    /// The operators.
    pub operators: Vec<Operator<'a>>,
}

impl<'a> Model<'a> {
    /// Opens a file.
    ///
    /// # Errors
    /// What is wrong with its root or its table of operators, with the byte offset and the path of the field from the root.
    pub fn parse(file: &'a [u8]) -> Result<Self> {
        let root = flatbuffer::root(file, IDENTIFIER)?;
        let version = root.scalar(model::VERSION, 0)?;
        if version != VERSION {
            let message = format!("schema version {version}, only {VERSION} is known");
            return Err(root.unsupported(model::VERSION, message));
        }
        let mut reader = Reader::new(file, root)?;
        let codes =
            reader.each(root, model::OPERATOR_CODES, |reader, _, table| OperatorCode::read(reader, table))?;
        Ok(Model { reader, root, codes })
    }

    /// Reads a subgraph; number 0 is the one that inference runs.
    ///
    /// # Errors
    /// There is no such subgraph, or the first thing that is wrong with its operators.
    pub fn subgraph(&mut self, number: usize) -> Result<Subgraph<'a>> {
        let subgraphs = self.root.tables(model::SUBGRAPHS)?;
        let Some((path, table)) = subgraphs.get(number) else {
            let message = format!("subgraph {number} of {}", subgraphs.len());
            return Err(self.root.invalid(model::SUBGRAPHS, message));
        };
        Subgraph::read(&mut self.reader, &self.codes, number, table?).map_err(|error| error.within(path))
    }
}

impl<'a> Model<'a> {
    /// The text of the metadata of this name, if there are any; what is not UTF-8 in it is replaced. Metadata of other names are nobody's concern, nor is what is
    /// wrong with them.
    ///
    /// # Errors
    /// The text's buffer cannot be read.
    pub fn metadata(&self, name: &str) -> Result<Option<Cow<'a, str>>> {
        for (path, entry) in self.root.tables(model::METADATA)?.iter() {
            let named =
                |entry: &Table<'a>| matches!(entry.bytes(metadata::NAME), Ok(own) if own == name.as_bytes());
            let Some(entry) = entry.ok().filter(named) else { continue };
            let index: u32 = entry.scalar(metadata::BUFFER, 0)?;
            let data =
                self.reader.buffer(entry, metadata::BUFFER, usize::try_from(index).unwrap_or(usize::MAX));
            return Ok(Some(String::from_utf8_lossy(data.map_err(|error| error.within(path))?)));
        }
        Ok(None)
    }
}

impl<'a> Subgraph<'a> {
    fn read(
        reader: &mut Reader<'a>,
        codes: &[OperatorCode<'a>],
        number: usize,
        table: Table<'a>,
    ) -> Result<Self> {
        let tensors = reader.each_or_error(table, subgraph::TENSORS, Tensor::read)?;
        let count = tensors.len();
        let placed =
            |tensor: Result<Tensor<'a>>| tensor.map_err(|error| error.within(format!("subgraphs[{number}]")));
        Ok(Subgraph {
            inputs: reader.indices(table, subgraph::INPUTS, count)?,
            outputs: reader.indices(table, subgraph::OUTPUTS, count)?,
            operators: reader.each(table, subgraph::OPERATORS, |reader, index, table| {
                Operator::read(reader, codes, (number, count), index, table)
            })?,
            tensors: tensors.into_iter().map(placed).collect(),
        })
    }
}
