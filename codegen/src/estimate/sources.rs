//! Where the values of an estimate come from.

use tinyml_boards::{Board, Current, Figure as BoardFigure};

use super::parse::CurrentGiven;
use super::text::{digits, quantity};
use super::{Figure, Scenario};
use crate::cost;
use crate::diagnostic::{Diagnostic, Place};
use crate::target::Core;

/// Where a value comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// What: `clock`.
    pub name: &'static str,
    /// How much, in words.
    pub value: String,
    /// `measured`, `typical` (a datasheet says so), `modelled`, `given` (by the user), `model` (the model file's shapes) or `unknown`.
    pub status: &'static str,
    /// The document, measurement or option.
    pub origin: String,
}

impl Source {
    /// A value of the user's.
    pub(super) fn given(name: &'static str, option: &str) -> Source {
        Source { name, value: String::new(), status: "given", origin: option.to_owned() }
    }

    /// A value that the model file says.
    pub(super) fn of_model(name: &'static str, option: &str) -> Source {
        let origin = format!("the model's own tensors; {option} if it is another");
        Source { name, value: String::new(), status: "model", origin }
    }

    /// With the value in words.
    pub(super) fn worth(self, value: String) -> Source {
        Source { value, ..self }
    }
}

/// Power that is drawn, or what there is to say where it is not known.
pub(super) enum Supply {
    Known(Power),
    Unknown(Figure),
}

/// A current at a voltage.
pub(super) struct Power {
    amperes: f64,
    volts: f64,
    /// The clock at which it flows, if that is stated.
    clock: Option<u64>,
}

impl Power {
    pub(super) fn watts(&self) -> f64 {
        self.amperes * self.volts
    }

    /// Energy of a clock cycle, in joules. Where the current is stated at another clock, a cycle takes as much at this one.
    pub(super) fn per_cycle(&self, clock: Option<u64>) -> f64 {
        self.clock.or(clock).map_or(0.0, |clock| self.watts() / clock as f64)
    }
}

/// Clock and currents, and where they come from.
pub(super) struct Sources {
    pub(super) clock: Option<u64>,
    pub(super) active: Supply,
    pub(super) sleep: Supply,
    pub(super) list: Vec<Source>,
}

impl Sources {
    /// From the scenario, else from the board's profile.
    pub(super) fn of(board: &Board, scenario: &Scenario) -> Result<Sources, Diagnostic> {
        let mut list = Vec::new();
        let clock = match (scenario.clock, board.clock) {
            (Some(clock), _) => {
                list.push(Source::given("clock", "--clock").worth(quantity(clock as f64, "Hz")));
                Some(clock)
            }
            (None, Some(clock)) => {
                let origin = board.source.clone();
                list.push(Source {
                    name: "clock",
                    value: quantity(clock as f64, "Hz"),
                    status: "typical",
                    origin,
                });
                Some(clock)
            }
            (None, None) => None,
        };
        let profile = Profile::of(board);
        let active = profile.supply("active current", "--active-current", &scenario.active, &mut list)?;
        let sleep = profile.supply("sleep current", "--sleep-current", &scenario.sleep, &mut list)?;
        if let Some(battery) = &scenario.battery {
            let value = format!("{} mAh at {} V", digits(battery.milliampere_hours), digits(battery.volts));
            list.push(match battery.source {
                Some(source) => {
                    Source { name: "battery", value, status: "typical", origin: source.to_owned() }
                }
                None => Source::given("battery", "--battery").worth(value),
            });
        }
        Ok(Sources { clock, active, sleep, list })
    }
}

