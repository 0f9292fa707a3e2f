//! How TFLite writes selections: GATHER, MIRROR_PAD and RESIZE_NEAREST_NEIGHBOR.

#[cfg(feature = "tflite")]
pub(super) use tflite::OPERATORS;

#[cfg(feature = "tflite")]
mod tflite {
    use super::super::Select;
    use super::super::mirror::{Mode, places};
    use crate::import::tflite::options::{GatherOptions, MirrorPadOptions, ResizeOptions};
    use crate::import::tflite::{ImportFn, NodeImport};
    use crate::ir::Fault;
    use crate::ops::common::axes::resolve;
    use crate::ops::movement::import::{moved, place};

    /// The operators that import as selections.
    pub(in crate::ops::movement::select) const OPERATORS: &[(&str, ImportFn)] = &[
        ("GATHER", gather),
        ("MIRROR_PAD", mirror_pad),
        ("RESIZE_NEAREST_NEIGHBOR", resize_nearest_neighbor),
    ];

    fn gather(node: &mut NodeImport<'_>) -> Result<(), Fault> {
        let options = node.options(GatherOptions::read)?;
        if options.batch_dims != 0 {
            return Err(format!("`batch_dims={}` is not supported; 0 is", options.batch_dims));
        }
        let operand = node.input(0)?;
        let shape = node.tensor(operand).ty.shape.clone();
        let axis = resolve(options.axis.into(), shape.rank())?;
        let numbers = node.integers(1)?;
        let places = numbers.iter().map(|&number| place(number, shape.dims()[axis]));
        let op = Select::of([(axis, places.collect::<Result<_, _>>()?)], &shape);
        moved(node, op, operand, 0)
    }

    /// Pairs of places in front and behind for each axis.
    fn mirror_pad(node: &mut NodeImport<'_>) -> Result<(), Fault> {
        let mode = match node.options(MirrorPadOptions::read)?.symmetric {
            true => Mode::Symmetric,
            false => Mode::Reflect,
        };
        let operand = node.input(0)?;
        let shape = node.tensor(operand).ty.shape.clone();
        let pads = node.integers(1)?;
        let (pairs, rest) = pads.as_chunks::<2>();
        if pairs.len() != shape.rank() || !rest.is_empty() {
            return Err(format!("has {} paddings for the shape {shape}", pads.len()));
        }
        let selected = pairs.iter().zip(shape.dims()).enumerate().map(|(axis, (pair, &extent))| {
            let [before, after] = pair.map(usize::try_from);
            let (Ok(before), Ok(after)) = (before, after) else { return Err(format!("has a negative padding: {pair:?}")) };
            Ok((axis, places(mode, extent, before, after)?))
        });
        let op = Select::of(selected.collect::<Result<Vec<_>, Fault>>()?, &shape);
        moved(node, op, operand, 0)
    }

    /// Rows and columns of an image; the size is an operand.
    fn resize_nearest_neighbor(node: &mut NodeImport<'_>) -> Result<(), Fault> {
        let options = node.options(ResizeOptions::read)?;
        let operand = node.input(0)?;
        let shape = node.tensor(operand).ty.shape.clone();
        let (&[_, height, width, _], &[to_height, to_width]) = (shape.dims(), node.integers(1)?.as_slice()) else {
            return Err(format!("expects an image [N,H,W,C] and its new height and width, got {shape}"));
        };
        let along = |axis: usize, from: usize, to: i64| -> Result<(usize, Vec<usize>), Fault> {
            let to = usize::try_from(to).ok().filter(|&to| to > 0).ok_or_else(|| format!("asks for {to} places"))?;
            crate::limits::elements(&[to])?;
            Ok((axis, (0..to).map(|i| nearest(options, i, from, to)).collect()))
        };
        let op = Select::of([along(1, height, to_height)?, along(2, width, to_width)?], &shape);
        moved(node, op, operand, 0)
    }

    /// The place that is nearest to place `i` of `to`, in the arithmetic of the reference's kernel (resize_nearest_neighbor.h).
    fn nearest(options: ResizeOptions, i: usize, from: usize, to: usize) -> usize {
        let scale = match options.align_corners && to > 1 {
            true => (from - 1) as f32 / (to - 1) as f32,
            false => from as f32 / to as f32,
        };
        let offset = if options.half_pixel_centers { 0.5f32 } else { 0.0 };
        let exact = (i as f32 + offset) * scale;
        let place = if options.align_corners { exact.round() } else { exact.floor() };
        // Converting saturates, at 0 and at the last place.
        (place as usize).min(from.saturating_sub(1))
    }
}
