//! Axes in another order.

mod import;
#[cfg(test)]
mod test;

use crate::ir::attributes::attributes;
use crate::ir::{Descriptor, Fault, Map, Shape};

use crate::ops::movement::moved::{Movement, moves};

attributes! {
    /// Axis `i` of the result is axis `perm[i]` of the operand; elements are moved bit for bit.
    pub struct Transpose {
        /// A permutation of the axes.
        pub perm: Vec<usize>,
    }
}

/// The operator table's entry.
pub static DESCRIPTOR: Descriptor = Descriptor {
    name: "transpose",
    parse: Transpose::parse,
    #[cfg(feature = "tflite")]
    tflite: &[("TRANSPOSE", import::tflite)],
    #[cfg(feature = "onnx")]
    onnx: &[],
};

impl Transpose {
    /// Whether, for an operand of this shape, no element moves: only axes of extent 1 change places.
    pub fn is_reshape(&self, shape: &Shape) -> bool {
        let moving: Vec<usize> = self
            .perm
            .iter()
            .copied()
            .filter(|&axis| shape.dims().get(axis).is_some_and(|&dim| dim != 1))
            .collect();
        moving.is_sorted()
    }

    /// The transposition that does what `first` and then this one do; none if they are for different ranks.
    pub fn after(&self, first: &Transpose) -> Option<Transpose> {
        let perm = self.perm.iter().map(|&axis| first.perm.get(axis).copied()).collect::<Option<_>>()?;
        (self.perm.len() == first.perm.len()).then_some(Transpose { perm })
    }
}

moves!(Transpose);

impl Movement for Transpose {
    const LABEL: &'static str = "Transpose";

    fn map(&self, operand: &Shape) -> Result<Map, Fault> {
        let permuted = (self.perm.len() == operand.rank()).then(|| Map::identity(operand).permute(&self.perm).ok());
        permuted.flatten().ok_or_else(|| format!("{:?} is not a permutation of the axes of {operand}", self.perm))
    }

    fn note(&self) -> String {
        format!("axes {}", self.perm.iter().map(usize::to_string).collect::<Vec<_>>().join(", "))
    }
}
