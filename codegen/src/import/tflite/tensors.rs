//! The file's tensors in the graph. A tensor is converted when something needs it, so that nothing else in the file matters.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::convert::{self, Converted};
use super::flatbuffer::{FlatbufferError, Object};
use super::refusals::Refusals;
use super::schema;
use crate::diagnostic::{Diagnostic, Diagnostics, Place};
use crate::ir::{DType, Fault, Graph, Tensor, TensorId, Value};
use crate::limits::{Budget, too_large};

/// What became of a tensor of the file.
#[derive(Clone, Copy)]
enum Known {
    Unread,
    /// Its fault has been told.
    Faulty,
    Tensor(TensorId),
}

/// The tensors of a subgraph by their number in the file.
pub(super) struct Tensors<'a> {
    file: &'a [Result<schema::Tensor<'a>, FlatbufferError>],
    known: Vec<Known>,
    /// Constants by buffer, type and shape: tensors that name one buffer share its value.
    values: BTreeMap<(usize, DType, Vec<usize>), Arc<Value>>,
    budget: Budget,
    /// Whether it has been told that the budget is spent, and that the file is damaged: once is enough.
    spent: bool,
    damaged: bool,
    /// What is wrong with the quantisation of a tensor; told where something reads it.
    quantisation: BTreeMap<usize, Fault>,
}

impl<'a> Tensors<'a> {
    pub(super) fn new(file: &'a [Result<schema::Tensor<'a>, FlatbufferError>]) -> Self {
        Tensors {
            file,
            known: vec![Known::Unread; file.len()],
            values: BTreeMap::new(),
            budget: Budget::default(),
            spent: false,
            damaged: false,
            quantisation: BTreeMap::new(),
        }
    }

    /// The name in the file, or the tensor's number where it has none.
    pub(super) fn name(&self, index: usize) -> String {
        let name = match self.file.get(index) {
            Some(Ok(tensor)) => tensor.name.clone(),
            Some(Err(FlatbufferError { object: Some(Object::Tensor(name)), .. })) => name.clone(),
            _ => String::new(),
        };
        if name.is_empty() { format!("tensor {index}") } else { name }
    }

    /// The tensor as the file has it.
    pub(super) fn file(&self, index: usize) -> Option<&'a schema::Tensor<'a>> {
        self.file.get(index)?.as_ref().ok()
    }

    /// Whether the file has a value for the tensor.
    pub(super) fn is_constant(&self, graph: &Graph, index: usize) -> bool {
        match self.known.get(index) {
            Some(&Known::Tensor(id)) => graph.tensor(id).is_constant(),
            _ => self.file(index).is_some_and(schema::Tensor::is_constant),
        }
    }

    /// Whether the tensor keeps its value from one inference to the next.
    pub(super) fn is_variable(&self, index: usize) -> bool {
        self.file(index).is_some_and(|tensor| tensor.is_variable && !tensor.is_constant())
    }

    /// The tensor in the graph; none if it is faulty, which is told once.
    pub(super) fn get(
        &mut self,
        index: usize,
        graph: &mut Graph,
        refusals: &mut Refusals,
        faults: &mut Diagnostics,
    ) -> Option<TensorId> {
        match self.known.get(index)? {
            Known::Tensor(id) => Some(*id),
            Known::Faulty => None,
            Known::Unread => {
                let id = self.read(index, graph, refusals).map_err(|fault| faults.extend(fault)).ok();
                self.known[index] = id.map_or(Known::Faulty, Known::Tensor);
                id
            }
        }
    }

    /// The tensor in the graph, if something needed it and it could be read.
    pub(super) fn id(&self, index: usize) -> Option<TensorId> {
        match self.known.get(index) {
            Some(&Known::Tensor(id)) => Some(id),
            _ => None,
        }
    }

    fn read(
        &mut self,
        index: usize,
        graph: &mut Graph,
        refusals: &mut Refusals,
    ) -> Result<TensorId, Option<Diagnostic>> {
        let name = self.name(index);
        let tensor = match &self.file[index] {
            Ok(tensor) => tensor,
            Err(fault) if fault.is_damage() && std::mem::replace(&mut self.damaged, true) => {
                return Err(None);
            }
            Err(fault) => return Err(Some(super::unreadable(fault.clone()).at(Place::tensor(&name)))),
        };
        let Some(dtype) = convert::dtype(tensor) else {
            refusals.element_type(tensor.dtype, index);
            return Err(None);
        };
        let at = |fault: Diagnostic| Some(fault.at(Place::tensor(&name)));
        let Converted { ty, fault } = convert::tensor_type(tensor, dtype).map_err(at)?;
        if let Some(fault) = fault {
            self.quantisation.insert(index, fault);
        }
        let is_constant = !tensor.buffer.is_empty() || ty.shape.elements() == 0;
        let key = (tensor.buffer_index, dtype, ty.shape.dims().to_vec());
        if !(is_constant && self.values.contains_key(&key)) {
            let bytes = ty.shape.elements().saturating_mul(dtype.size());
            if let Err(fault) = self.budget.take(bytes) {
                let told = std::mem::replace(&mut self.spent, true);
                return Err(if told { None } else { at(too_large(fault)) });
            }
        }
        if !is_constant {
            return Ok(graph.add_tensor(Tensor::new(name, ty)));
        }
        let value = match self.values.get(&key) {
            Some(value) => value.clone(),
            None => Arc::new(convert::value(tensor, dtype, &ty.shape).map_err(at)?),
        };
        self.values.insert(key, value.clone());
        Ok(graph.add_tensor(Tensor { name, ty, data: Some(value) }))
    }

    /// What is wrong with the quantisation of a tensor, if an operator reads it.
    pub(super) fn quantisation_fault(&self, index: usize) -> Option<Diagnostic> {
        let fault = self.quantisation.get(&index)?;
        Some(Diagnostic::error(fault.clone()).at(Place::tensor(&self.name(index))).help(
            "convert the model again: operators that compute with this tensor need its scale and zero point",
        ))
    }

    /// Lets a tensor of the file be this one of the graph.
    pub(super) fn set(&mut self, index: usize, id: TensorId) {
        if let Some(known) = self.known.get_mut(index) {
            *known = Known::Tensor(id);
        }
    }

    /// Gives a tensor the value that the importer has computed for it.
    pub(super) fn set_value(&mut self, index: usize, value: Value, graph: &mut Graph) -> Result<(), Fault> {
        self.budget.take(value.len().saturating_mul(value.dtype().size()))?;
        let id = graph.add_tensor(Tensor::constant(self.name(index), value, None));
        self.set(index, id);
        Ok(())
    }
}
