//! `cargo xtask onnx-suite`: the node tests of the package `onnx`. Every test that the compiler takes must build, run and give what the
//! test says; every other has a reason.
//!
//! Without arguments a committed tenth of the tests that pass is run, which needs no Python. `--full` has pip install what
//! `tests/onnx-suite/make/requirements.txt` names, and runs all tests, 50 to a crate. A crate's outcomes are kept in
//! `target/onnx-suite/outcomes`, so that the shards of a run can follow one another; when all are there, they are compared with
//! docs/onnx-suite.md, or `--bless` writes the page and the committed tenth again.

mod outcome;
mod python;
mod sample;
mod table;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use clap::Args;

use crate::model_crates::{MODELS, Shard, cargo, write};
use crate::runner::{root, target_folder};
use outcome::{Kind, Outcome};

#[derive(Args)]
pub(crate) struct Options {
    /// All tests instead of the committed tenth; needs Python 3 with pip.
    #[arg(long)]
    full: bool,
    /// Of the crates only every N-th, from the K-th on; the table is made when the outcomes of all are there.
    #[arg(long, value_name = "K/N", default_value_t = Shard::ALL, requires = "full")]
    shard: Shard,
    /// Write docs/onnx-suite.md and the committed tenth again.
    #[arg(long, requires = "full")]
    bless: bool,
}

/// Runs the tests of the shard, or the committed ones.
///
/// # Errors
/// A test is wrong, ends the program or does not build; a committed one is refused; the page is not what was found.
pub(crate) fn run(options: &Options) -> Result<(), String> {
    let begin = Instant::now();
    let outcomes = if options.full { full(options)? } else { committed()? };
    let count = |kind: Kind| outcomes.iter().filter(|outcome| outcome.kind == kind).count();
    let [pass, constants, refused, faults] = [
        count(Kind::Pass),
        count(Kind::Constants),
        count(Kind::Refused),
        outcomes.iter().filter(|outcome| outcome.kind.is_fault()).count(),
    ];
    println!(
        "ONNX node tests: {} of {}, {pass} pass as they are, {constants} with constants, {refused} are refused, {faults} faults, {:.0} s",
        outcomes.len(),
        if options.full { "all" } else { "the committed tenth" },
        begin.elapsed().as_secs_f64()
    );
    let faults: Vec<String> =
        outcomes.iter().filter(|outcome| outcome.kind.is_fault()).map(Outcome::to_string).collect();
    if !faults.is_empty() {
        return Err(faults.join("\n"));
    }
    if !options.full {
        let refused: Vec<String> =
            outcomes.iter().filter(|outcome| outcome.kind == Kind::Refused).map(Outcome::to_string).collect();
        return if refused.is_empty() { Ok(()) } else { Err(refused.join("\n")) };
    }
    Ok(())
}

/// The committed tests.
fn committed() -> Result<Vec<Outcome>, String> {
    let suite = sample::path();
    let folder = target_folder().join("onnx-suite/committed");
    let mut outcomes = Vec::new();
    for number in 0..python::tests_of(&suite)?.div_ceil(MODELS) {
        outcomes.extend(one(&suite, &folder, number)?);
    }
    Ok(outcomes)
}

