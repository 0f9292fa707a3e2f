//! Images of a batch as blocks of places along some axes.

mod import;

use crate::ir::attributes::attributes;
use crate::ir::{Descriptor, Fault, Map, Shape};
use crate::ops::movement::moved::{Movement, moves};

attributes! {
    /// A batch `[b1·b2·N, H, W, …]` as `[N, b1·H, b2·W, …]`, which undoes [`SpaceToBatch`](super::space_to_batch::SpaceToBatch).
    pub struct BatchToSpace {
        /// Places of a block along axis 1, 2, …; axes behind them stay.
        pub blocks: Vec<usize>,
    }
}

/// The operator table's entry.
pub static DESCRIPTOR: Descriptor = Descriptor {
    name: "batch_to_space",
    parse: BatchToSpace::parse,
    #[cfg(feature = "tflite")]
    tflite: import::OPERATORS,
    #[cfg(feature = "onnx")]
    onnx: &[],
};

moves!(BatchToSpace);

impl Movement for BatchToSpace {
    const LABEL: &'static str = "BatchToSpace";

    fn map(&self, operand: &Shape) -> Result<Map, Fault> {
        let places = self.blocks.iter().try_fold(1usize, |product, &block| product.checked_mul(block));
        let batch = operand.dims().first().copied().unwrap_or_default();
        let Some(places) = places.filter(|&places| places > 0 && batch.is_multiple_of(places)) else {
            return Err(format!("the batch of {operand} is not made of blocks of {:?} places", self.blocks));
        };
        let count = self.blocks.len();
        if operand.rank() <= count {
            return Err(format!("has blocks along {count} axes behind the first, but the operand is {operand}"));
        }
        let mut map = Map::identity(operand);
        let mut inner = batch;
        debug_assert!(batch >= places);
        for (axis, &block) in self.blocks.iter().enumerate() {
            inner /= block;
            map = map.split(axis, block, inner)?;
        }
        // The images' own number, then each axis with the block's places inside.
        let along = (0..count).flat_map(|axis| [count + 1 + axis, axis]);
        let rest = 2 * count + 1..operand.rank() + count;
        map = map.permute(&[count].into_iter().chain(along).chain(rest).collect::<Vec<_>>())?;
        (0..count).try_fold(map, |map, axis| map.merge(1 + axis))
    }

    fn note(&self) -> String {
        format!("blocks {}", self.blocks.iter().map(usize::to_string).collect::<Vec<_>>().join("×"))
    }
}
