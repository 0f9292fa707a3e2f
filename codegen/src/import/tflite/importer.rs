//! The way of a subgraph into the graph: operator by operator, with all its faults.

use std::collections::HashSet;

use super::needed::needed;
use super::node::{ImportFn, NodeImport};
use super::refusals::{Refusals, Subject};
use super::schema::BuiltinOperator as B;
use super::tensors::Tensors;
use super::variables::{Read, Variables};
use super::{constants, dynamic_range, schema, variables};
use crate::config::Precision;
use crate::diagnostic::{Diagnostic, Diagnostics, Place};
use crate::import::part;
use crate::ir::{Fault, Graph, IntegerForm, Node, NodeId, Op, Tensor, TensorId, verify};
use crate::ops;
use crate::ops::common::window::one_image;
use crate::ops::movement::batches;
use crate::ops::movement::reshape::Reshape;
use crate::ops::movement::space_to_batch::SpaceToBatch;

/// What to do about a fault that says nothing of it.
const CONVERT_AGAIN: &str = "convert the model again; what operators expect is in docs/arithmetic.md";

/// What to do about a model that takes several images at a time.
const ONE_IMAGE: &str = "convert the model with a batch of 1, which an open batch becomes by itself";

/// What to do about batches that the model makes itself.
const BATCH_OF_BLOCKS: &str = "between SPACE_TO_BATCH_ND and BATCH_TO_SPACE_ND, convolutions with a stride of 1 and functions of single elements are \
    supported, and nothing else may read what they compute; with a fixed input shape, the converter writes the dilation into the convolution";

/// A graph under construction.
pub(super) struct Importer<'a> {
    graph: Graph,
    precision: Precision,
    subgraph: &'a schema::Subgraph<'a>,
    tensors: Tensors<'a>,
    variables: Variables,
    /// The tensors, by number, that are there when the next operator runs. What a refused operator computes is among them: its type
    /// stands in the file, so that whatever reads it can be judged.
    computed: HashSet<usize>,
    refusals: Refusals,
    faults: Diagnostics,
    notes: Diagnostics,
}

/// Why an operator does not become nodes.
enum Refusal {
    /// For a reason of its own.
    Fault(Fault, Option<String>),
    /// For one that is told already or elsewhere.
    Told,
}

impl From<Fault> for Refusal {
    fn from(fault: Fault) -> Self {
        Refusal::Fault(fault, None)
    }
}

impl<'a> Importer<'a> {
    /// For a subgraph with its variables, and what is known to be wrong with them.
    pub(super) fn new(
        graph: Graph,
        precision: Precision,
        subgraph: &'a schema::Subgraph<'a>,
        variables: Variables,
        faults: Diagnostics,
    ) -> Self {
        Importer {
            graph,
            precision,
            subgraph,
            tensors: Tensors::new(&subgraph.tensors),
            variables,
            computed: HashSet::new(),
            refusals: Refusals::default(),
            faults,
            notes: Diagnostics::default(),
        }
    }

    /// The graph, what there is to know, and all faults. With faults, the graph is closed around what could be imported.
    pub(super) fn run(mut self) -> (Graph, Diagnostics, Diagnostics) {
        for &input in &self.subgraph.inputs {
            if let Some(id) = self.tensor(input) {
                self.graph.inputs.push(id.into());
            }
            self.computed.insert(input);
        }
        for operator in self.needed() {
            self.operator(operator);
        }
        if self.subgraph.outputs.is_empty() {
            let fault = Diagnostic::error("the model has no output");
            self.faults.push(fault.help(CONVERT_AGAIN));
        }
        for &output in &self.subgraph.outputs {
            let Some(id) = self.tensor(output) else { continue };
            if self.is_there(output) {
                self.graph.outputs.push(id.into());
            } else {
                let name = self.tensors.name(output);
                self.faults.push(
                    Diagnostic::error(format!("no operator computes the output `{name}`"))
                        .at(Place::tensor(&name))
                        .help(CONVERT_AGAIN),
                );
            }
        }
        std::mem::take(&mut self.variables).finish(&mut self.graph);
        batches::fold(&mut self.graph);
        let refusals = std::mem::take(&mut self.refusals);
        let mut told = Diagnostics::default();
        refusals.tell(|tensor| self.subject(tensor), &mut told);
        self.faults.extend(told);
        if self.faults.has_errors() {
            part::close(&mut self.graph);
        }
        if let Err(found) = verify(&self.graph) {
            let excused = self.excused();
            let found = found.into_iter().filter(|fault| !excused.contains(&fault.message));
            let batches = self.batches(self.graph.tensor_ids());
            let of_blocks = self.graph.nodes().any(|(_, node)| node.op.is::<SpaceToBatch>());
            self.faults.extend(found.map(|fault| match fault.help {
                Some(_) => fault,
                None if batches.contains(&fault.message) && of_blocks => fault.help(BATCH_OF_BLOCKS),
                None if batches.contains(&fault.message) => fault.help(ONE_IMAGE),
                None => fault.help(CONVERT_AGAIN),
            }));
        }
        (self.graph, self.notes, self.faults)
    }

