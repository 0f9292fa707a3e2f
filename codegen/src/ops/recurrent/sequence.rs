//! What recurrent cells share: the directions in which they go through a sequence, their functions, geometry, operands and calls.
//!
//! Operands: the sequence, whose elements in order are vectors of `I` elements; weights of the vectors `[D, G · H, I]` and of the hidden state
//! `[D, G · H, H]` for `D` directions, `G` gates and `H` units; an optional bias; the hidden state to begin with, `D · H` elements, else 0.0; of an
//! LSTM the cell likewise. Results: the hidden state after the last step, of an LSTM the cell, and the hidden states of all steps, if `sequence`
//! says so: the shape of the sequence with `D · H` for its last axis.

use crate::cost::Work;
use crate::ir::{Attribute, AttributeValue, DType, Fault, Operands, Shape, Tensor, TensorType, Value};
use crate::kernel::{Const, KernelCall, KernelChoice, Lowering, Operand, Param};
use crate::ops::movement::strided::{self, Walk};
use tinyml_arith::unary::UnaryFunction;

/// The ways through a sequence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// From its first vector to its last.
    Forward,
    /// From its last to its first.
    Reverse,
    /// Both, each with weights of its own.
    Bidirectional,
}

impl Direction {
    const ALL: [(Direction, &'static str); 3] = [
        (Direction::Forward, "forward"),
        (Direction::Reverse, "reverse"),
        (Direction::Bidirectional, "bidirectional"),
    ];

    /// The direction of that name, as ONNX has it.
    pub fn from_name(name: &str) -> Option<Direction> {
        Direction::ALL.iter().find(|(_, own)| *own == name).map(|&(direction, _)| direction)
    }

    /// For each way whether it begins at the end.
    pub fn ways(self) -> &'static [bool] {
        match self {
            Direction::Forward => &[false],
            Direction::Reverse => &[true],
            Direction::Bidirectional => &[false, true],
        }
    }
}

impl AttributeValue for Direction {
    const EXPECTED: &'static str = "forward, reverse or bidirectional";

    fn to_attribute(&self) -> Attribute {
        let name = Direction::ALL.iter().find(|(own, _)| own == self).map_or("", |&(_, name)| name);
        Attribute::Word(name.to_owned())
    }

    fn from_attribute(attribute: &Attribute) -> Option<Self> {
        match attribute {
            Attribute::Word(name) => Direction::from_name(name),
            _ => None,
        }
    }
}

/// A function of a cell, with its parameters.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Activation {
    /// The function.
    pub function: UnaryFunction,
    /// Lower bound, or slope.
    pub a: f32,
    /// Upper bound, or offset.
    pub b: f32,
}

impl Activation {
    /// The logistic function.
    pub const SIGMOID: Activation = Activation { function: UnaryFunction::Logistic, a: 0.0, b: 0.0 };
    /// The hyperbolic tangent.
    pub const TANH: Activation = Activation { function: UnaryFunction::Tanh, a: 0.0, b: 0.0 };

    const NAMES: [(UnaryFunction, &'static str, &'static str); 9] = [
        (UnaryFunction::Logistic, "logistic", "UnaryFunction::Logistic"),
        (UnaryFunction::Tanh, "tanh", "UnaryFunction::Tanh"),
        (UnaryFunction::Clamp, "clamp", "UnaryFunction::Clamp"),
        (UnaryFunction::LeakyRelu, "leaky_relu", "UnaryFunction::LeakyRelu"),
        (UnaryFunction::ThresholdedRelu, "thresholded_relu", "UnaryFunction::ThresholdedRelu"),
        (UnaryFunction::HardSigmoid, "hard_sigmoid", "UnaryFunction::HardSigmoid"),
        (UnaryFunction::Elu, "elu", "UnaryFunction::Elu"),
        (UnaryFunction::Softsign, "softsign", "UnaryFunction::Softsign"),
        (UnaryFunction::Softplus, "softplus", "UnaryFunction::Softplus"),
    ];

    /// The function's value.
    pub fn apply(&self, x: f32) -> f32 {
        self.function.apply(x, self.a, self.b)
    }

