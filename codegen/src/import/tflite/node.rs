//! An operator of the file on its way into the graph: what the operators' import functions work with.

use super::tensors::Tensors;
use super::{flatbuffer, schema};
use crate::diagnostic::{Diagnostic, Diagnostics, Place};
use crate::ir::{
    Fault, Graph, Node, Op, Operator as IrOperator, Quant, Reference, State, Tensor, TensorId, Value,
};

/// Imports one operator: adds nodes to the graph whose results are the operator's output tensors.
pub type ImportFn = fn(&mut NodeImport<'_>) -> Result<(), Fault>;

/// An operator of the file on its way into the graph.
pub struct NodeImport<'a> {
    pub(super) graph: &'a mut Graph,
    pub(super) operator: &'a schema::Operator<'a>,
    pub(super) tensors: &'a Tensors<'a>,
    pub(super) inputs: Vec<Option<TensorId>>,
    pub(super) outputs: Vec<TensorId>,
    pub(super) name: String,
    pub(super) notes: &'a mut Diagnostics,
    /// The way out of the fault that the import function gives back.
    pub(super) help: Option<String>,
}

impl<'a> NodeImport<'a> {
    /// The operator's name in the schema: `CONV_2D`.
    pub fn operator(&self) -> String {
        self.operator.name()
    }

    /// Number of operands that the file lists.
    pub fn input_count(&self) -> usize {
        self.inputs.len()
    }

    /// Number of results that the file lists.
    pub fn output_count(&self) -> usize {
        self.outputs.len()
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

    /// Whose arithmetic the model shall have.
    pub fn reference(&self) -> Reference {
        self.graph.reference
    }

    /// The first scale that the file has for the operand at `index`, 0 if it has none: all that the references read of a bias.
    pub fn file_scale(&self, index: usize) -> f32 {
        let tensor =
            self.operator.inputs.get(index).copied().flatten().and_then(|index| self.tensors.file(index));
        let quantization = tensor.and_then(|tensor| tensor.quantization.as_ref());
        quantization.and_then(|quantization| quantization.scales.first()).copied().unwrap_or(0.0)
    }

    /// The constant operand at `index`; a fault if it is computed.
    pub fn constant(&self, index: usize) -> Result<&Value, Fault> {
        let id = self.input(index)?;
        self.graph.constant(id).ok_or_else(|| format!("operand {index} must be a constant"))
    }

    /// The weights at `index` without their zero points, which the references' convolutions do not read.
    pub fn weights_without_zero_points(&mut self, index: usize) -> Result<TensorId, Fault> {
        let id = self.input(index)?;
        let weights = self.graph.tensor(id);
        let quant = match &weights.ty.quant {
            Some(quant) if !quant.is_symmetric() => match quant {
                Quant::PerTensor { scale, .. } => Quant::per_tensor(*scale, 0),
                Quant::PerAxis { axis, scales, .. } => Quant::symmetric(*axis, scales.clone()),
            },
            _ => return Ok(id),
        };
        let mut weights = weights.clone();
        let message = format!(
            "the weights `{}` have zero points other than 0, which TFLite Micro does not read, nor does this compiler",
            weights.name
        );
        weights.ty.quant = Some(quant);
        self.note(Diagnostic::warning(message).help("quantise the weights symmetrically"));
        Ok(self.graph.add_tensor(weights))
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

    /// Tells the user something that is no fault.
    pub fn note(&mut self, note: Diagnostic) {
        self.notes.push(note.at(Place::node(&self.name, &self.operator.name())));
    }

    /// A fault with the way out.
    pub fn refuse(&mut self, message: impl Into<String>, help: impl Into<String>) -> Fault {
        self.help = Some(help.into());
        message.into()
    }

    /// The operand at `index`, a variable tensor that the operator changes, and the tensor for its next value. Bytes begin with the number
    /// zero, anything else with zero bits, as TFLite Micro has it.
    pub fn state(&mut self, index: usize) -> Result<(TensorId, TensorId), Fault> {
        let read = self.input(index)?;
        let number = self.operator.inputs.get(index).copied().flatten();
        if !number.is_some_and(|number| self.tensors.is_variable(number)) {
            return Err(format!("operand {index} is the state and must be a variable tensor"));
        }
        let Tensor { name, ty, .. } = self.graph.tensor(read).clone();
        if self.graph.states.iter().any(|state| state.read == read) {
            return Err(format!("the variable tensor `{name}` is the state of another operator"));
        }
        let initial = ty.zero().filter(|zero| zero.dtype().size() == 1);
        let write = self.graph.add_tensor(Tensor::new(format!("{name}.next"), ty));
        self.graph.states.push(State { read, write, initial });
        Ok((read, write))
    }

    /// The integer under a key in the options of a custom operator; none if it is not there.
    pub fn custom_option(&self, key: &str) -> Result<Option<i64>, Fault> {
        let options = self.operator.custom_options.clone().map_err(|fault| fault.to_string())?;
        super::options::custom::integer(options, key)
    }

    /// A state whose next value is the result at `index`; the tensor that it is read from. It begins as [`state`](Self::state) says if the file calls
    /// the result variable, else with zero bits.
    pub fn remembered(&mut self, index: usize) -> Result<TensorId, Fault> {
        let write = self.output(index)?;
        let number = self.operator.outputs.get(index).copied();
        let is_variable = number.is_some_and(|number| self.tensors.is_variable(number));
        let Tensor { name, ty, .. } = self.graph.tensor(write).clone();
        let initial = ty.zero().filter(|zero| is_variable && zero.dtype().size() == 1);
        let read = self.graph.add_tensor(Tensor::new(format!("{name}.before"), ty));
        self.graph.states.push(State { read, write, initial });
        Ok(read)
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
