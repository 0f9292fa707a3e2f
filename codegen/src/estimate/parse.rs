//! Rates, batteries, currents and clocks as users write them.

use std::str::FromStr;

/// How often a model runs.
#[derive(Clone, Debug, PartialEq)]
pub struct Rate {
    /// Inferences per second.
    pub per_second: f64,
    /// As it was given.
    pub given: String,
}

/// A battery.
#[derive(Clone, Debug, PartialEq)]
pub struct Battery {
    /// Capacity in mAh.
    pub milliampere_hours: f64,
    /// Voltage.
    pub volts: f64,
    /// Where the figures come from; none if they were given.
    pub source: Option<&'static str>,
    /// As it was given.
    pub given: String,
}

/// A current that takes the place of the profile's.
#[derive(Clone, Debug, PartialEq)]
pub struct CurrentGiven {
    /// Amperes.
    pub amperes: f64,
    /// Supply voltage; the profile's if none.
    pub volts: Option<f64>,
    /// As it was given.
    pub given: String,
}

impl Battery {
    /// Energy in joules, at the nominal voltage.
    pub fn joules(&self) -> f64 {
        self.milliampere_hours * 3.6 * self.volts
    }
}

/// A positive number, and what stands behind it.
fn number(text: &str) -> Option<(f64, &str)> {
    let text = text.trim();
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (digits, unit) = text.split_at(end);
    let value: f64 = digits.parse().ok()?;
    (value.is_finite() && value > 0.0).then_some((value, unit.trim()))
}

impl FromStr for Rate {
    type Err = String;

    fn from_str(given: &str) -> Result<Rate, String> {
        let bad = || format!("`{given}` is not a rate; write it as 2/s, 10/min, 4/h or 1/day");
        let (count, unit) = number(given).ok_or_else(bad)?;
        let seconds = match unit.strip_prefix('/').map(str::trim) {
            Some("s") => 1.0,
            Some("min") => 60.0,
            Some("h") => 3600.0,
            Some("day") => 86_400.0,
            _ => return Err(bad()),
        };
        Ok(Rate { per_second: count / seconds, given: given.trim().to_owned() })
    }
}

impl FromStr for Battery {
    type Err = String;

    fn from_str(given: &str) -> Result<Battery, String> {
        let bad =
            || format!("`{given}` is not a battery; write cr2032, or capacity and voltage as 1200mAh@3.7V");
        if given.eq_ignore_ascii_case("cr2032") {
            return Ok(Battery {
                milliampere_hours: 235.0,
                volts: 3.0,
                source: Some(
                    "Energizer CR2032 product datasheet: typical capacity to 2.0 V at 15 kΩ (0.19 mA), 21 °C; at currents of \
                     milliamperes it is less",
                ),
                given: given.to_owned(),
            });
        }
        let (capacity, volts) = given.split_once('@').ok_or_else(bad)?;
        let (milliampere_hours, capacity_unit) = number(capacity).ok_or_else(bad)?;
        let milliampere_hours = match capacity_unit {
            "" | "mAh" => milliampere_hours,
            "Ah" => milliampere_hours * 1000.0,
            _ => return Err(bad()),
        };
        match number(volts) {
            Some((volts, "" | "V")) => {
                Ok(Battery { milliampere_hours, volts, source: None, given: given.trim().to_owned() })
            }
            _ => Err(bad()),
        }
    }
}

impl FromStr for CurrentGiven {
    type Err = String;

    fn from_str(given: &str) -> Result<CurrentGiven, String> {
        let bad = || {
            format!(
                "`{given}` is not a current; write it as 4.6mA, 12uA or 900nA, with a voltage as 4.6mA@3.3V"
            )
        };
        let (current, volts) = match given.split_once('@') {
            Some((current, volts)) => (current, Some(volts)),
            None => (given, None),
        };
        let (value, unit) = number(current).ok_or_else(bad)?;
        let parts = match unit {
            "A" => 1.0,
            "mA" => 1e3,
            "uA" | "µA" => 1e6,
            "nA" => 1e9,
            _ => return Err(bad()),
        };
        let volts = match volts.map(number) {
            None => None,
            Some(Some((volts, "" | "V"))) => Some(volts),
            Some(_) => return Err(bad()),
        };
        Ok(CurrentGiven { amperes: value / parts, volts, given: given.trim().to_owned() })
    }
}

/// A clock in Hz.
pub fn clock(given: &str) -> Result<u64, String> {
    let bad = || format!("`{given}` is not a clock; write it as 64MHz");
    let (value, unit) = number(given).ok_or_else(bad)?;
    let hertz = match unit {
        "MHz" => value * 1e6,
        "kHz" => value * 1e3,
        "Hz" => value,
        "GHz" => value * 1e9,
        _ => return Err(bad()),
    };
    // No processor is faster than its quartz by a million.
    if (1.0..=1e11).contains(&hertz) { Ok(hertz.round() as u64) } else { Err(bad()) }
}
