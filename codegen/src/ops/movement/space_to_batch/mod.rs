//! Blocks of places along some axes as images of a batch.

mod import;
#[cfg(test)]
mod test;

use crate::ir::attributes::attributes;
use crate::ir::{Descriptor, Fault, Map, Shape};
use crate::ops::movement::moved::{Movement, moves};

attributes! {
    /// A tensor `[N, b1·H, b2·W, …]` as `[b1·b2·N, H, W, …]`: each image of the result has every `b1`-th row and every `b2`-th column. The
    /// first row and column within a block are the outermost parts of the batch's order.
    pub struct SpaceToBatch {
        /// Places of a block along axis 1, 2, …; axes behind them stay.
        pub blocks: Vec<usize>,
    }
}

/// The operator table's entry.
pub static DESCRIPTOR: Descriptor = Descriptor {
    name: "space_to_batch",
    parse: SpaceToBatch::parse,
    #[cfg(feature = "tflite")]
    tflite: import::OPERATORS,
    #[cfg(feature = "onnx")]
    onnx: &[],
};

moves!(SpaceToBatch);

impl Movement for SpaceToBatch {
    const LABEL: &'static str = "SpaceToBatch";

    fn map(&self, operand: &Shape) -> Result<Map, Fault> {
        let extents = operand.dims().iter().skip(1).zip(&self.blocks);
        let whole = extents.clone().all(|(extent, &block)| block > 0 && extent.is_multiple_of(block));
        if extents.len() != self.blocks.len() || !whole {
            return Err(format!("{operand} is not made of blocks of {:?} places along the axes behind the first", self.blocks));
        }
        let mut map = Map::identity(operand);
        for (axis, (extent, &block)) in extents.enumerate() {
            map = map.split(1 + 2 * axis, extent / block, block)?;
        }
        // The blocks' places in front, then what is left of each axis.
        let count = self.blocks.len();
        let places = (0..count).map(|axis| 2 + 2 * axis);
        let rest = (0..count).map(|axis| 1 + 2 * axis).chain(1 + 2 * count..operand.rank() + count);
        map = map.permute(&places.chain([0]).chain(rest).collect::<Vec<_>>())?;
        (0..count).try_fold(map, |map, _| map.merge(0))
    }

    fn note(&self) -> String {
        format!("blocks {}", self.blocks.iter().map(usize::to_string).collect::<Vec<_>>().join("×"))
    }
}
