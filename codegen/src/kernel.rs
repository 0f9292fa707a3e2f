//! The contract between operators, planner and emitter: which kernel carries out a node, with what.
//!
//! A kernel is chosen once, before memory is planned; the same [`KernelChoice`] feeds planner and emitter, so that
//! buffer sizes and dispatch cannot disagree.

use std::ops::Range;

use crate::config::Optimise;
use crate::cost::Work;
use crate::escape;
use crate::ir::{DType, Fault, Graph, Node, Reference, Tensor, TensorId, TensorType, Value};
use crate::target::Core;
use crate::wording::grouped;
pub use tinyml_arith::overlap::Gaps;

/// What an operator is asked to lower: a node of a finished graph, for a target.
pub struct Lowering<'a> {
    /// The graph.
    pub graph: &'a Graph,
    /// The node.
    pub node: &'a Node,
    /// The core family that the code is generated for.
    pub core: Core,
    /// What the generated code is to be best at.
    pub optimise: Optimise,
}

impl<'a> Lowering<'a> {
    /// Arithmetic of quantised operators.
    pub fn reference(&self) -> Reference {
        self.graph.reference
    }

    /// The operand at `index`; a fault if it is missing.
    pub fn input(&self, index: usize) -> Result<&'a Tensor, Fault> {
        self.optional(index).ok_or_else(|| format!("operand {index} is missing"))
    }

    /// The operand at `index`, if it is there.
    pub fn optional(&self, index: usize) -> Option<&'a Tensor> {
        self.node.input(index).map(|id| self.graph.tensor(id))
    }

    /// The first result; a fault if there is none.
    pub fn output(&self) -> Result<&'a TensorType, Fault> {
        let id = self.node.outputs.first().ok_or("the node has no result")?;
        Ok(self.graph.ty(*id))
    }
}

/// The fault of an operator that computes with elements for which it has no kernel.
pub fn no_kernel_for(dtype: DType) -> Fault {
    format!("has no kernel for elements of the type {dtype}")
}

/// How a node is carried out: one or more kernel calls in order.
#[derive(Clone, Debug, PartialEq)]
pub struct KernelChoice {
    /// The calls.
    pub calls: Vec<KernelCall>,
    /// Working memory that lives during the node, shared by its calls.
    pub scratch: Option<Scratch>,
    /// What it costs on the core that it was chosen for; none where no cost model knows the kernels.
    pub cost: Option<Cost>,
    /// Code that it needs beside that of its own shape, and that other choices may need as well.
    pub shared_code: Vec<CodePart>,
    /// What each call does, as the cost models count it.
    pub work: Vec<Work>,
    /// How the calls stand in a loop; none if they are carried out once, in order.
    pub row_loop: Option<RowLoop>,
    /// Operand and result indices: the result may begin where the operand does, which is the same value of another time. Only a state makes
    /// use of it; what a first result may do else, `overlap` says.
    pub in_place: Vec<(usize, usize)>,
    /// Which of the calls can be carried out in parts.
    pub cuts: Vec<Cut>,
    /// Predicted cycles of each call, once, where the calls stand in a loop; what a layer of several calls takes, the first of them has.
    pub loop_cycles: Vec<u64>,
}

/// A call that can be carried out in parts: the kernel's function `part` takes a range of steps, and all steps in their order are `run`. Between
/// two steps nobody else may use the places of operands, results and working memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cut {
    /// The call's index.
    pub call: usize,
    /// How many steps there are.
    pub steps: usize,
    /// What a step is, in words and in the plural: `pairs of positions`.
    pub along: &'static str,
}

/// A piece of the runtime's code that kernels share.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodePart {
    /// A name for it: the same for all who need it.
    pub name: String,
    /// Its flash.
    pub bytes: usize,
}

/// Calls in a loop over groups of rows.
#[derive(Clone, Debug, PartialEq)]
pub struct RowLoop {
    /// How often the loop is run through.
    pub turns: usize,
    /// When each of the calls is carried out.
    pub timing: Vec<Timing>,
    /// How far the first result may lie over the first operand.
    pub overlap: Overlap,
    /// Where the caller puts the rows of the operand, which is then never whole.
    pub fed: Option<Fed>,
}

/// Rows that the caller gives. Turn `i` begins with row `i * rows - delay`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fed {
    /// The place of a turn's first row.
    pub place: Operand,
    /// Elements of a row.
    pub elements: usize,
    /// Rows of the image.
    pub height: usize,
    /// Rows of a turn.
    pub rows: usize,
    /// Rows above the image in turn 0.
    pub delay: usize,
}

