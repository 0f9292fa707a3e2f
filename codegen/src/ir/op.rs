//! What an operator is: the one trait that every operator of the compiler implements.
//!
//! Framework code (graph, verifier, interpreter, passes, planner, emitter) works through this trait and names no
//! operator. A pass that is about one operator asks for it with [`Op::downcast`].

use std::any::Any;
use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use super::attributes::Attributes;
use super::channels::{ChannelFlow, Interval, Known, Tie};
use super::graph::Reference;
use super::map::Map;
use super::tensor::{Shape, Tensor, TensorType};
use super::value::Value;
use crate::kernel::{KernelCall, KernelChoice, Lowering};

/// An operator with its attributes, shared between copies of a graph.
#[derive(Clone)]
pub struct Op(Arc<dyn Operator>);

impl Op {
    /// Wraps an operator.
    pub fn new(operator: impl Operator) -> Self {
        Op(Arc::new(operator))
    }

    /// The operator, if it is a `T`.
    pub fn downcast<T: Operator>(&self) -> Option<&T> {
        let any: &dyn Any = &*self.0;
        any.downcast_ref()
    }

    /// Whether the operator is a `T`.
    pub fn is<T: Operator>(&self) -> bool {
        self.downcast::<T>().is_some()
    }
}

impl Deref for Op {
    type Target = dyn Operator;

    fn deref(&self) -> &Self::Target {
        &*self.0
    }
}

impl fmt::Debug for Op {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.name(), self.attributes())
    }
}

/// The operands of a node as an operator sees them, in order; `None` where an optional one is left out.
pub type Operands<'a> = [Option<&'a Tensor>];

/// A fault of a node, in words that fit behind "node `conv1` (conv2d): ".
pub type Fault = String;

/// How an operator in real numbers may be carried out on quantised tensors. Read by QDQ absorption and by the
/// quantiser.
#[derive(Clone, Debug, PartialEq)]
pub enum IntegerForm {
    /// It has none: it stays in floating point.
    None,
    /// Any quantisation of data operands and results. `weights` are operand indices that hold weights, quantised per
    /// channel along `axis` and symmetric; `bias` is the operand to be given as i32 with scale input × weight.
    Free {
        /// Operand index and channel axis of the weights.
        weights: Option<(usize, usize)>,
        /// Operand index of the bias.
        bias: Option<usize>,
    },
    /// Results keep the quantisation of operand 0 (it moves or selects values): pooling by maximum, reshape, transpose.
    SameAsInput,
    /// The result's quantisation is given (softmax: 1/256, −128).
    Fixed {
        /// Scale and zero point of the i8 result.
        scale: f32,
        /// The integer that stands for 0.0.
        zero_point: i32,
    },
}

/// A border around an image `[1, H, W, C]`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Border {
    /// Rows above and below, columns left and right.
    pub sizes: [usize; 4],
    /// What it consists of, as it lies in the tensor: an integer if that is quantised.
    pub element: f64,
}

/// How an operator on images `[1, H, W, C]` carries out a few rows of its result. Row `y` of the result depends on `reach` rows of
/// each computed operand, from row `y * stride - above` on.
#[derive(Clone, Debug)]
pub struct ByRows {
    /// Rows of an operand that one row of the result depends on, with those in between that it leaves out.
    pub reach: usize,
    /// Rows of an operand between those of neighbouring rows of the result.
    pub stride: usize,
    /// Rows above the image that the first row of the result depends on.
    pub above: usize,
    /// What rows outside the image consist of, byte for byte, so that `op` reads them as the operator reads its padding. None if
    /// there is no such byte.
    pub outside: Option<i8>,
    /// The operator for operands that contain the rows outside; none if it is the same operator.
    pub op: Option<Op>,
}

impl ByRows {
    /// Each row of the result depends on the same row of the operands.
    pub const ROW: ByRows = ByRows { reach: 1, stride: 1, above: 0, outside: None, op: None };
}

/// How a result goes along time where its operands do. Place `t` of the result depends on `reach` places of each operand that goes along, from
/// place `t * stride - before` on, and on all of the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Along {
    /// The result's axis of time.
    pub axis: usize,
    /// Places of an operand that one place of the result depends on, with those in between that it leaves out.
    pub reach: usize,
    /// Places of an operand between those of neighbouring places of the result.
    pub stride: usize,
    /// Places in front of the operand that the first place of the result depends on; negative where it leaves the first ones out.
    pub before: isize,
}

impl Along {
    /// Each place of the result depends on the same place of the operands.
    pub const fn same(axis: usize) -> Along {
        Along { axis, reach: 1, stride: 1, before: 0 }
    }

