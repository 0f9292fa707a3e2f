//! Other engines' public figures beside ours: docs/benchmarks/peers.json.

use std::collections::BTreeMap;
use std::fs;

use serde::Deserialize;

use super::measurement::Measurement;
use super::modes::Mode;
use super::table::{grouped, render};
use crate::firmware::cores::CORES;
use crate::runner::root;

/// The four models of MLPerf Tiny: the names in the file and in the zoo.
const MODELS: [(&str, &str); 4] = [
    ("kws", "mlperf_tiny_kws_int8"),
    ("ic", "mlperf_tiny_ic_int8"),
    ("vww", "mlperf_tiny_vww_int8"),
    ("ad", "mlperf_tiny_ad_int8"),
];

/// The file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Peers {
    engines: Vec<Engine>,
    figures: Vec<Figure>,
}

/// Another engine.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Engine {
    name: String,
    /// The version, and what must be known of its figures.
    version: String,
}

/// A figure of an engine.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Figure {
    core: String,
    figure: What,
    engine: String,
    values: BTreeMap<String, u64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum What {
    Cycles,
    Instructions,
    Arena,
    Ram,
    Stack,
    Flash,
    FlashBesideWeights,
}

impl What {
    fn words(self) -> &'static str {
        match self {
            What::Cycles => "est. cycles (per MAC)",
            What::Instructions => "instructions (per MAC)",
            What::Arena => "arena",
            What::Ram => "RAM in all",
            What::Stack => "stack",
            What::Flash => "flash",
            What::FlashBesideWeights => "flash beside weights",
        }
    }

    fn of(self, measurement: &Measurement) -> u64 {
        let memory = &measurement.memory;
        match self {
            What::Cycles => measurement.tally.cycles,
            What::Instructions => measurement.tally.instructions,
            What::Arena => memory.arena,
            What::Ram => memory.ram(),
            What::Stack => memory.stack,
            What::Flash => memory.flash(),
            What::FlashBesideWeights => memory.flash() - memory.weights,
        }
    }

    /// Whether other modes than the default are for its sake.
    fn is_of_ram(self) -> bool {
        matches!(self, What::Arena | What::Ram)
    }

    fn is_per_mac(self) -> bool {
        matches!(self, What::Cycles | What::Instructions)
    }
}

impl Peers {
    /// Reads the file.
    ///
    /// # Errors
    /// It is damaged, or names an engine or core that it does not describe.
    pub(super) fn read() -> Result<Peers, String> {
        let path = root().join("docs/benchmarks/peers.json");
        let fail = |fault: &dyn std::fmt::Display| format!("{}: {fault}", path.display());
        let text = fs::read_to_string(&path).map_err(|fault| fail(&fault))?;
        let peers: Peers = serde_json::from_str(&text).map_err(|fault| fail(&fault))?;
        for figure in &peers.figures {
            if !peers.engines.iter().any(|engine| engine.name == figure.engine) {
                return Err(fail(&format!("the engine `{}` is not described", figure.engine)));
            }
            if !CORES.iter().any(|core| core.name == figure.core) {
                return Err(fail(&format!("there is no core `{}`", figure.core)));
            }
        }
        Ok(peers)
    }

    /// A table of their figures, each group headed by ours (those of RAM in every mode), and what the engines are.
    pub(super) fn table(&self, ours: &[Measurement]) -> String {
        let mut groups: Vec<(&str, What)> = Vec::new();
        for figure in &self.figures {
            if !groups.contains(&(&figure.core, figure.figure)) {
                groups.push((&figure.core, figure.figure));
            }
        }
        let mut rows = Vec::new();
        for (core, what) in groups {
            let find = |name: &str, mode| ours.iter().find(|one| one.is_of(name, mode, core));
            let row = |engine: &str, value: &dyn Fn(&str, &str) -> Option<u64>| {
                let title = CORES.iter().find(|known| known.name == core).map_or(core, |known| known.title);
                let mut row = vec![title.to_owned(), what.words().to_owned(), engine.to_owned()];
                row.extend(MODELS.map(|(short, name)| {
                    let any = ours.iter().find(|one| one.model == name);
                    let macs = any.map(|one| one.macs).filter(|_| what.is_per_mac());
                    value(short, name).map_or("–".to_owned(), |value| match macs {
                        Some(macs) => format!("{} ({:.2})", grouped(value), value as f64 / macs as f64),
                        None => grouped(value),
                    })
                }));
                row
            };
            rows.push(row("**tinyml**", &|_, name| find(name, Mode::Balanced).map(|one| what.of(one))));
            for mode in Mode::ALL.into_iter().filter(|mode| what.is_of_ram() && !mode.is_balanced()) {
                if MODELS.iter().any(|(_, name)| find(name, mode).is_some()) {
                    let title = format!("**tinyml**, {}", mode.words());
                    rows.push(row(&title, &|_, name| find(name, mode).map(|one| what.of(one))));
                }
            }
            for figure in self.figures.iter().filter(|one| one.core == core && one.figure == what) {
                rows.push(row(&figure.engine, &|short, _| figure.values.get(short).copied()));
            }
        }
        let engines: String =
            self.engines.iter().map(|Engine { name, version }| format!("- {name}: {version}.\n")).collect();
        format!("{}\n{engines}", render(&["core", "figure", "engine", "KWS", "IC", "VWW", "AD"], &rows))
    }
}

#[cfg(test)]
mod test {
    use super::Peers;
    use crate::mcu_bench::measurement::test::measurement;

    #[test]
    fn ours_stands_above_theirs() {
        let ours = [measurement("mlperf_tiny_kws_int8", "m4", 1000)];
        let table = Peers::read().unwrap().table(&ours);
        let lines: Vec<_> = table.lines().collect();
        assert!(lines[2].contains("**tinyml**") && lines[2].contains("2,000 (2.00)"), "{}", lines[2]);
        assert!(lines[3].contains("9,231,737 (9231.74)"), "{}", lines[3]);
        assert!(table.contains("- microflow: 0.1.3"));
    }
}
