//! Operators: code, operands, options as the file has them.

use std::borrow::Cow;

use super::super::flatbuffer::{Object, Result, Table};
use super::Reader;
use super::builtin_operator::BuiltinOperator;
use super::field::{operator as o, operator_code as c};

/// A row of the model's table of operator codes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct OperatorCode<'a> {
    builtin: BuiltinOperator,
    custom_code: Option<Cow<'a, str>>,
    version: i32,
}

impl<'a> OperatorCode<'a> {
    /// Files from before 2020 have the code in a field of 8 bits, newer ones (also) in one of 32 bits, where the old one holds
    /// the code or 127: the greater of the two counts.
    pub(super) fn read(reader: &mut Reader<'a>, table: Table<'a>) -> Result<Self> {
        let deprecated: i8 = table.scalar(c::DEPRECATED_BUILTIN_CODE, 0)?;
        let code: i32 = table.scalar(c::BUILTIN_CODE, 0)?;
        Ok(OperatorCode {
            builtin: BuiltinOperator(code.max(deprecated.into())),
            custom_code: reader.text(table, c::CUSTOM_CODE)?,
            version: table.scalar(c::VERSION, 1)?,
        })
    }
}

/// An operator of a subgraph.
#[derive(Clone, Debug)]
pub struct Operator<'a> {
    /// Its number in the subgraph.
    pub index: usize,
    /// The number of the subgraph in the model.
    pub subgraph: usize,
    /// What it computes.
    pub builtin: BuiltinOperator,
    /// The name of a `CUSTOM` operator.
    pub custom_code: Option<Cow<'a, str>>,
    /// The version of the operator's definition.
    pub version: i32,
    /// Tensors read, as indices into the subgraph's tensors; `None` where an optional one is not given.
    pub inputs: Vec<Option<usize>>,
    /// Tensors written.
    pub outputs: Vec<usize>,
    /// The tag of the options union (which table it is; 0 = none) and the options, where `None` stands for a table whose fields all
    /// have their defaults. What is wrong with them is for those to say who read them.
    pub options: Result<(u8, Option<Table<'a>>)>,
    /// The options of a `CUSTOM` operator, in a form of its own; empty if there are none.
    pub custom_options: Result<&'a [u8]>,
    /// Byte offset of the operator's table in the file.
    pub offset: usize,
}

impl<'a> Operator<'a> {
    /// The operator's name: `CONV_2D`, `operator code 999`, or the name of a custom operator.
    pub fn name(&self) -> String {
        match (self.builtin, &self.custom_code) {
            (BuiltinOperator::CUSTOM, Some(name)) => name.to_string(),
            (builtin, _) => builtin.to_string(),
        }
    }

    /// The operator's place in the file as errors name it: `subgraphs[0].operators[3]`.
    pub fn path(&self) -> String {
        format!("subgraphs[{}].operators[{}]", self.subgraph, self.index)
    }

    pub(super) fn read(
        reader: &mut Reader<'a>,
        codes: &[OperatorCode<'a>],
        (subgraph, tensors): (usize, usize),
        index: usize,
        table: Table<'a>,
    ) -> Result<Self> {
        let opcode = table.scalar(o::OPCODE_INDEX, 0u32)?;
        let code = usize::try_from(opcode).ok().and_then(|opcode| codes.get(opcode)).ok_or_else(|| {
            table.invalid(o::OPCODE_INDEX, format_args!("operator code {opcode} of {}", codes.len()))
        })?;
        let mut operator = Operator {
            index,
            subgraph,
            builtin: code.builtin,
            custom_code: code.custom_code.clone(),
            version: code.version,
            inputs: Vec::new(),
            outputs: Vec::new(),
            options: table.union(o::BUILTIN_OPTIONS_TYPE, o::BUILTIN_OPTIONS),
            custom_options: table.bytes(o::CUSTOM_OPTIONS),
            offset: table.position(),
        };
        match operator.fill(reader, tensors, table) {
            Ok(()) => Ok(operator),
            Err(error) => Err(error.about(Object::Operator(operator.name()))),
        }
    }

    fn fill(&mut self, reader: &mut Reader<'a>, tensors: usize, table: Table<'a>) -> Result<()> {
        self.inputs = reader.optional_indices(table, o::INPUTS, tensors)?;
        self.outputs = reader.indices(table, o::OUTPUTS, tensors)?;
        Ok(())
    }
}