    /// For an operator that takes the places one by one, along the axis `axes` of its operands. Operands may have fewer axes; one that does not
    /// go along must have the same for all places.
    fn elementwise(inputs: &Operands<'_>, output: &TensorType, axes: &[Option<usize>]) -> Option<Along> {
        let rank = output.shape.rank();
        let of_result = |tensor: &Tensor, axis: usize| (rank + axis).checked_sub(tensor.ty.shape.rank());
        let going = inputs.iter().zip(axes).find_map(|(tensor, axis)| of_result((*tensor)?, (*axis)?))?;
        let fits = inputs.iter().zip(axes).all(|(tensor, axis)| match (tensor, axis) {
            (Some(tensor), Some(axis)) => of_result(tensor, *axis) == Some(going),
            (Some(tensor), None) => (going + tensor.ty.shape.rank())
                .checked_sub(rank)
                .is_none_or(|own| tensor.ty.shape.dims().get(own) == Some(&1)),
            (None, _) => true,
        });
        fits.then_some(Along::same(going))
    }
}

/// An evaluation in the interpreter.
pub struct Evaluation<'a> {
    /// Operand tensors and values.
    pub inputs: &'a [Option<(&'a Tensor, &'a Value)>],
    /// Types of the results.
    pub outputs: &'a [&'a TensorType],
    /// Arithmetic of quantised operators.
    pub reference: Reference,
}

impl<'a> Evaluation<'a> {
    /// Type and value of the operand at `index`; a fault if it is missing.
    pub fn input(&self, index: usize) -> Result<(&'a TensorType, &'a Value), Fault> {
        self.optional(index).ok_or_else(|| format!("operand {index} is missing"))
    }

    /// Type and value of the operand at `index`, if it is there.
    pub fn optional(&self, index: usize) -> Option<(&'a TensorType, &'a Value)> {
        self.inputs.get(index).copied().flatten().map(|(tensor, value)| (&tensor.ty, value))
    }

    /// The type of the first result; a fault if there is none.
    pub fn output(&self) -> Result<&'a TensorType, Fault> {
        self.outputs.first().copied().ok_or_else(|| "the node has no result".to_owned())
    }
}

/// An operator: its attributes are the fields of the implementing type.
pub trait Operator: Any + fmt::Debug + Send + Sync {
    /// The name in the IR text: `conv2d`.
    fn name(&self) -> &'static str;

    /// The attributes in the IR text.
    fn attributes(&self) -> Attributes;

