//! The graph under construction: values by name, layouts, nodes.

use std::collections::{BTreeMap, BTreeSet};

use super::item::{Constant, Handle, Item, Named};
use super::layout::{Conversion, Layout};
use super::roles::Roles;
use super::shapes::elements;
use crate::diagnostic::Diagnostics;
use crate::ir::{
    DType, Fault, Graph, IntegerForm, Node, Op, Operator, Quant, Tensor, TensorId, TensorType, Value,
};
use crate::limits::{Budget, MOST_COMPUTED_BYTES};
use crate::ops::movement::reshape::Reshape;
use crate::ops::movement::transpose::Transpose;
use crate::ops::quantisation::dequantize::Dequantize;

/// The limit that a tensor is beyond.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Exceeded {
    /// That of one tensor, or that of all, for the first time.
    Untold,
    /// That of all, which has been told.
    Told,
}

/// The graph, and what the file's names stand for so far.
pub(super) struct Importer {
    pub(super) graph: Graph,
    pub(super) values: BTreeMap<String, Named>,
    /// The names that are read.
    pub(super) read: BTreeSet<String>,
    /// The axes of images among the values.
    pub(super) roles: BTreeMap<String, Roles>,
    /// Bytes that may still be computed from constants.
    pub(super) budget: Budget,
    /// Bytes that tensors may still take.
    room: Budget,
    /// What the last tensor that was not added exceeds.
    pub(super) exceeded: Option<Exceeded>,
    pub(super) opsets: BTreeMap<String, i64>,
    pub(super) notes: Diagnostics,
    /// Name of the node that is being imported; names what is added for it.
    pub(super) current: String,
    /// Whether the file has quantised operators.
    pub(super) quantised: bool,
    /// Whether bytes of the file become numbers.
    pub(super) bytes: bool,
    /// Tensors in further layouts.
    converted: BTreeMap<(TensorId, Layout), TensorId>,
    constants: BTreeMap<(String, Layout, bool, String), TensorId>,
    /// What a view is a view of.
    viewed: BTreeMap<TensorId, TensorId>,
}

impl Importer {
    pub(super) fn new(graph: Graph, opsets: BTreeMap<String, i64>) -> Importer {
        Importer {
            graph,
            values: BTreeMap::new(),
            read: BTreeSet::new(),
            roles: BTreeMap::new(),
            budget: Budget::of(MOST_COMPUTED_BYTES),
            room: Budget::default(),
            exceeded: None,
            opsets,
            notes: Diagnostics::default(),
            current: String::new(),
            quantised: false,
            bytes: false,
            converted: BTreeMap::new(),
            constants: BTreeMap::new(),
            viewed: BTreeMap::new(),
        }
    }

    /// Counts a tensor of this type; a fault if it, or all of them, are too large.
    pub(super) fn make_room(&mut self, dtype: DType, dims: &[usize]) -> Result<(), Fault> {
        let told = self.room.is_exceeded();
        let room = elements(dims).map_err(|fault| (fault, Exceeded::Untold)).and_then(|count| {
            let limit = if told { Exceeded::Told } else { Exceeded::Untold };
            self.room.take(count.saturating_mul(dtype.size())).map_err(|fault| (fault, limit))
        });
        room.map_err(|(fault, limit)| {
            self.exceeded = Some(limit);
            fault
        })
    }

    /// How to make a batch one: the option for the inputs that have it.
    pub(super) fn one_at_a_time(&self, batch: usize) -> String {
        let inputs = self.graph.inputs.iter().filter_map(|port| {
            let mut dims = crate::ports::file_shape(&self.graph, port).0;
            let first = dims.first_mut().filter(|first| **first == batch)?;
            *first = 1;
            let dims: Vec<String> = dims.iter().map(usize::to_string).collect();
            Some(format!("{}={}", self.graph.tensor(port.tensor).name, dims.join("x")))
        });
        match inputs.collect::<Vec<_>>() {
            inputs if inputs.is_empty() => "export the model with a batch of 1".to_owned(),
            inputs => format!("give the model one example at a time: input_shape = \"{}\"", inputs.join(",")),
        }
    }

    /// The shape in the file.
    pub(super) fn file_dims(&self, item: &Item) -> Vec<usize> {
        match item {
            Item::Computed(handle) => handle.layout.file_dims(self.graph.ty(handle.tensor).shape.dims()),
            Item::Constant(constant) => constant.value.shape().dims().to_vec(),
        }
    }

    /// The item as a tensor in this layout.
    pub(super) fn lay(&mut self, item: &Item, layout: &Layout) -> Result<TensorId, Fault> {
        match item {
            Item::Computed(handle) => self.convert(handle, layout),
            Item::Constant(constant) => self.place(constant, layout),
        }
    }

