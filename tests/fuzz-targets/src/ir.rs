//! The IR's text.

use std::str;

use tinyml_codegen::diagnostic::Diagnostics;
use tinyml_codegen::ir::{Graph, text, verify};
use tinyml_codegen::module;
use tinyml_codegen::passes::{self, CANONICALISE, OPTIMISE};
use tinyml_codegen::pipeline::{self, Optimised};
use tinyml_codegen::target::Core;

use crate::Target;
use crate::examine;
use crate::random::Random;

/// The bytes are the text.
pub(crate) const TARGET: Target = Target { name: "ir", run, mutate: None, generate: None };

/// A graph is the same after it was written and read; one without faults goes through the passes to code.
fn run(bytes: &[u8]) {
    let Ok(written) = str::from_utf8(bytes) else { return };
    let graph = match text::parse(written) {
        Ok(graph) => graph,
        Err(fault) => return drop(fault.to_string()),
    };
    let printed = text::print(&graph);
    let again = text::parse(&printed).unwrap_or_else(|fault| panic!("{fault}\n{printed}"));
    assert_eq!(text::print(&again), printed);
    match verify(&graph) {
        Ok(()) => compile(graph, &mut Random::of(bytes)),
        Err(faults) => drop(text::print_with_faults(&graph, &faults)),
    }
}

fn compile(imported: Graph, random: &mut Random) {
    let mut graph = imported.clone();
    let options = examine::options(random);
    let mut code = || -> Result<(), Diagnostics> {
        passes::run(CANONICALISE, &mut graph, &mut |_, _| {})?;
        let before = graph.clone();
        passes::run(OPTIMISE, &mut graph, &mut |_, _| {})?;
        let compiled = pipeline::lower_for(&graph, options.core.unwrap_or(Core::Portable), &options)?;
        match compiled.sliding {
            Some(_) => {
                examine::same_results(&before, &[&graph], random);
                examine::slides(&graph, &compiled, random);
            }
            None => examine::same_results(&before, &[&graph, &compiled.graph], random),
        }
        examine::figures(&compiled);
        let optimised = Optimised {
            graph: graph.clone(),
            imported: imported.clone(),
            notes: Diagnostics::default(),
            files: Vec::new(),
            quantisation: None,
        };
        pipeline::emit(&optimised, &compiled, &module::default_runtime()).map(drop)
    };
    if let Err(faults) = code() {
        examine::refused(&faults);
    }
}
