//! What a measurement says.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::modes::Mode;
use super::tally::Tally;

/// A measured model on a core.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Measurement {
    /// The model's name.
    pub(super) model: String,
    /// How it was compiled.
    #[serde(skip_serializing_if = "Mode::is_balanced", default)]
    pub(super) mode: Mode,
    /// The core's name.
    pub(super) core: String,
    /// Nominal multiply-accumulates: those of the model file, whether or not they are carried out.
    pub(super) macs: u64,
    /// What one inference does.
    #[serde(flatten)]
    pub(super) tally: Tally,
    /// Bytes.
    pub(super) memory: Memory,
    /// How the results were judged.
    pub(super) results: Results,
    /// By layer, if that was asked for.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub(super) layers: Vec<LayerTally>,
    /// By function.
    #[serde(skip)]
    pub(super) functions: BTreeMap<String, Tally>,
}

/// Bytes that a model needs, beyond the same program without a model.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Memory {
    /// RAM: the arena.
    pub(super) arena: u64,
    /// RAM: static data beside the arena.
    pub(super) other_ram: u64,
    /// RAM: stack of an inference, interrupts off.
    pub(super) stack: u64,
    /// Flash: weights and biases.
    pub(super) weights: u64,
    /// Flash: requantisation parameters, tables and other constants.
    pub(super) constants: u64,
    /// Flash: machine code.
    pub(super) code: u64,
}

/// How the results of the measured inference compare.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Results {
    /// They are the reference's, in every byte.
    Golden,
    /// There is no reference: their FNV-1a hash, which must be the same on every core.
    Hash(String),
}

impl Measurement {
    /// What was measured: the model and, unless it is the default, the mode.
    pub(super) fn title(&self) -> String {
        match self.mode {
            Mode::Balanced => self.model.clone(),
            mode => format!("{}, {}", self.model, mode.words()),
        }
    }

    /// Whether it is of this model, compiled so, on this core.
    pub(super) fn is_of(&self, model: &str, mode: Mode, core: &str) -> bool {
        self.model == model && self.mode == mode && self.core == core
    }

    /// Whether both are of the same.
    pub(super) fn is_of_same(&self, other: &Measurement) -> bool {
        self.is_of(&other.model, other.mode, &other.core)
    }
}

impl Memory {
    /// RAM in all.
    pub(super) fn ram(&self) -> u64 {
        self.arena + self.other_ram + self.stack
    }

    /// Flash in all.
    pub(super) fn flash(&self) -> u64 {
        self.weights + self.constants + self.code
    }
}

impl Results {
    /// Compares results with the reference's, if there are some.
    ///
    /// # Errors
    /// They are not the reference's.
    pub(super) fn judge(outputs: &[u8], golden: Option<&[u8]>) -> Result<Results, String> {
        match golden {
            Some(golden) if golden == outputs => Ok(Results::Golden),
            Some(golden) => {
                let wrong = golden.iter().zip(outputs).filter(|(a, b)| a != b).count();
                Err(format!(
                    "the results are not the reference's: {wrong} of {} bytes differ; nothing was measured that counts",
                    golden.len()
                ))
            }
            None => {
                let hash = outputs.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
                    (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
                });
                Ok(Results::Hash(format!("{hash:016x}")))
            }
        }
    }
}

impl fmt::Display for Results {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Results::Golden => "golden",
            Results::Hash(hash) => hash,
        })
    }
}

/// What a layer did.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct LayerTally {
    /// The layer's type in the generated code.
    pub(super) layer: String,
    /// The kernel's module.
    pub(super) kernel: String,
    /// Shapes in words.
    pub(super) description: String,
    /// The constants of the kernel's shape type.
    pub(super) shape: BTreeMap<String, Value>,
    /// Whether it is the first call of its node, at which the node's multiply-accumulates and prediction stand.
    pub(super) first_of_node: bool,
    /// Multiply-accumulates of the node.
    pub(super) macs: u64,
    /// Cycles as the compiler's cost model predicts them.
    pub(super) predicted_cycles: Option<u64>,
    /// What it did.
    #[serde(flatten)]
    pub(super) tally: Tally,
}

#[cfg(test)]
pub(super) mod test {
    use super::{LayerTally, Measurement, Memory, Mode, Results};
    use crate::mcu_bench::tally::Tally;

    /// Figures of a model, all but the instructions made up.
    pub(in crate::mcu_bench) fn measurement(model: &str, core: &str, instructions: u64) -> Measurement {
        Measurement {
            model: model.to_owned(),
            mode: Mode::Balanced,
            core: core.to_owned(),
            macs: 1000,
            tally: Tally { instructions, cycles: 2 * instructions, ..Tally::default() },
            memory: Memory { arena: 100, other_ram: 0, stack: 200, weights: 1000, constants: 50, code: 3000 },
            results: Results::Golden,
            layers: Vec::new(),
            functions: [].into(),
        }
    }

    /// A layer of so many cycles.
    pub(in crate::mcu_bench) fn layer(cycles: u64, predicted_cycles: Option<u64>) -> LayerTally {
        LayerTally {
            layer: "Conv1".to_owned(),
            kernel: "conv2d_s8".to_owned(),
            description: String::new(),
            shape: [("GROUPS".to_owned(), 1.into())].into(),
            first_of_node: true,
            macs: 8,
            predicted_cycles,
            tally: Tally { instructions: cycles, cycles, ..Tally::default() },
        }
    }

    #[test]
    fn results_are_the_references_or_nothing_is_measured() {
        assert_eq!(Results::judge(&[1, 2], Some(&[1, 2])), Ok(Results::Golden));
        assert!(Results::judge(&[1, 3], Some(&[1, 2])).unwrap_err().contains("1 of 2 bytes"));
        assert!(Results::judge(&[1], Some(&[1, 2])).is_err());
        // The hash of the letter `a`, from FNV's test vectors.
        assert_eq!(Results::judge(b"a", None), Ok(Results::Hash("af63dc4c8601ec8c".to_owned())));
    }
}
