//! Blocks of pixels as channels.

mod import;
#[cfg(feature = "onnx")]
mod import_onnx;
#[cfg(test)]
mod test;

use crate::ir::attributes::attributes;
use crate::ir::{Descriptor, Fault, Map, Shape};
use crate::ops::movement::moved::{Movement, moves};

attributes! {
    /// An image `[N, B·H, B·W, C]` as `[N, H, W, B·B·C]`: a block of `block` × `block` pixels are the channels of one pixel, row by row.
    pub struct SpaceToDepth {
        /// Rows and columns of a block.
        pub block: usize,
    }
}

/// The operator table's entry.
pub static DESCRIPTOR: Descriptor = Descriptor {
    name: "space_to_depth",
    parse: SpaceToDepth::parse,
    #[cfg(feature = "tflite")]
    tflite: import::OPERATORS,
    #[cfg(feature = "onnx")]
    onnx: import_onnx::OPERATORS,
};

moves!(SpaceToDepth);

impl Movement for SpaceToDepth {
    const LABEL: &'static str = "SpaceToDepth";

    fn map(&self, operand: &Shape) -> Result<Map, Fault> {
        let block = self.block;
        let &[_, height, width, _] = operand.dims() else {
            return Err(format!("expects an image [N,H,W,C], got {operand}"));
        };
        if block == 0 || !height.is_multiple_of(block) || !width.is_multiple_of(block) {
            return Err(format!("{operand} is not made of blocks of {block}×{block} pixels"));
        }
        let blocks = Map::identity(operand).split(1, height / block, block)?.split(3, width / block, block)?;
        blocks.permute(&[0, 1, 3, 2, 4, 5])?.merge(4)?.merge(3)
    }

    fn note(&self) -> String {
        format!("blocks {0}×{0}", self.block)
    }
}
