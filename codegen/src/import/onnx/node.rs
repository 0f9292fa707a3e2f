//! An operator of the file on its way into the graph: what the operators' import functions work with.

use std::cell::{Cell, RefCell};
use std::sync::Arc;

use super::importer::Importer;
use super::item::{Constant, Handle, Item, Named};
use super::layout::Layout;
use super::read::{RawAttribute, RawNode};
use crate::diagnostic::Diagnostic;
use crate::ir::{DType, Fault, Op, Operator, Quant, Tensor, TensorId, Value};

/// Imports one operator: binds its outputs to tensors of the graph or to constants.
pub type ImportFn = fn(&mut NodeImport<'_>) -> Result<(), Fault>;

/// An operator of the file on its way into the graph.
///
/// Operands are [`Item`]s in the file's terms; [`lay`](Self::lay) turns them into tensors in the layout that the operator wants.
pub struct NodeImport<'a> {
    pub(super) importer: &'a mut Importer,
    pub(super) node: &'a RawNode,
    /// Whether a fault follows from an operand that is not known.
    pub(super) doubt: Cell<bool>,
    /// The way out of a fault.
    pub(super) help: RefCell<Option<String>>,
}

impl<'a> NodeImport<'a> {
    pub(super) fn new(importer: &'a mut Importer, node: &'a RawNode) -> NodeImport<'a> {
        NodeImport { importer, node, doubt: Cell::new(false), help: RefCell::new(None) }
    }
}

