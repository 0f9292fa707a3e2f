//! A case, compiled: the generated module for a family of cores, and the bytes that go in and should come out.

use tinyml_codegen::config::{Input, Options, SliceLimit};
use tinyml_codegen::emit::port_names;
use tinyml_codegen::ir::interpret::Interpreter;
use tinyml_codegen::ir::{DType, Graph, Node, Port, State, Value};
use tinyml_codegen::kernel::Blob;
use tinyml_codegen::memory;
use tinyml_codegen::module::{self, PortName};
use tinyml_codegen::names::snake_case;
use tinyml_codegen::pipeline::{self, Optimised};
use tinyml_codegen::ports::{from_graph, to_graph};
use tinyml_codegen::slices::{Limit, Slicing};
use tinyml_codegen::target::Core;

use crate::case::Vector;
use crate::compare::compare;
use crate::layers::{self, Layer, Planted, ZONE};
use crate::manifest::{self, Output};
use crate::select::Subject;

/// What the guard zones of a layer are filled with, in turn.
const PATTERNS: [u8; 2] = [0x5a, 0xa5];

/// The output of a layer that tells of damage.
pub(crate) const DAMAGE: &str = "damage";

/// Every port begins at a multiple of this in its block.
const ALIGNMENT: usize = 16;

/// A port of the generated `run`.
pub(crate) struct Place {
    /// Name, element type.
    pub(crate) port: PortName,
    /// Where it lies in the block of inputs or outputs.
    pub(crate) offset: usize,
    /// Number of elements.
    pub(crate) length: usize,
}

impl Place {
    /// The type of its value.
    pub(crate) fn array(&self) -> String {
        format!("[{}; {}]", self.port.element, self.length)
    }
}

/// How a case is compiled.
pub(crate) enum How {
    /// As a model with these options.
    Model(Options),
    /// As a layer between guard zones.
    Layer(Layer),
}

/// What is the same of a case for all families.
pub(crate) struct Prepared {
    /// The case's name.
    pub(crate) name: String,
    how: How,
    /// Largest difference of an output of floats.
    max_abs: f64,
    optimised: Optimised,
    /// Whether the model computes in integers throughout.
    integer: bool,
    /// Whether it does where there is no floating-point unit.
    by_bits: bool,
    /// Bytes of constants, roughly.
    pub(crate) constant_bytes: usize,
    /// Whether the vectors are the steps of a sequence: behind the inputs of a block comes a byte that says whether the model is
    /// reset before.
    pub(crate) sequence: bool,
    /// Inputs of `run`.
    pub(crate) inputs: Vec<Place>,
    /// Outputs of `run`.
    pub(crate) outputs: Vec<Place>,
    /// Blocks of inputs, and blocks of the outputs that they should give.
    pub(crate) blocks: Vec<[Vec<u8>; 2]>,
}

impl Prepared {
    /// Whether the model computes in integers throughout on a family of cores.
    pub(crate) fn is_integer_on(&self, family: Core) -> bool {
        let has_no_floats = matches!(family, Core::Armv6m | Core::Armv7m | Core::Riscv32);
        self.integer || (self.by_bits && has_no_floats)
    }

    /// Optimises the case's model and computes what it should give.
    ///
    /// # Errors
    /// The compiler refuses the model, or the interpreter's outputs are not the goldens.
    pub(crate) fn new(subject: &Subject) -> Result<Prepared, String> {
        let case = &subject.case;
        let at = |fault: String| format!("{}: {fault}", case.name);
        let optimised = pipeline::optimise(&case.source()?, &case.options, &mut |_, _| {})
            .map_err(|faults| at(faults.to_string()))?;
        let graph = &optimised.graph;
        let [inputs, outputs] = port_names(graph);
        let inputs = places(graph, &graph.inputs, &inputs);
        let outputs = places(graph, &graph.outputs, &outputs);
        let sequence = case.resets.is_some();
        let last = subject.vectors.len().saturating_sub(1);
        let mut interpreter = Interpreter::new(graph);
        let mut blocks = Vec::new();
        for (number, vector) in subject.vectors.iter().enumerate() {
            // The last vector is the first once more.
            let reset = case.begins_anew(number) || number == last;
            if reset {
                interpreter = Interpreter::new(graph);
            }
            let block = blocks_of(graph, subject, &mut interpreter, vector, &inputs, &outputs);
            let mut block = block.map_err(|fault| at(format!("vector {number}: {fault}")))?;
            if sequence {
                block[0].push(reset.into());
            }
            blocks.push(block);
        }
        Ok(Prepared {
            name: case.name.clone(),
            how: How::Model(case.options.clone()),
            max_abs: case.compare.max_abs,
            integer: is_integer(graph),
            by_bits: is_by_bits(graph),
            constant_bytes: constant_bytes(graph),
            sequence,
            inputs,
            outputs,
            blocks,
            optimised,
        })
    }

