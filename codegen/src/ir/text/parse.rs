//! From the text to the graph, by recursive descent.

use std::collections::BTreeMap;

use super::cursor::Cursor;
use super::lexer::{Lexer, Position, Token};
use super::literals;
use crate::diagnostic::Diagnostic;
use crate::ir::{Boundary, DType, Graph, Node, Op, Port, Reference, State, Tensor, TensorId, TensorType};
use crate::ops;

/// The graph whose text this is. Only the form is checked: the graph may have faults that [`verify`](crate::ir::verify())
/// finds. Errors say the line and the column (from 1), what was expected and what was found.
pub fn parse(text: &str) -> Result<Graph, Diagnostic> {
    let mut parser = Parser { cursor: Cursor::new(text)?, graph: Graph::default(), tensors: BTreeMap::new() };
    for (number, position) in first_places(text) {
        parser.known(Named { number, position });
    }
    parser.graph()?;
    Ok(parser.graph)
}

struct Parser<'t> {
    cursor: Cursor<'t>,
    graph: Graph,
    /// The tensors by their number in the text.
    tensors: BTreeMap<u32, Known>,
}

/// A tensor that the text has named.
struct Known {
    id: TensorId,
    /// Where it was named first.
    first: Position,
    declared: bool,
}

/// A place of the text that names a tensor.
#[derive(Clone, Copy)]
struct Named {
    number: u32,
    position: Position,
}

fn tensor(cursor: &mut Cursor<'_>) -> Result<Named, Diagnostic> {
    let position = cursor.position();
    Ok(Named { number: cursor.tensor()?, position })
}

/// Where each tensor is named first, in the order of their numbers: so ordered, the ids of a printed text are its numbers, and
/// messages that name ids can be read beside the text.
fn first_places(text: &str) -> BTreeMap<u32, Position> {
    let mut places = BTreeMap::new();
    let mut lexer = Lexer::new(text);
    // A fault ends it too: the parser will meet it again.
    while let Ok((position, token)) = lexer.next() {
        match token {
            Token::Tensor(number) => _ = places.entry(number).or_insert(position),
            Token::End => break,
            _ => {}
        }
    }
    places
}

/// A tensor, or `_`.
fn operand(cursor: &mut Cursor<'_>) -> Result<Option<Named>, Diagnostic> {
    match *cursor.peek() {
        Token::Tensor(_) => tensor(cursor).map(Some),
        Token::Word("_") => cursor.take().map(|_| None),
        _ => Err(cursor.expected("an operand: a tensor, or `_` for one that is left out")),
    }
}

