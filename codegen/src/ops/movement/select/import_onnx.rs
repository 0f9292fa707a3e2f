//! How ONNX writes selections: Gather by constants, Resize and Upsample to the nearest place.

use super::Select;
use crate::import::onnx::{Handle, Item, Layout, NodeImport, Onnx, axis_index, known};
use crate::ir::Fault;
use crate::limits;
use crate::ops::movement::import::place;
use crate::ops::sampling::resize_linear;

/// The operators that import as selections.
pub(super) const OPERATORS: &[Onnx] = &[
    Onnx::new("Gather", 2, known![axis: Int], gather),
    crate::ops::classical::features::EXTRACTOR,
    Onnx::new(
        "Resize",
        4,
        known![
            mode: Text,
            coordinate_transformation_mode: Text since 11,
            nearest_mode: Text since 11,
            cubic_coeff_a: Float since 11,
            exclude_outside: Int since 11,
            extrapolation_value: Float since 11,
            antialias: Int since 18,
            axes: Ints since 18,
            keep_aspect_ratio_policy: Text since 18,
        ],
        resize,
    )
    .since(10)
    .before(11, 2)
    .keeps_axes(),
    Onnx::new("Upsample", 2, known![mode: Text, scales: Floats until 8], upsample).before(9, 1).keeps_axes(),
];

/// Gather: the axis becomes those of the indices.
fn gather(node: &mut NodeImport<'_>) -> Result<(), Fault> {
    let indices = node.constant(1)?;
    let Handle { tensor, layout } = node.handle(0)?;
    let axis = axis_index(node.attribute_or("axis", 0)?, layout.rank())?;
    let own = layout.position(axis).ok_or("the axis does not exist")?;
    let shape = node.tensor(tensor).ty.shape.clone();
    let numbers = indices.integers().ok_or("operand 1 must hold integers")?;
    let places: Vec<usize> = numbers.iter().map(|&number| place(number, shape.dims()[own])).collect::<Result<_, _>>()?;
    let op = Select::of([(own, places)], &shape);
    if indices.shape().rank() == 1 {
        return node.emit(op, vec![Some(tensor)], layout);
    }
    let item = node.input(0)?;
    let mut dims = node.file_dims(&item);
    dims.splice(axis..=axis, indices.shape().dims().iter().copied());
    limits::few_axes(dims.len())?;
    if op.axes.is_empty() {
        // All places in order: nothing moves.
        return node.reshape(&dims);
    }
    // In the file's order, in which the one axis is where those of the indices come.
    let plain = Layout::plain(layout.rank());
    let tensor = node.lay(&item, &plain)?;
    let op = Select { axes: vec![axis; op.axes.len()], ..op };
    let selected = node.step("selected", op, vec![Some(tensor)])?;
    let rank = dims.len();
    let view = node.view(selected, dims)?;
    node.bind(Item::Computed(Handle { tensor: view, layout: Layout::plain(rank) }));
    Ok(())
}

/// Upsample: scales are an operand, before version 9 an attribute; places are those of `asymmetric` and `floor`.
fn upsample(node: &mut NodeImport<'_>) -> Result<(), Fault> {
    let mode = mode(node)?;
    let scales = match node.attribute::<Vec<f32>>("scales")? {
        Some(scales) => scales,
        None => node.reals(1)?,
    };
    let axes = (0..scales.len()).collect();
    let sampling = Sampling { mode, transformation: "asymmetric".to_owned(), rounding: "floor".to_owned() };
    select(node, axes, Sizes::Scales(scales), &sampling)
}

/// What becomes of places between the operand's.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    Nearest,
    Linear,
}

fn mode(node: &NodeImport<'_>) -> Result<Mode, Fault> {
    let mode: String = node.attribute_or("mode", "nearest".to_owned())?;
    match mode.as_str() {
        "nearest" => Ok(Mode::Nearest),
        "linear" => Ok(Mode::Linear),
        // What Upsample 7 calls it.
        "bilinear" if node.opset() < 9 => Ok(Mode::Linear),
        _ => Err(format!("`mode={mode}` is not supported; `nearest` and `linear` are")),
    }
}