    /// A layer, to be run on inputs with two patterns in its guard zones: behind the inputs of a block comes the pattern, behind its
    /// outputs the place of a byte that has changed outside the buffers, or -1.
    ///
    /// # Errors
    /// The interpreter cannot run it.
    pub(crate) fn layer(
        name: String,
        optimised: Optimised,
        layer: Layer,
        vectors: &[Vec<Value>],
    ) -> Result<Prepared, String> {
        let graph = &optimised.graph;
        let [inputs, outputs] = port_names(graph);
        let inputs = places(graph, &graph.inputs, &inputs);
        let mut outputs = places(graph, &graph.outputs, &outputs);
        let damage_at = end(&outputs).next_multiple_of(ALIGNMENT);
        let mut blocks = Vec::new();
        for values in vectors {
            let computed = Interpreter::new(graph).run(values).map_err(|fault| format!("{name}: {fault}"))?;
            for pattern in PATTERNS {
                let mut input = block(&inputs, values)?;
                input.push(pattern);
                let mut output = block(&outputs, &computed)?;
                output.resize(damage_at, 0);
                let damage = match layer.planted {
                    Some(Planted::Write) => ZONE as i32 - 1,
                    _ => -1,
                };
                output.extend(damage.to_le_bytes());
                if layer.planted == Some(Planted::Read) {
                    output[0] = pattern;
                }
                blocks.push([input, output]);
            }
        }
        let element = "i32".to_owned();
        let port = PortName { field: DAMAGE.to_owned(), element, has_f32: false, class: None };
        outputs.push(Place { port, offset: damage_at, length: 1 });
        Ok(Prepared {
            name,
            how: How::Layer(layer),
            max_abs: 0.0,
            integer: is_integer(graph),
            by_bits: is_by_bits(graph),
            constant_bytes: constant_bytes(graph),
            sequence: false,
            inputs,
            outputs,
            blocks,
            optimised,
        })
    }

    /// The layer, if the case is one.
    pub(crate) fn as_layer(&self) -> Option<&Layer> {
        match &self.how {
            How::Layer(layer) => Some(layer),
            How::Model(_) => None,
        }
    }

    /// The most cycles of a slice, if the case is carried out in slices.
    pub(crate) fn slice(&self) -> Option<u64> {
        match &self.how {
            How::Model(Options { slice: Some(SliceLimit::Cycles(cycles)), .. }) => Some(*cycles),
            _ => None,
        }
    }

    /// The name as an identifier.
    pub(crate) fn ident(&self) -> String {
        snake_case(&self.name)
    }

    /// Where a byte lies that is no input: the pattern of a layer's guard zones, or whether a sequence begins anew.
    pub(crate) fn extra_at(&self) -> usize {
        end(&self.inputs)
    }

    /// Bytes of a block of inputs.
    pub(crate) fn input_bytes(&self) -> usize {
        end(&self.inputs) + usize::from(self.as_layer().is_some() || self.sequence)
    }

    /// Bytes of a block of outputs.
    pub(crate) fn output_bytes(&self) -> usize {
        end(&self.outputs)
    }
}