    fn named(&self) -> Option<&'static (UnaryFunction, &'static str, &'static str)> {
        Activation::NAMES.iter().find(|(own, ..)| *own == self.function)
    }

    /// The function as a constant of generated code.
    pub fn function_const(&self) -> Result<Const, Fault> {
        let named = self.named().ok_or_else(|| format!("{:?} is no function of a cell", self.function))?;
        Ok(Const::Variant(named.2))
    }

    /// The parameters as a constant of generated code.
    pub fn parameters_const(&self) -> Const {
        Const::Struct("Parameters", vec![("a", self.a.into()), ("b", self.b.into())])
    }
}

impl AttributeValue for Activation {
    const EXPECTED: &'static str = "a function of a cell with two parameters";

    fn to_attribute(&self) -> Attribute {
        let name = self.named().map_or("", |&(_, name, _)| name);
        Attribute::List(vec![Attribute::Word(name.to_owned()), Attribute::Float(self.a), Attribute::Float(self.b)])
    }

    fn from_attribute(attribute: &Attribute) -> Option<Self> {
        let Attribute::List(items) = attribute else { return None };
        let [Attribute::Word(name), a, b] = items.as_slice() else { return None };
        let &(function, ..) = Activation::NAMES.iter().find(|(_, own, _)| own == name)?;
        Some(Activation { function, a: f32::from_attribute(a)?, b: f32::from_attribute(b)? })
    }
}

/// Operand indices.
pub(super) const BIAS: usize = 3;
/// The hidden state to begin with.
pub(super) const HIDDEN: usize = 4;
/// The cell to begin with.
pub(super) const CELL: usize = 5;

/// What a kind of cell is made of.
#[derive(Clone, Copy, Debug)]
pub(super) struct Kind {
    pub(super) gates: usize,
    /// Biases of a unit.
    pub(super) biases: usize,
    /// Functions of each direction.
    pub(super) functions: usize,
    /// Whether it has a cell beside the hidden state.
    pub(super) has_cell: bool,
}

/// Extents of a layer.
#[derive(Clone, Copy, Debug)]
pub(super) struct Geometry {
    pub(super) steps: usize,
    pub(super) inputs: usize,
    pub(super) units: usize,
    pub(super) directions: usize,
}

/// A layer's attributes that all cells have.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cells<'a> {
    pub(super) kind: Kind,
    pub(super) direction: Direction,
    pub(super) activations: &'a [Activation],
    pub(super) sequence: bool,
}

