//! The ways to trade speed for memory that are measured beside the default, and their table.

use serde::{Deserialize, Serialize};

use super::measurement::Measurement;
use super::table::{grouped, model_and_core, render};

/// The core on which models are measured in every mode.
pub(super) const CORE: &str = "m4";

/// How a model is compiled.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, clap::ValueEnum,
)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Mode {
    /// As by default.
    #[default]
    Balanced,
    /// `optimise = "ram"`.
    Ram,
    /// `optimise = "ram"` and `input = "rows"`.
    RamRows,
}

impl Mode {
    /// All, the default first.
    pub(super) const ALL: [Mode; 3] = [Mode::Balanced, Mode::Ram, Mode::RamRows];

    /// Whether it is the default.
    pub(super) fn is_balanced(&self) -> bool {
        *self == Mode::Balanced
    }

    /// The options of `tinyml compile`.
    pub(super) fn options(self) -> &'static [&'static str] {
        match self {
            Mode::Balanced => &[],
            Mode::Ram => &["--optimise", "ram"],
            Mode::RamRows => &["--optimise", "ram", "--input", "rows"],
        }
    }

    /// What it is called in tables.
    pub(super) fn words(self) -> &'static str {
        match self {
            Mode::Balanced => "balanced",
            Mode::Ram => "`ram`",
            Mode::RamRows => "`ram`, fed by rows",
        }
    }
}

/// The models that were measured in several modes: bytes and cycles in each.
pub(super) fn table(measurements: &[Measurement]) -> String {
    let head = [
        "model",
        "core",
        "mode",
        "arena",
        "RAM in all",
        "est. cycles",
        "more cycles",
        "flash in all",
        "flash beside weights",
    ];
    let mut rows = Vec::new();
    for balanced in measurements.iter().filter(|one| one.mode.is_balanced()) {
        let of_model =
            |mode| measurements.iter().find(|one| one.is_of(&balanced.model, mode, &balanced.core));
        let modes: Vec<_> = Mode::ALL.into_iter().filter_map(of_model).collect();
        for one in modes.iter().filter(|_| modes.len() > 1) {
            let (memory, cycles) = (&one.memory, one.tally.cycles);
            let more = (cycles as f64 / balanced.tally.cycles.max(1) as f64 - 1.0) * 100.0;
            let mut row = model_and_core(one).to_vec();
            row.push(one.mode.words().to_owned());
            row.extend([memory.arena, memory.ram(), cycles].map(grouped));
            row.push(if one.mode.is_balanced() { "–".to_owned() } else { format!("{more:+.1} %") });
            row.extend([memory.flash(), memory.flash() - memory.weights].map(grouped));
            rows.push(row);
        }
    }
    render(&head, &rows)
}

#[cfg(test)]
mod test {
    use super::{Mode, table};
    use crate::mcu_bench::measurement::Measurement;
    use crate::mcu_bench::measurement::test::measurement;

    #[test]
    fn modes_are_compared_with_the_default() {
        let ram = Measurement { mode: Mode::Ram, ..measurement("kws", "m4", 1150) };
        let table = table(&[measurement("kws", "m4", 1000), ram, measurement("other", "m4", 10)]);
        let lines: Vec<_> = table.lines().skip(2).collect();
        assert_eq!(lines.len(), 2, "a model in one mode alone is left out: {table}");
        assert!(
            lines[0].contains("| balanced |   100 |        300 |       2,000 |           – |"),
            "{table}"
        );
        assert!(
            lines[1].contains("| `ram`    |   100 |        300 |       2,300 |     +15.0 % |"),
            "{table}"
        );
    }
}
