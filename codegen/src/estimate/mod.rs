//! What a model costs on a board: latency, energy, battery life, and what need not be sent.
//!
//! Cycles come from the cost models ([`crate::cost`]), clock and currents from the board's profile or from the user. A figure that
//! nothing is known of stays [`Figure::Missing`], with the way to give it; each figure that is known says what it was computed from,
//! and [`Estimate::sources`] where those values come from.

mod parse;
mod sources;
#[cfg(test)]
mod test;
mod text;

use tinyml_boards::Board;

use crate::compiled::Compiled;
use crate::diagnostic::{Diagnostic, Place};
use crate::ir::Graph;
use crate::kernel::KernelChoice;
pub use parse::{Battery, CurrentGiven, Rate, clock};
pub use sources::Source;
use sources::{Sources, Supply};
pub use text::{digits, quantity};

/// How the board is used; what is left out is taken from the board's profile, or is not estimated.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Scenario {
    /// How often the model runs.
    pub rate: Option<Rate>,
    /// What supplies the board.
    pub battery: Option<Battery>,
    /// The core's clock in Hz, in place of the board's highest.
    pub clock: Option<u64>,
    /// The current while the core computes, in place of the profile's.
    pub active: Option<CurrentGiven>,
    /// The current between inferences, in place of the profile's.
    pub sleep: Option<CurrentGiven>,
    /// Bytes that would be sent for each inference without the model, in place of the bytes of its inputs.
    pub baseline_bytes: Option<u64>,
    /// Bytes that are sent for each inference with it, in place of the bytes of its outputs.
    pub sent_bytes: Option<u64>,
}

/// A figure.
#[derive(Clone, Debug, PartialEq)]
pub enum Figure {
    /// It can be computed.
    Known {
        /// In the unit that the field of [`Estimate`] says.
        value: f64,
        /// From what.
        basis: String,
    },
    /// It cannot.
    Missing {
        /// What is not known.
        reason: String,
        /// How to give it.
        give: String,
    },
}

impl Figure {
    /// The value, if it is known.
    pub fn value(&self) -> Option<f64> {
        match self {
            Figure::Known { value, .. } => Some(*value),
            Figure::Missing { .. } => None,
        }
    }

    fn known(value: f64, basis: impl Into<String>) -> Figure {
        Figure::Known { value, basis: basis.into() }
    }

    fn missing(reason: &str, give: &str) -> Figure {
        Figure::Missing { reason: reason.to_owned(), give: give.to_owned() }
    }

    /// From this figure another one, which is missing where this one is.
    fn then(&self, next: impl FnOnce(f64) -> Figure) -> Figure {
        match self {
            Figure::Known { value, .. } => next(*value),
            missing @ Figure::Missing { .. } => missing.clone(),
        }
    }
}

/// A layer's part of the time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LayerCycles {
    /// The node.
    pub name: String,
    /// The kernel of its first call.
    pub kernel: &'static str,
    /// Predicted cycles of an inference.
    pub cycles: u64,
}

/// What a model costs on a board.
#[derive(Clone, Debug, PartialEq)]
pub struct Estimate {
    /// The model's name.
    pub model: String,
    /// The board.
    pub board: Board,
    /// What was asked for.
    pub scenario: Scenario,
    /// Cycles of an inference.
    pub cycles: Figure,
    /// Time of an inference, in seconds.
    pub latency: Figure,
    /// Energy of the active time of an inference, in joules.
    pub energy: Figure,
    /// Share of the time in which the core computes.
    pub busy: Figure,
    /// Average power, sleep included, in watts.
    pub average_power: Figure,
    /// How long the battery lasts, in seconds.
    pub battery_life: Figure,
    /// Share of the data that need not be sent: (baseline − with the model) / baseline.
    pub data_saved: Figure,
    /// Layers, the one that takes longest first.
    pub layers: Vec<LayerCycles>,
    /// Where the values come from that the figures are computed from.
    pub sources: Vec<Source>,
}

