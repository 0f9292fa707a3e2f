//! What every movement of one operand is as an operator: a member of the family says its [`Map`], and this says the rest.

use super::strided::Walk;
use super::{boxes, strided};
use crate::ir::{Along, ByRows, ChannelFlow, Evaluation, Fault, Interval, Known, Map, Op, Operands, Shape, Tensor, TensorType, Value};
use crate::kernel::{KernelCall, KernelChoice, Lowering, Operand};
use crate::ops::common::channels::{channelwise, mapped};

/// An operator whose result has elements of its only operand, bit for bit.
pub trait Movement {
    /// What the layer is called in generated code, in camel case.
    const LABEL: &'static str;

    /// Where the result's elements come from, for an operand of this shape. Faults name what does not fit.
    fn map(&self, operand: &Shape) -> Result<Map, Fault>;

    /// The movement in words, for the layer's comment.
    fn note(&self) -> String;

    /// How the result goes along time, where the operand does along `axis`.
    fn along(&self, operand: &Shape, axis: usize) -> Option<Along> {
        goes_along(|shape| self.map(shape), operand, axis)
    }

    /// The movement for a part of the time; none if it is the same. See [`Operator::part`](crate::ir::Operator::part).
    fn part(&self, _axis: usize, _places: usize) -> Option<Op> {
        None
    }
}

/// Makes a [`Movement`] an operator.
macro_rules! moves {
    ($movement:ident) => {
        impl crate::ir::Operator for $movement {
            fn name(&self) -> &'static str {
                DESCRIPTOR.name
            }

            fn attributes(&self) -> crate::ir::Attributes {
                self.printed()
            }

            fn infer(
                &self,
                inputs: &crate::ir::Operands<'_>,
            ) -> Result<Vec<crate::ir::TensorType>, crate::ir::Fault> {
                crate::ops::movement::moved::infer(self, inputs)
            }

            fn evaluate(
                &self,
                call: &crate::ir::Evaluation<'_>,
            ) -> Result<Vec<crate::ir::Value>, crate::ir::Fault> {
                crate::ops::movement::moved::evaluate(self, call)
            }

            fn integer_form(&self) -> crate::ir::IntegerForm {
                crate::ir::IntegerForm::SameAsInput
            }

            fn movement(&self, operand: &crate::ir::Shape) -> Option<crate::ir::Map> {
                self.map(operand).ok()
            }

            fn by_rows(
                &self,
                inputs: &crate::ir::Operands<'_>,
                output: &crate::ir::TensorType,
            ) -> Option<crate::ir::ByRows> {
                crate::ops::movement::moved::by_rows(self, inputs, output)
            }

            fn along(
                &self,
                inputs: &crate::ir::Operands<'_>,
                _output: &crate::ir::TensorType,
                axes: &[Option<usize>],
            ) -> Option<crate::ir::Along> {
                let (&[Some(operand)], &[Some(axis)]) = (inputs, axes) else { return None };
                crate::ops::movement::moved::Movement::along(self, &operand.ty.shape, axis)
            }

            fn part(&self, axis: usize, _padding: [usize; 2], places: usize) -> Option<crate::ir::Op> {
                crate::ops::movement::moved::Movement::part(self, axis, places)
            }

            fn channel_flow(
                &self,
                inputs: &crate::ir::Operands<'_>,
                outputs: &[&crate::ir::Tensor],
            ) -> crate::ir::ChannelFlow {
                crate::ops::movement::moved::channel_flow(self, inputs, outputs)
            }

            fn intervals(&self, known: &crate::ir::Known<'_>) -> Option<Vec<crate::ir::Interval>> {
                crate::ops::movement::moved::intervals(self, known)
            }

            fn lower(
                &self,
                lowering: &crate::kernel::Lowering<'_>,
            ) -> Result<crate::kernel::KernelChoice, crate::ir::Fault> {
                crate::ops::movement::moved::lower(self, lowering)
            }
        }
    };
}
pub(in crate::ops) use moves;

pub(in crate::ops) fn infer(movement: &impl Movement, inputs: &Operands<'_>) -> Result<Vec<TensorType>, Fault> {
    let &[Some(operand)] = inputs else { return Err("expects one operand".to_owned()) };
    let shape = movement.map(&operand.ty.shape)?.shape();
    if shape.elements() == 0 {
        return Err(format!("leaves no element of {}", operand.ty.shape));
    }
    Ok(vec![TensorType::new(operand.ty.dtype, shape)])
}

pub(in crate::ops) fn evaluate(movement: &impl Movement, call: &Evaluation<'_>) -> Result<Vec<Value>, Fault> {
    let (ty, value) = call.input(0)?;
    Ok(vec![picked(value, &movement.map(&ty.shape)?)?])
}

/// The elements of a value that a map reaches, in its order.
fn picked(value: &Value, map: &Map) -> Result<Value, Fault> {
    let moved = value.pick(map.shape(), &map.elements());
    moved.ok_or_else(|| format!("reaches beyond the elements of {}", value.shape()))
}

