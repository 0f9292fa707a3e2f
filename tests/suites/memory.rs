//! Arenas of the networks of MLPerf Tiny on Cortex-M4. The limits are what the project promises; docs/benchmarks.md has the figures, and
//! `codegen/tests/generator_time.rs` holds the generator to its time.

use tinyml_codegen::config::{Input, Optimise, Options};
use tinyml_codegen::memory;
use tinyml_codegen::pipeline;
use tinyml_codegen::target::Core;
use tinyml_tests::user_crate::Fault;
use tinyml_tests::{case, cases_folder};

/// Bytes of arena at most.
struct Limits {
    balanced: usize,
    ram: usize,
    /// With `ram` and fed by rows; none for a network that has no rows.
    fed: Option<usize>,
}

/// Checks the plans for a case.
fn check(case: &str, limits: &Limits) -> Result<(), Fault> {
    let cases = case::discover(&cases_folder(), None)?;
    let source = cases.iter().find(|other| other.name == case).ok_or("there is no such case")?.source()?;
    let graph = pipeline::optimise(&source, &Options::default(), &mut |_, _| {})?.graph;
    let modes = [
        (Optimise::Balanced, Input::Whole, Some(limits.balanced)),
        (Optimise::Ram, Input::Whole, Some(limits.ram)),
        (Optimise::Ram, Input::Rows, limits.fed),
    ];
    for (optimise, input, at_most) in modes {
        let Some(at_most) = at_most else { continue };
        let options = Options { optimise, input, ..Options::default() };
        let compiled = pipeline::lower_for(&graph, Core::Armv7em, &options)?;
        let plan = memory::plan(&compiled.graph, &compiled.choices);
        let what = format!("{case}, {}, {input:?}", optimise.name());
        assert_eq!(plan, compiled.plan, "{what}: the same graph, another plan");
        assert!(plan.arena_bytes <= at_most, "{what}: needs {} bytes", plan.arena_bytes);
        assert!(
            plan.lower_bound * 20 >= plan.arena_bytes * 19,
            "{what}: no more than a twentieth above what is proven"
        );
    }
    Ok(())
}

#[test]
fn keyword_spotting() -> Result<(), Fault> {
    check("mlperf-kws-shaped", &Limits { balanced: 9_600, ram: 4_700, fed: Some(4_300) })
}

#[test]
fn image_classification() -> Result<(), Fault> {
    check("mlperf-ic-shaped", &Limits { balanced: 36_800, ram: 21_500, fed: Some(18_500) })
}

#[test]
fn visual_wake_words() -> Result<(), Fault> {
    check("mlperf-vww-shaped", &Limits { balanced: 38_400, ram: 31_500, fed: Some(16_000) })
}

#[test]
fn anomaly_detection() -> Result<(), Fault> {
    // What `optimise = "ram"` promises is reached without it.
    check("mlperf-ad-shaped", &Limits { balanced: 900, ram: 900, fed: None })
}
