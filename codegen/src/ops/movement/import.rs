//! What the importers of movements share.

use crate::ir::Fault;

/// Sizes of the parts of an axis with `whole` places; one of them may be -1, which is what the others leave.
pub(super) fn extents(sizes: &[i64], whole: usize) -> Result<Vec<usize>, Fault> {
    let known: Option<usize> =
        sizes.iter().filter(|&&size| size != -1).try_fold(0usize, |sum, &size| sum.checked_add(size.try_into().ok()?));
    let rest = known.and_then(|known| whole.checked_sub(known));
    let open = sizes.iter().filter(|&&size| size == -1).count();
    let all = sizes.iter().map(|&size| if size == -1 { rest } else { usize::try_from(size).ok() });
    let all: Option<Vec<usize>> = all.collect();
    all.filter(|all| open <= 1 && all.iter().sum::<usize>() == whole)
        .ok_or_else(|| format!("cuts {whole} places into {sizes:?}"))
}

/// The place with this number along an axis with `extent` places; negative numbers count from the end.
pub(super) fn place(number: i64, extent: usize) -> Result<usize, Fault> {
    let from_front = if number < 0 { number.saturating_add_unsigned(extent as u64) } else { number };
    usize::try_from(from_front)
        .ok()
        .filter(|&place| place < extent)
        .ok_or_else(|| format!("takes place {number} of an axis with {extent}"))
}

#[cfg(feature = "tflite")]
pub(super) use tflite::{blocks, moved, sides};

#[cfg(feature = "tflite")]
mod tflite {
    use crate::import::tflite::NodeImport;
    use crate::ir::{Fault, Operator, Shape, TensorId, TensorType};
    use crate::ops::movement::reshape::Reshape;

    /// The constant operand 1 of the operators on batches: the places of a block along the axes behind the first.
    pub(in crate::ops::movement) fn blocks(node: &NodeImport<'_>, operand: &Shape) -> Result<Vec<usize>, Fault> {
        let blocks = node.integers(1)?;
        let sizes = blocks.iter().map(|&block| usize::try_from(block).ok().filter(|&block| block > 0));
        match sizes.collect::<Option<Vec<usize>>>() {
            Some(sizes) if !sizes.is_empty() && sizes.len() < operand.rank() => Ok(sizes),
            _ => Err(format!("has the blocks {blocks:?} for the shape {operand}")),
        }
    }

    /// The constant operand 2 of the operators on batches: pairs of numbers for the first axes behind the batch, as numbers in front and behind
    /// for each of `rank` axes.
    pub(in crate::ops::movement) fn sides(
        node: &NodeImport<'_>,
        axes: usize,
        rank: usize,
    ) -> Result<(Vec<usize>, Vec<usize>), Fault> {
        let numbers = node.integers(2)?;
        let sizes: Option<Vec<usize>> = numbers.iter().map(|&number| usize::try_from(number).ok()).collect();
        let sizes = sizes.filter(|sizes| sizes.len() == 2 * axes);
        let sizes = sizes.ok_or_else(|| format!("has the counts {numbers:?} for {axes} axes"))?;
        let of = |side: usize| {
            let mut all = vec![0; rank];
            all[1..=axes].iter_mut().zip(sizes.iter().skip(side).step_by(2)).for_each(|(own, &size)| *own = size);
            all
        };
        Ok((of(0), of(1)))
    }

    /// The movement of `operand` as result `result`, whose shape in the file may leave out or add axes of extent 1.
    pub(in crate::ops::movement) fn moved(
        node: &mut NodeImport<'_>,
        op: impl Operator,
        operand: TensorId,
        result: usize,
    ) -> Result<(), Fault> {
        let output = node.output(result)?;
        let inferred = op.infer(&[Some(node.tensor(operand))])?.remove(0);
        let (own, declared) = (node.tensor(operand).ty.clone(), node.tensor(output).ty.clone());
        if own.quant != declared.quant {
            return Err(format!(
                "moves elements, but the operand is {own} and the result {declared}: their quantisation differs, which the reference \
                 does not convert either"
            ));
        }
        if inferred.shape == declared.shape {
            node.emit_to(op, vec![Some(operand)], vec![output]);
            return Ok(());
        }
        let shape = declared.shape.0.clone();
        let moved = node.intermediate("moved", TensorType { quant: own.quant, ..inferred });
        node.emit_to(op, vec![Some(operand)], vec![moved]);
        node.emit_to(Reshape { shape }, vec![Some(moved)], vec![output]);
        Ok(())
    }
}

/// The attribute `blocksize` of ONNX's operators on blocks of pixels.
#[cfg(feature = "onnx")]
pub(super) fn block(node: &crate::import::onnx::NodeImport<'_>) -> Result<usize, Fault> {
    let block = node.attribute::<i64>("blocksize")?.ok_or("the attribute `blocksize` is missing")?;
    usize::try_from(block).ok().filter(|&block| block > 0).ok_or_else(|| format!("`blocksize={block}` makes no sense"))
}