    /// The results' element types and shapes, from the operands. Results carry no quantisation: what a quantised result
    /// must satisfy is for [`check`](Self::check). Faults name what does not fit.
    fn infer(&self, inputs: &Operands<'_>) -> Result<Vec<TensorType>, Fault>;

    /// What else must hold between operands and results (mostly quantisation).
    fn check(&self, _inputs: &Operands<'_>, _outputs: &[&Tensor], _faults: &mut Vec<Fault>) {}

    /// The results, in exact integer semantics for quantised tensors: the definition that kernels and passes are held
    /// against.
    fn evaluate(&self, call: &Evaluation<'_>) -> Result<Vec<Value>, Fault>;

    /// Multiply-accumulates of one application.
    fn macs(&self, _inputs: &Operands<'_>, _outputs: &[&Tensor]) -> u64 {
        0
    }

    /// How QDQ absorption and the quantiser treat the operator.
    fn integer_form(&self) -> IntegerForm {
        IntegerForm::None
    }

    /// Whether the operator works on real numbers as they are measured (a tree's thresholds), so that a model of such operators and
    /// without weights is not quantised unless that is asked for.
    fn needs_reals(&self) -> bool {
        false
    }

    /// Whether each result element depends on the operand's element at the same place only, in the same way: such
    /// chains of i8 become one table.
    fn is_unary_elementwise(&self) -> bool {
        false
    }

    /// Whether each result element depends on the elements of the operands at the same place only, in the same way, where operands with fewer axes or
    /// extents of 1 are broadcast.
    fn is_elementwise(&self) -> bool {
        self.is_unary_elementwise()
    }

    /// Whether the result is the operand's bytes under another shape: no code and no memory of its own.
    fn is_view(&self) -> bool {
        false
    }

    /// Where the elements of the only result come from, if the operator moves elements of its only operand, of this shape, and changes none.
    fn movement(&self, _operand: &Shape) -> Option<Map> {
        None
    }

    /// How a few rows of the result are carried out by themselves; none if that takes whole operands.
    fn by_rows(&self, _inputs: &Operands<'_>, _output: &TensorType) -> Option<ByRows> {
        self.is_unary_elementwise().then_some(ByRows::ROW)
    }

    /// How the result goes along time, where `axes` has the axis of time of each operand; none for an operand that is the same at all times, or for a
    /// result that needs all times at once.
    fn along(&self, inputs: &Operands<'_>, output: &TensorType, axes: &[Option<usize>]) -> Option<Along> {
        self.is_elementwise().then(|| Along::elementwise(inputs, output, axes)).flatten()
    }

    /// The operator for a part of the time: `places` of the result along its axis `axis`, from operands that begin with the first place that they depend
    /// on and have so much padding in front and behind. None if it is the same operator. For operators that go [`along`](Self::along).
    fn part(&self, _axis: usize, _padding: [usize; 2], _places: usize) -> Option<Op> {
        None
    }

    /// Whether the result follows from the sums of each channel over all positions of an image, which may be added up row by row.
    fn sums_rows(&self, _inputs: &Operands<'_>, _output: &TensorType) -> bool {
        false
    }

    /// The kernel that makes the result from the sums, which are i32 and lie in the node's scratch. For operators that say
    /// [`sums_rows`](Self::sums_rows).
    fn lower_sums(&self, _lowering: &Lowering<'_>) -> Result<KernelCall, Fault> {
        Err("is no function of sums".to_owned())
    }

    /// How the channels of operands and result hang together; passes that drop channels go by it.
    fn channel_flow(&self, inputs: &Operands<'_>, outputs: &[&Tensor]) -> ChannelFlow {
        match outputs {
            [output] if self.is_unary_elementwise() => {
                let all = Tie::Along { first: 0, count: output.ty.shape.channels() };
                let operands = inputs.iter().enumerate();
                ChannelFlow::Tied(operands.map(|(index, _)| (index == 0).then_some(all)).collect())
            }
            _ => ChannelFlow::Opaque,
        }
    }

    /// What each channel of the one result may be, from what is known of the operands; none if that is nothing.
    fn intervals(&self, _known: &Known<'_>) -> Option<Vec<Interval>> {
        None
    }

    /// The operator for `inputs`, of which channels were dropped as [`channel_flow`](Self::channel_flow) allows, and a result with
    /// `channels`; none if it is the same operator.
    fn with_channels(&self, _inputs: &Operands<'_>, _channels: usize) -> Option<Op> {
        None
    }

    /// The operator that does on an image without `border` what this one does with it, whose operands and result these are: with
    /// as much more padding. None if padding has another meaning.
    fn with_border(
        &self,
        _inputs: &Operands<'_>,
        _output: &TensorType,
        _border: &Border,
        _reference: Reference,
    ) -> Option<Op> {
        None
    }

    /// The operator that computes the present result without so many rows above and below, columns left and right, for operands that stay as
    /// they are. None if it cannot leave them out.
    fn with_crop(&self, _inputs: &Operands<'_>, _lines: [usize; 4]) -> Option<Op> {
        None
    }

    /// The operator with a clamp to `[min, max]` (real numbers) fused behind it, if it can do that.
    fn with_clamp(&self, _min: f32, _max: f32) -> Option<Op> {
        None
    }

    /// The operator without its fused clamp, if it is then linear in its weights: bias correction asks for it.
    fn unclamped(&self) -> Option<Op> {
        None
    }

    /// The labels of classes that all elements of the only result are among, in the order of the scores; none if they may be anything else.
    fn class_numbers(&self) -> Option<&[i64]> {
        None
    }

    /// Whether cores without a floating-point unit carry the operator out in integers, although operands are real numbers: by their bits.
    fn works_on_bits(&self) -> bool {
        false
    }

    /// The kernel that carries the node out on the target, with packed constants. Called for nodes that are neither
    /// views nor constant.
    fn lower(&self, lowering: &Lowering<'_>) -> Result<KernelChoice, Fault>;

    /// All ways to carry the node out on the target, at least one; one of them is [selected](crate::selection) for the whole model.
    fn candidates(&self, lowering: &Lowering<'_>) -> Result<Vec<KernelChoice>, Fault> {
        Ok(vec![self.lower(lowering)?])
    }
}

/// An operator as the operator table lists it.
pub struct Descriptor {
    /// The name in the IR text.
    pub name: &'static str,
    /// Makes the operator from the IR text's attributes.
    pub parse: fn(&Attributes) -> Result<Op, Fault>,
    /// TFLite operators that import as this one.
    #[cfg(feature = "tflite")]
    pub tflite: &'static [(&'static str, crate::import::tflite::ImportFn)],
    /// ONNX operators that import as this one.
    #[cfg(feature = "onnx")]
    pub onnx: &'static [crate::import::onnx::Onnx],
}