impl Cells<'_> {
    /// The extents; a fault where operands do not fit each other.
    pub(super) fn geometry(&self, x: &TensorType, weights: &TensorType, recurrent: &TensorType) -> Result<Geometry, Fault> {
        let (&[directions, rows, inputs], &[again, same_rows, units]) = (weights.shape.dims(), recurrent.shape.dims())
        else {
            return Err(format!("expects weights [D,G·H,I] and [D,G·H,H], got {} and {}", weights.shape, recurrent.shape));
        };
        let gates = self.kind.gates;
        let fits = directions == again && rows == same_rows && units.checked_mul(gates) == Some(rows);
        if !fits || directions != self.direction.ways().len() || [inputs, units].contains(&0) {
            return Err(format!(
                "the weights {} and {} are not those of {gates} gates in {} directions",
                weights.shape,
                recurrent.shape,
                self.direction.ways().len()
            ));
        }
        if x.shape.dims().last() != Some(&inputs) || x.shape.elements() == 0 {
            return Err(format!("takes vectors of {inputs} elements, but the operand is {}", x.shape));
        }
        Ok(Geometry { steps: x.shape.elements() / inputs, inputs, units, directions })
    }

    /// Element types of the hidden state and the cell for an operand and its weights.
    fn dtypes(&self, x: DType, weights: [DType; 2]) -> Result<[DType; 2], Fault> {
        match (x, weights) {
            (DType::F32, [DType::F32, DType::F32]) => Ok([DType::F32; 2]),
            (DType::I8, [DType::I8, DType::I8]) if self.kind.has_cell => Ok([DType::I8, DType::I16]),
            _ => Err(format!("has no form for {x} with weights of {} and {}", weights[0], weights[1])),
        }
    }

    /// The results' types.
    pub(super) fn infer(&self, inputs: &Operands<'_>) -> Result<Vec<TensorType>, Fault> {
        let &[Some(x), Some(weights), Some(recurrent), bias, hidden, ref rest @ ..] = inputs else {
            return Err("expects a sequence, weights, perhaps a bias, and perhaps a state".to_owned());
        };
        if rest.len() != usize::from(self.kind.has_cell) {
            return Err(format!("has {} operands", inputs.len()));
        }
        let cell = rest.first().copied().flatten();
        let geometry = self.geometry(&x.ty, &weights.ty, &recurrent.ty)?;
        let Geometry { units, directions, .. } = geometry;
        if self.activations.len() != self.kind.functions * directions {
            return Err(format!("has {} functions, expected {}", self.activations.len(), self.kind.functions * directions));
        }
        let biases = [directions, self.kind.biases * units];
        if let Some(bias) = bias.filter(|bias| bias.ty.shape.dims() != biases) {
            return Err(format!("the bias is {}, expected {biases:?}", bias.ty.shape));
        }
        let [hidden_type, cell_type] = self.dtypes(x.ty.dtype, [weights.ty.dtype, recurrent.ty.dtype])?;
        let state = |given: Option<&Tensor>, dtype: DType, what: &str| match given {
            None => Ok(TensorType::new(dtype, [directions, units])),
            Some(given) if given.ty.shape.elements() == directions * units && given.ty.dtype == dtype => {
                Ok(TensorType::new(dtype, given.ty.shape.clone()))
            }
            Some(given) => Err(format!("the {what} is {}, expected {dtype}[{directions},{units}]", given.ty)),
        };
        let mut types = vec![state(hidden, hidden_type, "hidden state")?];
        if self.kind.has_cell {
            types.push(state(cell, cell_type, "cell")?);
        }
        if self.sequence {
            let mut dims = x.ty.shape.0.clone();
            if let Some(last) = dims.last_mut() {
                *last = directions * units;
            }
            types.push(TensorType::new(hidden_type, Shape(dims)));
        }
        Ok(types)
    }

    /// Products in all steps.
    pub(super) fn macs(&self, inputs: &Operands<'_>) -> u64 {
        let &[Some(x), Some(weights), Some(recurrent), ..] = inputs else { return 0 };
        let Ok(geometry) = self.geometry(&x.ty, &weights.ty, &recurrent.ty) else { return 0 };
        let products = geometry.directions * self.kind.gates * geometry.units * (geometry.inputs + geometry.units);
        (products as u64).saturating_mul(geometry.steps as u64)
    }

    /// The functions of a direction.
    pub(super) fn functions(&self, direction: usize) -> &[Activation] {
        self.activations.chunks(self.kind.functions).nth(direction).unwrap_or_default()
    }

    /// Carries the cells out: `step` takes the direction, a vector, the hidden state before it and the cells, which it changes, and gives the
    /// next hidden state. `begin` is the hidden state and the cell to begin with.
    pub(super) fn run<T: Copy, C: Copy>(
        &self,
        geometry: Geometry,
        x: &[T],
        begin: (Vec<T>, Vec<C>),
        step: impl Fn(usize, &[T], &[T], &mut [C]) -> Vec<T>,
    ) -> Finished<T, C> {
        let Geometry { inputs, units, directions, steps } = geometry;
        let (mut hidden, mut cell) = begin;
        let mut sequence: Vec<Vec<T>> = vec![Vec::new(); steps * directions];
        for (direction, &reverse) in self.direction.ways().iter().enumerate() {
            let own = direction * units..(direction + 1) * units;
            for step_number in 0..steps {
                let place = if reverse { steps - 1 - step_number } else { step_number };
                let vector = &x[place * inputs..(place + 1) * inputs];
                let cells = if self.kind.has_cell { own.clone() } else { 0..0 };
                let next = step(direction, vector, &hidden[own.clone()], &mut cell[cells]);
                hidden[own.clone()].copy_from_slice(&next);
                sequence[place * directions + direction] = next;
            }
        }
        Finished { hidden, cell, sequence: sequence.concat() }
    }

    /// The calls of the kernel, one for each direction. `params` are a direction's.
    pub(super) fn choice(
        &self,
        lowering: &Lowering<'_>,
        geometry: Geometry,
        kernel: Kernel,
        params: impl Fn(usize) -> Result<Vec<(&'static str, Param)>, Fault>,
    ) -> Result<KernelChoice, Fault> {
        let Geometry { steps, inputs, units, directions } = geometry;
        let size = lowering.input(0)?.ty.dtype.size();
        let has_cell = self.kind.has_cell;
        if lowering.input(0)?.is_constant() {
            return Err("goes through a constant sequence, which is not supported where the state is computed".to_owned());
        }
        let state = |operand: usize, result: usize, at: usize| match lowering.optional(operand) {
            Some(tensor) if !tensor.is_constant() => Operand::Input { index: operand, offset: at },
            // It is copied there, or not read.
            _ => Operand::Output { index: result, offset: at },
        };
        let all_steps = self.sequence.then_some(1 + usize::from(has_cell));
        let mut calls = Vec::new();
        for (operand, result) in [(HIDDEN, 0), (CELL, 1)] {
            let constant = lowering.optional(operand).and_then(|tensor| tensor.data.as_deref());
            calls.extend(constant.map(|constant| begin(constant, result)).transpose()?);
        }
        for (direction, &reverse) in self.direction.ways().iter().enumerate() {
            let offset = direction * units * size;
            let output = Operand::Output { index: all_steps.unwrap_or(0), offset };
            let mut operands = vec![("INPUT", Operand::input(0)), ("HIDDEN_BEFORE", state(HIDDEN, 0, offset))];
            let hidden = ("HIDDEN", Operand::Output { index: 0, offset });
            if has_cell {
                // One element of a cell has 16 bits beside eight of the hidden state, and else as many.
                let offset = if size == 1 { 2 * offset } else { offset };
                operands.push(("CELL_BEFORE", state(CELL, 1, offset)));
                operands.extend([hidden, ("CELL", Operand::Output { index: 1, offset })]);
            } else {
                operands.push(hidden);
            }
            operands.extend([("OUTPUT", output), ("SCRATCH", Operand::Scratch { offset: 0 })]);
            let mut shape: Vec<(&'static str, Const)> =
                vec![("STEPS", steps.into()), ("INPUTS", inputs.into()), ("UNITS", units.into())];
            let initial = lowering.node.input(HIDDEN).is_some();
            let switches = [("REVERSE", reverse, false), ("INITIAL", initial, true), ("SEQUENCE", self.sequence, true)];
            shape.extend(switches.iter().filter(|(_, is, default)| is != default).map(|&(name, is, _)| (name, is.into())));
            shape.push(("STRIDE", (directions * units).into()));
            shape.extend(kernel.shape.clone());
            if size == 4 {
                for (&name, function) in kernel.functions.iter().zip(self.functions(direction)) {
                    let default = if name == "GATE" { UnaryFunction::Logistic } else { UnaryFunction::Tanh };
                    if function.function != default {
                        shape.push((name, function.function_const()?));
                    }
                }
            }
            let call = KernelCall {
                kernel: kernel.name,
                label: kernel.label,
                shape_name: format!("{}{inputs}To{units}Steps{steps}", kernel.label),
                note: format!("{inputs} to {units}, {steps} steps{}", if reverse { " backwards" } else { "" }),
                shape,
                operands,
                params: params(direction)?,
                overlap: Vec::new(),
            };
            let unit_steps = steps * units;
            let work = Work::new(kernel.name, kernel.code_bytes)
                .with("step", steps)
                .with("unit", unit_steps)
                .with("product", unit_steps * self.kind.gates * (inputs + units));
            calls.push((call, work));
        }
        let in_place = if has_cell { vec![(HIDDEN, 0), (CELL, 1)] } else { vec![(HIDDEN, 0)] };
        let choice = KernelChoice::new(lowering.core, calls).with_in_place(in_place);
        Ok(choice.with_scratch(kernel.scratch * units * size, 4))
    }
}

/// Puts a constant state where a layer changes it.
fn begin(constant: &Value, result: usize) -> Result<(KernelCall, Work), Fault> {
    let (kernel, blob) = strided::copy_constant(constant)?;
    let walk = Walk::run(constant.len());
    let call = KernelCall {
        kernel,
        label: "Begin",
        shape_name: walk.name("Begin"),
        note: "a constant".to_owned(),
        shape: walk.constants(),
        operands: vec![("OUTPUT", Operand::output(result))],
        params: vec![("constant", blob.into())],
        overlap: Vec::new(),
    };
    Ok((call, walk.work(strided::copy(constant.dtype())?, constant.dtype().size())))
}

/// What a sequence leaves.
pub(super) struct Finished<T, C> {
    pub(super) hidden: Vec<T>,
    pub(super) cell: Vec<C>,
    pub(super) sequence: Vec<T>,
}

impl Finished<f32, f32> {
    /// The results, of which the cell and the sequence are there if there are so many.
    pub(super) fn values(self, cells: &Cells<'_>, types: &[&TensorType]) -> Result<Vec<Value>, Fault> {
        let mut all = vec![self.hidden];
        if cells.kind.has_cell {
            all.push(self.cell);
        }
        if cells.sequence {
            all.push(self.sequence);
        }
        let values = all.into_iter().zip(types).map(|(data, ty)| Value::f32(ty.shape.clone(), data));
        values.collect::<Option<_>>().ok_or_else(|| "the results do not have the declared shapes".to_owned())
    }
}

/// The kernel of a cell.
#[derive(Clone)]
pub(super) struct Kernel {
    pub(super) name: &'static str,
    pub(super) label: &'static str,
    /// Further constants of its shape.
    pub(super) shape: Vec<(&'static str, Const)>,
    /// The constants that name the functions, in their order.
    pub(super) functions: &'static [&'static str],
    /// Working memory in hidden states.
    pub(super) scratch: usize,
    pub(super) code_bytes: usize,
}

/// A constant operand in f32.
pub(super) fn reals<'a>(lowering: &Lowering<'a>, index: usize) -> Result<&'a [f32], Fault> {
    let tensor = lowering.input(index)?;
    let value = tensor.data.as_deref().and_then(|value| value.as_f32());
    value.ok_or_else(|| format!("`{}` is not constant f32", tensor.name))
}

