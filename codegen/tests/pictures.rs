//! The pictures of docs/streaming.md are those that the command draws today. `TINYML_BLESS=1` writes them again.

use std::path::Path;
use std::{env, fs};

use tinyml_codegen::config::{Input, Options};
use tinyml_codegen::module;
use tinyml_codegen::report::window::svg;
use tinyml_codegen::source::Source;
use tinyml_codegen::target::Core;

/// The picture of a golden case's model.
fn drawn(case: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/cases").join(case).join("model.tflite");
    let source = Source::read(&path).unwrap();
    let name = Some(case.replace('-', "_"));
    let options = Options { input: Input::Stream, core: Some(Core::Armv7em), name, ..Options::default() };
    let module = module::compile(&source, &options, &module::default_runtime()).unwrap();
    let compiled = &module.compiled[0];
    let sliding = compiled.sliding.as_ref().unwrap();
    svg(&compiled.graph.name, sliding, &sliding.gain(compiled.graph.macs()))
}

#[test]
fn pictures_are_those_of_today() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/streaming");
    for (picture, case) in [("wake-word.svg", "slide-wake-word"), ("kws.svg", "mlperf-kws-shaped")] {
        let (path, today) = (folder.join(picture), drawn(case));
        if env::var_os("TINYML_BLESS").is_some() {
            fs::write(&path, &today).unwrap();
        }
        let committed = fs::read_to_string(&path).unwrap();
        assert!(committed == today, "{picture} is stale: `cargo xtask docs` draws it again");
    }
}
