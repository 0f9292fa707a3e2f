//! What single layers take, to fit cost models to: docs/benchmarks/layers.json.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::measurement::{LayerTally, Measurement};
use super::modes::Mode;
use crate::runner::root;

/// A line of the file: a kernel call.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Record {
    pub(super) model: String,
    pub(super) core: String,
    pub(super) layer: String,
    pub(super) kernel: String,
    /// The constants of the kernel's shape type, those that are not the type's defaults.
    shape: BTreeMap<String, Value>,
    macs: u64,
    pub(super) instructions: u64,
    pub(super) cycles: u64,
}

fn path() -> PathBuf {
    root().join("docs/benchmarks/layers.json")
}

/// The records; none if there is no file.
///
/// # Errors
/// The file is damaged.
pub(super) fn read() -> Result<Vec<Record>, String> {
    let path = path();
    let Ok(text) = fs::read_to_string(&path) else { return Ok(Vec::new()) };
    serde_json::from_str(&text).map_err(|fault| format!("{}: {fault}", path.display()))
}

/// Puts the layers of measurements into the file, in place of those of the same models on the same cores. Those of other modes than the
/// default are left out: in a chain that runs by rows, a layer's figures are of many calls.
///
/// # Errors
/// The file is damaged or cannot be written.
pub(super) fn write(measurements: &[Measurement]) -> Result<(), String> {
    let path = path();
    let fail = |fault: &dyn std::fmt::Display| format!("{}: {fault}", path.display());
    let lines = merge(read()?, measurements).iter().map(serde_json::to_string).collect::<Result<Vec<_>, _>>();
    let text = format!("[\n{}\n]\n", lines.map_err(|fault| fail(&fault))?.join(",\n"));
    fs::write(&path, text).map_err(|fault| fail(&fault))
}

fn merge(mut records: Vec<Record>, measurements: &[Measurement]) -> Vec<Record> {
    let is_new =
        |old: &Record| measurements.iter().any(|new| new.is_of(&old.model, Mode::Balanced, &old.core));
    records.retain(|old| !is_new(old));
    let balanced = measurements.iter().filter(|one| one.mode.is_balanced());
    records.extend(balanced.flat_map(|one| one.layers.iter().map(|layer| record(one, layer))));
    // The layers of a model stay in their order.
    records.sort_by(|a, b| (&a.model, &a.core).cmp(&(&b.model, &b.core)));
    records
}

fn record(measurement: &Measurement, layer: &LayerTally) -> Record {
    Record {
        model: measurement.model.clone(),
        core: measurement.core.clone(),
        layer: layer.layer.clone(),
        kernel: layer.kernel.clone(),
        shape: layer.shape.clone(),
        macs: layer.macs,
        instructions: layer.tally.instructions,
        cycles: layer.tally.cycles,
    }
}

#[cfg(test)]
mod test {
    use super::merge;
    use crate::mcu_bench::measurement::Measurement;
    use crate::mcu_bench::measurement::test::{layer, measurement};

    fn with_layers(model: &str, core: &str, cycles: [u64; 2]) -> Measurement {
        Measurement {
            layers: cycles.map(|cycles| layer(cycles, None)).to_vec(),
            ..measurement(model, core, 9)
        }
    }

    #[test]
    fn new_layers_take_the_place_of_old_ones() {
        let old = merge(Vec::new(), &[with_layers("b", "m4", [2, 1]), with_layers("a", "m4", [3, 4])]);
        let merged = merge(old, &[with_layers("b", "m4", [6, 5]), with_layers("a", "m0", [7, 8])]);
        let figures: Vec<_> =
            merged.iter().map(|one| (one.model.as_str(), one.core.as_str(), one.instructions)).collect();
        assert_eq!(
            figures,
            [("a", "m0", 7), ("a", "m0", 8), ("a", "m4", 3), ("a", "m4", 4), ("b", "m4", 6), ("b", "m4", 5)]
        );
    }
}
