//! The exact meaning of a concatenation.

use super::{Concat, is_requantised};
use crate::ir::{Data, Evaluation, Fault, Value};
use crate::ops::common::rescale;

impl Concat {
    pub(super) fn evaluate_concat(&self, call: &Evaluation<'_>) -> Result<Vec<Value>, Fault> {
        let output = call.output()?;
        let mut parts = Vec::new();
        for index in 0..call.inputs.len() {
            let (ty, value) = call.input(index)?;
            parts.push(if is_requantised(ty, output) {
                mapped(value, &rescale::table(ty, output, call.reference)?)?
            } else {
                value.clone()
            });
        }
        let data = self.join(&parts)?;
        let result =
            Value::new(output.shape.clone(), data).ok_or("the result does not have the declared shape")?;
        Ok(vec![result])
    }

    fn join(&self, parts: &[Value]) -> Result<Data, Fault> {
        macro_rules! by_type {
            ($($variant:ident $slice:ident)*) => {
                match parts.first().map(Value::data) {
                    $(Some(Data::$variant(_)) => {
                        let slices = parts.iter().map(|part| Some((part.$slice()?, self.blocks(part.shape()))));
                        let slices: Option<Vec<_>> = slices.collect();
                        Ok(Data::$variant(interleave(&slices.ok_or("the operands have different element types")?)))
                    })*
                    None => Err("expects at least one operand".to_owned()),
                }
            };
        }
        by_type!(F32 as_f32 I8 as_i8 U8 as_u8 I16 as_i16 I32 as_i32 I64 as_i64 Bool as_bool)
    }
}

/// An 8-bit value through a table that is indexed by its elements' bits.
pub(super) fn mapped(value: &Value, table: &[u8; 256]) -> Result<Value, Fault> {
    let data = match value.data() {
        Data::I8(data) => Data::I8(data.iter().map(|&v| table[usize::from(v as u8)] as i8).collect()),
        Data::U8(data) => Data::U8(data.iter().map(|&v| table[usize::from(v)]).collect()),
        _ => return Err(format!("cannot requantise {}", value.dtype())),
    };
    Value::new(value.shape().clone(), data)
        .ok_or_else(|| "the operand does not have its own shape".to_owned())
}

/// Block by block in turn: of each part (number of blocks, elements of a block) the first block, then the second, …
fn interleave<T: Copy>(parts: &[(&[T], (usize, usize))]) -> Vec<T> {
    let mut joined = Vec::with_capacity(parts.iter().map(|(data, _)| data.len()).sum());
    let blocks = parts.iter().map(|(_, (blocks, _))| *blocks).max().unwrap_or(0);
    for block in 0..blocks {
        for (data, (_, size)) in parts {
            joined.extend_from_slice(data.get(block * size..(block + 1) * size).unwrap_or_default());
        }
    }
    joined
}