/// When a call in a loop is carried out, and what of the call is not its own.
#[derive(Clone, Debug, PartialEq)]
pub struct Timing {
    /// When.
    pub when: When,
    /// Whether the kernel runs from the last position to the first.
    pub backward: bool,
    /// The layer that it belongs to, from 0 on.
    pub layer: usize,
    /// What it does, in words.
    pub doc: String,
}

impl When {
    /// Whether the call is carried out in a turn of a loop.
    pub fn is_in(&self, turn: usize) -> bool {
        match self {
            When::Before | When::After => false,
            When::In(turns) | When::Numbered(turns) => turns.contains(&turn),
        }
    }
}

/// When a call in a loop is carried out.
#[derive(Clone, Debug, PartialEq)]
pub enum When {
    /// Before the loop.
    Before,
    /// In these turns.
    In(Range<usize>),
    /// In these turns, with the turn's number as a further argument.
    Numbered(Range<usize>),
    /// Behind the loop.
    After,
}

/// What a kernel costs, as its cost model predicts it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cost {
    /// Cycles of one inference.
    pub cycles: u64,
    /// Flash of the code that only layers of this shape share.
    pub code_bytes: usize,
}

impl From<KernelCall> for KernelChoice {
    fn from(call: KernelCall) -> Self {
        KernelChoice {
            calls: vec![call],
            scratch: None,
            cost: None,
            shared_code: Vec::new(),
            work: Vec::new(),
            row_loop: None,
            in_place: Vec::new(),
            cuts: Vec::new(),
            loop_cycles: Vec::new(),
        }
    }
}

impl KernelChoice {
    /// Bytes of all constants that its calls read.
    pub fn all_constant_bytes(&self) -> usize {
        self.constant_bytes(BlobKind::Weights) + self.constant_bytes(BlobKind::Parameters)
    }

    /// Bytes of constants of one kind that its calls read.
    pub fn constant_bytes(&self, kind: BlobKind) -> usize {
        self.blobs(kind).map(|blob| blob.bytes.len()).sum()
    }

    /// Constants of one kind that its calls read.
    pub fn blobs(&self, kind: BlobKind) -> impl Iterator<Item = &Blob> {
        let params = self.calls.iter().flat_map(|call| &call.params);
        params.filter_map(move |(_, param)| match param {
            Param::Data(blob) if blob.kind == kind => Some(blob),
            _ => None,
        })
    }

    /// Calls on a core, each with what it does.
    pub fn new(core: Core, calls: impl IntoIterator<Item = (KernelCall, Work)>) -> Self {
        let (calls, work): (Vec<_>, Vec<_>) = calls.into_iter().unzip();
        let cycles: Option<u64> = work.iter().map(|work| work.cycles(core)).sum();
        let code_bytes = work.iter().map(|work| work.code_bytes).sum();
        let cost = cycles.map(|cycles| Cost { cycles, code_bytes });
        KernelChoice {
            calls,
            scratch: None,
            cost,
            shared_code: Vec::new(),
            work,
            row_loop: None,
            in_place: Vec::new(),
            cuts: Vec::new(),
            loop_cycles: Vec::new(),
        }
    }

    /// With working memory.
    pub fn with_scratch(self, bytes: usize, align: usize) -> Self {
        KernelChoice { scratch: Some(Scratch { bytes, align }), ..self }
    }

    /// With states that are changed where they are: operand and result indices.
    pub fn with_in_place(self, in_place: Vec<(usize, usize)>) -> Self {
        KernelChoice { in_place, ..self }
    }

    /// With a first call that can be carried out in so many steps.
    pub fn with_cut(self, steps: usize, along: &'static str) -> Self {
        KernelChoice { cuts: vec![Cut { call: 0, steps, along }], ..self }
    }

    /// With code that others may need as well.
    pub fn with_shared_code(self, shared_code: Vec<CodePart>) -> Self {
        KernelChoice { shared_code, ..self }
    }

    /// The best of several ways to carry a node out; those without a known cost come last. None if there are none.
    pub fn best(
        candidates: impl IntoIterator<Item = KernelChoice>,
        optimise: Optimise,
    ) -> Option<KernelChoice> {
        candidates.into_iter().min_by_key(|choice| match (choice.cost, optimise) {
            (None, _) => (u64::MAX, u64::MAX),
            (Some(cost), Optimise::Size) => (cost.code_bytes as u64, cost.cycles),
            (Some(cost), _) => (cost.cycles, cost.code_bytes as u64),
        })
    }

