//! How ONNX writes normalisations.

use super::Normalise;
use crate::import::onnx::{Handle, Item, Layout, NodeImport, Onnx, axis_index, known};
use crate::ir::{Fault, TensorId};
use crate::ops::common::extents::Extents;
use crate::ops::common::quantised::UNCLAMPED;
use crate::ops::elementwise::add::Add;
use crate::ops::elementwise::mul::Mul;
use crate::ops::elementwise::rsqrt::Rsqrt;
use crate::ops::elementwise::square::Square;
use crate::ops::elementwise::sub::Sub;
use crate::ops::reduction::mean::Mean;
use crate::ir::Value;

/// The operators that import as this one.
pub(super) const OPERATORS: &[Onnx] = &[
    Onnx::new("GroupNormalization", 3, known![epsilon: Float, num_groups: Int, stash_type: Int], group)
        .since(21)
        .keeps_axes(),
    Onnx::new("InstanceNormalization", 3, known![epsilon: Float], instance).keeps_axes(),
    Onnx::new("LayerNormalization", 3, known![axis: Int, epsilon: Float, stash_type: Int], layer)
        .since(17)
        .keeps_axes()
        .with_all_results(),
    Onnx::new("LpNormalization", 1, known![axis: Int, p: Int], norm).keeps_axes(),
    crate::ops::classical::features::NORMALIZER,
    Onnx::new("MeanVarianceNormalization", 1, known![axes: Ints], mean_variance).since(9).keeps_axes(),
    Onnx::new("RMSNormalization", 2, known![axis: Int, epsilon: Float, stash_type: Int], root_mean_square)
        .since(23)
        .keeps_axes(),
];

/// The operand in a layout in which these axes of the file can be reduced, and the axes there.
fn grouped(node: &mut NodeImport<'_>, file_axes: &[usize]) -> Result<(Handle, Vec<usize>), Fault> {
    let handle = node.handle(0)?;
    let places = |layout: &Layout| -> Result<Vec<usize>, Fault> {
        let place = |&axis: &usize| layout.position(axis).ok_or_else(|| format!("axis {axis} does not exist"));
        let mut axes: Vec<usize> = file_axes.iter().map(place).collect::<Result<_, _>>()?;
        axes.sort_unstable();
        axes.dedup();
        Ok(axes)
    };
    let axes = places(&handle.layout)?;
    if Extents::new(&node.tensor(handle.tensor).ty.shape, &axes).is_ok() {
        return Ok((handle, axes));
    }
    let layout = Layout::plain(handle.layout.rank());
    let tensor = node.lay(&Item::Computed(handle), &layout)?;
    let axes = places(&layout)?;
    Ok((Handle { tensor, layout }, axes))
}

/// The normalised tensor times the operand `scale`, plus the operand `shift`: the node's result. `behind` are extents of 1 behind the axes
/// of both.
fn finish(
    node: &mut NodeImport<'_>,
    op: Normalise,
    x: Handle,
    [scale, shift]: [usize; 2],
    behind: usize,
) -> Result<(), Fault> {
    let normalised = node.step("normalised", op, vec![Some(x.tensor)])?;
    affine(node, Handle { tensor: normalised, layout: x.layout }, [scale, shift], behind)
}

fn affine(
    node: &mut NodeImport<'_>,
    normalised: Handle,
    [scale, shift]: [usize; 2],
    behind: usize,
) -> Result<(), Fault> {
    let factor = with_ones(node, scale, behind)?;
    let (tensors, layout) = node.broadcast(&[Item::Computed(normalised), factor])?;
    let tensors: Vec<Option<TensorId>> = tensors.into_iter().map(Some).collect();
    if !node.has_operand(shift) {
        return node.emit(Mul { clamp: UNCLAMPED }, tensors, layout);
    }
    let tensor = node.step("scaled", Mul { clamp: UNCLAMPED }, tensors)?;
    let summand = with_ones(node, shift, behind)?;
    let (tensors, layout) = node.broadcast(&[Item::Computed(Handle { tensor, layout }), summand])?;
    node.emit(Add { clamp: UNCLAMPED }, tensors.into_iter().map(Some).collect(), layout)
}

/// The operand at `index` with so many more axes of extent 1 behind its own.
fn with_ones(node: &mut NodeImport<'_>, index: usize, behind: usize) -> Result<Item, Fault> {
    let item = node.input(index)?;
    let mut dims = node.file_dims(&item);
    dims.extend(std::iter::repeat_n(1, behind));
    match item {
        item if behind == 0 => Ok(item),
        Item::Constant(constant) => {
            let constant = constant.reshaped(&dims).ok_or("the scale or shift cannot be given more axes")?;
            Ok(Item::Constant(constant))
        }
        item @ Item::Computed(_) => {
            let own = Layout::plain(dims.len() - behind);
            let tensor = node.lay(&item, &own)?;
            let layout = Layout::plain(dims.len());
            Ok(Item::Computed(Handle { tensor: node.view(tensor, dims)?, layout }))
        }
    }
}

/// Number of axes of the operand, which an operator on channels needs at least two of.
fn rank(node: &NodeImport<'_>) -> Result<usize, Fault> {
    Ok(node.file_dims(&node.input(0)?).len())
}

fn channelled(node: &NodeImport<'_>) -> Result<usize, Fault> {
    match rank(node)? {
        rank @ 2.. => Ok(rank),
        rank => Err(format!("expects a batch with channels, got {rank} axes")),
    }
}

