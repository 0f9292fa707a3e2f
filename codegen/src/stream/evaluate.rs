//! A chain in the interpreter, turn by turn, with exactly the rows that the schedule keeps: the proof of the schedule. To read a row
//! that was never made, or is no longer there, is a fault.

use super::Stream;
use super::schedule::{Band, Layer, View};
use crate::ir::interpret;
use crate::ir::{DType, Data, Evaluation, Fault, Tensor, Value};

/// A row in a band.
#[derive(Clone)]
struct Slot {
    /// Which row of the tensor it is.
    row: isize,
    /// Its elements.
    value: Value,
}

/// The memory of a band: the kept rows and the new ones; empty where nothing is.
struct Memory(Vec<Option<Slot>>);

/// The result of a chain for the chain's operand.
pub(super) fn evaluate(stream: &Stream, call: &Evaluation<'_>) -> Result<Vec<Value>, Fault> {
    let (_, input) = call.input(0)?;
    let schedule = &stream.schedule;
    let mut memories: Vec<Memory> = schedule.bands.iter().map(begin).collect::<Result<_, Fault>>()?;
    let mut rows: Vec<Option<Value>> = vec![None; schedule.last().height()];
    for turn in 0..schedule.turns {
        let first = schedule.first();
        let new = (0..first.rows).map(|i| {
            let row = first.first_row(turn) + i as isize;
            inside(first, row).map(|inside| row_of(input, first, inside)).transpose()
        });
        let new = new.collect::<Result<Vec<_>, Fault>>()?;
        store(first, &mut memories[0], turn, new)?;
        for layer in &schedule.layers {
            let band = &schedule.bands[layer.result];
            let new = match band.turns_inside(schedule.turns).contains(&turn) {
                true => carry_out(stream, layer, turn, &memories)?,
                false => vec![None; band.rows],
            };
            store(band, &mut memories[layer.result], turn, new)?;
        }
        let last = schedule.last();
        for i in 0..last.rows {
            let row = last.first_row(turn) + i as isize;
            if let Some(row) = inside(last, row) {
                let slot = memories[schedule.bands.len() - 1].0[last.kept + i].as_ref();
                rows[row] = slot.map(|slot| slot.value.clone());
            }
        }
        for (band, Memory(slots)) in schedule.bands.iter().zip(&mut memories) {
            slots.rotate_left(band.rows);
            slots[band.kept..].fill(None);
        }
    }
    let made: Vec<Value> =
        rows.into_iter().collect::<Option<_>>().ok_or("a row of the result was never made")?;
    let result = joined(&made, schedule.last(), schedule.last().height())?;
    match &stream.sum {
        None => Ok(vec![result]),
        Some(sum) => {
            let tensor = Tensor::new(schedule.last().name.clone(), schedule.last().ty.clone());
            let inputs = [Some((&tensor, &result))];
            let call = Evaluation { inputs: &inputs, outputs: call.outputs, reference: call.reference };
            sum.op.evaluate(&call)
        }
    }
}

/// The memory before the first turn: rows above the image, if anybody reads them.
fn begin(band: &Band) -> Result<Memory, Fault> {
    let mut slots = vec![None; band.kept + band.rows];
    for (i, slot) in slots.iter_mut().enumerate().take(band.kept) {
        let row = i as isize - band.kept as isize + band.first_row(0);
        *slot = outside(band)?.map(|value| Slot { row, value });
    }
    Ok(Memory(slots))
}

/// The row's number if it is in the image.
fn inside(band: &Band, row: isize) -> Option<usize> {
    usize::try_from(row).ok().filter(|&row| row < band.height())
}

/// A row outside the image, if anybody reads such.
fn outside(band: &Band) -> Result<Option<Value>, Fault> {
    let ty = band.type_of(1);
    let Some(byte) = band.outside else { return Ok(None) };
    let bytes = vec![byte as u8; ty.bytes()];
    let value = Value::from_le_bytes(ty.dtype, ty.shape, &bytes);
    value.map(Some).ok_or_else(|| format!("there is no row of {} for the border", ty.dtype))
}

