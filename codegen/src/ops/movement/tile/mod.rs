//! Repeated along axes: tiles, and what broadcasting does to a tensor.

mod import;
#[cfg(feature = "onnx")]
mod import_onnx;
#[cfg(test)]
mod test;

use crate::ir::attributes::attributes;
use crate::ir::{Descriptor, Fault, Map, Shape};
use crate::limits;
use crate::ops::movement::moved::{Movement, moves};

attributes! {
    /// The operand as often along each axis as `repeats` says, one behind the other.
    pub struct Tile {
        /// For each axis, how often.
        pub repeats: Vec<usize>,
    }
}

/// The operator table's entry.
pub static DESCRIPTOR: Descriptor = Descriptor {
    name: "tile",
    parse: Tile::parse,
    #[cfg(feature = "tflite")]
    tflite: import::OPERATORS,
    #[cfg(feature = "onnx")]
    onnx: import_onnx::OPERATORS,
};

#[cfg(any(feature = "onnx", feature = "tflite"))]
impl Tile {
    /// The tile that broadcasts `from` to `to`, which has as many axes; a fault if an extent is neither 1 nor the same.
    pub(super) fn broadcasting(from: &[usize], to: &[usize]) -> Result<Tile, Fault> {
        let repeats = from.iter().zip(to).map(|(&own, &wanted)| match own {
            _ if own == wanted => Some(1),
            1 => Some(wanted),
            _ => None,
        });
        let repeats = repeats.collect::<Option<Vec<_>>>().filter(|_| from.len() == to.len());
        Ok(Tile { repeats: repeats.ok_or_else(|| format!("cannot expand {from:?} to {to:?}"))? })
    }
}

moves!(Tile);

impl Movement for Tile {
    const LABEL: &'static str = "Tile";

    fn map(&self, operand: &Shape) -> Result<Map, Fault> {
        if self.repeats.len() != operand.rank() {
            return Err(format!("repeats {} axes, but {operand} has {}", self.repeats.len(), operand.rank()));
        }
        let extents = operand.dims().iter().zip(&self.repeats).map(|(dim, times)| dim.saturating_mul(*times));
        limits::elements(&extents.collect::<Vec<_>>())?;
        self.repeats.iter().zip(operand.dims()).enumerate().try_fold(
            Map::identity(operand),
            |map, (axis, (&times, &extent))| map.select(axis, (0..times).flat_map(|_| 0..extent)),
        )
    }

    fn note(&self) -> String {
        let times: Vec<String> = self.repeats.iter().map(usize::to_string).collect();
        format!("{} times", times.join("×"))
    }
}
