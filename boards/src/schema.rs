//! The keys of a profile, as written.
//!
//! What serde can say well is an error here (a missing, unknown or mistyped key); keys whose absence depends on others are
//! options, and the validators say what is missing.

use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Profile {
    pub(crate) name: String,
    pub(crate) title: String,
    pub(crate) page: String,
    pub(crate) mcu: String,
    pub(crate) core: String,
    pub(crate) target: String,
    pub(crate) flash: usize,
    pub(crate) clock: Option<u64>,
    pub(crate) source: String,
    #[serde(default)]
    pub(crate) emulator: bool,
    #[serde(default)]
    pub(crate) ram: Vec<Region>,
    pub(crate) active: Option<Active>,
    pub(crate) sleep: Option<Sleep>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Region {
    pub(crate) name: String,
    pub(crate) bytes: usize,
    #[serde(default)]
    pub(crate) arena: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Active {
    pub(crate) current: Current,
    pub(crate) clock: Option<u64>,
    pub(crate) volts: Option<f64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Sleep {
    pub(crate) current: Current,
    pub(crate) mode: Option<String>,
    pub(crate) volts: Option<f64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Current {
    pub(crate) value: Option<f64>,
    pub(crate) unit: Option<String>,
    pub(crate) status: String,
    pub(crate) source: Option<String>,
}
