//! `cargo xtask fit-costs`: fits the compiler's cost models to measured layers.
//!
//! docs/benchmarks/layers.json has what layers took; the compiler says what each of them does, in the terms of its cost models. For each
//! model and core family the cycles of the terms are those, none below zero, with the least relative squared error. Only the layers
//! of tests/cost-models are fitted to, so that all other models show how well that predicts.

mod accuracy;
mod solve;
mod table;

use std::collections::BTreeMap;
use std::fs;

use super::compiler::{Compiler, Inspection, Work};
use super::models::{self, Model};
use super::record::{self, Record};
use super::timing;
use crate::firmware::build::target_folder;
use crate::firmware::cores::{CORES, Core};
use solve::Row;

/// A cost model on a core.
#[derive(Clone, Debug, PartialEq)]
struct Fitted {
    model: String,
    /// The core that was measured.
    core: &'static str,
    /// The compiler's family of cores.
    family: &'static str,
    layers: usize,
    mean_error: f64,
    largest_error: f64,
    /// Cycles of each term.
    cycles: BTreeMap<String, f64>,
}

/// A measured call and what it does.
struct Sample {
    work: Work,
    cycles: u64,
}

pub(crate) fn run() -> Result<(), String> {
    let records = record::read()?;
    let mut samples: BTreeMap<(String, &'static str), Vec<Sample>> = BTreeMap::new();
    let mut of_models: Vec<(&str, &str)> =
        records.iter().map(|record| (record.model.as_str(), record.core.as_str())).collect();
    of_models.dedup();
    for (name, core) in of_models {
        if !models::is_for_costs(name) {
            continue;
        }
        let core = CORES.iter().find(|known| known.name == core);
        let core = core.ok_or_else(|| format!("{name}: unknown core"))?;
        let own: Vec<&Record> =
            records.iter().filter(|one| one.model == name && one.core == core.name).collect();
        for sample in of_model(&models::find(name)?, core, &own)? {
            samples.entry((sample.work.model.clone(), core.name)).or_default().push(sample);
        }
    }
    let fitted: Vec<Fitted> =
        samples.iter().filter_map(|((model, core), own)| fit(model, core, own)).collect();
    table::write(&fitted)?;
    accuracy::write(&fitted)
}

/// The measured calls of a model on a core, each with what it does.
fn of_model(model: &Model, core: &Core, records: &[&Record]) -> Result<Vec<Sample>, String> {
    let inspection = inspect(model, core.family)?;
    let stale = |what: &str| {
        format!(
            "the layers of {} on {} were measured with other kernels ({what}): cargo xtask mcu-bench --bless --layers --core {} --model {}",
            model.name, core.title, core.name, model.name
        )
    };
    let nodes = inspection.nodes();
    let calls: usize = nodes.iter().map(|node| node.work.len()).sum();
    if calls != records.len() {
        return Err(stale(&format!("{} calls, now {calls}", records.len())));
    }
    let mut records = records.iter();
    let mut samples = Vec::new();
    for node in nodes {
        for (index, work) in node.work.iter().enumerate() {
            let record = records.next().ok_or_else(|| stale("fewer calls"))?;
            if index == 0 && record.kernel != node.kernel {
                return Err(stale(&format!("{} with {}, now {}", record.layer, record.kernel, node.kernel)));
            }
            let judged = if timing::is_known(core.name) { record.cycles } else { record.instructions };
            samples.push(Sample { work: work.clone(), cycles: judged });
        }
    }
    Ok(samples)
}

/// What the compiler tells about a model; built once for all formats.
fn inspect(model: &Model, family: &str) -> Result<Inspection, String> {
    let folder = target_folder().join("mcu-bench");
    fs::create_dir_all(&folder).map_err(|fault| format!("{}: {fault}", folder.display()))?;
    Compiler { onnx: true }.inspect(model, family, &[], &folder)
}

impl Fitted {
    /// The model for kernels of a family: that of the Cortex-M4 where the family's own was not measured, as in the compiler.
    fn of<'a>(fitted: &'a [Fitted], work: &Work, family: &str) -> Option<&'a Fitted> {
        let own = |family: &str| fitted.iter().find(|one| one.model == work.model && one.family == family);
        own(family).or_else(|| own("armv7em").filter(|_| matches!(family, "armv8m" | "armv81m")))
    }

    /// Cycles of a call.
    fn predict(&self, work: &Work) -> f64 {
        let cycles = |term: &String| self.cycles.get(term).copied().unwrap_or(0.0);
        work.counts.iter().map(|(term, count)| cycles(term) * *count as f64).sum()
    }
}

/// The cycles of a model's terms on a core.
fn fit(model: &str, core: &'static str, samples: &[Sample]) -> Option<Fitted> {
    let family = CORES.iter().find(|known| known.name == core)?.family;
    let mut terms: Vec<&String> = samples
        .iter()
        .flat_map(|sample| sample.work.counts.iter().filter(|(_, count)| **count > 0).map(|(term, _)| term))
        .collect();
    terms.sort();
    terms.dedup();
    let count = |sample: &Sample, term: &str| sample.work.counts.get(term).copied().unwrap_or(0) as f64;
    let rows: Vec<Row> = samples
        .iter()
        .map(|sample| Row {
            counts: terms.iter().map(|term| count(sample, term)).collect(),
            cycles: sample.cycles as f64,
        })
        .collect();
    // The Cortex-M55 has few layers by the Cortex-M4's kernels: too few to tell the terms apart, and the Cortex-M4 has many.
    if family == "armv81m" && rows.len() < terms.len() && model.contains("_dsp_") {
        return None;
    }
    let cycles = solve::least_squares(&rows);
    let errors: Vec<f64> = rows.iter().map(|row| 100.0 * row.error(&cycles).abs()).collect();
    Some(Fitted {
        model: model.to_owned(),
        core,
        family,
        layers: samples.len(),
        mean_error: errors.iter().sum::<f64>() / errors.len().max(1) as f64,
        largest_error: errors.iter().copied().fold(0.0, f64::max),
        cycles: terms.into_iter().cloned().zip(cycles).filter(|(_, cycles)| *cycles > 0.0).collect(),
    })
}
