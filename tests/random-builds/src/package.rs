//! A crate of random models.

use std::fmt::Write;
use std::ops::Range;
use std::path::Path;

use tinyml_codegen::target::Core;
use tinyml_model_crates::{Crate, Entry, Form, Near};

use crate::{model, vectors};

/// What became of the models of a crate.
pub(crate) struct Written {
    pub(crate) compiled: usize,
    pub(crate) refused: usize,
}

/// What a result may differ by where floats are added up, or quantised: one step, of a byte.
const NEAR: Near = Near { relative: 1e-4, absolute: 1e-4, steps: 1 };

/// Writes the crate of the models of these seeds.
///
/// # Errors
/// The folder cannot be written, the compiler finds itself at fault, or its text is not Rust or not what the interpreter can run.
pub(crate) fn write(folder: &Path, seeds: Range<u64>, core: Core) -> Result<Written, String> {
    let mut refusals = String::new();
    let mut written = Written { compiled: 0, refused: 0 };
    // Older editions have other keywords and prelude.
    let edition = if (seeds.start / 50) % 4 == 3 { "2021" } else { "2024" };
    let mut package = Crate::new(folder, edition);
    for seed in seeds {
        let module = match model::compile(seed, core) {
            Ok(module) => module,
            Err(faults) if faults.to_string().contains("bug of the compiler") => {
                return Err(format!("model {seed}: {faults}"));
            }
            Err(faults) => {
                written.refused += 1;
                let _ = writeln!(refusals, "model {seed}: {faults}\n");
                continue;
            }
        };
        written.compiled += 1;
        let graph = &module.optimised.graph;
        let [given, expected] =
            vectors::vectors(graph, seed).map_err(|fault| format!("model {seed}: {fault}"))?;
        package.add(&Entry {
            name: &format!("m{seed}"),
            module: &module,
            form: if seed % 2 == 0 { Form::File } else { Form::Item },
            given: &given,
            expected: &expected,
            near: if vectors::is_near(graph) { NEAR } else { Near::EXACT },
        })?;
    }
    package.put("refused.txt", refusals.as_bytes())?;
    package.finish()?;
    Ok(written)
}
