//! How well the fitted models predict what they were not fitted to: docs/benchmarks.md.

use std::collections::BTreeMap;

use super::{Fitted, inspect, of_model, table};
use crate::firmware::cores::{CORES, Core};
use crate::mcu_bench::baseline::{Baseline, Of};
use crate::mcu_bench::measurement::Measurement;
use crate::mcu_bench::models;
use crate::mcu_bench::modes::Mode;
use crate::mcu_bench::record::{self, Record};
use crate::mcu_bench::table::{grouped, render};
use crate::mcu_bench::timing;
use crate::page;

/// The model whose layers are shown one by one, and where.
const SHOWN: (&str, &str) = ("kws", "m4");

/// Writes the tables of docs/benchmarks.md again.
///
/// # Errors
/// A model does not compile any more, its layers were measured with other kernels, or the page cannot be written.
pub(super) fn write(fitted: &[Fitted]) -> Result<(), String> {
    let text = format!(
        "Fit, in per cent of what was measured: mean error / largest error (number of layers).\n\n{}\n\
         Whole models: predicted cycles (on Cortex-M55 instructions), and by how much that is above what was measured.\n\n{}\n\
         Layers of `{}` on {}:\n\n{}",
        table::markdown(fitted),
        whole_models(fitted)?,
        SHOWN.0,
        SHOWN.1,
        layers(fitted)?
    );
    print!("{text}");
    page::write("cost-models", &text)
}

/// Cycles that the figures of a core judge by.
fn judged(core: &str, cycles: u64, instructions: u64) -> u64 {
    if timing::is_known(core) { cycles } else { instructions }
}

fn whole_models(fitted: &[Fitted]) -> Result<String, String> {
    let mut rows = Vec::new();
    for of in Of::ALL {
        let Some(baseline) = Baseline::read(of)? else { continue };
        let mut names: Vec<_> = baseline.measurements.iter().map(|one| one.model.as_str()).collect();
        names.dedup();
        for name in names {
            let Ok(model) = models::find(name) else {
                eprintln!("TINYML_MODEL_ZOO is not set: {name} is NOT compared");
                continue;
            };
            let mut of_families: BTreeMap<&str, Option<u64>> = BTreeMap::new();
            let mut row = vec![name.to_owned()];
            for core in CORES {
                let own = baseline.measurements.iter().find(|one| one.is_of(name, Mode::Balanced, core.name));
                let Some(Measurement { tally, .. }) = own else {
                    row.push("–".to_owned());
                    continue;
                };
                let predicted = match of_families.get(core.family) {
                    Some(known) => *known,
                    None => {
                        let inspection = inspect(&model, core.family)?;
                        let nodes = inspection.nodes();
                        let work = nodes.iter().flat_map(|node| &node.work);
                        let cycles =
                            work.map(|work| Some(Fitted::of(fitted, work, core.family)?.predict(work)));
                        let all = cycles.sum::<Option<f64>>().map(|all| all.round() as u64);
                        of_families.insert(core.family, all);
                        all
                    }
                };
                let measured = judged(core.name, tally.cycles, tally.instructions);
                row.push(predicted.map_or("–".to_owned(), |predicted| {
                    format!("{} ({})", grouped(predicted), percent(predicted, measured))
                }));
            }
            rows.push(row);
        }
    }
    let mut head = vec!["model"];
    head.extend(CORES.iter().map(|core: &Core| core.title));
    Ok(render(&head, &rows))
}

/// By how much a prediction is above what was measured.
fn percent(predicted: u64, measured: u64) -> String {
    format!("{:+.1} %", 100.0 * (predicted as f64 / measured.max(1) as f64 - 1.0))
}

fn layers(fitted: &[Fitted]) -> Result<String, String> {
    let (name, core) = SHOWN;
    let core = CORES.iter().find(|known| known.name == core).ok_or("no such core")?;
    let records = record::read()?;
    let own: Vec<&Record> = records.iter().filter(|one| one.model == name && one.core == core.name).collect();
    let mut rows = Vec::new();
    for (record, sample) in own.iter().zip(of_model(&models::find(name)?, core, &own)?) {
        let model = Fitted::of(fitted, &sample.work, core.family);
        let predicted = model.map(|model| model.predict(&sample.work).round() as u64);
        rows.push(vec![
            record.layer.clone(),
            record.kernel.clone(),
            grouped(sample.cycles),
            predicted.map_or("–".to_owned(), grouped),
            predicted.map_or("–".to_owned(), |predicted| percent(predicted, sample.cycles)),
        ]);
    }
    Ok(render(&["layer", "kernel", "measured", "predicted", "error"], &rows))
}