/// Resize: scales or sizes, for all axes or for those listed.
fn resize(node: &mut NodeImport<'_>) -> Result<(), Fault> {
    let mode = mode(node)?;
    node.only("antialias", 0)?;
    let policy: String = node.attribute_or("keep_aspect_ratio_policy", "stretch".to_owned())?;
    if policy != "stretch" {
        return Err(format!("`keep_aspect_ratio_policy={policy}` is not supported; `stretch` is"));
    }
    let item = node.input(0)?;
    let rank = node.file_dims(&item).len();
    // Version 10 has only scales, as operand 1, and no choice of places.
    let (scales_at, transformation) = if node.opset() < 11 { (1, "asymmetric") } else { (2, "half_pixel") };
    let rounding = if node.opset() < 11 { "floor" } else { "round_prefer_floor" };
    let sampling = Sampling {
        mode,
        transformation: node.attribute_or("coordinate_transformation_mode", transformation.to_owned())?,
        rounding: node.attribute_or("nearest_mode", rounding.to_owned())?,
    };
    let axes = match node.attribute::<Vec<i64>>("axes")? {
        Some(axes) => axes.into_iter().map(|axis| axis_index(axis, rank)).collect::<Result<_, _>>()?,
        None => (0..rank).collect(),
    };
    let sizes = node.optional_integers(3)?.filter(|sizes| !sizes.is_empty());
    let sizes = match sizes {
        Some(sizes) => Sizes::Extents(sizes),
        None => Sizes::Scales(node.reals(scales_at)?),
    };
    select(node, axes, sizes, &sampling)
}

/// How much larger the result is.
enum Sizes {
    /// By a factor for each axis.
    Scales(Vec<f32>),
    /// Extents for each axis.
    Extents(Vec<i64>),
}

/// Which place is the nearest, or between which places the result is interpolated.
struct Sampling {
    mode: Mode,
    transformation: String,
    rounding: String,
}

fn select(node: &mut NodeImport<'_>, axes: Vec<usize>, sizes: Sizes, sampling: &Sampling) -> Result<(), Fault> {
    let count = match &sizes {
        Sizes::Scales(scales) => scales.len(),
        Sizes::Extents(extents) => extents.len(),
    };
    if count != axes.len() {
        return Err(format!("has {count} sizes for {} axes", axes.len()));
    }
    let item = node.input(0)?;
    let dims = node.file_dims(&item);
    let extents = axes.iter().enumerate().map(|(index, &axis)| {
        let from = *dims.get(axis).ok_or("the axis does not exist")?;
        let (to, scale) = match &sizes {
            Sizes::Scales(scales) => ((from as f32 * scales[index]).floor(), scales[index]),
            Sizes::Extents(extents) => (extents[index] as f32, extents[index] as f32 / from as f32),
        };
        if !(to >= 1.0 && to <= limits::MOST_ELEMENTS as f32) {
            return Err(format!("asks for {to} places in place of {from}"));
        }
        Ok((axis, to as usize, scale))
    });
    let extents = extents.collect::<Result<Vec<_>, Fault>>()?;
    if sampling.mode == Mode::Linear {
        return resize_linear::resize(node, &extents, &sampling.transformation);
    }
    let Handle { tensor, layout } = node.handle(0)?;
    let shape = node.tensor(tensor).ty.shape.clone();
    let selected = extents.into_iter().map(|(axis, to, scale)| {
        let axis = layout.position(axis).ok_or("the axis does not exist")?;
        Ok((axis, sampling.places(shape.dims()[axis], to, scale)?))
    });
    let op = Select::of(selected.collect::<Result<Vec<_>, Fault>>()?, &shape);
    node.emit(op, vec![Some(tensor)], layout)
}

impl Sampling {
    /// The nearest of `from` places for each of `to`, in ONNX Runtime's arithmetic (upsamplebase.h).
    fn places(&self, from: usize, to: usize, scale: f32) -> Result<Vec<usize>, Fault> {
        if scale == 1.0 {
            return Ok((0..to).map(|i| i.min(from - 1)).collect());
        }
        (0..to).map(|i| self.place(i as f32, from, to, scale).map(|place| place.clamp(0.0, from as f32 - 1.0) as usize)).collect()
    }

    fn place(&self, i: f32, from: usize, to: usize, scale: f32) -> Result<f32, Fault> {
        let exact = match self.transformation.as_str() {
            "half_pixel" => (i + 0.5) / scale - 0.5,
            "pytorch_half_pixel" if to == 1 => 0.0,
            "pytorch_half_pixel" => (i + 0.5) / scale - 0.5,
            "asymmetric" => i / scale,
            "align_corners" if to == 1 => 0.0,
            "align_corners" => i * (from - 1) as f32 / (to - 1) as f32,
            other => return Err(format!("`coordinate_transformation_mode={other}` is not supported")),
        };
        Ok(match self.rounding.as_str() {
            "round_prefer_floor" if exact == exact.trunc() + 0.5 => exact.floor(),
            "round_prefer_floor" | "round_prefer_ceil" => exact.round(),
            "floor" => exact.floor(),
            "ceil" => exact.ceil(),
            other => return Err(format!("`nearest_mode={other}` is not supported")),
        })
    }
}
