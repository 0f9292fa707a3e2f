//! `cargo xtask unsafe`: where the repository has `unsafe`, beside what docs/safety.md says of it.
//!
//! The page has a row for each file that firmware links: how many blocks and functions are `unsafe`, and which of the page's arguments
//! makes them sound. Counts that have changed are a fault, so that an argument is read again when what it is about changes;
//! `--bless` writes them. Three rules need no argument, and are faults where they are broken:
//!
//! - The compiler and what its users name has no `unsafe`, and generated code therefore none either.
//! - There is no `unsafe impl`, and no exported macro that contains `unsafe`: safe code cannot be made to vouch for something.
//! - The `const fn` of arena and kernels, which are the checks, compute no size with an operator ([`Source::bare_arithmetic`]).

mod page;
mod scan;

use std::path::Path;
use std::process::Command;

use crate::runner::root;
use page::Page;
use scan::Source;

/// What the command can be told.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// Write the counts into docs/safety.md; files that are new get a row without an argument.
    #[arg(long)]
    bless: bool,
}

/// Where `unsafe` is allowed in what firmware links.
const RUNTIME: &str = "runtime-core/src/";

/// Where the checks are.
const CHECKS: [&str; 3] =
    ["runtime-core/src/arena.rs", "runtime-core/src/memory.rs", "runtime-core/src/kernels/"];

/// Programs of the test suites: start-up code, guard zones, planted faults.
const PROGRAMS: &str = "tests/";

/// Whether a file is compiled for tests only.
fn is_test(path: &str) -> bool {
    path.starts_with(PROGRAMS) || path.ends_with("test.rs") || path.ends_with("test_support.rs")
}

/// Compares, or writes.
///
/// # Errors
/// The page does not say what is there, or a rule is broken.
pub(crate) fn run(options: &Options) -> Result<(), String> {
    let mut faults = Vec::new();
    let (mut runtime, mut tests) = (Vec::new(), 0);
    for path in tracked_sources()? {
        let source = Source::read(&root(), &path)?;
        let counts = source.counts();
        if is_test(&path) {
            tests += counts.total();
            continue;
        }
        if CHECKS.iter().any(|checks| path.starts_with(checks)) {
            let functions = source.bare_arithmetic();
            faults.extend(functions.iter().map(|function| {
                format!("{path}: `const fn {function}` computes with an operator, which wraps in a release build: use tinyml_arith::size")
            }));
        }
        if source.exports_unsafe_macro() {
            faults.push(format!("{path}: an exported macro contains `unsafe`"));
        }
        if counts.others > 0 {
            faults.push(format!("{path}: an `unsafe impl` or `unsafe trait`"));
        }
        if counts.total() > 0 {
            match path.starts_with(RUNTIME) {
                true => runtime.push((path, counts)),
                false => faults.push(format!("{path}: `unsafe` outside {RUNTIME}")),
            }
        }
    }
    let page = Page::read(&root())?;
    if options.bless {
        page.write(&root(), &runtime)?;
    }
    faults.extend(Page::read(&root())?.compare(&runtime));
    let total: usize = runtime.iter().map(|(_, counts)| counts.total()).sum();
    println!("unsafe: {total} in {} files of {RUNTIME}, {tests} in tests", runtime.len());
    if faults.is_empty() { Ok(()) } else { Err(faults.join("\n       ")) }
}

/// The Rust files that git knows.
fn tracked_sources() -> Result<Vec<String>, String> {
    let output = Command::new("git")
        .args(["ls-files", "--", "*.rs"])
        .current_dir(root())
        .output()
        .map_err(|fault| format!("cannot run git: {fault}"))?;
    let text = String::from_utf8(output.stdout).map_err(|fault| format!("git ls-files: {fault}"))?;
    let files: Vec<_> =
        text.lines().filter(|path| Path::new(&root()).join(path).is_file()).map(str::to_owned).collect();
    if files.is_empty() { Err("git names no Rust files".to_owned()) } else { Ok(files) }
}
