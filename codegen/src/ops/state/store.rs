//! A value in a place of its own, where the next inference reads it. Importers make none: the compiler puts one where a kernel cannot compute
//! the next value of a state where its present one is.

use crate::ir::attributes::attributes;
use crate::ir::{Descriptor, Fault, Map, Shape};
use crate::ops::movement::moved::{Movement, moves};

attributes! {
    /// The operand, at another place.
    pub struct Store {}
}

/// The operator table's entry.
pub static DESCRIPTOR: Descriptor = Descriptor {
    name: "store",
    parse: Store::parse,
    #[cfg(feature = "tflite")]
    tflite: &[],
    #[cfg(feature = "onnx")]
    onnx: &[],
};

moves!(Store);

impl Movement for Store {
    const LABEL: &'static str = "Store";

    fn map(&self, operand: &Shape) -> Result<Map, Fault> {
        Ok(Map::identity(operand))
    }

    fn note(&self) -> String {
        String::new()
    }
}