/// The currents of a board's profile.
struct Profile<'a> {
    /// What is drawn while computing, at that clock.
    active: Option<(&'a Current, u64)>,
    /// What is drawn in that mode of sleep.
    sleep: Option<(&'a Current, &'a str)>,
    /// What the profile says of figures that it has not.
    notes: [Option<&'a str>; 2],
}

impl<'a> Profile<'a> {
    fn of(board: &'a Board) -> Profile<'a> {
        fn note<T>(figure: &BoardFigure<T>) -> Option<&str> {
            match figure {
                BoardFigure::Unknown { note } => note.as_deref(),
                BoardFigure::Known(_) => None,
            }
        }
        Profile {
            active: board.active.known().map(|active| (&active.current, active.clock)),
            sleep: board.sleep.known().map(|sleep| (&sleep.current, sleep.mode.as_str())),
            notes: [note(&board.active), note(&board.sleep)],
        }
    }

    /// One of the two currents: the user's, or the profile's.
    fn supply(
        &self,
        name: &'static str,
        option: &'static str,
        given: &Option<CurrentGiven>,
        list: &mut Vec<Source>,
    ) -> Result<Supply, Diagnostic> {
        let is_active = name == "active current";
        if let Some(CurrentGiven { amperes, volts, given }) = given {
            let own = [self.active.map(|(current, _)| current), self.sleep.map(|(current, _)| current)];
            let of_profile = own.iter().flatten().next().map(|current| current.volts);
            let volts = volts.or(of_profile).ok_or_else(|| {
                Diagnostic::error(format!("the board's profile has no voltage for the current `{given}`"))
                    .at(Place::option(&option[2..]))
                    .help(format!("give it with the current: {option} {given}@3.3V"))
            })?;
            list.push(Source::given(name, option).worth(amount(*amperes, volts)));
            return Ok(Supply::Known(Power { amperes: *amperes, volts, clock: None }));
        }
        let (known, detail, clock) = match (is_active, self.active, self.sleep) {
            (true, Some((current, clock)), _) => {
                (current, format!(" at {}", quantity(clock as f64, "Hz")), Some(clock))
            }
            (false, _, Some((current, mode))) => (current, format!(", {mode}"), None),
            _ => {
                let give = format!("{option} {}", if is_active { "4.6mA@3.3V" } else { "3uA@3.3V" });
                list.push(Source {
                    name,
                    value: "not known".to_owned(),
                    status: "unknown",
                    origin: self.notes[usize::from(!is_active)]
                        .unwrap_or("the board's profile has none")
                        .to_owned(),
                });
                return Ok(Supply::Unknown(Figure::missing(&format!("the board's {name}"), &give)));
            }
        };
        let Current { amperes, volts, status, ref source } = *known;
        list.push(Source {
            name,
            value: amount(amperes, volts) + &detail,
            status: status.name(),
            origin: source.clone(),
        });
        Ok(Supply::Known(Power { amperes, volts, clock }))
    }
}

fn amount(amperes: f64, volts: f64) -> String {
    format!("{} at {} V", quantity(amperes, "A"), digits(volts))
}

/// Where the cycles come from, and how far they can be relied on.
pub(super) fn of_cycles(board: &Board, cycles: &Figure) -> Option<Source> {
    let cycles = cycles.value()?;
    let core = Core::of_board(board).unwrap_or(Core::Portable);
    let of_core = match (core, board.core.as_str()) {
        (Core::Armv6m, "cortex-m23") => "Cortex-M23: modelled as a Cortex-M0+",
        (Core::Armv6m, "cortex-m0") => "Cortex-M0: modelled as a Cortex-M0+ with a multiplier of one cycle",
        (Core::Armv8m, _) => "modelled as a Cortex-M4: Arm publishes no cycles for this core",
        (Core::Armv7em, "cortex-m7") => {
            "modelled as a Cortex-M4: a Cortex-M7 issues two instructions at once and needs far fewer cycles"
        }
        (Core::Armv81m, _) => {
            "instructions, not cycles: what a vector instruction takes depends on its neighbours"
        }
        (Core::Riscv32, _) => "modelled as a short pipeline (load 2 cycles, taken branch 3), no certain chip",
        _ => "flash without wait states",
    };
    let layers: usize =
        cost::all().iter().filter(|fitted| fitted.core == core).map(|fitted| fitted.layers).sum();
    let measured = match layers {
        0 => String::new(),
        layers => format!(", fitted to {layers} layers measured in the emulator"),
    };
    Some(Source {
        name: "cycles",
        value: super::text::grouped(cycles),
        status: "modelled",
        origin: format!("cost models{measured}; {of_core}"),
    })
}
