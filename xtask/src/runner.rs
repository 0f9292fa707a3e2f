//! Runs steps one after the other and sums up what became of them.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

/// A cargo command.
pub(crate) struct Step {
    name: &'static str,
    arguments: Vec<&'static str>,
    variables: Vec<(&'static str, &'static str)>,
}

impl Step {
    /// The step `cargo ARGUMENTS`, the arguments separated by spaces.
    pub(crate) fn cargo(name: &'static str, arguments: &'static str) -> Step {
        Step { name, arguments: arguments.split(' ').collect(), variables: Vec::new() }
    }

    /// With an environment variable.
    pub(crate) fn env(mut self, variable: &'static str, value: &'static str) -> Step {
        self.variables.push((variable, value));
        self
    }

    fn describe(&self) -> String {
        let variables = self.variables.iter().map(|(variable, value)| format!("{variable}=\"{value}\" "));
        format!("{}cargo {}", variables.collect::<String>(), self.arguments.join(" "))
    }

    fn run(&self) -> Result<(), String> {
        println!("\n=== {}: {}", self.name, self.describe());
        let status = Command::new(env!("CARGO"))
            .args(&self.arguments)
            .envs(self.variables.iter().copied())
            .current_dir(root())
            .status()
            .map_err(|fault| format!("cannot run cargo: {fault}"))?;
        if status.success() { Ok(()) } else { Err(format!("{status}")) }
    }
}

/// Runs all steps, also after one that failed, then prints a line for each.
///
/// # Errors
/// A step failed.
pub(crate) fn run(steps: &[Step]) -> Result<(), String> {
    let start = Instant::now();
    let mut outcomes = Vec::new();
    for step in steps {
        let begin = Instant::now();
        outcomes.push((step, step.run(), begin.elapsed()));
    }
    println!();
    for (step, outcome, time) in &outcomes {
        let word = if outcome.is_ok() { "ok    " } else { "FAILED" };
        println!("{word}  {:>7}  {}", seconds(*time), step.name);
    }
    let failed: Vec<_> =
        outcomes.iter().filter(|(_, outcome, _)| outcome.is_err()).map(|(step, ..)| step).collect();
    println!("        {:>7}  in all", seconds(start.elapsed()));
    match failed.as_slice() {
        [] => Ok(()),
        [first, ..] => Err(format!(
            "{} of {} steps failed; the first again: {}",
            failed.len(),
            steps.len(),
            first.describe()
        )),
    }
}

fn seconds(time: Duration) -> String {
    format!("{:.1} s", time.as_secs_f64())
}

/// The target folder of this build.
pub(crate) fn target_folder() -> PathBuf {
    let target = env::var_os("CARGO_TARGET_DIR").map_or_else(|| "target".into(), PathBuf::from);
    root().join(target)
}

/// The root of the repository.
pub(crate) fn root() -> PathBuf {
    let xtask = Path::new(env!("CARGO_MANIFEST_DIR"));
    xtask.parent().unwrap_or(xtask).to_owned()
}