impl Parser<'_> {
    fn graph(&mut self) -> Result<(), Diagnostic> {
        self.cursor.expect_word("graph")?;
        self.graph.name = self.cursor.name()?;
        if self.cursor.accept_word("reference")? {
            self.cursor.expect('=')?;
            self.graph.reference = self.reference()?;
        }
        self.cursor.expect('{')?;
        while !self.cursor.accept('}')? {
            self.line()?;
        }
        if *self.cursor.peek() != Token::End {
            return Err(self.cursor.expected("the end of the text"));
        }
        match self.tensors.iter().find(|(_, known)| !known.declared) {
            Some((number, known)) => {
                Err(known.first.error(format!("%{number} is used, but no line declares it")))
            }
            None => Ok(()),
        }
    }

    fn reference(&mut self) -> Result<Reference, Diagnostic> {
        let expected = self.cursor.expected("`tflm`, `litert` or `onnx`");
        let word = self.cursor.word("`tflm`, `litert` or `onnx`")?;
        Reference::from_name(word).ok_or(expected)
    }

    fn line(&mut self) -> Result<(), Diagnostic> {
        let keyword = match *self.cursor.peek() {
            Token::Word(word) => word,
            Token::Tensor(_) | Token::Punctuation('=') => return self.node(),
            _ => "",
        };
        match keyword {
            "labels" => {
                self.cursor.take()?;
                self.labels()
            }
            "input" => {
                self.cursor.take()?;
                let tensor = self.declaration()?;
                let boundary = self.boundary()?;
                self.graph.inputs.push(Port { tensor, boundary });
                Ok(())
            }
            "state" => {
                self.cursor.take()?;
                self.state()
            }
            "const" => {
                self.cursor.take()?;
                let id = self.declaration()?;
                self.cursor.expect('=')?;
                let value = literals::value(&mut self.cursor, self.graph.ty(id))?;
                self.graph.tensor_mut(id).data = Some(value.into());
                Ok(())
            }
            "output" => {
                self.cursor.take()?;
                let tensor = self.tensor()?;
                let boundary = self.boundary()?;
                self.graph.outputs.push(Port { tensor, boundary });
                Ok(())
            }
            _ => Err(self
                .cursor
                .expected("`labels`, `input`, `state`, `const`, `output`, a node's result, or `}`")),
        }
    }

    fn labels(&mut self) -> Result<(), Diagnostic> {
        loop {
            let label = self.cursor.name()?;
            self.graph.labels.push(label);
            if !self.cursor.accept(',')? {
                return Ok(());
            }
        }
    }

    fn state(&mut self) -> Result<(), Diagnostic> {
        let read = self.declaration()?;
        self.cursor.expect_word("next")?;
        self.cursor.expect('=')?;
        let write = self.tensor()?;
        let mut initial = None;
        if self.cursor.accept_word("initial")? {
            self.cursor.expect('=')?;
            initial = Some(literals::value(&mut self.cursor, self.graph.ty(read))?);
        }
        self.graph.states.push(State { read, write, initial });
        Ok(())
    }

    /// `%3 "a": i8[1] = op(%0, _) {...} @"name"`
    fn node(&mut self) -> Result<(), Diagnostic> {
        let mut outputs = Vec::new();
        if !self.cursor.accept('=')? {
            outputs = self.results()?;
        }
        let position = self.cursor.position();
        let operator = self.cursor.word("an operator")?;
        let descriptor = ops::by_name(operator).ok_or_else(|| {
            let known: Vec<&str> = ops::all().map(|descriptor| descriptor.name).collect();
            position
                .error(format!("unknown operator `{operator}`"))
                .help(format!("known: {}", known.join(", ")))
        })?;
        self.cursor.expect('(')?;
        let operands = self.cursor.list(')', operand)?;
        let inputs = operands.into_iter().map(|operand| operand.map(|named| self.known(named).id)).collect();
        let attributes = literals::attributes(&mut self.cursor)?;
        let fault = |fault: String| position.error(format!("{operator}: {fault}"));
        let op: Op = (descriptor.parse)(&attributes).map_err(fault)?;
        let name = match (self.cursor.accept('@')?, outputs.first()) {
            (true, _) => self.cursor.name()?,
            (false, Some(&result)) => self.graph.tensor(result).name.clone(),
            (false, None) => return Err(self.cursor.expected("`@` and a name for the node without results")),
        };
        self.graph.add_node(Node { name, op, inputs, outputs });
        Ok(())
    }

    fn results(&mut self) -> Result<Vec<TensorId>, Diagnostic> {
        let mut results = Vec::new();
        loop {
            results.push(self.declaration()?);
            if self.cursor.accept('=')? {
                return Ok(results);
            }
            if !self.cursor.accept(',')? {
                return Err(self.cursor.expected("`,` or `=`"));
            }
        }
    }

    /// `%3 "name": i8[1,2] q(0.5, 3)`
    fn declaration(&mut self) -> Result<TensorId, Diagnostic> {
        let named = tensor(&mut self.cursor)?;
        let name = self.cursor.name()?;
        self.cursor.expect(':')?;
        let ty = literals::tensor_type(&mut self.cursor)?;
        let known = self.known(named);
        if std::mem::replace(&mut known.declared, true) {
            return Err(named.position.error(format!("%{} is declared twice", named.number)));
        }
        let id = known.id;
        *self.graph.tensor_mut(id) = Tensor::new(name, ty);
        Ok(id)
    }

    /// A tensor, which may be declared later.
    fn tensor(&mut self) -> Result<TensorId, Diagnostic> {
        let named = tensor(&mut self.cursor)?;
        Ok(self.known(named).id)
    }

    fn known(&mut self, named: Named) -> &mut Known {
        let graph = &mut self.graph;
        self.tensors.entry(named.number).or_insert_with(|| {
            // Its declaration replaces this.
            let id = graph.add_tensor(Tensor::new("", TensorType::new(DType::F32, [])));
            Known { id, first: named.position, declared: false }
        })
    }

    /// `axes=[0, 2, 3, 1] unsigned`
    fn boundary(&mut self) -> Result<Boundary, Diagnostic> {
        let mut boundary = Boundary::default();
        if self.cursor.accept_word("axes")? {
            self.cursor.expect('=')?;
            self.cursor.expect('[')?;
            boundary.source_axes = Some(self.cursor.list(']', |cursor| cursor.number("an axis"))?);
        }
        boundary.unsigned = self.cursor.accept_word("unsigned")?;
        Ok(boundary)
    }
}