/// Row by row where every row stays at its height, in a band of rows as in the image.
pub(in crate::ops) fn by_rows(
    movement: &impl Movement,
    inputs: &Operands<'_>,
    output: &TensorType,
) -> Option<ByRows> {
    let &[Some(operand)] = inputs else { return None };
    let image = operand.ty.shape.rank() == 4 && output.shape.rank() == 4;
    (image && keeps_whatever_extent(movement, &operand.ty.shape, 1)).then_some(ByRows::ROW)
}

pub(in crate::ops) fn channel_flow(
    movement: &impl Movement,
    inputs: &Operands<'_>,
    outputs: &[&Tensor],
) -> ChannelFlow {
    match inputs {
        [Some(operand)] if keeps_channels(movement, &operand.ty.shape) => channelwise(inputs, outputs),
        _ => ChannelFlow::Opaque,
    }
}

pub(in crate::ops) fn intervals(movement: &impl Movement, known: &Known<'_>) -> Option<Vec<Interval>> {
    let (operand, _) = known.input(0)?;
    keeps_channels(movement, &operand.shape).then(|| mapped(known, |interval| interval)).flatten()
}

pub(in crate::ops) fn lower<M: Movement>(movement: &M, lowering: &Lowering<'_>) -> Result<KernelChoice, Fault> {
    let operand = lowering.input(0)?;
    let map = movement.map(&operand.ty.shape)?;
    if operand.data.is_none() && map == Map::identity(&operand.ty.shape) {
        // Neighbours stay neighbours: elements of any type.
        let (kernel, walk, bytes) = strided::run(operand.ty.dtype, operand.ty.shape.elements())?;
        let call = KernelCall {
            kernel,
            label: M::LABEL,
            shape_name: walk.name(M::LABEL),
            note: movement.note(),
            shape: walk.constants(),
            operands: vec![("INPUT", Operand::input(0)), ("OUTPUT", Operand::output(0))],
            params: Vec::new(),
            overlap: Vec::new(),
        };
        return Ok(KernelChoice::new(lowering.core, [(call, walk.work(kernel, bytes))]));
    }
    let kernel = strided::copy(operand.ty.dtype)?;
    let Some(value) = &operand.data else {
        return boxes::lower(lowering.core, kernel, &map, M::LABEL, &movement.note());
    };
    // Of a constant, what is moved lies in flash as the result has it.
    let (constant_kernel, constant) = strided::copy_constant(&picked(value, &map)?)?;
    let walk = Walk::run(map.shape().elements());
    let call = KernelCall {
        kernel: constant_kernel,
        label: M::LABEL,
        shape_name: walk.name(M::LABEL),
        note: "a constant".to_owned(),
        shape: walk.constants(),
        operands: vec![("OUTPUT", Operand::output(0))],
        params: vec![("constant", constant.into())],
        overlap: Vec::new(),
    };
    Ok(KernelChoice::new(lowering.core, [(call, walk.work(kernel, operand.ty.dtype.size()))]))
}

/// Each place of the operand's `axis` as a place of one axis of the result, whatever their number; none if some go elsewhere.
pub(in crate::ops::movement) fn goes_along(
    map: impl Fn(&Shape) -> Result<Map, Fault>,
    operand: &Shape,
    axis: usize,
) -> Option<Along> {
    let found = |shape: &Shape| {
        let (map, places, step) = (map(shape).ok()?, *shape.dims().get(axis)?, shape.strides()[axis]);
        let place = |distance: usize| distance / step % places;
        let goes = |own: &Vec<usize>| own.iter().any(|&distance| place(distance) != 0);
        let mut going = (0..map.axes().len()).filter(|&axis| goes(&map.axes()[axis]));
        let (only, none) = (going.next()?, going.next());
        let own = &map.axes()[only];
        let one_by_one = own.len() == places && own.iter().enumerate().all(|(place, &at)| at == place * step);
        (one_by_one && none.is_none()).then_some(only)
    };
    let mut longer = operand.clone();
    *longer.0.get_mut(axis)? += 1;
    let same = found(operand)?;
    (operand.dims()[axis] > 1 && found(&longer) == Some(same)).then_some(Along::same(same))
}

fn keeps_channels(movement: &impl Movement, operand: &Shape) -> bool {
    operand.rank().checked_sub(1).is_some_and(|last| keeps_whatever_extent(movement, operand, last))
}

/// Whether every place along an axis stays where it is, and would also do so if the axis had another extent: a movement that names its extent
/// is another one for a band of rows, or for fewer channels.
fn keeps_whatever_extent(movement: &impl Movement, operand: &Shape, axis: usize) -> bool {
    let keeps = |shape: &Shape| {
        let map = movement.map(shape).ok().filter(|map| map.shape().rank() == shape.rank());
        map.is_some_and(|map| map.keeps(axis, shape.strides()[axis], shape.dims()[axis]))
    };
    let mut longer = operand.clone();
    longer.0[axis] += 1;
    keeps(operand) && keeps(&longer)
}