    /// Faults that follow from a refused operator: the batches that a SPACE_TO_BATCH_ND makes which is refused itself.
    fn excused(&self) -> HashSet<Fault> {
        let makes = self.subgraph.operators.iter().filter(|operator| operator.name() == "SPACE_TO_BATCH_ND");
        let results =
            makes.flat_map(|operator| &operator.outputs).filter_map(|&result| self.tensors.id(result));
        let results = results.filter(|&result| self.graph.producer(result).is_none());
        self.batches(results)
    }

    /// What is said of operators on these tensors where they are batches.
    fn batches(&self, tensors: impl IntoIterator<Item = TensorId>) -> HashSet<Fault> {
        tensors.into_iter().filter_map(|id| one_image(&self.graph.ty(id).shape).err()).collect()
    }

    /// The operators that an output needs, or that have an effect of their own; a note tells of the others.
    fn needed(&mut self) -> Vec<&'a schema::Operator<'a>> {
        let needed = needed(self.subgraph, &self.variables);
        let (mut kept, mut left_out) = (Vec::new(), Vec::new());
        for (operator, needed) in self.subgraph.operators.iter().zip(needed) {
            if needed { kept.push(operator) } else { left_out.push(operator) }
        }
        if let Some(first) = left_out.first() {
            let count = left_out.len();
            let what = if count == 1 { "an operator".to_owned() } else { format!("{count} operators") };
            let place = Place::node(&self.node_name(first), &first.name());
            self.notes.push(Diagnostic::note(format!("{what} that no output needs left out")).at(place));
        }
        kept
    }

    /// TFLite's operators have no names: that of the first result, or the operator's number.
    fn node_name(&self, operator: &schema::Operator<'_>) -> String {
        let result = operator.outputs.first().and_then(|&result| self.tensors.file(result));
        match result.map(|tensor| tensor.name.as_str()) {
            Some(name) if !name.is_empty() => name.to_owned(),
            _ => format!("operator {}", operator.index),
        }
    }

