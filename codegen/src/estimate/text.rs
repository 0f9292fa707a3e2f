//! Estimates for readers.

use std::fmt::{self, Write};

use super::{Estimate, Figure};
use crate::wording::short_name;

/// A number with its thousands apart.
pub(super) fn grouped(number: f64) -> String {
    crate::wording::grouped(number.round() as u64)
}

/// Three significant digits, more where the whole part has them.
pub fn digits(value: f64) -> String {
    let magnitude = if value == 0.0 { 0 } else { value.abs().log10().floor() as i32 };
    let decimals = (2 - magnitude).clamp(0, 6) as usize;
    let text = format!("{value:.decimals$}");
    match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
        false => text,
    }
}

/// A value with the prefix of its unit that leaves one to three digits before the point.
pub fn quantity(value: f64, unit: &str) -> String {
    const PREFIXES: [(f64, &str); 7] =
        [(1e9, "G"), (1e6, "M"), (1e3, "k"), (1.0, ""), (1e-3, "m"), (1e-6, "µ"), (1e-9, "n")];
    let fits = |(scale, _): &&(f64, &str)| value.abs() >= *scale * 0.9995;
    let (scale, prefix) = PREFIXES.iter().find(fits).copied().unwrap_or((1e-9, "n"));
    format!("{} {prefix}{unit}", digits(value / scale))
}

/// A long time.
fn duration(seconds: f64) -> String {
    const DAY: f64 = 86_400.0;
    let (value, unit) = match seconds {
        s if s >= 2.0 * 365.25 * DAY => (s / (365.25 * DAY), "years"),
        s if s >= 2.0 * DAY => (s / DAY, "days"),
        s if s >= 2.0 * 3600.0 => (s / 3600.0, "hours"),
        s => (s / 60.0, "minutes"),
    };
    format!("{} {unit}", digits(value))
}

impl Estimate {
    /// The figures by name: what it is, its value or what is missing, and from what it was computed.
    pub fn figures(&self) -> Vec<(&'static str, String, String)> {
        let per_inference = |value: f64| format!("{} per inference", quantity(value, "J"));
        let percent = |value: f64| format!("{} %", digits(100.0 * value));
        let latency = |value: f64| format!("{} (at most {}/s)", quantity(value, "s"), digits(1.0 / value));
        let row = |name: &'static str, figure: &Figure, show: &dyn Fn(f64) -> String| match figure {
            Figure::Known { value, basis } => (name, show(*value), basis.clone()),
            Figure::Missing { reason, give } => {
                (name, "not estimated".to_owned(), format!("missing: {reason}; give {give}"))
            }
        };
        vec![
            row("latency", &self.latency, &latency),
            row("energy", &self.energy, &per_inference),
            row("busy", &self.busy, &percent),
            row("average power", &self.average_power, &|value| quantity(value, "W")),
            row("battery life", &self.battery_life, &duration),
            row("data not sent", &self.data_saved, &percent),
            row("cycles", &self.cycles, &grouped),
        ]
    }
}

/// How many layers are shown.
const LAYERS: usize = 3;

impl fmt::Display for Estimate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let clock = self.scenario.clock.or(self.board.clock);
        let clock = clock.map_or(String::new(), |clock| format!(" at {}", quantity(clock as f64, "Hz")));
        let rate = self.scenario.rate.as_ref().map_or(String::new(), |rate| format!(", {}", rate.given));
        writeln!(
            f,
            "{} on {} ({}, {}{clock}){rate}\n",
            self.model, self.board.title, self.board.name, self.board.core
        )?;
        let figures = self.figures();
        let names = figures.iter().map(|(name, ..)| name.chars().count()).max().unwrap_or(0);
        let values = figures.iter().map(|(_, value, _)| value.chars().count()).max().unwrap_or(0);
        for (name, value, basis) in &figures {
            writeln!(f, "{name:<names$}  {value:<values$}  {basis}")?;
        }
        if let Some(all) = self.cycles.value().filter(|all| *all > 0.0) {
            let mut shown = String::new();
            for layer in self.layers.iter().take(LAYERS) {
                let share = 100.0 * layer.cycles as f64 / all;
                let between = if shown.is_empty() { "" } else { ", " };
                write!(shown, "{between}`{}` {} %", short_name(&layer.name), digits(share))?;
            }
            writeln!(f, "{:<names$}  {shown}", "slowest")?;
        }
        writeln!(f, "\nwhere the values come from")?;
        for source in &self.sources {
            writeln!(f, "  {}: {} ({}: {})", source.name, source.value, source.status, source.origin)?;
        }
        Ok(())
    }
}
