//! How TFLite writes slices: SLICE, STRIDED_SLICE, SPLIT, SPLIT_V, UNPACK and REVERSE_V2.

#[cfg(feature = "tflite")]
pub(super) use tflite::OPERATORS;

#[cfg(feature = "tflite")]
mod tflite {
    use super::super::{Cut, Slice};
    use crate::import::tflite::options::{PackOptions, SplitOptions, StridedSliceOptions};
    use crate::import::tflite::{ImportFn, NodeImport};
    use crate::ir::{Fault, Shape};
    use crate::ops::common::axes::resolve;
    use crate::ops::movement::import::{extents, moved};

    /// The operators that import as slices.
    pub(in crate::ops::movement::slice) const OPERATORS: &[(&str, ImportFn)] = &[
        ("SLICE", slice),
        ("STRIDED_SLICE", strided_slice),
        ("SPLIT", split),
        ("SPLIT_V", split_v),
        ("UNPACK", unpack),
        ("REVERSE_V2", reverse),
    ];

    /// Begin and size along each axis; a size of -1 reaches to the end.
    fn slice(node: &mut NodeImport<'_>) -> Result<(), Fault> {
        let shape = operand_shape(node, 0)?;
        let (begins, sizes) = (node.integers(1)?, node.integers(2)?);
        if [begins.len(), sizes.len()] != [shape.rank(); 2] {
            return Err(format!("has {} begins and {} sizes for the shape {shape}", begins.len(), sizes.len()));
        }
        let cuts = begins.iter().zip(&sizes).zip(shape.dims()).enumerate().map(|(axis, ((&begin, &size), &extent))| {
            let whole = extent as i64;
            let end = if size == -1 { Some(whole) } else { begin.checked_add(size) };
            match end {
                Some(end) if 0 <= begin && begin < end && end <= whole => Cut::between(axis, extent, begin, end, 1),
                _ => Err(format!("takes {size} places from {begin} on of axis {axis}, which has {extent}")),
            }
        });
        let op = Slice::of(&cuts.collect::<Result<Vec<_>, _>>()?, &shape);
        let operand = node.input(0)?;
        moved(node, op, operand, 0)
    }

    /// Begin, end and step along the first axes; masks stand for the ends of an axis, and for axes that go.
    fn strided_slice(node: &mut NodeImport<'_>) -> Result<(), Fault> {
        let options = node.options(StridedSliceOptions::read)?;
        let shape = operand_shape(node, 0)?;
        for (mask, name) in [(options.ellipsis_mask, "ellipsis_mask"), (options.new_axis_mask, "new_axis_mask")] {
            if mask != 0 {
                return Err(format!("`{name}={mask}` is not supported, nor is it by the reference"));
            }
        }
        if options.offset {
            return Err("ends that count from the begins (`offset`) are not supported".to_owned());
        }
        let (begins, ends, steps) = (node.integers(1)?, node.integers(2)?, node.integers(3)?);
        if ends.len() != begins.len() || steps.len() != begins.len() || begins.len() > shape.rank() {
            return Err(format!(
                "has {} begins, {} ends and {} steps for the shape {shape}",
                begins.len(),
                ends.len(),
                steps.len()
            ));
        }
        let bit = |mask: i32, axis: usize| mask >> axis & 1 == 1;
        let cuts = begins.iter().zip(&ends).zip(&steps).zip(shape.dims()).enumerate();
        let cuts = cuts.map(|(axis, (((&begin, &end), &step), &extent))| {
            if bit(options.shrink_axis_mask, axis) {
                // One place, which must be there.
                let place = if begin < 0 { begin.saturating_add(extent as i64) } else { begin };
                return match usize::try_from(place) {
                    Ok(begin) if begin < extent => Ok(Cut { axis, begin, step: 1, count: 1 }),
                    _ => Err(format!("takes place {begin} of axis {axis}, which has {extent}")),
                };
            }
            let begin = match bit(options.begin_mask, axis) {
                true => if step < 0 { i64::MAX } else { 0 },
                false => begin,
            };
            // Backwards, an end of -1 would be the last place: one in front of the first cannot be written, only masked.
            let end = match bit(options.end_mask, axis) {
                true => if step < 0 { i64::MIN } else { i64::MAX },
                false => end,
            };
            Cut::between(axis, extent, begin, end, step)
        });
        let op = Slice::of(&cuts.collect::<Result<Vec<_>, _>>()?, &shape);
        let operand = node.input(0)?;
        moved(node, op, operand, 0)
    }