    /// What a tensor is called, and the first operator that has to do with it.
    fn subject(&self, tensor: usize) -> Subject {
        let touches = |operator: &&schema::Operator<'_>| {
            operator.outputs.contains(&tensor) || operator.inputs.contains(&Some(tensor))
        };
        let node = self.subgraph.operators.iter().find(touches);
        let node = node.map(|operator| (self.node_name(operator), operator.name()));
        Subject { tensor: self.tensors.name(tensor), node }
    }

    fn tensor(&mut self, index: usize) -> Option<TensorId> {
        self.tensors.get(index, &mut self.graph, &mut self.refusals, &mut self.faults)
    }

    /// Whether the tensor has a value; one that cannot be read has a fault of its own.
    fn is_there(&self, index: usize) -> bool {
        self.computed.contains(&index)
            || self.tensors.file(index).is_none()
            || self.tensors.is_constant(&self.graph, index)
    }

    fn operator(&mut self, operator: &'a schema::Operator<'a>) {
        let (name, kind) = (self.node_name(operator), operator.name());
        self.graph.name_operator(&name, &kind);
        let imported = match operator.builtin {
            // Handles are names; what is called once was looked at before.
            B::VAR_HANDLE | B::CALL_ONCE => Ok(()),
            B::READ_VARIABLE => self.read_variable(operator, &name),
            B::ASSIGN_VARIABLE => self.assign_variable(operator),
            _ => self.one(operator, &name, &kind),
        };
        if let Err(Refusal::Fault(fault, help)) = imported {
            let usual = match operator.builtin {
                B::READ_VARIABLE | B::ASSIGN_VARIABLE => variables::CONVERT_AGAIN,
                _ => CONVERT_AGAIN,
            };
            let help = help.unwrap_or_else(|| usual.to_owned());
            self.faults.push(Diagnostic::error(fault).at(Place::node(&name, &kind)).help(help));
        }
        self.computed.extend(&operator.outputs);
    }

    fn one(&mut self, operator: &'a schema::Operator<'a>, name: &str, kind: &str) -> Result<(), Refusal> {
        let import = find(kind);
        if import.is_none() && !constants::are_known_to(operator.builtin) {
            self.refusals.operator(kind, name);
            return Err(Refusal::Told);
        }
        for &operand in operator.inputs.iter().flatten() {
            if !self.is_there(operand) && !self.tensors.is_variable(operand) {
                return Err(format!("reads `{}` before it is computed", self.tensors.name(operand)).into());
            }
        }
        if let Some(&result) = operator.outputs.iter().find(|result| self.computed.contains(result)) {
            return Err(format!("computes `{}`, which is computed before", self.tensors.name(result)).into());
        }
        // All of them, so that all their faults are told.
        let inputs: Vec<Option<Option<TensorId>>> =
            operator.inputs.iter().map(|operand| operand.map(|operand| self.tensor(operand))).collect();
        let outputs: Vec<Option<TensorId>> =
            operator.outputs.iter().map(|&result| self.tensor(result)).collect();
        let inputs: Option<Vec<Option<TensorId>>> = inputs
            .into_iter()
            .map(|operand| match operand {
                None => Some(None),
                Some(operand) => operand.map(Some),
            })
            .collect();
        let outputs: Option<Vec<TensorId>> = outputs.into_iter().collect();
        let (Some(inputs), Some(outputs)) = (inputs, outputs) else { return Err(Refusal::Told) };
        if self.compute(operator, &inputs, &outputs)? {
            return Ok(());
        }
        let Some(import) = import else {
            self.refusals.operator(kind, name);
            return Err(Refusal::Told);
        };
        let (before, states) = (self.graph.order().len(), self.graph.states.len());
        let imported = self.import(operator, import, name, inputs, outputs);
        let added = self.graph.order()[before..].to_vec();
        // Operators that only move values do not read what they stand for.
        let moves =
            added.iter().all(|&node| self.graph.node(node).op.integer_form() == IntegerForm::SameAsInput);
        let judged = imported.and_then(|()| self.variable_tensors(operator, states));
        let judged = judged.and_then(|()| if moves { Ok(()) } else { self.quantisations(operator) });
        let judged = judged.and_then(|()| self.unsigned(operator, &added));
        if judged.is_err() {
            added.into_iter().for_each(|node| self.graph.remove_node(node));
            self.graph.states.truncate(states);
        }
        judged
    }

    /// A fault if the operator reads a variable tensor that is no state of its own, which are those behind the first `before`.
    fn variable_tensors(&self, operator: &schema::Operator<'_>, before: usize) -> Result<(), Refusal> {
        let is_state = |id: TensorId| self.graph.states[before..].iter().any(|state| state.read == id);
        let read = operator.inputs.iter().flatten().find(|&&operand| {
            let is_computed = self.computed.contains(&operand);
            self.tensors.is_variable(operand)
                && !is_computed
                && !self.tensors.id(operand).is_some_and(is_state)
        });
        let Some(&read) = read else { return Ok(()) };
        let message = format!(
            "reads the variable tensor `{}`, but such tensors are supported as the states of SVDF and UNIDIRECTIONAL_SEQUENCE_LSTM alone",
            self.tensors.name(read)
        );
        let help = "use resource variables (VAR_HANDLE, READ_VARIABLE, ASSIGN_VARIABLE) for what an operator of another kind is to remember";
        Err(Refusal::Fault(message, Some(help.to_owned())))
    }

    fn read_variable(&mut self, operator: &schema::Operator<'_>, name: &str) -> Result<(), Refusal> {
        let variable = self.variables.of(operator)?;
        let &[result] = &operator.outputs[..] else {
            return Err(format!("has {} results, not one", operator.outputs.len()).into());
        };
        if self.is_there(result) {
            return Err(format!("computes `{}`, which is computed before", self.tensors.name(result)).into());
        }
        let id = self.tensor(result).ok_or(Refusal::Told)?;
        match self.variables.is_read(variable, id, &self.graph)? {
            Read::State => {}
            // An output keeps its own name.
            Read::Known(value) if self.subgraph.outputs.contains(&result) => {
                let op = Op::new(Reshape { shape: self.graph.ty(id).shape.0.clone() });
                let name = name.to_owned();
                self.graph.add_node(Node { name, op, inputs: vec![Some(value)], outputs: vec![id] });
            }
            Read::Known(value) => self.tensors.set(result, value),
            Read::Constant(value) => {
                let tensor = Tensor { data: Some(value.into()), ..self.graph.tensor(id).clone() };
                let constant = self.graph.add_tensor(tensor);
                self.tensors.set(result, constant);
            }
        }
        Ok(())
    }

    fn assign_variable(&mut self, operator: &schema::Operator<'_>) -> Result<(), Refusal> {
        let variable = self.variables.of(operator)?;
        let value =
            operator.inputs.get(1).copied().flatten().ok_or_else(|| "the value is missing".to_owned())?;
        if !self.is_there(value) {
            return Err(format!("reads `{}` before it is computed", self.tensors.name(value)).into());
        }
        let id = self.tensor(value).ok_or(Refusal::Told)?;
        Ok(self.variables.is_assigned(variable, id, &self.graph)?)
    }

    /// Whether the operator's result is known now; then it is a constant.
    fn compute(
        &mut self,
        operator: &schema::Operator<'_>,
        inputs: &[Option<TensorId>],
        outputs: &[TensorId],
    ) -> Result<bool, Fault> {
        let (&[result], &[number]) = (outputs, &operator.outputs[..]) else { return Ok(false) };
        let operands: Vec<_> = inputs.iter().map(|id| id.map(|id| self.graph.tensor(id))).collect();
        match constants::evaluate(operator, &operands, self.graph.tensor(result))? {
            Some(value) => {
                self.tensors.set_value(number, value, &mut self.graph)?;
                Ok(true)
            }
            None => Ok(false),
        }
    }

    fn import(
        &mut self,
        operator: &'a schema::Operator<'a>,
        import: ImportFn,
        name: &str,
        inputs: Vec<Option<TensorId>>,
        outputs: Vec<TensorId>,
    ) -> Result<(), Refusal> {
        let (inputs, hybrid) = dynamic_range::operands(&mut self.graph, operator, inputs, self.precision)?;
        let mut node = NodeImport {
            graph: &mut self.graph,
            operator,
            tensors: &self.tensors,
            inputs,
            outputs,
            name: name.to_owned(),
            notes: &mut self.notes,
            help: None,
        };
        if let Err(fault) = import(&mut node) {
            return Err(Refusal::Fault(fault, node.help));
        }
        if let (Some(hybrid), Some(&layer)) = (hybrid, self.graph.order().last()) {
            dynamic_range::expand(&mut self.graph, layer, hybrid)?;
        }
        Ok(())
    }

    /// Refuses arithmetic on UINT8, which TFLite Micro has given up; such tensors may be moved and converted.
    fn unsigned(&mut self, operator: &schema::Operator<'_>, added: &[NodeId]) -> Result<(), Refusal> {
        let computes = |&node: &NodeId| {
            !matches!(self.graph.node(node).op.integer_form(), IntegerForm::None | IntegerForm::SameAsInput)
        };
        if !added.iter().any(computes) {
            return Ok(());
        }
        let mut found = Ok(());
        for &index in operator.inputs.iter().flatten().chain(&operator.outputs) {
            let dtype = self.tensors.file(index).map(|tensor| tensor.dtype);
            if dtype == Some(schema::TensorType::Uint8) {
                self.refusals.element_type(schema::TensorType::Uint8, index);
                found = Err(Refusal::Told);
            }
        }
        found
    }

    /// Tells what is wrong with the quantisation of the operator's tensors.
    fn quantisations(&mut self, operator: &schema::Operator<'_>) -> Result<(), Refusal> {
        let tensors = operator.inputs.iter().flatten().chain(&operator.outputs);
        let faults: Vec<Diagnostic> =
            tensors.filter_map(|&index| self.tensors.quantisation_fault(index)).collect();
        let sound = faults.is_empty();
        self.faults.extend(faults);
        if sound { Ok(()) } else { Err(Refusal::Told) }
    }
}

fn find(kind: &str) -> Option<ImportFn> {
    let mut entries = ops::all().flat_map(|descriptor| descriptor.tflite);
    entries.find(|(name, _)| *name == kind).map(|&(_, import)| import)
}
