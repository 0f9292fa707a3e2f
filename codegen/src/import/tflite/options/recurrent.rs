//! Options of recurrent layers.

use super::super::flatbuffer::{Field, Result};
use super::super::schema::Operator;
use super::choice::Activation;
use super::table::Options;

/// SVDF.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SvdfOptions {
    /// Filters of a unit.
    pub rank: usize,
    /// Applied to the output.
    pub activation: Activation,
}

/// UNIDIRECTIONAL_SEQUENCE_LSTM.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SequenceLstmOptions {
    /// The function of the candidate and of the cell.
    pub activation: Activation,
    /// Largest magnitude of the cell; 0 for none.
    pub cell_clip: f32,
    /// Whether the first axis is time, and not the batch.
    pub time_major: bool,
}

impl SvdfOptions {
    /// Reads the options of `operator`.
    pub fn read(operator: &Operator<'_>) -> Result<Self> {
        let options = Options::open(operator, 6, "SVDFOptions")?;
        Ok(SvdfOptions { rank: options.positive(0, "rank", 0)?, activation: options.activation(1)? })
    }
}

impl SequenceLstmOptions {
    /// Reads the options of `operator`.
    pub fn read(operator: &Operator<'_>) -> Result<Self> {
        let options = Options::open(operator, 71, "UnidirectionalSequenceLSTMOptions")?;
        let time_major = options.scalar(Field::new(3, "time_major"), 0u8)? != 0;
        Ok(SequenceLstmOptions {
            activation: options.activation(0)?,
            cell_clip: options.finite(1, "cell_clip")?,
            time_major,
        })
    }
}