    /// The axis first, then the operand, which is cut into equal parts.
    fn split(node: &mut NodeImport<'_>) -> Result<(), Fault> {
        let options = node.options(SplitOptions::read)?;
        let shape = operand_shape(node, 1)?;
        let axis = axis(node, 0, &shape)?;
        let extent = shape.dims()[axis];
        let parts = options.num_splits;
        if !extent.is_multiple_of(parts) {
            return Err(format!("cuts axis {axis} of {shape} into {parts} equal parts"));
        }
        parts_of(node, 1, axis, &vec![extent / parts; parts])
    }

    /// The operand, the sizes of the parts (one may be -1: what is left), the axis.
    fn split_v(node: &mut NodeImport<'_>) -> Result<(), Fault> {
        let shape = operand_shape(node, 0)?;
        let axis = axis(node, 2, &shape)?;
        let sizes = extents(&node.integers(1)?, shape.dims()[axis])?;
        parts_of(node, 0, axis, &sizes)
    }

    /// One result for each place along an axis, which goes.
    fn unpack(node: &mut NodeImport<'_>) -> Result<(), Fault> {
        let options = node.options(PackOptions::read)?;
        let shape = operand_shape(node, 0)?;
        let axis = resolve(options.axis.into(), shape.rank())?;
        parts_of(node, 0, axis, &vec![1; shape.dims()[axis]])
    }

    /// Some axes backwards.
    fn reverse(node: &mut NodeImport<'_>) -> Result<(), Fault> {
        let shape = operand_shape(node, 0)?;
        let axes: Result<Vec<usize>, Fault> =
            node.integers(1)?.into_iter().map(|axis| resolve(axis, shape.rank())).collect();
        let turned = axes?.into_iter().map(|axis| {
            let extent = shape.dims()[axis];
            Cut { axis, begin: extent.saturating_sub(1), step: -1, count: extent }
        });
        let op = Slice::of(&turned.collect::<Vec<_>>(), &shape);
        let operand = node.input(0)?;
        moved(node, op, operand, 0)
    }

    /// Parts of these sizes along an axis, one for each result.
    fn parts_of(node: &mut NodeImport<'_>, index: usize, axis: usize, sizes: &[usize]) -> Result<(), Fault> {
        let shape = operand_shape(node, index)?;
        let (operand, results) = (node.input(index)?, node.output_count());
        if sizes.iter().sum::<usize>() != shape.dims()[axis] || sizes.len() != results {
            return Err(format!("cuts axis {axis} of {shape} into {sizes:?}, for {results} results"));
        }
        let mut begin = 0;
        for (result, &count) in sizes.iter().enumerate() {
            let op = Slice::of(&[Cut { axis, begin, step: 1, count }], &shape);
            moved(node, op, operand, result)?;
            begin += count;
        }
        Ok(())
    }

    fn operand_shape(node: &NodeImport<'_>, index: usize) -> Result<Shape, Fault> {
        Ok(node.tensor(node.input(index)?).ty.shape.clone())
    }

    fn axis(node: &NodeImport<'_>, index: usize, shape: &Shape) -> Result<usize, Fault> {
        match node.integers(index)?[..] {
            [axis] => resolve(axis, shape.rank()),
            ref axes => Err(format!("expects one axis, got {axes:?}")),
        }
    }
}
