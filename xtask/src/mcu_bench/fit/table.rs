//! The fitted models: as the compiler's table and as a table for readers.

use std::fmt::Write;
use std::fs;

use super::Fitted;
use crate::mcu_bench::table::render;
use crate::runner::root;

/// Writes the compiler's table.
///
/// # Errors
/// It cannot be written.
pub(super) fn write(fitted: &[Fitted]) -> Result<(), String> {
    let path = root().join("codegen/src/cost/fitted.rs");
    fs::write(&path, rust(fitted)).map_err(|fault| format!("{}: {fault}", path.display()))
}

fn rust(fitted: &[Fitted]) -> String {
    let mut text =
        "//! Written by `cargo xtask fit-costs` from docs/benchmarks/layers.json; not to be edited.\n\n\
         use super::Fitted;\nuse crate::target::Core;\n\n\
         #[rustfmt::skip]\npub(super) static FITTED: &[Fitted] = &[\n"
            .to_owned();
    for Fitted { model, family, layers, mean_error, largest_error, cycles, .. } in fitted {
        let variant = family[..1].to_uppercase() + &family[1..];
        let _ = writeln!(
            text,
            "    Fitted {{\n        model: {model:?},\n        core: Core::{variant},\n        layers: {layers},\n        \
             mean_error: {mean_error:.1},\n        largest_error: {largest_error:.1},\n        thousandths: &["
        );
        for (term, cycles) in cycles {
            let _ = writeln!(text, "            ({term:?}, {}),", (cycles * 1000.0).round() as u64);
        }
        text.push_str("        ],\n    },\n");
    }
    text + "];\n"
}

/// How well each model fits what it was fitted to, by core.
pub(super) fn markdown(fitted: &[Fitted]) -> String {
    let mut cores: Vec<_> = fitted.iter().map(|one| one.core).collect();
    cores.sort_by_key(|core| crate::firmware::cores::CORES.iter().position(|known| known.name == *core));
    cores.dedup();
    let mut models: Vec<_> = fitted.iter().map(|one| one.model.as_str()).collect();
    models.dedup();
    let row = |model: &str| {
        let mut row = vec![format!("`{model}`")];
        row.extend(cores.iter().map(|core| {
            let own = fitted.iter().find(|one| one.model == model && one.core == *core);
            own.map_or("–".to_owned(), |one| {
                format!("{:.1} / {:.0} ({})", one.mean_error, one.largest_error, one.layers)
            })
        }));
        row
    };
    let mut head = vec!["cost model"];
    head.extend(&cores);
    render(&head, &models.into_iter().map(row).collect::<Vec<_>>())
}
