//! Post-training quantisation of float models.

use std::path::PathBuf;

use crate::config::Options;
use crate::diagnostic::Diagnostics;
use crate::ir::Graph;

/// How well the quantised model follows the float model.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    /// Signal-to-noise ratio of each quantised tensor, in dB.
    pub layers: Vec<(String, f32)>,
}

/// Quantises a float graph as the options say; does nothing to a quantised one.
pub fn run(
    _graph: &mut Graph,
    _options: &Options,
    _notes: &mut Diagnostics,
    _files: &mut Vec<PathBuf>,
    _observe: &mut dyn FnMut(&str, &Graph),
) -> Result<Option<Report>, Diagnostics> {
    Ok(None)
}
