//! The intermediate representation: typed ids, tensors with their quantisation, operators, graphs.
//!
//! Activations are NHWC. A graph is in execution order. [`verify()`] reports every fault of a graph with its place,
//! [`interpret`] runs a graph in exact integer semantics and is the oracle of all passes and kernels, [`text`] prints and
//! parses graphs.

pub mod attributes;
mod channels;
mod entities;
mod graph;
pub mod interpret;
mod intervals;
pub mod map;
mod op;
mod quant;
mod tensor;
pub mod text;
mod value;
pub mod verify;

pub use attributes::{Attribute, AttributeValue, Attributes};
pub use channels::{ChannelFlow, Interval, Known, Tie, WeightedSums};
pub use entities::{NodeId, TensorId};
pub use graph::{Boundary, Graph, Node, Port, Reference, State};
pub use intervals::{Intervals, intervals};
pub use map::Map;
pub use op::{Along, Border, ByRows, Descriptor, Evaluation, Fault, IntegerForm, Op, Operands, Operator};
pub use quant::Quant;
pub use tensor::{DType, Shape, Tensor, TensorType};
pub use value::{Data, Indices, Value, broadcast_steps};
pub use verify::verify;