/// A direction's part of a constant of all directions.
pub(super) fn part<T>(all: &[T], direction: usize, directions: usize) -> &[T] {
    let count = all.len() / directions.max(1);
    all.get(direction * count..(direction + 1) * count).unwrap_or_default()
}

/// Weights of some gates of a unit, the gates of an element side by side: rows of `all` are `[gates][units]`.
pub(super) fn interleaved<'a, T: Copy>(
    all: &'a [T],
    columns: usize,
    units: usize,
    gates: &'a [usize],
    unit: usize,
) -> impl Iterator<Item = T> + 'a {
    (0..columns).flat_map(move |column| gates.iter().map(move |gate| all[(gate * units + unit) * columns + column]))
}

/// The biases of a direction, `[UNITS][biases]`; none are 0.0.
pub(super) fn biases_of(
    lowering: &Lowering<'_>,
    biases: usize,
    geometry: Geometry,
    direction: usize,
) -> Result<Vec<f32>, Fault> {
    let units = geometry.units;
    let Some(_) = lowering.optional(BIAS) else { return Ok(vec![0.0; biases * units]) };
    let own = part(reals(lowering, BIAS)?, direction, geometry.directions);
    Ok((0..units).flat_map(|unit| (0..biases).map(move |gate| own[gate * units + unit])).collect())
}

/// `Σ x · w` for one row of weights, in order, as the kernels add.
pub(super) fn add(sum: &mut f32, x: &[f32], weights: &[f32]) {
    let n = x.len().min(weights.len());
    let (x, weights) = (&x[..n], &weights[..n]);
    let mut i = 0;
    while i < n {
        *sum += x[i] * weights[i];
        i += 1;
    }
}

/// The states to begin with, in f32.
pub(super) fn initial(call: &crate::ir::Evaluation<'_>, index: usize, count: usize) -> Result<Vec<f32>, Fault> {
    match call.optional(index) {
        None => Ok(vec![0.0; count]),
        Some((_, value)) => Ok(value.as_f32().ok_or("the state is not f32")?.to_vec()),
    }
}
