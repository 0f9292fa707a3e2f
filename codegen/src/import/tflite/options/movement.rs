//! The options of operators that move elements.

use super::super::flatbuffer::{Field, Result};
use super::super::schema::{BuiltinOperator, Operator};
use super::table::Options;

/// STRIDED_SLICE. Bit `i` of a mask is about axis `i`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StridedSliceOptions {
    /// Axes that begin at their first place (backwards: their last).
    pub begin_mask: i32,
    /// Axes that are taken to their end.
    pub end_mask: i32,
    /// A place where axes are left out.
    pub ellipsis_mask: i32,
    /// Axes that are new.
    pub new_axis_mask: i32,
    /// Axes of which one place is taken, and which then go.
    pub shrink_axis_mask: i32,
    /// Whether ends count from the begins.
    pub offset: bool,
}

/// SPLIT.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SplitOptions {
    /// Number of parts.
    pub num_splits: usize,
}

/// PACK and UNPACK.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PackOptions {
    /// The axis that comes or goes; negative counts from the last.
    pub axis: i32,
}

/// GATHER.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GatherOptions {
    /// The axis; negative counts from the last.
    pub axis: i32,
    /// How many axes operand and indices have in common.
    pub batch_dims: i32,
}

/// MIRROR_PAD.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MirrorPadOptions {
    /// Whether the outermost places are mirrored, too.
    pub symmetric: bool,
}

/// RESIZE_NEAREST_NEIGHBOR and RESIZE_BILINEAR.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ResizeOptions {
    /// Whether the outermost pixels of both images lie on each other.
    pub align_corners: bool,
    /// Whether pixels are where their centres are.
    pub half_pixel_centers: bool,
}

/// SPACE_TO_DEPTH and DEPTH_TO_SPACE.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BlockOptions {
    /// Rows and columns of a block.
    pub block: usize,
}

impl StridedSliceOptions {
    /// Reads the options of `operator`.
    pub fn read(operator: &Operator<'_>) -> Result<Self> {
        let options = Options::open(operator, 32, "StridedSliceOptions")?;
        let mask = |slot, name| options.scalar(Field::new(slot, name), 0);
        Ok(StridedSliceOptions {
            begin_mask: mask(0, "begin_mask")?,
            end_mask: mask(1, "end_mask")?,
            ellipsis_mask: mask(2, "ellipsis_mask")?,
            new_axis_mask: mask(3, "new_axis_mask")?,
            shrink_axis_mask: mask(4, "shrink_axis_mask")?,
            offset: options.bool(5, "offset", false)?,
        })
    }
}

impl SplitOptions {
    /// Reads the options of `operator`.
    pub fn read(operator: &Operator<'_>) -> Result<Self> {
        let options = Options::open(operator, 35, "SplitOptions")?;
        Ok(SplitOptions { num_splits: options.positive(0, "num_splits", 0)? })
    }
}

impl PackOptions {
    /// Reads the options of `operator`, whose code decides which table they must be.
    pub fn read(operator: &Operator<'_>) -> Result<Self> {
        let (tag, name) = match operator.builtin {
            BuiltinOperator::PACK => (59, "PackOptions"),
            _ => (64, "UnpackOptions"),
        };
        let options = Options::open(operator, tag, name)?;
        Ok(PackOptions { axis: options.scalar(Field::new(1, "axis"), 0)? })
    }
}

impl GatherOptions {
    /// Reads the options of `operator`.
    pub fn read(operator: &Operator<'_>) -> Result<Self> {
        let options = Options::open(operator, 23, "GatherOptions")?;
        Ok(GatherOptions {
            axis: options.scalar(Field::new(0, "axis"), 0)?,
            batch_dims: options.scalar(Field::new(1, "batch_dims"), 0)?,
        })
    }
}

impl MirrorPadOptions {
    /// Reads the options of `operator`.
    pub fn read(operator: &Operator<'_>) -> Result<Self> {
        let options = Options::open(operator, 77, "MirrorPadOptions")?;
        let symmetric = options.choice(Field::new(0, "mode"), |code| match code {
            0 => Some(false),
            1 => Some(true),
            _ => None,
        })?;
        Ok(MirrorPadOptions { symmetric })
    }
}

impl ResizeOptions {
    /// Reads the options of `operator`.
    pub fn read(operator: &Operator<'_>) -> Result<Self> {
        let (tag, name, first) = match operator.builtin {
            // Behind a height and a width that are not used any more.
            BuiltinOperator::RESIZE_BILINEAR => (15, "ResizeBilinearOptions", 2),
            _ => (74, "ResizeNearestNeighborOptions", 0),
        };
        let options = Options::open(operator, tag, name)?;
        Ok(ResizeOptions {
            align_corners: options.bool(first, "align_corners", false)?,
            half_pixel_centers: options.bool(first + 1, "half_pixel_centers", false)?,
        })
    }
}

impl BlockOptions {
    /// Reads the options of `operator`, whose code decides which table they must be.
    pub fn read(operator: &Operator<'_>) -> Result<Self> {
        let (tag, name) = match operator.builtin {
            BuiltinOperator::SPACE_TO_DEPTH => (19, "SpaceToDepthOptions"),
            _ => (94, "DepthToSpaceOptions"),
        };
        Ok(BlockOptions { block: Options::open(operator, tag, name)?.positive(0, "block_size", 0)? })
    }
}
