//! The generated module: what the macro, the build-script API and the command line all produce.

use std::path::PathBuf;

use proc_macro2::TokenStream;
use quote::quote;

use crate::config::Options;
use crate::diagnostic::{Diagnostics, Place};
use crate::emit::{self, Figures};
use crate::fit;
use crate::ir::Graph;
use crate::pipeline::{self, Compiled, Optimised, Source};
use crate::target::Core;

/// A model compiled to Rust.
#[derive(Debug)]
pub struct Module {
    /// The module's name: the option `name`, or the file's stem.
    pub name: String,
    /// The items of the module.
    pub items: TokenStream,
    /// The module's documentation: the model, the options, a table of the layers.
    pub doc: Vec<String>,
    /// The model after the passes.
    pub optimised: Optimised,
    /// The inputs as the generated code names them.
    pub inputs: Vec<PortName>,
    /// The outputs as the generated code names them.
    pub outputs: Vec<PortName>,
    /// Kernels and plan for each core family that was asked for.
    pub compiled: Vec<Compiled>,
    /// Every file that the result depends on, the model first.
    pub files: Vec<PathBuf>,
}

pub use crate::emit::PortName;

/// The runtime crate's path if it has not been renamed.
pub fn default_runtime() -> syn::Path {
    syn::parse_quote!(::tinyml)
}

/// Compiles a model. `runtime` is the path of the runtime crate in the generated code (`::tinyml`).
pub fn compile(source: &Source, options: &Options, runtime: &syn::Path) -> Result<Module, Diagnostics> {
    compile_observed(source, options, runtime, &mut |_, _| {})
}

/// As [`compile`]; `observe` sees the graph after import and after each pass, with the pass's name.
pub fn compile_observed(
    source: &Source,
    options: &Options,
    runtime: &syn::Path,
    observe: &mut dyn FnMut(&str, &Graph),
) -> Result<Module, Diagnostics> {
    let board = fit::board(options)?;
    let optimised = pipeline::optimise(source, options, observe)?;
    let mut files = optimised.files.clone();
    if let Some((_, Some(profile))) = &board {
        files.push(profile.clone());
    }
    let cores = match (options.core, board.as_ref().and_then(|(board, _)| Core::of_board(board))) {
        (Some(core), _) | (None, Some(core)) => vec![core],
        (None, None) => Core::ALL.to_vec(),
    };
    let at_file = |faults: Diagnostics| faults.at(Place::file(&source.path));
    let mut compiled = Vec::new();
    for core in cores {
        let lowered = pipeline::lower(&optimised.graph, core, options.optimise).map_err(at_file)?;
        if let Some((board, _)) = &board {
            fit::check(&optimised.graph, &lowered, board, options).map_err(|fault| at_file(fault.into()))?;
        }
        compiled.push(lowered);
    }
    let items = variants(&optimised, &compiled, runtime).map_err(at_file)?;
    let doc = match compiled.first() {
        Some(first) => {
            let Optimised { graph, imported, .. } = &optimised;
            emit::header(&Figures { source, options, graph, imported, compiled: first })
        }
        None => Vec::new(),
    };
    let [inputs, outputs] = emit::port_names(&optimised.graph);
    Ok(Module { name: optimised.graph.name.clone(), items, doc, optimised, inputs, outputs, compiled, files })
}

/// The items for all core families: families whose code is equal share it; where there are several variants, the runtime's
/// selector picks the one for the core that the crate is built for.
fn variants(
    optimised: &Optimised,
    compiled: &[Compiled],
    runtime: &syn::Path,
) -> Result<TokenStream, Diagnostics> {
    let mut groups: Vec<(Vec<Core>, &Compiled)> = Vec::new();
    for one in compiled {
        match groups.iter_mut().find(|(_, other)| other.same_code(one)) {
            Some((cores, _)) => cores.push(one.core),
            None => groups.push((vec![one.core], one)),
        }
    }
    let guard = |cores: &[Core]| {
        let names = cores.iter().map(|core| core.name());
        quote! {
            const _: () = rt::require_core(&[#(#names),*]);
        }
    };
    match groups.as_slice() {
        [(cores, only)] => {
            let items = pipeline::emit(optimised, only, runtime)?;
            // Scalar kernels run anywhere, so only code for particular cores is guarded.
            let guard =
                (cores.len() < Core::ALL.len() && !cores.contains(&Core::Portable)).then(|| guard(cores));
            Ok(quote!(#items #guard))
        }
        groups => {
            let variants = groups
                .iter()
                .map(|(cores, one)| {
                    let items = pipeline::emit(optimised, one, runtime)?;
                    let names = cores.iter().map(|core| emit::ident(core.name()));
                    Ok(quote!([#(#names)*] { #items }))
                })
                .collect::<Result<Vec<_>, Diagnostics>>()?;
            Ok(quote!(#runtime::__select_core! { #(#variants)* }))
        }
    }
}

impl Module {
    /// The module as a formatted file of its own: the items, with the documentation as comments above them.
    pub fn to_file(&self) -> Result<String, Diagnostics> {
        let items = &self.items;
        let comments: String =
            self.doc.iter().map(|line| format!("//{line}").trim_end().to_owned() + "\n").collect();
        Ok(format!(
            "{comments}\n{}",
            format_items(quote!(#![allow(dead_code)] #![cfg_attr(rustfmt, rustfmt_skip)] #items))?
        ))
    }

    /// The formatted item `pub mod NAME { … }`, for `include!`.
    pub fn to_item(&self) -> Result<String, Diagnostics> {
        let (items, doc, name) = (&self.items, &self.doc, emit::ident(&self.name));
        format_items(quote!(#(#[doc = #doc])* #[allow(dead_code)] pub mod #name { #items }))
    }
}

fn format_items(items: TokenStream) -> Result<String, Diagnostics> {
    let file: syn::File = syn::parse2(items).map_err(|fault| {
        let message = format!("the generated code does not parse: {fault}; this is a bug of the compiler");
        crate::diagnostic::Diagnostic::error(message)
    })?;
    let mut text = prettyplease::unparse(&syn::File { shebang: None, attrs: file.attrs, items: Vec::new() });
    let mut previous = None;
    for item in file.items {
        // Declarations are set apart; uses and weights follow each other without a gap.
        let kind = std::mem::discriminant(&item);
        let dense = matches!(item, syn::Item::Use(_) | syn::Item::Static(_)) && previous == Some(kind);
        if !dense && !text.is_empty() {
            text.push('\n');
        }
        previous = Some(kind);
        text.push_str(&prettyplease::unparse(&syn::File {
            shebang: None,
            attrs: Vec::new(),
            items: vec![item],
        }));
    }
    Ok(text)
}
