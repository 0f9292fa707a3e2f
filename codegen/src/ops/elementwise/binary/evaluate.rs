//! The exact meaning of the operators.

use tinyml_arith::unary::bounded;

use super::Binary;
use super::broadcast::Broadcast;
use super::quantised::{Quantised, as_signed};
use crate::ir::{Data, Evaluation, Fault, Value};

/// The result for the operands of `call`.
pub fn evaluate<B: Binary>(operator: &B, call: &Evaluation<'_>) -> Result<Vec<Value>, Fault> {
    let ((a_ty, a), (b_ty, b)) = (call.input(0)?, call.input(1)?);
    let output = call.output()?;
    let walk = Broadcast::new(a.shape(), b.shape(), &output.shape)?;
    let f = B::FUNCTION;
    /// Truth values where the operator compares, else numbers, for one element type.
    macro_rules! plain {
        ($variant:ident, $apply:ident, $a:expr, $b:expr) => {
            match f.is_comparison() {
                true => Data::Bool(walk.zip($a, $b, |a, b| f.$apply(a, b) as i8 != 0)),
                false => Data::$variant(walk.zip($a, $b, |a, b| f.$apply(a, b))),
            }
        };
    }
    let data = match (a.data(), b.data()) {
        (Data::F32(a), Data::F32(b)) if !f.is_comparison() => {
            let [min, max] = operator.clamp();
            Data::F32(walk.zip(a, b, |a, b| bounded(f.apply_f32(a, b), min, max)))
        }
        (Data::I8(_) | Data::U8(_), Data::I8(_) | Data::U8(_)) if a_ty.quant.is_some() || b_ty.quant.is_some() => {
            let types = [&as_signed(a_ty), &as_signed(b_ty)];
            let quantised =
                Quantised::derive(f, types, &as_signed(output), operator.clamp(), call.reference)?;
            quantised_bytes(quantised, &walk, a.data(), b.data())?
        }
        (Data::F32(a), Data::F32(b)) => plain!(F32, apply_f32, a, b),
        (Data::I8(a), Data::I8(b)) => plain!(I8, apply_i8, a, b),
        (Data::U8(a), Data::U8(b)) => plain!(U8, apply_u8, a, b),
        (Data::I16(a), Data::I16(b)) => plain!(I16, apply_i16, a, b),
        (Data::I32(a), Data::I32(b)) => plain!(I32, apply_i32, a, b),
        (Data::I64(a), Data::I64(b)) => plain!(I64, apply_i64, a, b),
        (Data::Bool(a), Data::Bool(b)) => Data::Bool(walk.zip(a, b, |a, b| f.apply_bool(a, b))),
        _ => return Err(format!("has no arithmetic for {a_ty} and {b_ty}")),
    };
    let result =
        Value::new(output.shape.clone(), data).ok_or("the result does not have the declared shape")?;
    Ok(vec![result])
}

/// Unsigned bytes are as far from their zero points as signed ones 128 below.
fn quantised_bytes(quantised: Quantised, walk: &Broadcast, a: &Data, b: &Data) -> Result<Data, Fault> {
    let signed = |data: &Data| match data {
        Data::I8(data) => Some((data.clone(), false)),
        Data::U8(data) => Some((data.iter().map(|&v| (v ^ 0x80) as i8).collect(), true)),
        _ => None,
    };
    let (Some((a, unsigned)), Some((b, _))) = (signed(a), signed(b)) else {
        return Err("expects bytes".to_owned());
    };
    let results = walk.zip(&a, &b, |a, b| quantised.eval(a, b));
    Ok(match quantised {
        Quantised::Compare(..) => Data::Bool(results.into_iter().map(|holds| holds != 0).collect()),
        _ if unsigned => Data::U8(results.into_iter().map(|v| v as u8 ^ 0x80).collect()),
        _ => Data::I8(results),
    })
}