impl NodeImport<'_> {
    /// The operator's name in the file: `Conv`.
    pub fn operator(&self) -> &str {
        &self.node.op_type
    }

    /// The node's name.
    pub fn name(&self) -> &str {
        &self.node.name
    }

    /// Version of the default operator set.
    pub fn opset(&self) -> i64 {
        self.importer.opsets.get("").copied().unwrap_or(1)
    }

    /// Number of results that the file lists.
    pub fn result_count(&self) -> usize {
        self.node.outputs.iter().filter(|name| !name.is_empty()).count()
    }

    /// Number of operands that the file lists.
    pub fn input_count(&self) -> usize {
        self.node.inputs.len()
    }

    /// Number of results that the file lists.
    pub fn output_count(&self) -> usize {
        self.node.outputs.len()
    }

    /// The operand at `index`; a fault if it is missing.
    pub fn input(&self, index: usize) -> Result<Item, Fault> {
        self.optional(index)?.ok_or_else(|| format!("operand {index} is missing"))
    }

    /// The operand at `index`, if it is there.
    pub fn optional(&self, index: usize) -> Result<Option<Item>, Fault> {
        let Some(name) = self.node.inputs.get(index).filter(|name| !name.is_empty()) else { return Ok(None) };
        match self.importer.values.get(name) {
            Some(Named::Known(item)) => Ok(Some(item.clone())),
            Some(Named::Texts(_)) => Err(self.advised(
                format!("reads `{name}`, which is text; only names of classes may be"),
                "give the operator numbers: export the model again",
            )),
            Some(Named::Unknown { .. }) => {
                self.doubt.set(true);
                Err(format!("reads `{name}`, which is not known"))
            }
            None => Err(self.advised(
                format!("reads `{name}`, which nothing in the file computes"),
                "the file is not complete: export the model again",
            )),
        }
    }

    /// A fault, and the way out of it.
    pub fn advised(&self, fault: impl Into<Fault>, help: impl Into<String>) -> Fault {
        self.help.replace(Some(help.into()));
        fault.into()
    }

    /// Whether the operand at `index` depends on the model's inputs.
    pub fn is_computed(&self, index: usize) -> bool {
        let named = self.node.inputs.get(index).and_then(|name| self.importer.values.get(name));
        matches!(named, Some(Named::Known(Item::Computed(_)) | Named::Unknown { computed: true }))
    }

    /// Whether any operand depends on the model's inputs.
    pub fn any_computed(&self) -> bool {
        (0..self.node.inputs.len()).any(|index| self.is_computed(index))
    }

    /// The constant operand at `index`, which may be quantised; a fault if it is computed, known or not.
    pub fn constant_item(&self, index: usize, what: &str) -> Result<Constant, Fault> {
        if self.is_computed(index) {
            return Err(self.advised(
                format!("{what} must be a constant, but it is computed"),
                "store it in the file as an initializer, or let the exporter fold constants (onnxsim does so, too)",
            ));
        }
        match self.input(index)? {
            Item::Constant(constant) => Ok(constant),
            Item::Computed(_) => Err(format!("{what} must be a constant")),
        }
    }

    /// Whether the file lists an operand at `index`.
    pub fn has_operand(&self, index: usize) -> bool {
        self.node.inputs.get(index).is_some_and(|name| !name.is_empty())
    }

    /// The computed operand at `index`. A constant enters the graph in the file's layout.
    pub fn handle(&mut self, index: usize) -> Result<Handle, Fault> {
        let item = self.input(index)?;
        self.as_handle(&item)
    }

    /// The texts of the operand at `index`, if it is a list of them.
    pub fn texts(&self, index: usize) -> Option<&[String]> {
        match self.importer.values.get(self.node.inputs.get(index)?) {
            Some(Named::Texts(texts)) => Some(texts),
            _ => None,
        }
    }

    /// The operator that computes a tensor, or what the tensor is a view of, and its first operand; none if it is no `T`.
    pub fn made_by<T: Operator>(&self, tensor: TensorId) -> Option<(&T, TensorId)> {
        let graph = &self.importer.graph;
        let node = graph.node(graph.producer(self.importer.source(tensor))?);
        Some((node.op.downcast::<T>()?, node.input(0)?))
    }

    /// The value of the constant operand at `index`; a fault if it is computed.
    pub fn constant(&self, index: usize) -> Result<Arc<Value>, Fault> {
        match self.constant_item(index, &format!("operand {index}"))? {
            Constant { value, dequantised: false, .. } => Ok(value),
            Constant { .. } => Err(format!("operand {index} must not be quantised")),
        }
    }

    /// The numbers of the constant operand at `index`: plain, or those that its integers stand for.
    pub fn reals(&self, index: usize) -> Result<Vec<f32>, Fault> {
        let Constant { value, quant, .. } = self.constant_item(index, &format!("operand {index}"))?;
        Ok(value.dequantise(quant.as_ref()))
    }

    /// The one number of the constant operand at `index`, if it is there.
    pub fn optional_real(&self, index: usize) -> Result<Option<f32>, Fault> {
        if !self.has_operand(index) {
            return Ok(None);
        }
        match self.reals(index)?[..] {
            [number] => Ok(Some(number)),
            ref numbers => Err(format!("operand {index} has {} elements, expected one", numbers.len())),
        }
    }

    /// The integers of the constant operand at `index` (a shape, axes).
    pub fn integers(&self, index: usize) -> Result<Vec<i64>, Fault> {
        self.constant(index)?.integers().ok_or_else(|| format!("operand {index} must hold integers"))
    }

    /// The integers of an operand or, as in older operator sets, of an attribute; none if there is neither.
    pub fn integers_or_attribute(&self, index: usize, attribute: &str) -> Result<Option<Vec<i64>>, Fault> {
        match self.optional_integers(index)? {
            Some(integers) => Ok(Some(integers)),
            None => self.attribute(attribute),
        }
    }

    /// The integers of the constant operand at `index`, if it is there.
    pub fn optional_integers(&self, index: usize) -> Result<Option<Vec<i64>>, Fault> {
        if self.has_operand(index) { self.integers(index).map(Some) } else { Ok(None) }
    }

    /// The attribute `name`, if the node has it.
    pub fn attribute<T: FromAttribute>(&self, name: &str) -> Result<Option<T>, Fault> {
        let Some(attribute) = self.node.attributes.get(name) else { return Ok(None) };
        if let RawAttribute::Damaged(fault) = attribute {
            return Err(format!("the attribute `{name}`: {fault}"));
        }
        let wrong = || match attribute {
            RawAttribute::Other(kind) => {
                format!("the attribute `{name}` is {kind}, expected {}", T::EXPECTED)
            }
            _ => format!("the attribute `{name}` is not {}", T::EXPECTED),
        };
        T::from_attribute(attribute).map(Some).ok_or_else(wrong)
    }

    /// The attribute `name`, or `default`.
    pub fn attribute_or<T: FromAttribute>(&self, name: &str, default: T) -> Result<T, Fault> {
        Ok(self.attribute(name)?.unwrap_or(default))
    }

    /// A fault unless the attribute `name` is absent or `expected`.
    pub fn only(&self, name: &str, expected: i64) -> Result<(), Fault> {
        match self.attribute::<i64>(name)? {
            Some(value) if value != expected => Err(format!("`{name}={value}` is not supported")),
            _ => Ok(()),
        }
    }

    /// The shape of an operand in the file.
    pub fn file_dims(&self, item: &Item) -> Vec<usize> {
        self.importer.file_dims(item)
    }

    /// The element type of an operand, as the file's operators see it.
    pub fn dtype(&self, item: &Item) -> DType {
        match item {
            Item::Computed(handle) => self.tensor(handle.tensor).ty.dtype,
            Item::Constant(constant) => constant.dtype(),
        }
    }

    /// A tensor of the graph.
    pub fn tensor(&self, id: TensorId) -> &Tensor {
        self.importer.graph.tensor(id)
    }

    /// The operand as a tensor in this layout; axes are moved if they must.
    pub fn lay(&mut self, item: &Item, layout: &Layout) -> Result<TensorId, Fault> {
        self.importer.lay(item, layout)
    }

    /// The same bytes under another shape.
    pub fn view(&mut self, tensor: TensorId, dims: Vec<usize>) -> Result<TensorId, Fault> {
        self.importer.view(tensor, dims)
    }

    /// Adds a constant that the file does not have.
    pub fn add_constant(&mut self, suffix: &str, value: Value, quant: Option<Quant>) -> TensorId {
        self.importer.add_constant(suffix, value, quant)
    }

    /// Adds a node for an intermediate result.
    pub fn step(
        &mut self,
        suffix: &str,
        op: impl Operator,
        inputs: Vec<Option<TensorId>>,
    ) -> Result<TensorId, Fault> {
        self.importer.step(suffix, op, inputs, None)
    }

    /// Imports an operator that maps each real number of its first operand by itself.
    pub fn unary(&mut self, op: impl Operator) -> Result<(), Fault> {
        let Handle { tensor, layout } = self.handle(0)?;
        let dtype = self.tensor(tensor).ty.dtype;
        if dtype != DType::F32 {
            return Err(format!(
                "works on real numbers, but the operand is {dtype} (DequantizeLinear makes it real)"
            ));
        }
        let source = self.importer.source(tensor);
        if source == tensor {
            return self.emit(op, vec![Some(tensor)], layout);
        }
        // Behind the operator that computes the operand, not behind the change of shape: so the two can become one.
        let dims = self.tensor(tensor).ty.shape.0.clone();
        let result = self.step("value", op, vec![Some(source)])?;
        let tensor = self.view(result, dims)?;
        self.bind(Item::Computed(Handle { tensor, layout }));
        Ok(())
    }

    /// The operand at `index` as an image `[1, H, W, C]`, with its layout, height and width.
    pub fn image(&mut self, index: usize) -> Result<(TensorId, Layout, [usize; 2]), Fault> {
        let item = self.input(index)?;
        let dims = self.file_dims(&item);
        let layout = Layout::image(dims.len()).ok_or_else(|| {
            format!("expects an image [N,C,H,W] or a sequence [N,C,L], got the shape {dims:?}")
        })?;
        if let Some(&batch) = dims.first().filter(|&&batch| batch != 1) {
            let fault =
                format!("works on one image at a time, but the operand {dims:?} has a batch of {batch}");
            return Err(self.advised(fault, self.importer.one_at_a_time(batch)));
        }
        let tensor = self.lay(&item, &layout)?;
        match *self.tensor(tensor).ty.shape.dims() {
            [_, h, w, _] => Ok((tensor, layout, [h, w])),
            _ => Err(format!("expects an image, got the shape {dims:?}")),
        }
    }

    /// The constant at `index`, which may be quantised; a fault if it is computed.
    pub fn weights(&self, index: usize) -> Result<Constant, Fault> {
        self.constant_item(index, &format!("operand {index}, the weights,"))
    }

    /// Adds a node for an intermediate result of this quantisation.
    pub fn step_with(
        &mut self,
        suffix: &str,
        op: impl Operator,
        inputs: Vec<Option<TensorId>>,
        quant: Option<Quant>,
    ) -> Result<TensorId, Fault> {
        self.importer.step(suffix, op, inputs, quant)
    }

    /// Adds the node that computes the first output; its axes are those of `layout`.
    pub fn emit(
        &mut self,
        op: impl Operator,
        inputs: Vec<Option<TensorId>>,
        layout: Layout,
    ) -> Result<(), Fault> {
        self.emit_with(op, inputs, layout, None)
    }

    /// The same with the quantisation of the result.
    pub fn emit_with(
        &mut self,
        op: impl Operator,
        inputs: Vec<Option<TensorId>>,
        layout: Layout,
        quant: Option<Quant>,
    ) -> Result<(), Fault> {
        let result = self.node.outputs.first().cloned().unwrap_or_default();
        let tensor = self.importer.add_node(self.node.name.clone(), result, Op::new(op), inputs, quant)?;
        let rank = self.tensor(tensor).ty.shape.rank();
        if rank != layout.axes().len() {
            return Err(format!(
                "the result has {rank} axes in the graph, but a layout of {}",
                layout.axes().len()
            ));
        }
        self.bind(Item::Computed(Handle { tensor, layout }));
        Ok(())
    }

    /// Adds the node that computes the output at `index`, and is not the only one that this operator becomes.
    pub fn result(
        &mut self,
        index: usize,
        op: impl Operator,
        inputs: Vec<Option<TensorId>>,
    ) -> Result<TensorId, Fault> {
        let result = self.node.outputs.get(index).cloned().unwrap_or_default();
        self.importer.add_node(self.node.name.clone(), result, Op::new(op), inputs, None)
    }

    /// Adds a node with all results that its operator has, under names of their own.
    pub fn results(
        &mut self,
        op: impl Operator,
        inputs: Vec<Option<TensorId>>,
    ) -> Result<Vec<TensorId>, Fault> {
        self.importer.add_results(self.node.name.clone(), &self.node.name, Op::new(op), inputs, None)
    }

    /// Whether the file has an output at `index` that something reads.
    pub fn is_read(&self, index: usize) -> bool {
        let name = self.node.outputs.get(index).filter(|name| !name.is_empty());
        name.is_some_and(|name| self.importer.read.contains(name))
    }

    /// Lets the first output be an item that is there already.
    pub fn bind(&mut self, item: Item) {
        self.bind_result(0, item);
    }

    /// Lets the output at `index` be an item that is there already.
    pub fn bind_result(&mut self, index: usize, item: Item) {
        if let Some(name) = self.node.outputs.get(index).filter(|name| !name.is_empty()) {
            self.importer.values.insert(name.clone(), Named::Known(item));
        }
    }

    /// Lets the first output be a constant.
    pub fn bind_constant(&mut self, value: Arc<Value>) -> Result<(), Fault> {
        self.spend(&value)?;
        let name = self.node.outputs.first().cloned().unwrap_or_default();
        self.bind(Item::Constant(Constant::plain(&name, value)));
        Ok(())
    }

    /// Counts the work that a constant makes. The model has a budget for it; who goes beyond is told once.
    pub(super) fn spend(&mut self, value: &Value) -> Result<(), Fault> {
        self.spend_bytes(value.len() * value.dtype().size())
    }

    /// A fault before a constant of so many elements is computed that would go beyond the budget.
    pub(super) fn room_for(&mut self, elements: usize) -> Result<(), Fault> {
        let bytes = elements.saturating_mul(4);
        if self.importer.budget.has(bytes) { Ok(()) } else { self.spend_bytes(bytes) }
    }

    fn spend_bytes(&mut self, bytes: usize) -> Result<(), Fault> {
        self.doubt.set(self.importer.budget.is_exceeded());
        self.importer.budget.take(bytes).map_err(|fault| {
            self.advised(
                format!("computes a constant, but {fault}"),
                "no model for a microcontroller needs so much: store its constants in the file",
            )
        })
    }

    /// Lets the first output be the operand at `index`.
    pub fn forward(&mut self, index: usize) -> Result<(), Fault> {
        let item = self.input(index)?;
        self.bind(item);
        Ok(())
    }

    /// Lets the first output be the first operand under another shape: a view where the graph's order of axes allows it, else axes
    /// move before it.
    pub fn reshape(&mut self, to: &[usize]) -> Result<(), Fault> {
        let item = self.input(0)?;
        let from = self.file_dims(&item);
        let handle = match item {
            Item::Constant(constant) => {
                let reshaped = constant
                    .reshaped(to)
                    .ok_or("splits or merges the axis that a constant is quantised along")?;
                self.bind(Item::Constant(reshaped));
                return Ok(());
            }
            Item::Computed(handle) => handle,
        };
        let reshaped = match handle.layout.reshaped(&from, to) {
            Some(layout) => Handle { tensor: self.view(handle.tensor, layout.graph_dims(to))?, layout },
            None => {
                let plain = self.lay(&Item::Computed(handle), &Layout::plain(from.len()))?;
                Handle { tensor: self.view(plain, to.to_vec())?, layout: Layout::plain(to.len()) }
            }
        };
        self.bind(Item::Computed(reshaped));
        Ok(())
    }

    /// The operands, if all are constants without quantisation and there is one; none in the place of one that is left out.
    pub(super) fn constants(&self) -> Option<Vec<Option<Arc<Value>>>> {
        let constants = self.node.inputs.iter().map(|name| match self.importer.values.get(name) {
            _ if name.is_empty() => Some(None),
            Some(Named::Known(Item::Constant(constant))) if constant.quant.is_none() => {
                Some(Some(constant.value.clone()))
            }
            _ => None,
        });
        let constants: Vec<Option<Arc<Value>>> = constants.collect::<Option<_>>()?;
        (!constants.is_empty() && self.node.domain.is_empty()).then_some(constants)
    }

    /// A fault if a result beside the first is read.
    pub(super) fn only_first_result(&self) -> Result<(), Fault> {
        let others = self.node.outputs.iter().skip(1).filter(|name| !name.is_empty());
        match others.into_iter().find(|name| self.importer.read.contains(*name)) {
            Some(name) => Err(self.advised(
                format!("the result `{name}` is read, but only the first result is supported"),
                "export the model for inference; indices of maxima and masks are not computed",
            )),
            None => Ok(()),
        }
    }

    /// Tells the user something that is no fault.
    pub fn note(&mut self, message: String) {
        let place = crate::diagnostic::Place::node(&self.node.name, &self.node.op_type);
        self.importer.notes.push(Diagnostic::note(message).at(place));
    }

    /// Lets the graph have these class names; a fault if it has others.
    pub fn set_labels(&mut self, labels: Vec<String>) -> Result<(), Fault> {
        let known = &mut self.importer.graph.labels;
        if !known.is_empty() && *known != labels {
            return Err("has other class names than another part of the model".to_owned());
        }
        *known = labels;
        Ok(())
    }

    /// Notes that the file is a quantised model.
    pub fn mark_quantised(&mut self) {
        self.importer.quantised = true;
    }

    pub(super) fn set_quant(&mut self, tensor: TensorId, quant: Quant) {
        self.importer.graph.tensor_mut(tensor).ty.quant = Some(quant);
    }
}

/// A Rust type that an attribute of the file converts to.
pub trait FromAttribute: Sized {
    /// What it is, for messages.
    const EXPECTED: &'static str;
    /// The value; none if the attribute is something else.
    fn from_attribute(attribute: &RawAttribute) -> Option<Self>;
}

macro_rules! from_attribute {
    ($($ty:ty, $expected:literal, $variant:ident;)*) => {$(
        impl FromAttribute for $ty {
            const EXPECTED: &'static str = $expected;
                    fn from_attribute(attribute: &RawAttribute) -> Option<Self> {
                match attribute {
                    RawAttribute::$variant(value) => Some(value.clone()),
                    _ => None,
                }
            }
        }
    )*};
}
from_attribute! {
    i64, "an integer", Int;
    f32, "a number", Float;
    String, "a string", Text;
    Vec<String>, "a list of strings", Texts;
    Vec<i64>, "a list of integers", Ints;
    Vec<f32>, "a list of numbers", Floats;
    Arc<Value>, "a tensor", Tensor;
}