impl Estimate {
    /// Estimates a model that was compiled for the board's core.
    ///
    /// # Errors
    /// The rate cannot be kept, a current comes without a voltage, or a clock is none.
    pub fn new(
        graph: &Graph,
        compiled: &Compiled,
        board: &Board,
        scenario: &Scenario,
    ) -> Result<Estimate, Diagnostic> {
        let Sources { clock, active, sleep, mut list } = Sources::of(board, scenario)?;
        let cycles = cycles(graph, &compiled.choices);
        if let Some(source) = sources::of_cycles(board, &cycles) {
            list.insert(0, source);
        }
        let latency = cycles.then(|cycles| match clock {
            Some(clock) => Figure::known(cycles / clock as f64, "cycles / clock"),
            None => Figure::missing("the board's clock", "--clock 64MHz"),
        });
        let energy = match &active {
            Supply::Known(active) => latency.then(|_| {
                cycles
                    .then(|cycles| Figure::known(cycles * active.per_cycle(clock), "active power × latency"))
            }),
            Supply::Unknown(figure) => latency.then(|_| figure.clone()),
        };
        let busy = busy(&latency, scenario)?;
        let average_power = busy.then(|busy| {
            energy.then(|energy| match &sleep {
                Supply::Known(sleep) => {
                    let rate = scenario.rate.as_ref().map_or(0.0, |rate| rate.per_second);
                    let power = energy * rate + sleep.watts() * (1.0 - busy);
                    Figure::known(power, "energy × rate + sleep power × time asleep")
                }
                Supply::Unknown(figure) => figure.clone(),
            })
        });
        let battery_life = average_power.then(|power| match &scenario.battery {
            Some(battery) => Figure::known(
                battery.joules() / power,
                "battery's energy / average power; no losses, no self-discharge",
            ),
            None => Figure::missing("the battery", "--battery cr2032, or --battery 1200mAh@3.7V"),
        });
        let data_saved = data_saved(graph, scenario, &mut list);
        Ok(Estimate {
            model: graph.name.clone(),
            board: board.clone(),
            scenario: scenario.clone(),
            layers: layers(graph, &compiled.choices),
            cycles,
            latency,
            energy,
            busy,
            average_power,
            battery_life,
            data_saved,
            sources: list,
        })
    }

    /// The most inferences per second, if the latency is known.
    pub fn most_per_second(&self) -> Option<f64> {
        self.latency.value().map(|latency| 1.0 / latency)
    }
}

/// Cycles of an inference: those of all layers.
fn cycles(graph: &Graph, choices: &[Option<KernelChoice>]) -> Figure {
    let mut all = 0;
    for ((_, node), choice) in graph.nodes().zip(choices) {
        match choice.as_ref().map(|choice| choice.cost) {
            None => {}
            Some(Some(cost)) => all += cost.cycles,
            Some(None) => {
                let reason = format!("the cycles of layer `{}` ({})", node.name, node.op.name());
                return Figure::missing(
                    &reason,
                    "measure the model on the board, or with `cargo xtask mcu-bench`",
                );
            }
        }
    }
    Figure::known(all as f64, "sum of the layers")
}

fn layers(graph: &Graph, choices: &[Option<KernelChoice>]) -> Vec<LayerCycles> {
    let mut layers: Vec<_> = graph
        .nodes()
        .zip(choices)
        .filter_map(|((_, node), choice)| {
            let choice = choice.as_ref()?;
            Some(LayerCycles {
                name: node.name.clone(),
                kernel: choice.calls.first().map_or("", |call| call.kernel),
                cycles: choice.cost?.cycles,
            })
        })
        .collect();
    layers.sort_by_key(|layer| std::cmp::Reverse(layer.cycles));
    layers
}

/// The share of the time in which the core computes.
fn busy(latency: &Figure, scenario: &Scenario) -> Result<Figure, Diagnostic> {
    let Some(rate) = &scenario.rate else {
        return Ok(Figure::missing("how often the model runs", "--rate 2/s"));
    };
    match latency.value() {
        Some(latency) if latency * rate.per_second > 1.0 => Err(Diagnostic::error(format!(
            "`{}` is more often than the board can: an inference takes {}",
            rate.given,
            quantity(latency, "s")
        ))
        .at(Place::option("rate"))
        .help(format!("at most {}/s", digits(1.0 / latency)))),
        _ => Ok(latency.then(|latency| Figure::known(latency * rate.per_second, "latency × rate"))),
    }
}

/// The share of data that need not be sent when only results are.
fn data_saved(graph: &Graph, scenario: &Scenario, list: &mut Vec<Source>) -> Figure {
    let bytes = |ports: &[crate::ir::Port]| -> u64 {
        ports.iter().map(|port| graph.ty(port.tensor).bytes() as u64).sum()
    };
    let mut from = |name: &'static str, given: Option<u64>, own: u64, option: &str| {
        let (bytes, source) = match given {
            Some(bytes) => (bytes, Source::given(name, option)),
            None => (own, Source::of_model(name, option)),
        };
        list.push(source.worth(format!("{bytes} bytes per inference")));
        bytes as f64
    };
    let baseline =
        from("data without the model", scenario.baseline_bytes, bytes(&graph.inputs), "--baseline-bytes");
    let sent = from("data with the model", scenario.sent_bytes, bytes(&graph.outputs), "--sent-bytes");
    if baseline <= 0.0 {
        return Figure::missing("what would be sent without the model", "--baseline-bytes 32000");
    }
    Figure::known((baseline - sent) / baseline, "(data without the model − with it) / without it")
}