    /// Whether both are the same code, whatever it costs on the core of each.
    pub fn same_code(&self, other: &KernelChoice) -> bool {
        self.calls == other.calls
            && self.scratch == other.scratch
            && self.row_loop == other.row_loop
            && self.in_place == other.in_place
    }

    /// Whether the result at `result` may be computed where the operand at `operand` lies, running forwards.
    pub fn may_replace(&self, operand: usize, result: usize) -> bool {
        self.in_place.contains(&(operand, result))
            || result == 0
                && match self.overlap(operand) {
                    Overlap::None => false,
                    Overlap::InPlace => true,
                    Overlap::Sliding(gaps) => gaps.forward.is_some_and(|gap| gap <= 0),
                }
    }

    /// How far results may overlap operand `index`: what all calls allow.
    pub fn overlap(&self, index: usize) -> Overlap {
        if let Some(row_loop) = &self.row_loop {
            return if index == 0 { row_loop.overlap } else { Overlap::None };
        }
        let [first, others @ ..] = self.calls.as_slice() else { return Overlap::None };
        let is_read = |call: &KernelCall| {
            call.operands
                .iter()
                .any(|(_, own)| matches!(own, Operand::Input { index: own, .. } if *own == index))
        };
        if others.iter().any(is_read) {
            // A later call would read what an earlier one has overwritten.
            return Overlap::None;
        }
        first.overlap.iter().find(|(own, _)| *own == index).map_or(Overlap::None, |(_, overlap)| *overlap)
    }
}

/// Working memory of a kernel, taken from the arena.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scratch {
    /// Size.
    pub bytes: usize,
    /// Alignment, a power of two.
    pub align: usize,
}

/// How far a kernel's result may lie over one of its operands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Overlap {
    /// Not at all.
    None,
    /// Only so that both begin at the same place, whatever their sizes.
    InPlace,
    /// As far as the distances allow it in the direction in which the kernel runs. The planner chooses the direction; a
    /// kernel that can run backwards has the associated constant `BACKWARD` in its `Layer`.
    Sliding(Gaps),
}