/// All tests of the shard; then the page, if no crate is missing.
fn full(options: &Options) -> Result<Vec<Outcome>, String> {
    let folder = target_folder().join("onnx-suite");
    let suite = folder.join("suite.npz");
    if !suite.is_file() {
        python::collect(&suite, None)?;
    }
    let crates = python::tests_of(&suite)?.div_ceil(MODELS);
    let kept = |number: usize| folder.join(format!("outcomes/{number}.tsv"));
    fs::create_dir_all(folder.join("outcomes")).map_err(|fault| fault.to_string())?;
    for number in options.shard.of(crates) {
        let outcomes = one(&suite, &folder.join("crates"), number)?;
        let lines: String = outcomes.iter().map(|outcome| format!("{outcome}\n")).collect();
        fs::write(kept(number), lines).map_err(|fault| format!("{}: {fault}", kept(number).display()))?;
        println!("crate {} of {crates}: {} tests", number + 1, outcomes.len());
    }
    let missing: Vec<usize> = (0..crates).filter(|&number| !kept(number).is_file()).collect();
    let mut outcomes = Vec::new();
    for number in (0..crates).filter(|number| !missing.contains(number)) {
        let text = fs::read_to_string(kept(number)).map_err(|fault| fault.to_string())?;
        outcomes.extend(outcome::read(&text)?);
    }
    if !missing.is_empty() {
        println!("{} of {crates} crates have no outcomes yet: the page is not looked at", missing.len());
        return Ok(outcomes);
    }
    let page = table::page(&outcomes);
    let path = root().join("docs/onnx-suite.md");
    if options.bless {
        fs::write(&path, page).map_err(|fault| format!("{}: {fault}", path.display()))?;
        sample::write(&outcomes)?;
    } else if fs::read_to_string(&path).unwrap_or_default() != page {
        return Err(
            "docs/onnx-suite.md is not what was found: `cargo xtask onnx-suite --full --bless` writes it"
                .to_owned(),
        );
    }
    Ok(outcomes)
}

/// Writes, builds and runs one crate. Tests that do not build are left out, and the others built again.
fn one(suite: &Path, crates: &Path, number: usize) -> Result<Vec<Outcome>, String> {
    let folder = crates.join(number.to_string());
    let mut without: BTreeSet<String> = BTreeSet::new();
    loop {
        let mut arguments: Vec<String> = vec![
            suite.display().to_string(),
            folder.display().to_string(),
            format!("--first={}", number * MODELS),
            format!("--tests={MODELS}"),
        ];
        if !without.is_empty() {
            arguments.push(format!("--without={}", without.iter().cloned().collect::<Vec<_>>().join(",")));
        }
        write("tinyml-onnx-suite", &arguments)?;
        let text = fs::read_to_string(folder.join("outcomes.tsv")).map_err(|fault| fault.to_string())?;
        let mut outcomes = outcome::read(&text)?;
        if outcomes.iter().all(|outcome| outcome.kind != Kind::Built) {
            return Ok(outcomes);
        }
        let output = cargo(Command::new(env!("CARGO")), &folder, "onnx-suite/build", &["build"])
            .output()
            .map_err(|fault| format!("cannot run cargo: {fault}"))?;
        if output.status.success() {
            outcome::judge(&mut outcomes, &program(&folder)?);
            return Ok(outcomes);
        }
        let faults = String::from_utf8_lossy(&output.stderr);
        let culprits: Vec<String> = (outcomes.iter())
            .filter(|outcome| outcome.kind == Kind::Built && is_named(&faults, &outcome.name))
            .map(|outcome| outcome.name.clone())
            .collect();
        if culprits.is_empty() {
            return Err(format!("{} does not build:\n{faults}", folder.display()));
        }
        println!("{faults}");
        without.extend(culprits);
    }
}

/// Whether a module is named in rustc's messages: `src/NAME.rs`, or `NAME::` where a check of the runtime's failed for its layer.
fn is_named(faults: &str, name: &str) -> bool {
    let name = name.to_lowercase();
    [format!("src/{name}.rs"), format!("{name}::"), format!("infer_{name}`")]
        .iter()
        .any(|words| faults.contains(words.as_str()))
}

/// What the crate's program prints. One that a test ends, ends with what it printed before.
fn program(folder: &Path) -> Result<String, String> {
    let program: PathBuf = target_folder().join("onnx-suite/build/debug/models");
    let output = Command::new(&program)
        .current_dir(folder)
        .output()
        .map_err(|fault| format!("cannot run {}: {fault}", program.display()))?;
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}
