//! From a planned graph to Rust: declarations of layers over the runtime's kernels, and the `Model` around them.
//!
//! Generated code names only the runtime's `__private` module (as `rt`), contains no `unsafe`, and is the same bytes for the same
//! model and options wherever it is generated.

mod api;
mod classes;
mod constants;
mod header;
mod layers;
mod model;
mod ports;
mod rows;
mod slices;
mod slide;
mod state;
mod steps;

pub use header::{Figures, header, macs_of_file};
pub use ports::{PortName, port_names};

use proc_macro2::TokenStream;
use quote::quote;

use crate::compiled::Compiled;
use crate::diagnostic::Diagnostic;
use crate::ir::{Graph, Reference};
use crate::kernel::BlobKind;
use crate::names::ident;
use crate::wording::grouped;
use constants::usize_literal;
use model::Keeps;

/// The items of a generated module, without the module around them. `imported` is the graph as it was imported; `runtime` is the path of
/// the runtime crate.
pub fn items(compiled: &Compiled, imported: &Graph, runtime: &syn::Path) -> Result<TokenStream, Diagnostic> {
    let Compiled { graph, choices, plan, .. } = compiled;
    let layers::Layers {
        declarations,
        calls,
        remember,
        steps: of_steps,
        fed,
        statics,
        constant_outputs,
        initial_states,
    } = layers::layers(graph, choices, plan);
    let inputs = ports::ports(graph, plan, ("input", &graph.inputs), &[])?;
    let outputs = ports::ports(graph, plan, ("output", &graph.outputs), &constant_outputs)?;
    let keeps = if graph.states.is_empty() { Keeps::Nothing } else { Keeps::State };
    let half_even = graph.reference == Reference::Onnx;
    let api = match (&fed, &compiled.sliding, inputs.as_slice()) {
        (Some(fed), _, [input]) => rows::model(input, &outputs, half_even, fed),
        (_, Some(sliding), [input]) => {
            slide::model(input, &outputs, half_even, sliding, compiled.slicing.is_some())
        }
        _ => api::model(&inputs, &outputs, half_even, keeps),
    };
    let state = (keeps == Keeps::State).then(|| state::structure(compiled, &initial_states));
    let takes_steps = keeps == Keeps::State && compiled.sliding.is_none() && inputs.len() == 1;
    let remember = takes_steps.then(|| steps::remember(&remember, &calls));
    let kind = match (keeps, &compiled.sliding) {
        (Keeps::State, sliding) => {
            slices::Kind::State { in_place: compiled.windows().is_some(), is_step: sliding.is_some() }
        }
        _ => slices::Kind::Plain,
    };
    let sliced =
        compiled.slicing.as_ref().map(|slicing| slices::items(slicing, &of_steps, &inputs, &outputs, kind));
    let turns = fed.as_ref().map(rows::turns);
    let what = if fed.is_some() { " All that follows the last row." } else { " All layers in order." };
    let figures = figures(compiled, imported, &inputs, &outputs);
    // A model that consists of views has no layer.
    let memory = ident(if calls.is_empty() { "_memory" } else { "memory" });
    let memory_type = keeps.memory();
    Ok(quote! {
        use #runtime::__private as rt;

        #figures
        #api
        #state
        #sliced

        #turns

        #[doc = #what]
        fn layers(#memory: &mut #memory_type) {
            #(#calls)*
        }

        #remember

        #(#declarations)*
        #(#statics)*
    })
}

/// The constants that describe the model.
fn figures(
    compiled: &Compiled,
    imported: &Graph,
    inputs: &[ports::PortCode],
    outputs: &[ports::PortCode],
) -> TokenStream {
    let Compiled { graph, plan, .. } = compiled;
    let arena = usize_literal(plan.arena_bytes);
    let weights = usize_literal(compiled.weight_bytes());
    let parameters = usize_literal(compiled.constant_bytes(BlobKind::Parameters));
    let macs = proc_macro2::Literal::u64_unsuffixed(graph.macs());
    let macs_doc = match &compiled.sliding {
        Some(sliding) => format!(
            " Multiply-accumulates of one step. The whole window has {}.",
            grouped(sliding.whole_macs)
        ),
        None => format!(" Multiply-accumulates of one inference{}.", macs_of_file(graph, imported)),
    };
    let arena_doc = match plan.state_bytes {
        0 => " RAM of the model: all tensors and working memory.",
        _ => " RAM of the model beside its state: all tensors and working memory.",
    };
    let classes = classes::items(graph, api::label(inputs, outputs));
    let info = |name: &str, what: &str, ports: &[ports::PortCode]| {
        let infos = ports.iter().map(|port| &port.info);
        match ports {
            [port] => {
                let (name, info) = (ident(name), &port.info);
                let doc = format!(" The {what} {}.", port.words);
                quote!(#[doc = #doc] pub const #name: rt::TensorInfo = #info;)
            }
            _ => {
                let name = ident(&format!("{name}S"));
                let doc = format!(" The {what}s, in the model's order.");
                quote!(#[doc = #doc] pub const #name: &[rt::TensorInfo] = &[#(#infos),*];)
            }
        }
    };
    let (input, output) = (info("INPUT", "input", inputs), info("OUTPUT", "output", outputs));
    quote! {
        #input
        #output
        #classes
        #[doc = #arena_doc]
        pub const ARENA_BYTES: usize = #arena;
        /// Flash of weights, biases, constant outputs and what states begin with.
        pub const WEIGHT_BYTES: usize = #weights;
        /// Flash of requantisation parameters and tables.
        pub const PARAMETER_BYTES: usize = #parameters;
        #[doc = #macs_doc]
        pub const MACS: u64 = #macs;
    }
}
