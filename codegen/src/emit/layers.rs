//! Layers: the shapes, the constants and the places of every kernel call.

use std::collections::HashMap;

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::constants::{blob_slice, blob_static, expression, type_of, usize_literal};
use super::names::{Names, ident, upper_case};
use crate::ir::{Graph, Node, NodeId};
use crate::kernel::{Blob, KernelCall, KernelChoice, Operand, Param};
use crate::memory::Plan;
use crate::report::grouped;

/// What is generated for the layers of a model.
pub(super) struct Layers {
    /// The layer types in execution order, each shape type before its first use.
    pub declarations: Vec<TokenStream>,
    /// The calls, in execution order.
    pub calls: Vec<TokenStream>,
    /// The statics with weights and parameters, each content once.
    pub statics: Vec<TokenStream>,
}

/// Generates the layers of a planned graph.
pub(super) fn layers(graph: &Graph, choices: &[Option<KernelChoice>], plan: &Plan) -> Layers {
    let mut writer = Writer {
        graph,
        plan,
        names: Names::default(),
        known_shapes: HashMap::new(),
        known_blobs: HashMap::new(),
        out: Layers { declarations: Vec::new(), calls: Vec::new(), statics: Vec::new() },
    };
    let with_kernels = graph.nodes().zip(choices).filter_map(|(node, choice)| Some((node, choice.as_ref()?)));
    for (number, ((id, node), choice)) in with_kernels.enumerate() {
        let several = choice.calls.len() > 1;
        for (part, call) in choice.calls.iter().enumerate() {
            let suffix = if several { part_letters(part) } else { String::new() };
            writer.layer(id, node, call, &format!("{}{}{suffix}", call.label, number + 1));
        }
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
    graph: &'a Graph,
    plan: &'a Plan,
    names: Names,
    known_shapes: HashMap<String, Ident>,
    known_blobs: HashMap<Vec<u8>, Ident>,
    out: Layers,
}

impl Writer<'_> {
    fn layer(&mut self, id: NodeId, node: &Node, call: &KernelCall, name: &str) {
        let kernel = ident(call.kernel);
        let layer = self.names.unique(name);
        let shape = self.shape(call);
        let operands: Vec<_> =
            call.operands.iter().map(|(role, operand)| self.operand(id, node, role, *operand)).collect();
        let params: Vec<_> = call.params.iter().map(|(role, param)| self.param(name, role, param)).collect();
        // Forwards is the traits' default.
        let backward = self.plan.is_backward(id).then(|| {
            quote!(
                const BACKWARD: bool = true;
            )
        });
        let doc = self.describe(node, call);
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
        self.out.calls.push(quote!(rt::#kernel::run::<#layer, ARENA_BYTES>(arena);));
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
        let role = ident(role);
        let (base, offset) = match operand {
            Operand::Scratch { offset } => (self.plan.scratch(id), offset),
            Operand::Input { offset, .. } | Operand::Output { offset, .. } => {
                (operand.tensor(node).and_then(|tensor| self.plan.offset(tensor)), offset)
            }
        };
        // What has no place (a constant operand) lies outside every arena: the kernel's check refuses to compile.
        let place = usize_literal(base.map_or(usize::MAX, |base| base + offset));
        quote!(const #role: usize = #place;)
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
        if let Some(name) = self.known_blobs.get(&blob.bytes) {
            return name.clone();
        }
        let name = self.names.unique(wish);
        self.out.statics.push(blob_static(&name, blob));
        self.known_blobs.insert(blob.bytes.clone(), name.clone());
        name
    }

    /// `` conv2d 10×4, stride 2×2, ReLU · `i8[1×49×10×1]` → `i8[1×25×5×64]` · 320,000 MACs · `node` ``
    fn describe(&self, node: &Node, call: &KernelCall) -> String {
        let shape = |id| {
            let dims: Vec<_> = self.graph.ty(id).shape.dims().iter().map(usize::to_string).collect();
            // A code span: rustdoc would take `[4]` for a link.
            format!("`{}[{}]`", self.graph.ty(id).dtype, dims.join("×"))
        };
        let operands: Vec<_> =
            node.operands().filter(|&id| !self.graph.tensor(id).is_constant()).map(shape).collect();
        let results: Vec<_> = node.outputs.iter().map(|&id| shape(id)).collect();
        let mut parts = vec![
            format!("{} {}", node.op.name(), call.note).trim_end().to_owned(),
            format!("{} → {}", operands.join(", "), results.join(", ")),
        ];
        let macs = crate::report::node_macs(self.graph, node);
        if macs > 0 {
            parts.push(format!("{} MACs", grouped(macs)));
        }
        parts.push(format!("`{}`", node.name));
        format!(" {}", parts.join(" · "))
    }
}
