//! `tinyml estimate`: latency, energy and battery life on a board.

use std::str::FromStr;

use serde_json::{Map, Value, json};
use tinyml_codegen::diagnostic::{Diagnostic, Diagnostics, Place};
use tinyml_codegen::estimate::{Estimate, Figure, Scenario, clock};
use tinyml_codegen::fit;
use tinyml_codegen::pipeline;
use tinyml_codegen::target::Core;

use crate::arguments::{EstimateArgs, source};
use crate::output::{self, progress};

pub(crate) fn run(arguments: &EstimateArgs) -> Result<(), Diagnostics> {
    let options = arguments.model.options.options()?;
    let scenario = scenario(arguments)?;
    let (board, _) = fit::board(&options)?.ok_or_else(|| {
        Diagnostic::error("an estimate is for a board, and none is named")
            .at(Place::option("board"))
            .help("`--board nrf52840-dk`, say; `tinyml boards` lists all boards; a board of your own is the path of its profile (.toml)")
    })?;
    let core = options.core.or_else(|| Core::of_board(&board)).unwrap_or(Core::Portable);
    let source = source(&arguments.model.model)?;
    let bar = progress("compiling");
    let optimised = pipeline::optimise_for_figures(&source, &options);
    bar.finish_and_clear();
    let mut optimised = optimised?;
    let mut compiled = pipeline::lower_for(&optimised.graph, core, &options)
        .map_err(|faults| faults.at(Place::file(&source.path)))?;
    if let Some((smaller, note)) = fit::by_rows(&compiled, &board, &options) {
        optimised.notes.push(note);
        compiled = smaller;
    }
    let estimate = Estimate::new(&compiled.graph, &compiled, &board, &scenario)?;
    if arguments.json {
        return output::print_json(&object(&estimate));
    }
    output::print(&estimate.to_string())?;
    output::notes(&optimised.notes);
    // An estimate of what does not fit is of use to who chooses a board, but not without saying so.
    if let Err(fault) = fit::check(&compiled, &board, &options) {
        let mut warning = Diagnostic::warning(fault.message).at(fault.place);
        warning.help = fault.help;
        output::say(warning);
    }
    Ok(())
}

/// How the board is used; all faults together.
fn scenario(arguments: &EstimateArgs) -> Result<Scenario, Diagnostics> {
    let mut faults = Diagnostics::default();
    let scenario = Scenario {
        rate: parsed("rate", &arguments.rate, &mut faults),
        battery: parsed("battery", &arguments.battery, &mut faults),
        clock: arguments.clock.as_ref().and_then(|given| match clock(given) {
            Ok(clock) => Some(clock),
            Err(fault) => {
                faults.push(Diagnostic::error(fault).at(Place::option("clock")));
                None
            }
        }),
        active: parsed("active-current", &arguments.active_current, &mut faults),
        sleep: parsed("sleep-current", &arguments.sleep_current, &mut faults),
        baseline_bytes: arguments.baseline_bytes,
        sent_bytes: arguments.sent_bytes,
    };
    faults.into_result(scenario)
}

fn parsed<T: FromStr<Err = String>>(
    option: &str,
    given: &Option<String>,
    faults: &mut Diagnostics,
) -> Option<T> {
    match given.as_ref()?.parse() {
        Ok(value) => Some(value),
        Err(fault) => {
            faults.push(Diagnostic::error(fault).at(Place::option(option)));
            None
        }
    }
}

/// The estimate for machines: values in SI units; what is missing has no value, and says how to give it.
fn object(estimate: &Estimate) -> Value {
    let figure = |figure: &Figure| match figure {
        Figure::Known { value, basis } => json!({"value": value, "from": basis}),
        Figure::Missing { reason, give } => json!({"value": null, "missing": reason, "give": give}),
    };
    let figures = [
        ("cycles", &estimate.cycles),
        ("latency_seconds", &estimate.latency),
        ("energy_joules", &estimate.energy),
        ("busy_share", &estimate.busy),
        ("average_power_watts", &estimate.average_power),
        ("battery_life_seconds", &estimate.battery_life),
        ("data_not_sent_share", &estimate.data_saved),
    ];
    let figures: Map<_, _> = figures.iter().map(|(name, of)| ((*name).to_owned(), figure(of))).collect();
    let sources = estimate.sources.iter().map(|source| {
        json!({"name": source.name, "value": source.value, "status": source.status, "origin": source.origin})
    });
    let layers = estimate
        .layers
        .iter()
        .map(|layer| json!({"name": layer.name, "kernel": layer.kernel, "cycles": layer.cycles}));
    let board = &estimate.board;
    json!({
        "model": estimate.model,
        "board": board.name,
        "core": board.core,
        "clock": estimate.scenario.clock.or(board.clock),
        "rate_per_second": estimate.scenario.rate.as_ref().map(|rate| rate.per_second),
        "most_per_second": estimate.most_per_second(),
        "figures": figures,
        "layers": layers.collect::<Vec<_>>(),
        "sources": sources.collect::<Vec<_>>(),
    })
}
