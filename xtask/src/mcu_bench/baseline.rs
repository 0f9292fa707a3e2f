//! The figures that are committed, and how new ones compare with them.

use std::fs;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::measurement::Measurement;
use super::table::{grouped, render};
use crate::runner::root;

/// Instructions may differ from the baseline's by so many in a hundred.
const TOLERANCE: u64 = 1;

/// A committed file of measurements.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Baseline {
    /// The compilers that built what was measured, each with its cores.
    pub(super) compilers: Vec<Compiler>,
    /// The figures.
    pub(super) measurements: Vec<Measurement>,
}

/// A compiler and what it built.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Compiler {
    /// The core.
    pub(super) core: String,
    /// `rustc 1.96.0 (…), LLVM 21.1`.
    pub(super) version: String,
}

/// The two baselines: of the models in the repository, and of MLPerf Tiny's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Of {
    /// The models in the repository.
    Committed,
    /// The models of the zoo.
    Zoo,
}

impl Of {
    /// Both.
    pub(super) const ALL: [Of; 2] = [Of::Committed, Of::Zoo];

    /// The file.
    pub(super) fn path(self) -> PathBuf {
        root().join("docs/benchmarks").join(match self {
            Of::Committed => "mcu.json",
            Of::Zoo => "mlperf-tiny.json",
        })
    }
}

impl Baseline {
    /// Reads a committed file; none if there is none.
    ///
    /// # Errors
    /// It is damaged.
    pub(super) fn read(of: Of) -> Result<Option<Baseline>, String> {
        let path = of.path();
        let Ok(text) = fs::read_to_string(&path) else { return Ok(None) };
        serde_json::from_str(&text).map(Some).map_err(|fault| format!("{}: {fault}", path.display()))
    }

    /// Writes the file. Figures of other models and cores stay as they are if the same compiler made them.
    ///
    /// # Errors
    /// It cannot be written.
    pub(super) fn write(mut self, of: Of) -> Result<Baseline, String> {
        if let Some(old) = Baseline::read(of)? {
            self.keep(old);
        }
        let path = of.path();
        let text = serde_json::to_string_pretty(&self).map_err(|fault| fault.to_string())? + "\n";
        let folder = path.parent().map_or(Ok(()), fs::create_dir_all);
        folder
            .and_then(|()| fs::write(&path, text))
            .map_err(|fault| format!("{}: {fault}", path.display()))?;
        Ok(self)
    }

    fn keep(&mut self, old: Baseline) {
        for kept in old.measurements {
            let position = self.measurements.iter().position(|new| new.is_of_same(&kept));
            let by = old.compilers.iter().find(|compiler| compiler.core == kept.core);
            let same = by.is_some_and(|old| {
                self.compilers.iter().all(|new| new.core != old.core || new.version == old.version)
            });
            if position.is_none() && same {
                self.compilers.extend(by.filter(|by| !self.compilers.contains(by)).cloned());
                self.measurements.push(kept);
            }
        }
        self.compilers.sort_by_key(|compiler| order(&compiler.core));
        self.measurements.sort_by_key(|one| (super::models::order(&one.model), order(&one.core), one.mode));
    }
}

fn order(core: &str) -> usize {
    let cores = &crate::firmware::cores::CORES;
    cores.iter().position(|known| known.name == core).unwrap_or(cores.len())
}

/// What comparing came to.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Comparison {
    /// How many measurements were compared.
    pub(super) compared: usize,
    /// What cannot be compared, and why.
    pub(super) left_out: Vec<String>,
    /// Lines of the table of changes.
    changes: Vec<Vec<String>>,
}

impl Comparison {
    /// Compares new measurements with a baseline.
    pub(super) fn new(
        baseline: &Baseline,
        measurements: &[Measurement],
        compilers: &[Compiler],
    ) -> Comparison {
        let mut comparison = Comparison::default();
        for compiler in compilers {
            let then = baseline.compilers.iter().find(|then| then.core == compiler.core);
            if let Some(then) = then.filter(|then| then.version != compiler.version) {
                comparison.left_out.push(format!(
                    "{}: the baseline was made with {}, this is {}",
                    compiler.core, then.version, compiler.version
                ));
            }
        }
        let comparable = |core: &str| {
            let of =
                |list: &[Compiler]| list.iter().find(|one| one.core == core).map(|one| one.version.clone());
            of(&baseline.compilers).is_none_or(|then| of(compilers).is_some_and(|now| now == then))
        };
        for now in measurements.iter().filter(|now| comparable(&now.core)) {
            comparison.compared += 1;
            match baseline.measurements.iter().find(|then| then.is_of_same(now)) {
                Some(then) => comparison.compare(then, now),
                None => comparison.changes.push(
                    [&now.title(), &now.core, "instructions", "–", &grouped(now.tally.instructions), "new"]
                        .map(str::to_owned)
                        .to_vec(),
                ),
            }
        }
        comparison
    }

