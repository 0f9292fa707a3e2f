//! How ONNX writes linear interpolation: Resize and Upsample, whose sizes are read beside those of the nearest place.

use super::{Coordinates, ResizeLinear};
use crate::import::onnx::NodeImport;
use crate::ir::Fault;

/// The operand with other extents along the file's axes: pairs of the axis and its new extent with the scale. Others stay.
pub fn resize(
    node: &mut NodeImport<'_>,
    extents: &[(usize, usize, f32)],
    transformation: &str,
) -> Result<(), Fault> {
    let coordinates = Coordinates::from_name(transformation).ok_or_else(|| {
        format!("`coordinate_transformation_mode={transformation}` is not supported for linear interpolation")
    })?;
    let (image, layout, mut size) = node.image(0)?;
    let first = layout.rank() - 2;
    let mut scale = [1.0; 2];
    for &(axis, to, by) in extents {
        let item = node.input(0)?;
        let from = node.file_dims(&item).get(axis).copied();
        match (axis, layout.rank()) {
            (0 | 1, _) if from == Some(to) => {}
            (0 | 1, _) => return Err(format!("interpolates along axis {axis}; along height and width it is supported")),
            (_, 3) => (size[1], scale[1]) = (to, by),
            _ => (size[axis - first], scale[axis - first]) = (to, by),
        }
    }
    node.emit(ResizeLinear { size, scale, coordinates, steps: false }, vec![Some(image)], layout)
}
