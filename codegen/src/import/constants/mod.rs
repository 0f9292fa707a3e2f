//! Values of what a file computes from constants alone: shapes, axes, weights that are transposed or scaled. Each importer says which
//! of its operators these functions are.

mod arithmetic;
mod selection;

pub use arithmetic::{Reduction, binary, choose, range, real, reduced, unary};
pub use selection::{concat, expanded, gather, slice};

use crate::ir::{DType, Fault, Value};

/// The integers of a value; a fault if it holds others.
pub fn integers(value: &Value) -> Result<Vec<i64>, Fault> {
    value.integers().ok_or_else(|| format!("expects integers, got {}", value.dtype()))
}

/// A constant in another element type.
pub fn cast(value: &Value, dtype: DType) -> Result<Value, Fault> {
    let converted = match (value.as_f32(), dtype) {
        (_, DType::F32) => Value::f32(value.shape().clone(), value.dequantise(None)),
        (Some(real), _) => {
            let whole: Vec<i64> = real.iter().map(|&v| v as i64).collect();
            Value::from_integers(dtype, value.shape().clone(), &whole)
        }
        (None, _) => Value::from_integers(dtype, value.shape().clone(), &integers(value)?),
    };
    converted.ok_or_else(|| format!("the values do not fit {dtype}"))
}
