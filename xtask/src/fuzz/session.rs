//! Runs a program of libFuzzer's until its time is over.

use std::fs::{self, File};
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use super::build::folder;
use super::corpus::Folders;

/// What an input may take: more counts as a fault.
const LIMITS: [&str; 2] = ["-timeout=10", "-max_len=8192"];

/// Memory in MiB that an input may take, without and with AddressSanitizer, which takes some itself.
const MEMORY: [u32; 2] = [1024, 2560];

/// Faults after which a target is left alone.
const MOST_FAULTS: usize = 20;

/// What came of a target.
#[derive(Debug, Default)]
pub(super) struct Outcome {
    pub(super) runs: u64,
    /// Edges of the program that were reached.
    pub(super) edges: u64,
    /// Edges with the counts by which they were reached, and comparisons.
    pub(super) features: u64,
    /// Inputs in the corpus.
    pub(super) inputs: u64,
    /// The files of inputs that show a fault.
    pub(super) faults: Vec<String>,
}

/// Runs a target for its minutes; again after a fault.
pub(super) fn run(program: &Path, folders: &Folders, minutes: f64, address: bool) -> Result<Outcome, String> {
    let end = Instant::now() + Duration::from_secs_f64((60.0 * minutes).clamp(1.0, 1e6));
    let mut outcome = Outcome::default();
    while outcome.faults.len() < MOST_FAULTS {
        let left = end.saturating_duration_since(Instant::now()).as_secs();
        if left == 0 {
            break;
        }
        let log = once(program, folders, left, MEMORY[usize::from(address)])?;
        outcome.add(&log);
    }
    Ok(outcome)
}

/// Runs the program; what it says.
fn once(program: &Path, folders: &Folders, seconds: u64, memory: u32) -> Result<String, String> {
    let logs = folder().join("logs");
    let log = logs.join(format!("{}.log", folders.target));
    let at = |fault: std::io::Error| format!("{}: {fault}", log.display());
    fs::create_dir_all(&logs).map_err(at)?;
    let mut command = Command::new(program);
    if let Some(dictionary) = &folders.dictionary {
        command.arg(format!("-dict={}", dictionary.display()));
    }
    command
        .args(LIMITS)
        .args([format!("-rss_limit_mb={memory}"), format!("-malloc_limit_mb={memory}")])
        .args([format!("-max_total_time={seconds}"), "-print_final_stats=1".to_owned()])
        .arg(format!("-artifact_prefix={}/", folders.faults.display()))
        .args([&folders.grown, &folders.committed, &folders.seeds])
        .stderr(File::create(&log).map_err(at)?)
        .status()
        .map_err(|fault| format!("cannot run {}: {fault}", program.display()))?;
    let text = fs::read(&log).map_err(at)?;
    Ok(String::from_utf8_lossy(&text).into_owned())
}

impl Outcome {
    /// Adds what a run's log says.
    fn add(&mut self, log: &str) {
        for line in log.lines() {
            let words: Vec<&str> = line.split_whitespace().collect();
            let after = |word: &str| {
                let at = words.iter().position(|other| *other == word)?;
                let number = words.get(at + 1)?.split('/').next()?;
                number.parse::<u64>().ok()
            };
            if line.starts_with('#') {
                self.edges = after("cov:").map_or(self.edges, |edges| edges.max(self.edges));
                self.features = after("ft:").map_or(self.features, |features| features.max(self.features));
                self.inputs = after("corp:").unwrap_or(self.inputs);
            }
            self.runs += after("stat::number_of_executed_units:").unwrap_or(0);
            if let Some((_, file)) = line.split_once("Test unit written to ") {
                self.faults.push(file.to_owned());
            }
        }
    }
}

#[cfg(test)]
mod test {
    use super::*;

    #[test]
    fn reads_what_libfuzzer_says() {
        let mut outcome = Outcome::default();
        outcome.add(
            "#113\tINITED cov: 53490 ft: 184126 corp: 112/186Kb exec/s: 1 rss: 56Mb\n\
             #200\tNEW    cov: 53491 ft: 184130 corp: 113/186Kb lim: 8144 exec/s: 1 rss: 56Mb L: 12/100\n\
             artifact_prefix='f/'; Test unit written to f/timeout-e436\n\
             stat::number_of_executed_units: 469\n",
        );
        outcome.add("#2\tINITED cov: 5 ft: 7 corp: 1/2b\nstat::number_of_executed_units: 2\n");
        assert_eq!((outcome.runs, outcome.edges, outcome.features, outcome.inputs), (471, 53491, 184_130, 1));
        assert_eq!(outcome.faults, ["f/timeout-e436"]);
    }
}