    fn compare(&mut self, then: &Measurement, now: &Measurement) {
        let change = |from: u64, to: u64| to as f64 / from.max(1) as f64 - 1.0;
        let (old, new) = (then.tally.instructions, now.tally.instructions);
        let near = old.abs_diff(new) * 100 <= old * TOLERANCE;
        if near && then.results == now.results && then.memory.arena == now.memory.arena {
            return;
        }
        let mut line = |what: &str, from: String, to: String, change: String| {
            self.changes.push(vec![now.title(), now.core.clone(), what.to_owned(), from, to, change]);
        };
        if then.results != now.results {
            line("results", then.results.to_string(), now.results.to_string(), "other".to_owned());
        }
        for (what, from, to) in [
            ("instructions", old, new),
            ("est. cycles", then.tally.cycles, now.tally.cycles),
            ("arena", then.memory.arena, now.memory.arena),
            ("code", then.memory.code, now.memory.code),
        ] {
            if from != to {
                line(what, grouped(from), grouped(to), format!("{:+.2} %", change(from, to) * 100.0));
            }
        }
    }

    /// Fine, or the table of what changed.
    ///
    /// # Errors
    /// Instructions differ by more than a hundredth, results or arena at all, or something is not in the baseline.
    pub(super) fn verdict(&self) -> Result<(), String> {
        if self.changes.is_empty() {
            return Ok(());
        }
        let head = ["model", "core", "figure", "baseline", "now", "change"];
        Err(format!(
            "instructions differ from the baseline by more than {TOLERANCE} %, or the arena does:\n\n{}\nIf that is as it should be: cargo xtask mcu-bench --bless",
            render(&head, &self.changes)
        ))
    }
}

#[cfg(test)]
mod test {
    use super::{Baseline, Comparison, Compiler};
    use crate::mcu_bench::measurement::Measurement;
    use crate::mcu_bench::measurement::test::measurement;
    use crate::mcu_bench::modes::Mode;

    fn by(version: &str) -> Vec<Compiler> {
        vec![Compiler { core: "m4".to_owned(), version: version.to_owned() }]
    }

    fn compare(then: u64, now: u64, version: &str) -> Comparison {
        let baseline = Baseline { compilers: by("1.96"), measurements: vec![measurement("kws", "m4", then)] };
        Comparison::new(&baseline, &[measurement("kws", "m4", now)], &by(version))
    }

    #[test]
    fn a_hundredth_is_tolerated_and_no_more() {
        assert_eq!(compare(10_000, 10_100, "1.96").verdict(), Ok(()));
        assert_eq!(compare(10_000, 9_900, "1.96").verdict(), Ok(()));
        let fault = compare(10_000, 10_101, "1.96").verdict().unwrap_err();
        assert!(fault.contains("10,000 | 10,101 | +1.01 %"), "{fault}");
        assert!(compare(10_000, 9_899, "1.96").verdict().is_err());
    }

    #[test]
    fn other_compilers_are_not_compared_and_that_is_said() {
        let comparison = compare(10_000, 20_000, "1.97");
        assert_eq!((comparison.compared, comparison.verdict()), (0, Ok(())));
        assert!(comparison.left_out[0].contains("1.96") && comparison.left_out[0].contains("1.97"));
    }

    #[test]
    fn what_the_baseline_lacks_is_told() {
        let baseline = Baseline { compilers: by("1.96"), measurements: Vec::new() };
        let new = [measurement("kws", "m4", 1)];
        assert!(Comparison::new(&baseline, &new, &by("1.96")).verdict().unwrap_err().contains("new"));
    }

    #[test]
    fn other_results_are_told() {
        let baseline = Baseline { compilers: by("1.96"), measurements: vec![measurement("kws", "m4", 5)] };
        let now = Measurement {
            results: crate::mcu_bench::measurement::Results::Hash("0".to_owned()),
            ..measurement("kws", "m4", 5)
        };
        assert!(Comparison::new(&baseline, &[now], &by("1.96")).verdict().unwrap_err().contains("results"));
    }

    #[test]
    fn another_arena_is_told() {
        let baseline = Baseline { compilers: by("1.96"), measurements: vec![measurement("kws", "m4", 5)] };
        let mut now = measurement("kws", "m4", 5);
        now.memory.arena += 1;
        let fault = Comparison::new(&baseline, &[now], &by("1.96")).verdict().unwrap_err();
        assert!(fault.contains("| arena  |      100 | 101 |"), "{fault}");
    }

    #[test]
    fn modes_are_compared_each_with_itself() {
        let ram = |instructions| Measurement { mode: Mode::Ram, ..measurement("kws", "m4", instructions) };
        let measurements = vec![measurement("kws", "m4", 5), ram(7)];
        let baseline = Baseline { compilers: by("1.96"), measurements };
        let verdict = |now| Comparison::new(&baseline, &[now], &by("1.96")).verdict();
        assert_eq!(verdict(ram(7)), Ok(()));
        assert!(verdict(ram(5)).unwrap_err().contains("kws, `ram`"));
    }

    #[test]
    fn blessing_some_keeps_the_others() {
        let mut new = Baseline { compilers: by("1.96"), measurements: vec![measurement("kws", "m4", 5)] };
        let old = Baseline {
            compilers: by("1.96"),
            measurements: vec![measurement("kws", "m4", 4), measurement("mlperf-ad-shaped", "m4", 3)],
        };
        new.keep(old);
        let figures: Vec<_> =
            new.measurements.iter().map(|one| (one.model.as_str(), one.tally.instructions)).collect();
        assert_eq!(figures, [("mlperf-ad-shaped", 3), ("kws", 5)]);

        let mut other = Baseline { compilers: by("1.97"), measurements: vec![measurement("kws", "m4", 5)] };
        other.keep(Baseline { compilers: by("1.96"), measurements: vec![measurement("a", "m4", 3)] });
        assert_eq!(other.measurements.len(), 1);
    }
}