/// A case for a family.
pub(crate) struct Compiled<'p> {
    /// The case.
    pub(crate) case: &'p Prepared,
    /// The generated items.
    pub(crate) code: String,
    /// Bytes of the arena.
    pub(crate) arena_bytes: usize,
    /// Size of `State`.
    pub(crate) state_bytes: usize,
    /// Guard zones of a layer.
    pub(crate) zones: Vec<[usize; 2]>,
    /// Where in the arena the inputs lie that must not change: offsets of those that no result lies over.
    pub(crate) kept: Vec<(usize, usize)>,
}

impl<'p> Compiled<'p> {
    /// Compiles the case for a family as the option `core` does.
    ///
    /// # Errors
    /// There is no kernel for a node.
    pub(crate) fn new(case: &'p Prepared, family: Core) -> Result<Compiled<'p>, String> {
        let at = |faults: tinyml_codegen::diagnostic::Diagnostics| format!("{}: {faults}", case.name);
        let graph = &case.optimised.graph;
        let mut lowered = match &case.how {
            How::Model(options) => pipeline::lower_for(graph, family, options),
            How::Layer(layer) => {
                let choice = |node: &Node| (!node.op.is_view()).then(|| layer.choice.clone());
                let choices: Vec<_> = graph.nodes().map(|(_, node)| choice(node)).collect();
                let plan = memory::plan(graph, &choices);
                Ok(tinyml_codegen::compiled::Compiled {
                    core: family,
                    graph: graph.clone(),
                    choices,
                    plan,
                    sliding: None,
                    slicing: None,
                })
            }
        }
        .map_err(at)?;
        if let Some(cycles) = case.slice() {
            // Here no slice is too long.
            let limit = Limit { cycles, is_strict: false };
            let slicing = Slicing::within(&lowered.graph, &lowered.choices, family, limit);
            lowered.slicing = Some(slicing.map_err(|fault| format!("{}: {fault:?}", case.name))?);
        }
        let mut kept = Vec::new();
        let mut zones = Vec::new();
        if let How::Layer(layer) = &case.how {
            zones = layers::insert_zones(&mut lowered.plan, layer.spread, layer.odd);
            for (number, port) in graph.inputs.iter().enumerate().filter(|_| layer.spread) {
                kept.extend(lowered.plan.offset(port.tensor).map(|offset| (number, offset)));
            }
        }
        let items = pipeline::emit(&case.optimised, &lowered, &module::default_runtime()).map_err(at)?;
        let begins = |state: &State| Blob::initial(state.initial.as_ref()).is_some();
        // Beside the bytes, whether the initial values are there, and how many slices were carried out.
        let has_more = lowered.graph.states.iter().any(begins) || lowered.windows().is_some();
        let flag = if has_more { 16 } else { 0 };
        let plan = &lowered.plan;
        let next = lowered.next_state_bytes().next_multiple_of(16);
        let state_bytes =
            if plan.states.is_empty() { 0 } else { plan.state_bytes.next_multiple_of(16) + next + flag };
        Ok(Compiled {
            case,
            code: items.to_string(),
            arena_bytes: plan.arena_bytes,
            state_bytes,
            zones,
            kept,
        })
    }

    /// Bytes of the model: its arena and, if it is fed by rows, behind it (and what fills it up to 16) a counter of rows.
    fn model_bytes(&self) -> usize {
        match &self.case.how {
            How::Model(Options { input: Input::Rows, .. }) => self.arena_bytes.next_multiple_of(16) + 4,
            _ => match self.state_bytes {
                0 => self.arena_bytes,
                state => self.arena_bytes.next_multiple_of(16) + state,
            },
        }
    }

    /// The case in the manifest.
    pub(crate) fn entry(&self) -> manifest::Case {
        let max_abs = self.case.max_abs;
        let output = |Place { port, offset, length }: &Place| Output {
            name: port.field.clone(),
            element: port.element.clone(),
            length: *length,
            offset: *offset,
            max_abs: if port.element == "f32" { max_abs } else { 0.0 },
        };
        manifest::Case {
            name: self.case.name.clone(),
            arena_bytes: self.model_bytes(),
            vectors: self.case.blocks.len(),
            input_bytes: self.case.input_bytes(),
            output_bytes: self.case.output_bytes(),
            outputs: self.case.outputs.iter().map(output).collect(),
        }
    }
}

fn places(graph: &Graph, ports: &[Port], names: &[PortName]) -> Vec<Place> {
    let mut offset = 0;
    let mut place = |(port, name): (&Port, &PortName)| {
        let ty = graph.ty(port.tensor);
        let place = Place { port: name.clone(), offset, length: ty.shape.elements() };
        offset += ty.bytes().next_multiple_of(ALIGNMENT);
        place
    };
    ports.iter().zip(names).map(&mut place).collect()
}

fn end(places: &[Place]) -> usize {
    let bits = |element: &str| element.trim_start_matches(char::is_alphabetic).parse::<usize>();
    let size = |element: &str| bits(element).map_or(1, |bits| bits / 8);
    places.last().map_or(0, |last| last.offset + last.length * size(&last.port.element))
}

/// Whether no tensor that a node reads or writes is of floats.
fn is_integer(graph: &Graph) -> bool {
    graph.nodes().all(|(_, node)| is_of_integers(graph, node))
}

/// Whether a graph computes in integers on cores without a floating-point unit.
fn is_by_bits(graph: &Graph) -> bool {
    let by_bits = |node: &Node| node.op.works_on_bits() || node.op.is_view() || is_of_integers(graph, node);
    graph.nodes().all(|(_, node)| by_bits(node))
}

fn is_of_integers(graph: &Graph, node: &Node) -> bool {
    let mut tensors = node.operands().chain(node.outputs.iter().copied());
    tensors.all(|tensor| graph.ty(tensor).dtype != DType::F32)
}

fn constant_bytes(graph: &Graph) -> usize {
    graph
        .tensor_ids()
        .filter_map(|tensor| graph.constant(tensor))
        .map(|value| value.len() * value.dtype().size())
        .sum()
}

/// The block of inputs, and the block of outputs that it should give: of integers those of the interpreter, which are also held
/// to the goldens; of floats the goldens themselves.
fn blocks_of(
    graph: &Graph,
    subject: &Subject,
    interpreter: &mut Interpreter<'_>,
    vector: &Vector,
    inputs: &[Place],
    outputs: &[Place],
) -> Result<[Vec<u8>; 2], String> {
    let values: Vec<Value> = graph
        .inputs
        .iter()
        .zip(&vector.inputs)
        .map(|(port, value)| to_graph(graph, port, value))
        .collect::<Result<_, _>>()?;
    let computed = interpreter.run(&values).map_err(|fault| fault.to_string())?;
    let mut expected = Vec::new();
    for (index, (port, found)) in graph.outputs.iter().zip(computed).enumerate() {
        let found =
            found.reshaped(graph.ty(port.tensor).shape.clone()).ok_or("the output has another size")?;
        let golden = vector.outputs.get(index);
        if let Some(golden) = golden {
            compare(&from_graph(graph, port, &found, golden)?, golden, &subject.case.compare)?;
        }
        expected.push(match golden {
            Some(golden) if found.dtype() == DType::F32 => to_graph(graph, port, golden)?,
            _ => found,
        });
    }
    Ok([block(inputs, &values)?, block(outputs, &expected)?])
}

/// The values at their places.
fn block(places: &[Place], values: &[Value]) -> Result<Vec<u8>, String> {
    let mut block = Vec::new();
    for (place, value) in places.iter().zip(values) {
        block.resize(place.offset, 0);
        block.extend(match (place.port.element.as_str(), value.as_i8()) {
            // The graph computes in signed numbers what the model's user sees as unsigned.
            ("u8", Some(signed)) => signed.iter().map(|&element| element as u8 ^ 0x80).collect(),
            _ => value.to_le_bytes(),
        });
    }
    match block.len() == end(places) {
        true => Ok(block),
        false => Err("the values do not have the types of `run`".to_owned()),
    }
}