/// One call of a kernel of the runtime.
///
/// The runtime module `kernel` holds the traits `Shape` and `Layer`, the struct `Params` and the function `run`. Layers with
/// equal `shape` share one `Shape` type and so one monomorphised kernel.
#[derive(Clone, Debug, PartialEq)]
pub struct KernelCall {
    /// Module below the runtime's `__private`: `conv2d_s8`.
    pub kernel: &'static str,
    /// What the layer is, in camel case: `Pointwise`. The emitter numbers the layers: `Pointwise3`.
    pub label: &'static str,
    /// Name for the `Shape` type in the generated file, in camel case: `Conv10x4On49x10x1To64`. Made unique by the emitter.
    pub shape_name: String,
    /// The layer in words, for its comment: `10×4, stride 2×2`.
    pub note: String,
    /// Associated constants of `Shape`. Those left out have the trait's default.
    pub shape: Vec<(&'static str, Const)>,
    /// Associated constants of `Layer` that are arena offsets.
    pub operands: Vec<(&'static str, Operand)>,
    /// Fields of `Params`.
    pub params: Vec<(&'static str, Param)>,
    /// For operand indices of the node: how far the first result may overlap them.
    pub overlap: Vec<(usize, Overlap)>,
}

/// Operands of a call that its description names.
const MOST_OPERANDS: usize = 16;

impl KernelCall {
    /// What a call computes: `` conv2d 10×4, stride 2×2, ReLU · `i8[1×49×10×1]` → `i8[1×25×5×64]` · 320,000 MACs · `node` ``.
    ///
    /// Of very many operands only the first are named: a concatenation has a call for each of them.
    pub(crate) fn describe(&self, graph: &Graph, node: &Node) -> String {
        let shape = |id| {
            let dims: Vec<_> = graph.ty(id).shape.dims().iter().map(usize::to_string).collect();
            // A code span: rustdoc would take `[4]` for a link.
            format!("`{}[{}]`", graph.ty(id).dtype, dims.join("×"))
        };
        let computed: Vec<_> = node.operands().filter(|&id| !graph.tensor(id).is_constant()).collect();
        let mut operands: Vec<_> = computed.iter().copied().take(MOST_OPERANDS).map(shape).collect();
        if computed.len() > MOST_OPERANDS {
            operands.push(format!("{} more", computed.len() - MOST_OPERANDS));
        }
        let results: Vec<_> = node.outputs.iter().map(|&id| shape(id)).collect();
        let mut parts = vec![
            format!("{} {}", node.op.name(), self.note).trim_end().to_owned(),
            format!("{} → {}", operands.join(", "), results.join(", ")),
        ];
        let macs = node.macs(graph);
        if macs > 0 {
            parts.push(format!("{} MACs", grouped(macs)));
        }
        parts.push(escape::code_span(&node.name));
        parts.join(" · ")
    }
}

/// Where a call finds (or puts) its data in the arena.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operand {
    /// The node's operand at an index, some bytes in.
    Input {
        /// Index among the node's inputs.
        index: usize,
        /// Bytes from its start.
        offset: usize,
    },
    /// The node's result at an index, some bytes in.
    Output {
        /// Index among the node's outputs.
        index: usize,
        /// Bytes from its start.
        offset: usize,
    },
    /// The node's scratch memory, some bytes in.
    Scratch {
        /// Bytes from its start.
        offset: usize,
    },
}

impl Operand {
    /// The whole operand at `index`.
    pub fn input(index: usize) -> Self {
        Operand::Input { index, offset: 0 }
    }

    /// The whole result at `index`.
    pub fn output(index: usize) -> Self {
        Operand::Output { index, offset: 0 }
    }

    /// The tensor that is meant; none for scratch.
    pub fn tensor(self, node: &Node) -> Option<TensorId> {
        match self {
            Operand::Input { index, .. } => node.input(index),
            Operand::Output { index, .. } => node.outputs.get(index).copied(),
            Operand::Scratch { .. } => None,
        }
    }
}

/// A compile-time constant of the generated code.
#[derive(Clone, Debug, PartialEq)]
pub enum Const {
    /// A size, an extent, a count.
    Usize(usize),
    /// Several of them.
    Dims(Vec<usize>),
    /// Distances, some of which may go back.
    Steps(Vec<isize>),
    /// A number of the integer arithmetic.
    I32(i32),
    /// A number of the integer arithmetic with more bits.
    I64(i64),
    /// A byte of a quantised tensor.
    I8(i8),
    /// A real number (f32 kernels and the model's boundary).
    F32(f32),
    /// A choice.
    Bool(bool),
    /// A variant of a runtime enum, as a path below `__private`: `Rounding::Double`.
    Variant(&'static str),
    /// A struct of the runtime below `__private`, with its fields.
    Struct(&'static str, Vec<(&'static str, Const)>),
}

macro_rules! const_from {
    ($($ty:ty => |$value:ident| $const:expr;)*) => {$(
        impl From<$ty> for Const {
            fn from($value: $ty) -> Const { $const }
        }
    )*};
}
const_from! {
    usize => |value| Const::Usize(value);
    Vec<usize> => |value| Const::Dims(value);
    [usize; 2] => |value| Const::Dims(value.to_vec());
    [usize; 3] => |value| Const::Dims(value.to_vec());
    [usize; 4] => |value| Const::Dims(value.to_vec());
    i32 => |value| Const::I32(value);
    i64 => |value| Const::I64(value);
    i8 => |value| Const::I8(value);
    f32 => |value| Const::F32(value);
    bool => |value| Const::Bool(value);
}

/// A field of a kernel's `Params`.
#[derive(Clone, Debug, PartialEq)]
pub enum Param {
    /// A number.
    Const(Const),
    /// A slice in flash.
    Data(Blob),
}

impl<T: Into<Const>> From<T> for Param {
    fn from(value: T) -> Param {
        Param::Const(value.into())
    }
}

/// Constant data in flash, in the order in which the kernel reads it.
#[derive(Clone, PartialEq)]
pub struct Blob {
    /// The element type of the slice that the kernel gets.
    pub element: Element,
    /// The bytes, little endian.
    pub bytes: Vec<u8>,
    /// What the bytes are counted as in reports.
    pub kind: BlobKind,
}

impl std::fmt::Debug for Blob {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?} blob of {} {:?}", self.kind, self.bytes.len(), self.element)
    }
}

/// Element types of constant data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Element {
    /// Signed bytes.
    I8,
    /// Unsigned bytes.
    U8,
    /// 16-bit integers.
    I16,
    /// Unsigned 16-bit integers.
    U16,
    /// 32-bit integers.
    I32,
    /// Unsigned 32-bit integers.
    U32,
    /// 64-bit integers.
    I64,
    /// Floats.
    F32,
}

