//! How the file formats write which axes are reduced.

#[cfg(feature = "onnx")]
pub(super) use onnx::{Axes, axes};
#[cfg(feature = "tflite")]
pub(super) use tflite::tflite_axes;

#[cfg(feature = "tflite")]
mod tflite {
    use crate::import::tflite::NodeImport;
    use crate::ir::Fault;

    /// The axes in the second operand, each once and in order; negative ones count from the last.
    pub(in crate::ops::reduction) fn tflite_axes(node: &NodeImport<'_>) -> Result<Vec<usize>, Fault> {
        let shape = &node.tensor(node.input(0)?).ty.shape;
        let mut axes = Vec::new();
        for axis in node.integers(1)? {
            let from_end = if axis < 0 { axis.saturating_add(shape.rank() as i64) } else { axis };
            match usize::try_from(from_end).ok().filter(|&axis| axis < shape.rank()) {
                Some(axis) => axes.push(axis),
                None => return Err(format!("axis {axis} is not an axis of {shape}")),
            }
        }
        axes.sort_unstable();
        axes.dedup();
        Ok(axes)
    }
}

#[cfg(feature = "onnx")]
mod onnx {
    use crate::import::onnx::{Handle, Layout, NodeImport, axis_index};
    use crate::ir::{Fault, TensorId};

    /// The operand of a reduction in the graph, its axes there, and where the file's axes of the result are.
    pub(in crate::ops::reduction) struct Axes {
        pub(in crate::ops::reduction) operand: TensorId,
        pub(in crate::ops::reduction) axes: Vec<usize>,
        pub(in crate::ops::reduction) keep_dims: bool,
        pub(in crate::ops::reduction) after: Layout,
    }

    /// Reduces these axes of the file's tensor.
    impl Axes {
        pub(in crate::ops::reduction) fn new(
            node: &mut NodeImport<'_>,
            file_axes: &[usize],
            keep_dims: bool,
        ) -> Result<Axes, Fault> {
            let Handle { tensor, layout } = node.handle(0)?;
            let place = |&axis: &usize| layout.position(axis).ok_or_else(|| format!("axis {axis} does not exist"));
            let mut axes: Vec<usize> = file_axes.iter().map(place).collect::<Result<_, _>>()?;
            axes.sort_unstable();
            axes.dedup();
            let after = if keep_dims { layout } else { layout.without(file_axes) };
            Ok(Axes { operand: tensor, axes, keep_dims, after })
        }
    }

    /// The axes are an attribute or, in later versions, an operand; without either all axes, or none where `noop_with_empty_axes` says so:
    /// then each element is reduced by itself.
    pub(in crate::ops::reduction) fn axes(node: &mut NodeImport<'_>) -> Result<Axes, Fault> {
        let item = node.input(0)?;
        let rank = node.file_dims(&item).len();
        let listed = node.integers_or_attribute(1, "axes")?.unwrap_or_default();
        let axes = match listed[..] {
            [] if node.attribute_or("noop_with_empty_axes", 0i64)? != 0 => Vec::new(),
            [] => (0..rank).collect(),
            _ => listed.iter().map(|&axis| axis_index(axis, rank)).collect::<Result<Vec<_>, _>>()?,
        };
        let keep_dims = node.attribute_or("keepdims", 1i64)? != 0;
        Axes::new(node, &axes, keep_dims)
    }
}
