//! Places along some axes, by their numbers: gathers by constants, borders that mirror, and the nearest pixels of another size.

mod import;
#[cfg(feature = "onnx")]
mod import_onnx;
#[cfg(any(feature = "onnx", feature = "tflite"))]
pub(super) mod mirror;
#[cfg(test)]
mod test;

use crate::ir::attributes::attributes;
use crate::ir::{Descriptor, Fault, Map, Shape};
use crate::ops::movement::moved::{Movement, moves};

attributes! {
    /// Along each of `axes` the places with these numbers, in this order, as often as they are named; the other axes whole.
    pub struct Select {
        /// The axes.
        pub axes: Vec<usize>,
        /// For each of them, the places.
        pub places: Vec<Vec<usize>>,
    }
}

/// The operator table's entry.
pub static DESCRIPTOR: Descriptor = Descriptor {
    name: "select",
    parse: Select::parse,
    #[cfg(feature = "tflite")]
    tflite: import::OPERATORS,
    #[cfg(feature = "onnx")]
    onnx: import_onnx::OPERATORS,
};

#[cfg(any(feature = "onnx", feature = "tflite"))]
impl Select {
    /// The selection of these places, in which axes that stay as they are are left out.
    pub(crate) fn of(selected: impl IntoIterator<Item = (usize, Vec<usize>)>, shape: &Shape) -> Select {
        let stays = |axis: usize, places: &[usize]| {
            let whole = shape.dims().get(axis).copied().unwrap_or_default();
            places.iter().copied().eq(0..whole)
        };
        let (axes, places) = selected.into_iter().filter(|(axis, places)| !stays(*axis, places)).unzip();
        Select { axes, places }
    }
}

moves!(Select);

impl Movement for Select {
    const LABEL: &'static str = "Select";

    fn map(&self, operand: &Shape) -> Result<Map, Fault> {
        if self.axes.len() != self.places.len() {
            return Err("has not one list of places for each axis".to_owned());
        }
        let mut all = self.axes.iter().zip(&self.places);
        all.try_fold(Map::identity(operand), |map, (&axis, places)| map.select(axis, places.iter().copied()))
    }

    fn note(&self) -> String {
        let words = self.axes.iter().zip(&self.places).map(|(axis, places)| match places.as_slice() {
            [first, .., last] => format!("axis {axis}: {} places from {first} to {last}", places.len()),
            few => format!("axis {axis}: {few:?}"),
        });
        words.collect::<Vec<_>>().join("; ")
    }
}
