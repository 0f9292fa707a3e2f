//! Electrical figures: what a board draws, and who says so.

/// A figure of a profile.
#[derive(Clone, Debug, PartialEq)]
pub enum Figure<T> {
    /// It has a source.
    Known(T),
    /// Nobody was found to state it.
    Unknown {
        /// Where it was looked for, if the profile says so.
        note: Option<String>,
    },
}

impl<T> Figure<T> {
    /// The figure, if it is known.
    pub fn known(&self) -> Option<&T> {
        match self {
            Figure::Known(figure) => Some(figure),
            Figure::Unknown { .. } => None,
        }
    }
}

/// How a figure came to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// The vendor states it as typical.
    Typical,
    /// Someone measured it.
    Measured,
}

impl Status {
    /// The word in profiles and reports.
    pub fn name(self) -> &'static str {
        match self {
            Status::Typical => "typical",
            Status::Measured => "measured",
        }
    }
}

/// A supply current.
#[derive(Clone, Debug, PartialEq)]
pub struct Current {
    /// Amperes.
    pub amperes: f64,
    /// Supply voltage at which it flows.
    pub volts: f64,
    /// How it came to be.
    pub status: Status,
    /// Document and table, section or characteristic.
    pub source: String,
}

impl Current {
    /// Power, in watts.
    pub fn watts(&self) -> f64 {
        self.amperes * self.volts
    }
}

/// What is drawn while the core computes.
#[derive(Clone, Debug, PartialEq)]
pub struct Active {
    /// Current.
    pub current: Current,
    /// Core clock at which it flows, in Hz.
    pub clock: u64,
}

impl Active {
    /// Energy of a clock cycle, in joules.
    pub fn joules_per_cycle(&self) -> f64 {
        self.current.watts() / self.clock as f64
    }
}

/// What is drawn between inferences.
#[derive(Clone, Debug, PartialEq)]
pub struct Sleep {
    /// Current.
    pub current: Current,
    /// The mode, in the vendor's words: what is retained and what wakes.
    pub mode: String,
}
