//! The exact meaning of padding.

use super::Pad;
use crate::ir::{Data, Evaluation, Fault, Value};

impl Pad {
    pub(super) fn evaluate_pad(&self, call: &Evaluation<'_>) -> Result<Vec<Value>, Fault> {
        let (ty, value) = call.input(0)?;
        let output = call.output()?;
        if self.output_shape(&ty.shape)? != output.shape {
            return Err(format!("pads {} to another shape than {}", ty.shape, output.shape));
        }
        let dims = value.shape().dims();
        let integer = || self.integer_value(output, call.reference);
        let data = match value.data() {
            Data::F32(data) => Data::F32(self.surround(data, dims, self.value)),
            Data::I8(data) => Data::I8(self.surround(data, dims, integer()? as i8)),
            Data::U8(data) => Data::U8(self.surround(data, dims, integer()? as u8)),
            Data::I16(data) => Data::I16(self.surround(data, dims, integer()? as i16)),
            Data::I32(data) => Data::I32(self.surround(data, dims, integer()? as i32)),
            Data::I64(data) => Data::I64(self.surround(data, dims, integer()?)),
            Data::Bool(data) => Data::Bool(self.surround(data, dims, self.value != 0.0)),
        };
        let result =
            Value::new(output.shape.clone(), data).ok_or("the result does not have the declared shape")?;
        Ok(vec![result])
    }

    /// `data` of extents `dims` with the border around it.
    fn surround<T: Copy>(&self, data: &[T], dims: &[usize], value: T) -> Vec<T> {
        // Axis by axis from the innermost: each slice of an axis is what the axes within it have become.
        let mut data = data.to_vec();
        let mut slice = 1;
        for (axis, &dim) in dims.iter().enumerate().rev() {
            let (before, after) = (self.before[axis], self.after[axis]);
            if before + after > 0 {
                let blocks: usize = dims[..axis].iter().product();
                let mut padded = Vec::with_capacity(blocks * (before + dim + after) * slice);
                for block in 0..blocks {
                    padded.resize(padded.len() + before * slice, value);
                    padded.extend_from_slice(&data[block * dim * slice..(block + 1) * dim * slice]);
                    padded.resize(padded.len() + after * slice, value);
                }
                data = padded;
            }
            slice *= before + dim + after;
        }
        data
    }
}
