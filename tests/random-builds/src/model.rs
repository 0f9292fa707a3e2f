//! A random model, compiled.

use std::path::PathBuf;

#[cfg(feature = "onnx")]
use tinyml_codegen::config::Precision;
use tinyml_codegen::config::{Input, Optimise, Options};
use tinyml_codegen::diagnostic::Diagnostics;
use tinyml_codegen::ir::{Graph, text};
use tinyml_codegen::module::{self, Module};
use tinyml_codegen::source::Source;
use tinyml_codegen::target::Core;

use crate::builder::Random;
use crate::{names, quantised};

/// The model of a seed for a family of cores: the generated module, or why the compiler refuses the model.
pub(crate) fn compile(seed: u64, core: Core) -> Result<Module, Diagnostics> {
    let mut random = Random(seed);
    let optimise = random.pick(&[Optimise::Balanced, Optimise::Speed, Optimise::Size, Optimise::Ram]);
    let options = Options { core: Some(core), optimise, ..Options::default() };
    let stem = names::any(&mut random).replace('\0', "");
    let input = match random.size(0, 99) {
        0..15 => Some(Input::Rows),
        15..45 => Some(Input::Stream),
        _ => None,
    };
    let step = random.percent(50).then(|| random.size(1, 4)).filter(|_| input == Some(Input::Stream));
    let compile = model(&mut random, stem);
    // Only few models can be fed by rows.
    let fed = input.and_then(|input| compile(&Options { input, step, ..options.clone() }).ok());
    fed.map_or_else(|| compile(&options), Ok)
}

/// A model that is compiled with the options that are given.
fn model(random: &mut Random, stem: String) -> impl Fn(&Options) -> Result<Module, Diagnostics> {
    enum Model {
        #[cfg(feature = "onnx")]
        File(Vec<u8>),
        Graph(Box<Graph>),
    }
    let model = match random.percent(50) {
        #[cfg(feature = "onnx")]
        true => Model::File(crate::onnx::file(random)),
        _ => Model::Graph(Box::new(quantised::graph(random))),
    };
    move |options| {
        let runtime = module::default_runtime();
        match &model {
            #[cfg(feature = "onnx")]
            Model::File(bytes) => {
                let source = Source { path: PathBuf::from(format!("{stem}.onnx")), bytes: bytes.clone() };
                module::compile(&source, &Options { precision: Precision::F32, ..options.clone() }, &runtime)
            }
            Model::Graph(graph) => {
                let source = Source {
                    path: PathBuf::from(format!("{stem}.ir")),
                    bytes: text::print(graph).into_bytes(),
                };
                module::compile_graph(graph.as_ref().clone(), &source, options, &runtime)
            }
        }
    }
}