fn instance(node: &mut NodeImport<'_>) -> Result<(), Fault> {
    let rank = channelled(node)?;
    let epsilon = node.attribute_or("epsilon", 1e-5f32)?;
    let (x, axes) = grouped(node, &(2..rank).collect::<Vec<_>>())?;
    finish(node, Normalise::deviation(axes, epsilon), x, [1, 2], rank - 2)
}

/// GroupNormalization: the channels become groups and channels of a group, side by side wherever they are in the graph.
fn group(node: &mut NodeImport<'_>) -> Result<(), Fault> {
    node.only("stash_type", 1)?;
    let rank = channelled(node)?;
    let epsilon = node.attribute_or("epsilon", 1e-5f32)?;
    let groups = node.attribute::<i64>("num_groups")?.ok_or("the attribute `num_groups` is missing")?;
    let x = node.handle(0)?;
    let (Some(batch), Some(channels)) = (x.layout.position(0), x.layout.position(1)) else {
        return Err("expects a batch with channels".to_owned());
    };
    let own = node.tensor(x.tensor).ty.shape.0.clone();
    let count = own[channels];
    let groups = usize::try_from(groups)
        .ok()
        .filter(|&groups| groups > 0 && count.is_multiple_of(groups))
        .ok_or_else(|| format!("`num_groups={groups}` does not divide {count} channels"))?;
    let mut split = own.clone();
    split.splice(channels..=channels, [groups, count / groups]);
    // The axes behind the channels are one further behind.
    let batch = if batch > channels { batch + 1 } else { batch };
    let axes = (0..split.len()).filter(|&axis| axis != batch && axis != channels).collect();
    let view = node.view(x.tensor, split)?;
    let normalised = node.step("normalised", Normalise::deviation(axes, epsilon), vec![Some(view)])?;
    let tensor = node.view(normalised, own)?;
    affine(node, Handle { tensor, layout: x.layout }, [1, 2], rank - 2)
}

/// The file's axes from the attribute `axis` on.
fn from_axis(node: &NodeImport<'_>) -> Result<Vec<usize>, Fault> {
    let rank = rank(node)?;
    Ok((axis_index(node.attribute_or("axis", -1)?, rank)?..rank).collect())
}

/// LayerNormalization; of its further results, the mean and the reciprocal deviation, those that the file names.
fn layer(node: &mut NodeImport<'_>) -> Result<(), Fault> {
    node.only("stash_type", 1)?;
    let epsilon = node.attribute_or("epsilon", 1e-5f32)?;
    let file_axes = from_axis(node)?;
    let (x, axes) = grouped(node, &file_axes)?;
    if node.result_count() > 1 {
        let layout = x.layout.clone();
        let bind = |node: &mut NodeImport<'_>, index, tensor| {
            node.bind_result(index, Item::Computed(Handle { tensor, layout: layout.clone() }));
        };
        let over = || Mean { axes: axes.clone(), keep_dims: true };
        let mean = node.result(1, over(), vec![Some(x.tensor)])?;
        bind(node, 1, mean);
        if node.output_count() > 2 {
            let difference = node.step("difference", Sub { clamp: UNCLAMPED }, vec![Some(x.tensor), Some(mean)])?;
            let square = node.step("square", Square {}, vec![Some(difference)])?;
            let variance = node.step("variance", over(), vec![Some(square)])?;
            let epsilon = Value::f32([1], vec![epsilon]).ok_or("one number has one element")?;
            let epsilon = node.add_constant("epsilon", epsilon, None);
            let sum = node.step("sum", Add { clamp: UNCLAMPED }, vec![Some(variance), Some(epsilon)])?;
            let reciprocal = node.result(2, Rsqrt {}, vec![Some(sum)])?;
            bind(node, 2, reciprocal);
        }
    }
    finish(node, Normalise::deviation(axes, epsilon), x, [1, 2], 0)
}

fn root_mean_square(node: &mut NodeImport<'_>) -> Result<(), Fault> {
    node.only("stash_type", 1)?;
    let epsilon = node.attribute_or("epsilon", 1e-5f32)?;
    let file_axes = from_axis(node)?;
    let (x, axes) = grouped(node, &file_axes)?;
    // There is no shift: the operand behind the last.
    finish(node, Normalise { centre: false, ..Normalise::deviation(axes, epsilon) }, x, [1, 2], 0)
}

/// LpNormalization: what has the norm 0 stays 0.
fn norm(node: &mut NodeImport<'_>) -> Result<(), Fault> {
    let rank = rank(node)?;
    let axis = axis_index(node.attribute_or("axis", -1)?, rank)?;
    let magnitudes = match node.attribute_or("p", 2i64)? {
        1 => true,
        2 => false,
        other => return Err(format!("`p={other}` is not supported; 1 and 2 are")),
    };
    let (x, axes) = grouped(node, &[axis])?;
    let op = Normalise { magnitudes, floor: f32::MIN_POSITIVE, ..Normalise::norm(axes) };
    node.emit(op, vec![Some(x.tensor)], x.layout)
}

/// MeanVarianceNormalization; ONNX adds 1e-9 to the deviation, which is the least here.
fn mean_variance(node: &mut NodeImport<'_>) -> Result<(), Fault> {
    let rank = rank(node)?;
    let listed = node.attribute_or("axes", vec![0i64, 2, 3])?;
    let axes = listed.iter().map(|&axis| axis_index(axis, rank)).collect::<Result<Vec<_>, _>>()?;
    let (x, axes) = grouped(node, &axes)?;
    node.emit(Normalise { floor: 1e-9, ..Normalise::deviation(axes, 0.0) }, vec![Some(x.tensor)], x.layout)
}
