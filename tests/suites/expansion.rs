//! The generated file of a real model, quantised here, committed as a golden: what a reader of generated code sees, any change of
//! it, and whether every machine makes the same of the same files.
//!
//! `cargo xtask bless` writes it again.

use std::{env, fs};

use tinyml_codegen::config::{Options, SliceLimit};
use tinyml_codegen::module;
use tinyml_codegen::source::Source;
use tinyml_codegen::target::Core;
use tinyml_tests::user_crate::{Fault, repository};

#[test]
fn is_the_committed_file() -> Result<(), Fault> {
    let root = repository();
    let source = Source::read(root.join("examples/models/kws.onnx"))?;
    let calibration = Some(root.join("examples/models/kws.calibration.npz"));
    let options = Options { calibration, core: Some(Core::Armv7em), ..Options::default() };
    let module = module::compile(&source, &options, &module::default_runtime())?;
    let found = module.to_file()?;
    let golden = root.join("tests/expected/kws.rs");
    if env::var_os("TINYML_BLESS").is_some() {
        return Ok(fs::write(&golden, found)?);
    }
    let expected = fs::read_to_string(&golden)?;
    match found.lines().zip(expected.lines()).position(|(a, b)| a != b) {
        None if found == expected => Ok(()),
        None => Err(format!("{} and the generated file differ in length", golden.display()).into()),
        Some(line) => Err(format!(
            "{}:{}: expected\n{}\ngenerated\n{}\nrun `cargo xtask bless` if this is wanted",
            golden.display(),
            line + 1,
            shorten(expected.lines().nth(line)),
            shorten(found.lines().nth(line))
        )
        .into()),
    }
}

/// `run` and all that it calls are the same code whatever slices there are.
#[test]
fn run_is_the_same_code_in_slices_of_any_length() -> Result<(), Fault> {
    let root = repository();
    let source = Source::read(root.join("examples/models/kws.onnx"))?;
    let calibration = Some(root.join("examples/models/kws.calibration.npz"));
    let options = Options { calibration, core: Some(Core::Armv7em), ..Options::default() };
    let mut others = Vec::new();
    for slice in [None, Some(SliceLimit::Cycles(40_000)), Some(SliceLimit::Cycles(100_000))] {
        let options = Options { slice, ..options.clone() };
        let text = module::compile(&source, &options, &module::default_runtime())?.to_file()?;
        let items = text.split("\n\n").filter(|item| !item.starts_with("// "));
        let (own, other): (Vec<_>, Vec<_>) = items.map(str::to_owned).partition(|item| {
            ["pub const SLICES", "pub const LONGEST_SLICE_CYCLES", "fn slice<"]
                .iter()
                .any(|part| item.contains(part))
        });
        assert_eq!(own.len(), 3, "{own:?}");
        others.push(other);
    }
    assert!(others.iter().all(|other| *other == others[0]), "something else depends on the slices");
    Ok(())
}

/// Weights are long lines.
fn shorten(line: Option<&str>) -> String {
    line.unwrap_or_default().chars().take(160).collect()
}
