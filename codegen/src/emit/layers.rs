//! Layers: the shapes, the constants and the places of every kernel call.

use std::collections::HashMap;
use std::ops::Range;

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::constants::{blob_slice, blob_static, expression, type_of, usize_literal, wrapper};
use super::ports;
use super::steps;
use crate::ir::{Graph, Node, NodeId};
use crate::kernel::{Blob, Fed, KernelCall, KernelChoice, Operand, Param, RowLoop, When};
use crate::memory::Plan;
use crate::names::{Names, ident, upper_case};

/// What is generated for the layers of a model.
pub(super) struct Layers {
    /// The layer types in execution order, each shape type before its first use.
    pub declarations: Vec<TokenStream>,
    /// The calls, in execution order.
    pub calls: Vec<TokenStream>,
    /// Those of them on which the next value of a state depends.
    pub remember: Vec<TokenStream>,
    /// The calls of each step of execution, as slices carry them out; none of views.
    pub steps: Vec<StepCode>,
    /// How the model is fed, if the caller gives rows; the calls are then those behind the last turn.
    pub fed: Option<FedCode>,
    /// The statics with weights, parameters and constant outputs, each content once.
    pub statics: Vec<TokenStream>,
    /// The statics of the outputs that are constants, by position.
    pub constant_outputs: Vec<Option<Ident>>,
    /// The statics that states begin with, by number.
    pub initial_states: Vec<Option<Ident>>,
}

/// The calls of a step of execution.
pub(super) enum StepCode {
    /// One after the other: for each its kernel, and the layer that it carries out.
    Calls(Vec<[Ident; 2]>),
    /// In a loop.
    Loop {
        /// How often it is run through.
        turns: usize,
        /// What precedes it.
        before: Vec<TokenStream>,
        /// Its body, of the number `turn`.
        turn: Vec<TokenStream>,
        /// What follows it.
        after: Vec<TokenStream>,
    },
}

/// A chain whose rows the caller gives.
pub(super) struct FedCode {
    /// Its rows.
    pub fed: Fed,
    /// Byte offset of a turn's first row.
    pub offset: TokenStream,
    /// How many turns there are.
    pub turns: usize,
    /// The calls before the first turn.
    pub before: Vec<TokenStream>,
    /// The calls of a turn.
    pub turn: Vec<TokenStream>,
}

