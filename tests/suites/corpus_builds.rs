//! What the fuzzer's inputs compile to is Rust that builds without a warning, its kernels' checks included: a sample, many modules in
//! a crate.

use std::fmt::Write;
use std::fs;

use tinyml_fuzz_targets::TARGETS;
use tinyml_tests::user_crate::{Fault, UserCrate, repository};

/// Modules for each target. Building takes longer than all else.
const SAMPLE: usize = 25;

#[test]
fn what_compiles_builds() -> Result<(), Fault> {
    let dependency = "tinyml-runtime = { path = RUNTIME, default-features = false }";
    let user = UserCrate::new(env!("CARGO_TARGET_TMPDIR"), "corpus", dependency, "")?;
    let mut root = "#![no_std]\n#![forbid(unsafe_code)]\n#![deny(warnings)]\n".to_owned();
    for target in TARGETS {
        let Some(generate) = target.generate else { continue };
        let mut inputs = Vec::new();
        for entry in fs::read_dir(repository().join("fuzz/corpus").join(target.name))? {
            inputs.push(entry?.path());
        }
        inputs.sort();
        let mut modules = 0;
        for input in inputs {
            if modules == SAMPLE {
                break;
            }
            let Some(code) = generate(&fs::read(&input)?) else { continue };
            let name = format!("{}_{modules}", target.name);
            writeln!(root, "/// {}\npub mod {name};", input.file_name().unwrap_or_default().display())?;
            user.write(&format!("src/{name}.rs"), code)?;
            modules += 1;
        }
        // Some must compile, else nothing is tested.
        assert!(modules > 0, "no input of {} compiles", target.name);
    }
    user.write("src/lib.rs", root)?;
    user.cargo(&["build"])?;
    Ok(())
}
