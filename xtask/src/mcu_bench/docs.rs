//! The tables in docs/benchmarks.md, made from the committed figures.

use std::fs;

use super::baseline::{Baseline, Of};
use super::measurement::Measurement;
use super::peers::Peers;
use super::table::{grouped, model_and_core, render};
use super::{modes, steps, timing};
use crate::page::replace;
use crate::runner::root;

/// Writes the tables again.
///
/// # Errors
/// A file cannot be read or written, or the page lacks the places for the tables.
pub(super) fn write() -> Result<(), String> {
    let path = root().join("docs/benchmarks.md");
    let fail = |fault: std::io::Error| format!("{}: {fault}", path.display());
    let mut page = fs::read_to_string(&path).map_err(fail)?;
    let mut all = Vec::new();
    for of in Of::ALL {
        let name = match of {
            Of::Committed => "mcu-bench",
            Of::Zoo => "mcu-bench-mlperf-tiny",
        };
        if let Some(baseline) = Baseline::read(of)? {
            page = replace(&page, name, &figures(&baseline))?;
            all.extend(baseline.measurements);
        }
    }
    page = replace(&page, "mcu-bench-modes", &modes::table(&all))?;
    page = replace(&page, "mcu-bench-steps", &steps::table(&all))?;
    if let Some(baseline) = Baseline::read(Of::Zoo)? {
        page = replace(&page, "mcu-bench-peers", &Peers::read()?.table(&baseline.measurements))?;
    }
    fs::write(&path, page).map_err(fail)
}

/// The tables of a baseline, and who built what was measured.
fn figures(baseline: &Baseline) -> String {
    let balanced = || baseline.measurements.iter().filter(|one| one.mode.is_balanced());
    let time = balanced().map(time).collect::<Vec<_>>();
    let memory = balanced().map(memory).collect::<Vec<_>>();
    let mut versions: Vec<_> = baseline.compilers.iter().map(|compiler| compiler.version.as_str()).collect();
    versions.dedup();
    format!(
        "{}\n{}\nBuilt by {}.\n",
        render(
            &[
                "model",
                "core",
                "instructions",
                "est. cycles",
                "per MAC",
                "loads",
                "stores",
                "multiplies",
                "divides",
                "vector"
            ],
            &time
        ),
        render(
            &[
                "model",
                "core",
                "arena",
                "other static RAM",
                "stack",
                "weights",
                "other constants",
                "code",
                "flash in all"
            ],
            &memory
        ),
        versions.join("; ")
    )
}

fn time(measurement: &Measurement) -> Vec<String> {
    let tally = &measurement.tally;
    let known = timing::is_known(&measurement.core);
    let judged = if known { tally.cycles } else { tally.instructions };
    let mut row = model_and_core(measurement).to_vec();
    row.push(grouped(tally.instructions));
    row.push(if known { grouped(tally.cycles) } else { "–".to_owned() });
    row.push(format!("{:.2}", judged as f64 / measurement.macs.max(1) as f64));
    row.extend([tally.loads, tally.stores, tally.multiplies, tally.divides, tally.vector].map(grouped));
    row
}

fn memory(measurement: &Measurement) -> Vec<String> {
    let memory = &measurement.memory;
    let mut row = model_and_core(measurement).to_vec();
    row.extend(
        [
            memory.arena,
            memory.other_ram,
            memory.stack,
            memory.weights,
            memory.constants,
            memory.code,
            memory.flash(),
        ]
        .map(grouped),
    );
    row
}

#[cfg(test)]
mod test {
    use super::figures;
    use crate::mcu_bench::baseline::{Baseline, Compiler};
    use crate::mcu_bench::measurement::test::measurement;

    #[test]
    fn figures_have_a_line_for_each_measurement_and_the_compiler() {
        let compilers = ["m4", "m55"]
            .map(|core| Compiler { core: core.to_owned(), version: "rustc 1.96".to_owned() })
            .to_vec();
        let measurements = vec![measurement("kws", "m4", 5000), measurement("kws", "m55", 700)];
        let text = figures(&Baseline { compilers, measurements });
        assert!(text.contains("| kws   | Cortex-M4F |        5,000 |      10,000 |   10.00 |"), "{text}");
        assert!(text.contains("| kws   | Cortex-M55 |          700 |           – |    0.70 |"), "{text}");
        assert!(text.ends_with("Built by rustc 1.96.\n"));
    }
}
