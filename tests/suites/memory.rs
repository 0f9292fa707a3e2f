//! Arenas of the networks of MLPerf Tiny on Cortex-M4, and how long the planner takes for them. The limits are what the project
//! promises; docs/benchmarks.md has the figures.
//!
//! `cargo test --release -p tinyml-tests --no-default-features --test memory` holds the planner to its promise of a second; a build
//! without optimisation has twenty.

use std::time::{Duration, Instant};

use tinyml_codegen::config::{Optimise, Options};
use tinyml_codegen::memory;
use tinyml_codegen::pipeline;
use tinyml_codegen::target::Core;
use tinyml_tests::user_crate::Fault;
use tinyml_tests::{case, cases_folder};

const LIMIT: Duration = Duration::from_secs(if cfg!(debug_assertions) { 20 } else { 1 });

/// Checks the plan for a case; `at_most` bytes of arena.
fn check(case: &str, at_most: usize) -> Result<(), Fault> {
    let cases = case::discover(&cases_folder(), None)?;
    let source = cases.iter().find(|other| other.name == case).ok_or("there is no such case")?.source()?;
    let optimised = pipeline::optimise(&source, &Options::default(), &mut |_, _| {})?;
    let compiled = pipeline::lower(&optimised.graph, Core::Armv7em, Optimise::Balanced)?;

    let begin = Instant::now();
    let plan = memory::plan(&optimised.graph, &compiled.choices);
    let time = begin.elapsed();
    assert!(time < LIMIT, "{case} was planned in {time:?}");
    assert_eq!(plan, compiled.plan, "{case}: the same graph, another plan");
    assert!(plan.arena_bytes <= at_most, "{case} needs {} bytes", plan.arena_bytes);
    assert!(
        plan.lower_bound * 20 >= plan.arena_bytes * 19,
        "{case}: no more than a twentieth above what is proven"
    );
    Ok(())
}

#[test]
fn keyword_spotting() -> Result<(), Fault> {
    check("mlperf-kws-shaped", 9_600)
}

#[test]
fn image_classification() -> Result<(), Fault> {
    check("mlperf-ic-shaped", 36_800)
}

#[test]
fn visual_wake_words() -> Result<(), Fault> {
    check("mlperf-vww-shaped", 38_400)
}

#[test]
fn anomaly_detection() -> Result<(), Fault> {
    // What `optimise = "ram"` promises is reached without it.
    check("mlperf-ad-shaped", 900)
}
