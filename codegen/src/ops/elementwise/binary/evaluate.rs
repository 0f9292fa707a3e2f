//! The exact meaning of the three operators.

use super::Arithmetic;
use super::broadcast::Broadcast;
use super::quantised::{Quantised, as_signed};
use crate::ir::{Data, Evaluation, Fault, Value};

/// The result for the operands of `call`.
pub fn evaluate(arithmetic: Arithmetic, clamp: [f32; 2], call: &Evaluation<'_>) -> Result<Vec<Value>, Fault> {
    let ((a_ty, a), (b_ty, b)) = (call.input(0)?, call.input(1)?);
    let output = call.output()?;
    let walk = Broadcast::new(a.shape(), b.shape(), &output.shape)?;
    let derive = || {
        let (a, b) = (as_signed(a_ty), as_signed(b_ty));
        Quantised::derive(arithmetic, [&a, &b], &as_signed(output), clamp, call.reference)
    };
    let data = match (a.data(), b.data()) {
        (Data::F32(a), Data::F32(b)) => Data::F32(walk_f32(arithmetic, clamp, &walk, a, b)),
        (Data::I8(a), Data::I8(b)) => Data::I8(walk_i8(derive()?, &walk, a, b)),
        (Data::U8(a), Data::U8(b)) => {
            let results = walk_i8(derive()?, &walk, &to_signed(a), &to_signed(b));
            Data::U8(results.into_iter().map(|v| v as u8 ^ 0x80).collect())
        }
        // Integers without quantisation wrap, as in the reference's own types.
        (Data::I32(a), Data::I32(b)) => Data::I32(walk.zip(
            a,
            b,
            match arithmetic {
                Arithmetic::Add => i32::wrapping_add,
                Arithmetic::Sub => i32::wrapping_sub,
                Arithmetic::Mul => i32::wrapping_mul,
            },
        )),
        (Data::I64(a), Data::I64(b)) => Data::I64(walk.zip(
            a,
            b,
            match arithmetic {
                Arithmetic::Add => i64::wrapping_add,
                Arithmetic::Sub => i64::wrapping_sub,
                Arithmetic::Mul => i64::wrapping_mul,
            },
        )),
        _ => return Err(format!("has no arithmetic for {a_ty} and {b_ty}")),
    };
    let result =
        Value::new(output.shape.clone(), data).ok_or("the result does not have the declared shape")?;
    Ok(vec![result])
}

fn to_signed(data: &[u8]) -> Vec<i8> {
    data.iter().map(|&v| (v ^ 0x80) as i8).collect()
}

fn walk_f32(
    arithmetic: Arithmetic,
    [min, max]: [f32; 2],
    walk: &Broadcast,
    a: &[f32],
    b: &[f32],
) -> Vec<f32> {
    match arithmetic {
        Arithmetic::Add => walk.zip(a, b, |a, b| (a + b).max(min).min(max)),
        Arithmetic::Sub => walk.zip(a, b, |a, b| (a - b).max(min).min(max)),
        Arithmetic::Mul => walk.zip(a, b, |a, b| (a * b).max(min).min(max)),
    }
}

fn walk_i8(arithmetic: Quantised, walk: &Broadcast, a: &[i8], b: &[i8]) -> Vec<i8> {
    match arithmetic {
        Quantised::Add(constants) => walk.zip(a, b, |a, b| constants.add(a, b)),
        Quantised::Sub(constants) => walk.zip(a, b, |a, b| constants.sub(a, b)),
        Quantised::Mul(constants) => walk.zip(a, b, |a, b| constants.mul(a, b)),
        Quantised::OnnxAdd(constants) => walk.zip(a, b, |a, b| constants.eval(a.into(), b.into()) as i8),
        Quantised::OnnxMul(constants) => walk.zip(a, b, |a, b| constants.eval(a.into(), b.into()) as i8),
    }
}
