//! Blocks of channels as blocks of pixels.

mod import;
#[cfg(feature = "onnx")]
mod import_onnx;
#[cfg(test)]
mod test;

use crate::ir::attributes::attributes;
use crate::ir::{Descriptor, Fault, Map, Shape};
use crate::ops::movement::moved::{Movement, moves};

attributes! {
    /// An image `[N, H, W, B·B·C]` as `[N, B·H, B·W, C]`: the channels of a pixel are a block of `block` × `block` pixels.
    pub struct DepthToSpace {
        /// Rows and columns of a block.
        pub block: usize,
        /// Whether the block's rows and columns are the outermost parts of the channels' order (ONNX: `DCR`, and TFLite), or its innermost
        /// (`CRD`).
        pub blocks_outermost: bool,
    }
}

/// The operator table's entry.
pub static DESCRIPTOR: Descriptor = Descriptor {
    name: "depth_to_space",
    parse: DepthToSpace::parse,
    #[cfg(feature = "tflite")]
    tflite: import::OPERATORS,
    #[cfg(feature = "onnx")]
    onnx: import_onnx::OPERATORS,
};

moves!(DepthToSpace);

impl Movement for DepthToSpace {
    const LABEL: &'static str = "DepthToSpace";

    fn map(&self, operand: &Shape) -> Result<Map, Fault> {
        let area = self.block.checked_mul(self.block).filter(|&area| area > 0);
        let (&[_, _, _, channels], Some(area)) = (operand.dims(), area) else {
            return Err(format!("expects an image [N,H,W,C] and a block, got {operand} and {}", self.block));
        };
        if !channels.is_multiple_of(area) {
            return Err(format!("{channels} channels are no blocks of {0}×{0}", self.block));
        }
        let (block, depth) = (self.block, channels / area);
        let image = Map::identity(operand);
        let blocks = match self.blocks_outermost {
            true => image.split(3, block, block * depth)?.split(4, block, depth)?.permute(&[0, 1, 3, 2, 4, 5])?,
            false => image.split(3, depth, area)?.split(4, block, block)?.permute(&[0, 1, 4, 2, 5, 3])?,
        };
        blocks.merge(1)?.merge(2)
    }

    fn note(&self) -> String {
        format!("blocks {0}×{0}", self.block)
    }
}