impl Element {
    /// Rust's name.
    pub fn name(self) -> &'static str {
        match self {
            Element::I8 => "i8",
            Element::U8 => "u8",
            Element::I16 => "i16",
            Element::U16 => "u16",
            Element::I32 => "i32",
            Element::U32 => "u32",
            Element::I64 => "i64",
            Element::F32 => "f32",
        }
    }
}

/// What constant data is counted as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BlobKind {
    /// Weights, biases and constant outputs.
    Weights,
    /// Requantisation parameters and tables.
    Parameters,
}

impl Blob {
    /// Weights as signed bytes.
    pub fn weights_i8(values: &[i8]) -> Blob {
        let bytes = values.iter().map(|&v| v as u8).collect();
        Blob { element: Element::I8, bytes, kind: BlobKind::Weights }
    }

    /// Weights as 16-bit integers.
    pub fn weights_i16(values: &[i16]) -> Blob {
        let bytes = values.iter().flat_map(|v| v.to_le_bytes()).collect();
        Blob { element: Element::I16, bytes, kind: BlobKind::Weights }
    }

    /// Weights or biases as 32-bit integers.
    pub fn weights_i32(values: &[i32]) -> Blob {
        let bytes = values.iter().flat_map(|v| v.to_le_bytes()).collect();
        Blob { element: Element::I32, bytes, kind: BlobKind::Weights }
    }

    /// Weights (nodes of trees) as unsigned 16-bit integers.
    pub fn weights_u16(values: &[u16]) -> Blob {
        let bytes = values.iter().flat_map(|v| v.to_le_bytes()).collect();
        Blob { element: Element::U16, bytes, kind: BlobKind::Weights }
    }

    /// Weights (places of trees) as unsigned 32-bit integers.
    pub fn weights_u32(values: &[u32]) -> Blob {
        Blob { kind: BlobKind::Weights, ..Blob::parameters_u32(values) }
    }

    /// Weights or biases as floats.
    pub fn weights_f32(values: &[f32]) -> Blob {
        let bytes = values.iter().flat_map(|v| v.to_le_bytes()).collect();
        Blob { element: Element::F32, bytes, kind: BlobKind::Weights }
    }

    /// The value of a constant output.
    pub fn output(element: Element, value: &Value) -> Blob {
        Blob { element, bytes: value.to_le_bytes(), kind: BlobKind::Weights }
    }

    /// The bytes that a state begins with; none if they are zero.
    pub fn initial(value: Option<&Value>) -> Option<Blob> {
        let blob = Blob::output(Element::U8, value?);
        blob.bytes.iter().any(|&byte| byte != 0).then_some(blob)
    }

    /// The constant that a state begins with; none if it is the same byte throughout, which is filled in.
    pub fn initial_constant(value: Option<&Value>) -> Option<Blob> {
        Blob::initial(value).filter(|blob| blob.same_byte().is_none())
    }

    /// The one byte that all bytes are.
    pub fn same_byte(&self) -> Option<u8> {
        let first = *self.bytes.first()?;
        self.bytes.iter().all(|&byte| byte == first).then_some(first)
    }

    /// Parameters (shifts, tables) as signed bytes.
    pub fn parameters_i8(values: &[i8]) -> Blob {
        Blob { kind: BlobKind::Parameters, ..Blob::weights_i8(values) }
    }

    /// Parameters (multipliers) as 32-bit integers.
    pub fn parameters_i32(values: &[i32]) -> Blob {
        Blob { kind: BlobKind::Parameters, ..Blob::weights_i32(values) }
    }

    /// Parameters (labels) as 64-bit integers.
    pub fn parameters_i64(values: &[i64]) -> Blob {
        let bytes = values.iter().flat_map(|v| v.to_le_bytes()).collect();
        Blob { element: Element::I64, bytes, kind: BlobKind::Parameters }
    }

    /// Parameters (tables) as unsigned 32-bit integers.
    pub fn parameters_u32(values: &[u32]) -> Blob {
        let bytes = values.iter().flat_map(|v| v.to_le_bytes()).collect();
        Blob { element: Element::U32, bytes, kind: BlobKind::Parameters }
    }
}

impl From<Blob> for Param {
    fn from(blob: Blob) -> Param {
        Param::Data(blob)
    }
}