/// Generates the layers of a planned graph.
pub(super) fn layers(graph: &Graph, choices: &[Option<KernelChoice>], plan: &Plan) -> Layers {
    let mut writer = Writer {
        plan,
        names: Names::default(),
        known_shapes: HashMap::new(),
        known_blobs: HashMap::new(),
        out: Layers {
            declarations: Vec::new(),
            calls: Vec::new(),
            remember: Vec::new(),
            steps: Vec::new(),
            fed: None,
            statics: Vec::new(),
            constant_outputs: Vec::new(),
            initial_states: Vec::new(),
        },
    };
    let remembers = steps::that_remember(graph);
    let (mut number, mut done) = (0, 0);
    for ((id, node), choice) in graph.nodes().zip(choices) {
        let Some(choice) = choice else {
            writer.out.steps.push(StepCode::Calls(Vec::new()));
            continue;
        };
        if let Some(row_loop) = &choice.row_loop {
            writer.row_loop(id, node, &choice.calls, row_loop, &mut number);
        } else {
            number += 1;
            let several = choice.calls.len() > 1;
            let mut own = Vec::new();
            for (part, call) in choice.calls.iter().enumerate() {
                let suffix = if several { part_letters(part) } else { String::new() };
                let (doc, backward) = (format!(" {}", call.describe(graph, node)), plan.is_backward(id));
                let name = format!("{}{number}{suffix}", call.label);
                let [kernel, layer] = writer.layer(id, node, call, &name, &doc, backward);
                writer.out.calls.push(quote!(rt::#kernel::run::<#layer, _>(memory);));
                own.push([kernel, layer]);
            }
            writer.out.steps.push(StepCode::Calls(own));
        }
        if remembers.contains(&id) {
            writer.out.remember.extend_from_slice(&writer.out.calls[done..]);
        }
        done = writer.out.calls.len();
    }
    for (position, port) in graph.outputs.iter().enumerate() {
        let blob = ports::constant(graph, port);
        let name = blob.map(|blob| writer.blob(&format!("OUTPUT_{position}"), &blob));
        writer.out.constant_outputs.push(name);
    }
    for (number, state) in graph.states.iter().enumerate() {
        let blob = Blob::initial_constant(state.initial.as_ref());
        let name = blob.map(|blob| writer.blob(&format!("STATE_{number}"), &blob));
        writer.out.initial_states.push(name);
    }
    writer.out
}

/// `A`, `B`, … `Z`, `AA`, …
fn part_letters(mut part: usize) -> String {
    let mut letters = String::new();
    loop {
        letters.insert(0, char::from(b'A' + (part % 26) as u8));
        if part < 26 {
            return letters;
        }
        part = part / 26 - 1;
    }
}

struct Writer<'a> {
    plan: &'a Plan,
    names: Names,
    known_shapes: HashMap<String, Ident>,
    known_blobs: HashMap<(&'static str, Vec<u8>), Ident>,
    out: Layers,
}

impl Writer<'_> {
    /// Declares the layer of a call; its kernel, and the layer.
    fn layer(
        &mut self,
        id: NodeId,
        node: &Node,
        call: &KernelCall,
        name: &str,
        doc: &str,
        backward: bool,
    ) -> [Ident; 2] {
        let kernel = ident(call.kernel);
        let layer = self.names.unique(name);
        let shape = self.shape(call);
        let operands: Vec<_> =
            call.operands.iter().map(|(role, operand)| self.operand(id, node, role, *operand)).collect();
        let params: Vec<_> = call.params.iter().map(|(role, param)| self.param(name, role, param)).collect();
        // Forwards is the traits' default.
        let backward = backward.then(|| {
            quote!(
                const BACKWARD: bool = true;
            )
        });
        self.out.declarations.push(quote! {
            #[doc = #doc]
            struct #layer;
            impl rt::#kernel::Layer for #layer {
                type Shape = #shape;
                #(#operands)*
                #backward
                const PARAMS: rt::#kernel::Params = rt::#kernel::Params { #(#params),* };
            }
        });
        [kernel, layer]
    }

    /// A chain of layers in a loop over groups of rows.
    fn row_loop(
        &mut self,
        id: NodeId,
        node: &Node,
        calls: &[KernelCall],
        row_loop: &RowLoop,
        number: &mut usize,
    ) {
        let (mut before, mut after) = (Vec::new(), Vec::new());
        // Calls that follow each other in the same turns share a condition.
        let mut turn: Vec<(&Range<usize>, Vec<TokenStream>)> = Vec::new();
        for (call, timing) in calls.iter().zip(&row_loop.timing) {
            let name = format!("{}{}", call.label, *number + timing.layer + 1);
            let [kernel, layer] =
                self.layer(id, node, call, &name, &format!(" {}", timing.doc), timing.backward);
            let run = quote!(rt::#kernel::run::<#layer, _>);
            let (range, call) = match &timing.when {
                When::Before => {
                    before.push(quote!(#run(memory);));
                    continue;
                }
                When::After => {
                    after.push(quote!(#run(memory);));
                    continue;
                }
                When::In(range) => (range, quote!(#run(memory);)),
                When::Numbered(range) => (range, quote!(#run(memory, turn);)),
            };
            match turn.last_mut() {
                Some((last, calls)) if *last == range => calls.push(call),
                _ => turn.push((range, vec![call])),
            }
        }
        let turn = turn.iter().map(|(range, calls)| {
            let (from, to) = (usize_literal(range.start), usize_literal(range.end));
            match (range.start, range.end >= row_loop.turns) {
                (0, true) => quote!(#(#calls)*),
                (0, false) => quote!(if turn < #to { #(#calls)* }),
                (_, true) => quote!(if turn >= #from { #(#calls)* }),
                (_, false) => quote!(if (#from..#to).contains(&turn) { #(#calls)* }),
            }
        });
        *number += row_loop.timing.iter().map(|timing| timing.layer + 1).max().unwrap_or(0);
        let turn: Vec<TokenStream> = turn.collect();
        if let Some(fed) = row_loop.fed {
            let offset = self.place(id, node, fed.place);
            self.out.fed = Some(FedCode { fed, offset, turns: row_loop.turns, before, turn });
            self.out.calls.extend(after);
            // What is fed has no slices.
            self.out.steps.push(StepCode::Calls(Vec::new()));
            return;
        }
        let turns = usize_literal(row_loop.turns);
        self.out.calls.push(quote! {
            #(#before)*
            for turn in 0..#turns { #(#turn)* }
            #(#after)*
        });
        self.out.steps.push(StepCode::Loop { turns: row_loop.turns, before, turn, after });
    }

    /// The shape type with these constants; a new one if there is none yet.
    fn shape(&mut self, call: &KernelCall) -> Ident {
        let kernel = ident(call.kernel);
        let constants = call.shape.iter().map(|(name, constant)| {
            let (name, ty, value) = (ident(name), type_of(constant), expression(constant));
            quote!(const #name: #ty = #value;)
        });
        let body = quote!(#(#constants)*);
        let key = format!("{kernel} {body}");
        if let Some(name) = self.known_shapes.get(&key) {
            return name.clone();
        }
        let name = self.names.unique(&call.shape_name);
        self.out.declarations.push(quote! {
            struct #name;
            impl rt::#kernel::Shape for #name { #body }
        });
        self.known_shapes.insert(key, name.clone());
        name
    }

    fn operand(&self, id: NodeId, node: &Node, role: &str, operand: Operand) -> TokenStream {
        let (role, place) = (ident(role), self.place(id, node, operand));
        quote!(const #role: usize = #place;)
    }

    /// The byte offset of an operand in the arena.
    fn place(&self, id: NodeId, node: &Node, operand: Operand) -> TokenStream {
        let (base, offset) = match operand {
            Operand::Scratch { offset } => (self.plan.scratch(id), offset),
            Operand::Input { offset, .. } | Operand::Output { offset, .. } => {
                (operand.tensor(node).and_then(|tensor| self.plan.offset(tensor)), offset)
            }
        };
        // What has no place (a constant operand) lies outside every arena: the kernel's check refuses to compile.
        usize_literal(base.map_or(usize::MAX, |base| base + offset))
    }

    fn param(&mut self, layer: &str, role: &str, param: &Param) -> TokenStream {
        let field = ident(role);
        let value = match param {
            Param::Const(constant) => expression(constant),
            Param::Data(blob) => {
                let name = self.blob(&format!("{}_{}", upper_case(layer), role.to_uppercase()), blob);
                blob_slice(&name, blob.element)
            }
        };
        quote!(#field: #value)
    }

    /// The static with these bytes; a new one if there is none yet.
    fn blob(&mut self, wish: &str, blob: &Blob) -> Ident {
        let key = (wrapper(blob.element), blob.bytes.clone());
        if let Some(name) = self.known_blobs.get(&key) {
            return name.clone();
        }
        let name = self.names.unique(wish);
        self.out.statics.push(blob_static(&name, blob));
        self.known_blobs.insert(key, name.clone());
        name
    }
}