    fn convert(&mut self, handle: &Handle, to: &Layout) -> Result<TensorId, Fault> {
        let Handle { tensor, layout } = handle;
        if layout == to {
            return Ok(*tensor);
        }
        if layout.rank() != to.rank() {
            return Err(format!("expects {} axes, but an operand has {}", to.rank(), layout.rank()));
        }
        let key = (*tensor, to.clone());
        if let Some(&known) = self.converted.get(&key) {
            return Ok(known);
        }
        let file = layout.file_dims(self.graph.ty(*tensor).shape.dims());
        let dims = to.graph_dims(&file);
        let result = match layout.conversion(to, &file) {
            Conversion::View => self.view(*tensor, dims)?,
            Conversion::Transpose(perm) => self.transpose(*tensor, perm)?,
            Conversion::ViewAndTranspose(from, perm) => {
                let view = self.view(*tensor, from)?;
                let moved = self.transpose(view, perm)?;
                self.view(moved, dims)?
            }
        };
        self.converted.insert(key, result);
        Ok(result)
    }

    /// The tensor that this one is a view of, or itself.
    pub(super) fn source(&self, tensor: TensorId) -> TensorId {
        self.viewed.get(&tensor).copied().unwrap_or(tensor)
    }

    /// The same bytes under another shape.
    pub(super) fn view(&mut self, tensor: TensorId, dims: Vec<usize>) -> Result<TensorId, Fault> {
        let source = self.source(tensor);
        for known in [tensor, source] {
            if self.graph.ty(known).shape.dims() == dims {
                return Ok(known);
            }
        }
        let result = self.step("reshape", Reshape { shape: dims }, vec![Some(source)], None)?;
        self.viewed.insert(result, source);
        Ok(result)
    }

    fn transpose(&mut self, tensor: TensorId, perm: Vec<usize>) -> Result<TensorId, Fault> {
        self.step("transpose", Transpose { perm }, vec![Some(tensor)], None)
    }

    /// A constant in the graph; one that stands for real numbers comes with the node that makes them.
    fn place(&mut self, constant: &Constant, layout: &Layout) -> Result<TensorId, Fault> {
        let quant = constant.quant.as_ref().map(Quant::to_string).unwrap_or_default();
        let key = (constant.name.clone(), layout.clone(), constant.dequantised, quant);
        if let Some(&known) = self.constants.get(&key) {
            return Ok(known);
        }
        let (value, quant) = constant.in_layout(layout).ok_or_else(|| {
            format!(
                "expects {} axes, but `{}` has the shape {}",
                layout.rank(),
                constant.name,
                constant.value.shape()
            )
        })?;
        self.make_room(value.dtype(), value.shape().dims())?;
        let stored = self.graph.add_tensor(Tensor::constant(&constant.name, value, quant));
        let result = match constant.dequantised {
            true => self.step("dequantize", Dequantize {}, vec![Some(stored)], None)?,
            false => stored,
        };
        self.constants.insert(key, result);
        Ok(result)
    }

    /// Adds a constant.
    pub(super) fn add_constant(&mut self, suffix: &str, value: Value, quant: Option<Quant>) -> TensorId {
        let name = format!("{}/{suffix}", self.current);
        self.graph.add_tensor(Tensor::constant(name, value, quant))
    }

    /// Adds a node for an intermediate result; `quant` as for [`add_node`](Self::add_node).
    pub(super) fn step(
        &mut self,
        suffix: &str,
        op: impl Operator,
        inputs: Vec<Option<TensorId>>,
        quant: Option<Quant>,
    ) -> Result<TensorId, Fault> {
        let name = format!("{}/{suffix}", self.current);
        self.add_node(name.clone(), name, Op::new(op), inputs, quant)
    }

    /// Adds a node whose first result is the one that is wanted. Its quantisation is `quant`; without it, that of the operand where the operator
    /// keeps it.
    pub(super) fn add_node(
        &mut self,
        name: String,
        result: String,
        op: Op,
        inputs: Vec<Option<TensorId>>,
        quant: Option<Quant>,
    ) -> Result<TensorId, Fault> {
        let results = self.add_results(name, &result, op, inputs, quant)?;
        results.first().copied().ok_or_else(|| "the operator has no result".to_owned())
    }

    /// The same with all results; those behind the first are numbered.
    pub(super) fn add_results(
        &mut self,
        name: String,
        result: &str,
        op: Op,
        inputs: Vec<Option<TensorId>>,
        quant: Option<Quant>,
    ) -> Result<Vec<TensorId>, Fault> {
        let operands: Vec<Option<&Tensor>> =
            inputs.iter().map(|id| id.map(|id| self.graph.tensor(id))).collect();
        let types = op.infer(&operands)?;
        let kept = match op.integer_form() {
            IntegerForm::SameAsInput => {
                operands.first().copied().flatten().and_then(|tensor| tensor.ty.quant.clone())
            }
            _ => None,
        };
        let quant = quant.or(kept);
        let mut outputs = Vec::new();
        for (number, ty) in types.into_iter().enumerate() {
            // A view lies where its operand lies.
            if op.is_view() {
                elements(ty.shape.dims())?;
            } else {
                self.make_room(ty.dtype, ty.shape.dims())?;
            }
            let name = if number == 0 { result.to_owned() } else { format!("{result}/{number}") };
            let ty = TensorType { quant: quant.clone(), ..ty };
            outputs.push(self.graph.add_tensor(Tensor::new(name, ty)));
        }
        self.graph.add_node(Node { name, op, inputs, outputs: outputs.clone() });
        Ok(outputs)
    }
}