/// Puts the new rows of a turn in place; those outside the image become border.
fn store(band: &Band, memory: &mut Memory, turn: usize, new: Vec<Option<Value>>) -> Result<(), Fault> {
    for (i, value) in new.into_iter().enumerate() {
        let row = band.first_row(turn) + i as isize;
        let value = match inside(band, row) {
            Some(_) => value,
            None => outside(band)?,
        };
        memory.0[band.kept + i] = value.map(|value| Slot { row, value });
    }
    Ok(())
}

/// The new rows of a layer's result.
fn carry_out(
    stream: &Stream,
    layer: &Layer,
    turn: usize,
    memories: &[Memory],
) -> Result<Vec<Option<Value>>, Fault> {
    let bands = &stream.schedule.bands;
    let result = &bands[layer.result];
    let position = stream.schedule.layers.iter().position(|other| other.result == layer.result);
    let id = position.and_then(|position| stream.body.order().get(position).copied());
    let node = stream.body.node(id.ok_or("the layer is not in the chain")?);
    let mut values: Vec<Option<Value>> = Vec::new();
    for view in &layer.operands {
        values.push(match view {
            Some(view) => {
                check(layer, result, turn, &bands[view.band], &memories[view.band], *view)?;
                let band = &bands[view.band];
                let blank = zeros(band);
                let slots = memories[view.band].0[view.first..view.first + view.rows].iter();
                let rows: Vec<Value> = slots
                    .map(|slot| slot.as_ref().map_or(blank.clone(), |slot| slot.value.clone()))
                    .collect();
                Some(joined(&rows, band, view.rows)?)
            }
            None => None,
        });
    }
    let lookup = |id| {
        let index = node.inputs.iter().position(|&input| input == Some(id))?;
        values[index].as_ref().or_else(|| stream.body.constant(id))
    };
    let mut results =
        interpret::evaluate(&stream.body, node, lookup).map_err(|diagnostic| diagnostic.to_string())?;
    let value = results.pop().ok_or("the layer has no result")?;
    (0..result.rows).map(|row| row_of(&value, result, row).map(Some)).collect()
}

/// A fault if a row that a row in the image depends on is not where the layer reads it.
fn check(
    layer: &Layer,
    result: &Band,
    turn: usize,
    band: &Band,
    memory: &Memory,
    view: View,
) -> Result<(), Fault> {
    for y in 0..result.rows {
        let Some(row) = inside(result, result.first_row(turn) + y as isize) else { continue };
        for tap in 0..layer.rule.reach {
            let wanted = (row * layer.rule.stride + tap) as isize - layer.rule.above as isize;
            let slot = view.first + y * layer.rule.stride + tap;
            let found = memory.0[slot].as_ref().map(|slot| slot.row);
            if found != Some(wanted) {
                let name = &band.name;
                return Err(format!(
                    "turn {turn} wants row {wanted} of `{name}`, and finds {found:?} in place {slot}"
                ));
            }
        }
    }
    Ok(())
}

fn zeros(band: &Band) -> Value {
    let ty = band.type_of(1);
    Value::zeros(ty.dtype, ty.shape)
}

/// One row of an image.
fn row_of(value: &Value, band: &Band, row: usize) -> Result<Value, Fault> {
    let elements = zeros(band).len();
    let indices: Vec<usize> = (row * elements..(row + 1) * elements).collect();
    value.pick(band.type_of(1).shape, &indices).ok_or_else(|| format!("there is no row {row}"))
}

/// Rows below each other.
fn joined(rows: &[Value], band: &Band, height: usize) -> Result<Value, Fault> {
    let ty = band.type_of(height);
    let data = match ty.dtype {
        DType::I8 => Data::I8(rows.iter().flat_map(|row| row.as_i8().unwrap_or_default().to_vec()).collect()),
        DType::F32 => {
            Data::F32(rows.iter().flat_map(|row| row.as_f32().unwrap_or_default().to_vec()).collect())
        }
        other => return Err(format!("has no meaning for {other}")),
    };
    Value::new(ty.shape, data).ok_or_else(|| "the rows do not make up the image".to_owned())
}
