//! A case, compiled: the generated module for a family of cores, and the bytes that go in and should come out.

use tinyml_codegen::emit::port_names;
use tinyml_codegen::ir::interpret::Interpreter;
use tinyml_codegen::ir::{DType, Graph, Port, Value};
use tinyml_codegen::module::{self, PortName};
use tinyml_codegen::pipeline::{self, Optimised};
use tinyml_codegen::ports::{from_graph, to_graph};
use tinyml_codegen::target::Core;

use crate::case::Vector;
use crate::compare::compare;
use crate::manifest::{self, Output};
use crate::select::Subject;

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

/// What is the same of a case for all families.
pub(crate) struct Prepared<'s> {
    subject: &'s Subject,
    optimised: Optimised,
    /// Whether the model computes in integers throughout.
    pub(crate) integer: bool,
    /// Bytes of constants, roughly.
    pub(crate) constant_bytes: usize,
    /// Inputs of `run`.
    pub(crate) inputs: Vec<Place>,
    /// Outputs of `run`.
    pub(crate) outputs: Vec<Place>,
    /// Blocks of inputs, and blocks of the outputs that they should give.
    pub(crate) blocks: Vec<[Vec<u8>; 2]>,
}

impl<'s> Prepared<'s> {
    /// Optimises the case's model and computes what it should give.
    ///
    /// # Errors
    /// The compiler refuses the model, or the interpreter's outputs are not the goldens.
    pub(crate) fn new(subject: &'s Subject) -> Result<Prepared<'s>, String> {
        let case = &subject.case;
        let at = |fault: String| format!("{}: {fault}", case.name);
        let optimised = pipeline::optimise(&case.source()?, &case.options, &mut |_, _| {})
            .map_err(|faults| at(faults.to_string()))?;
        let graph = &optimised.graph;
        let [inputs, outputs] = port_names(graph);
        let inputs = places(graph, &graph.inputs, &inputs);
        let outputs = places(graph, &graph.outputs, &outputs);
        let mut blocks = Vec::new();
        for (number, vector) in subject.vectors.iter().enumerate() {
            let block = blocks_of(graph, subject, vector, &inputs, &outputs);
            blocks.push(block.map_err(|fault| at(format!("vector {number}: {fault}")))?);
        }
        Ok(Prepared {
            subject,
            integer: is_integer(graph),
            constant_bytes: constant_bytes(graph),
            inputs,
            outputs,
            blocks,
            optimised,
        })
    }

    /// The case's name.
    pub(crate) fn name(&self) -> &str {
        &self.subject.case.name
    }

    /// The name as an identifier.
    pub(crate) fn ident(&self) -> String {
        self.subject.case.ident()
    }

    /// Bytes of a block of inputs.
    pub(crate) fn input_bytes(&self) -> usize {
        end(&self.inputs)
    }

    /// Bytes of a block of outputs.
    pub(crate) fn output_bytes(&self) -> usize {
        end(&self.outputs)
    }
}

/// A case for a family.
pub(crate) struct Compiled<'p> {
    /// The case.
    pub(crate) case: &'p Prepared<'p>,
    /// The generated items.
    pub(crate) code: String,
    /// Bytes of the arena.
    pub(crate) arena_bytes: usize,
}

impl<'p> Compiled<'p> {
    /// Compiles the case for a family as the option `core` does.
    ///
    /// # Errors
    /// There is no kernel for a node.
    pub(crate) fn new(case: &'p Prepared<'p>, family: Core) -> Result<Compiled<'p>, String> {
        let at = |faults: tinyml_codegen::diagnostic::Diagnostics| format!("{}: {faults}", case.name());
        let lowered =
            pipeline::lower(&case.optimised.graph, family, case.subject.case.options.optimise).map_err(at)?;
        let items = pipeline::emit(&case.optimised, &lowered, &module::default_runtime()).map_err(at)?;
        Ok(Compiled { case, code: items.to_string(), arena_bytes: lowered.plan.arena_bytes })
    }

    /// The case in the manifest.
    pub(crate) fn entry(&self) -> manifest::Case {
        let max_abs = self.case.subject.case.compare.max_abs;
        let output = |Place { port, offset, length }: &Place| Output {
            name: port.field.clone(),
            element: port.element.clone(),
            length: *length,
            offset: *offset,
            max_abs: if port.element == "f32" { max_abs } else { 0.0 },
        };
        manifest::Case {
            name: self.case.name().to_owned(),
            arena_bytes: self.arena_bytes,
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
    let size = |element: &str| {
        if element.ends_with('8') {
            1
        } else if element.ends_with("16") {
            2
        } else {
            4
        }
    };
    places.last().map_or(0, |last| last.offset + last.length * size(&last.port.element))
}

/// Whether no tensor that a node reads or writes is of floats.
fn is_integer(graph: &Graph) -> bool {
    let tensors = graph.nodes().flat_map(|(_, node)| node.operands().chain(node.outputs.iter().copied()));
    tensors.map(|tensor| graph.ty(tensor).dtype).all(|dtype| dtype != DType::F32)
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
    let computed = Interpreter::new(graph).run(&values).map_err(|fault| fault.to_string())?;
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
