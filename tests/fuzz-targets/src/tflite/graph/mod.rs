//! Small models from the fuzzer's bytes: chains of operators that mostly fit each other, with names, extents, scales and options
//! that models seldom have, and some bytes changed at the end.

mod operators;
mod window;

use arbitrary::{Result, Unstructured};

use super::flatbuffer::{
    Node, Value, build, float32s, int8, int8s, int32, int32s, int64s, text, uint8, uint32,
};
use crate::hostile;

/// Most operators of a model.
const MOST: usize = 8;

/// Type codes of tensors.
const FLOAT32: i8 = 0;
const INT32: i8 = 2;
const UINT8: i8 = 3;
const INT64: i8 = 4;
const INT16: i8 = 7;
const INT8: i8 = 9;

/// The file that the bytes describe.
pub(super) fn file(bytes: &[u8]) -> Vec<u8> {
    let mut choices = Unstructured::new(bytes);
    let mut model = Model::default();
    // The bytes may end anywhere; then the model ends there, too.
    let _ = model.grow(&mut choices);
    let mut file = model.write();
    let _ = damage(&mut file, &mut choices);
    file
}

/// Changes some bytes, if the fuzzer has any left for that.
fn damage(file: &mut [u8], choices: &mut Unstructured<'_>) -> Result<()> {
    while choices.len() >= 4 {
        let at = usize::from(choices.arbitrary::<u16>()?) % file.len();
        file[at] = choices.arbitrary()?;
    }
    Ok(())
}

/// A tensor that operators can take.
#[derive(Clone, Debug)]
struct Tensor {
    index: i32,
    dims: Vec<i32>,
    code: i8,
}

/// A model under construction.
#[derive(Debug, Default)]
struct Model {
    tensors: Vec<Node>,
    buffers: Vec<Node>,
    codes: Vec<Node>,
    operators: Vec<Node>,
    inputs: Vec<i32>,
    /// What was computed, the last one last.
    values: Vec<Tensor>,
}

impl Model {
    fn grow(&mut self, choices: &mut Unstructured<'_>) -> Result<()> {
        let code = *choices.choose(&[INT8, INT8, INT8, FLOAT32, FLOAT32, INT16, UINT8])?;
        let rank = *choices.choose(&[4, 4, 4, 2, 3, 1, 5, 0])?;
        let mut dims = Vec::new();
        for axis in 0..rank {
            dims.push(if axis == 0 { 1 } else { extent(choices)? });
        }
        let input = self.activation(choices, code, dims)?;
        self.inputs.push(input.index);
        self.values.push(input);
        for _ in 0..choices.int_in_range(1..=MOST)? {
            self.operator(choices)?;
        }
        Ok(())
    }

    /// A tensor of the model's type, that is computed or given.
    fn activation(&mut self, choices: &mut Unstructured<'_>, code: i8, dims: Vec<i32>) -> Result<Tensor> {
        let quantization = match code {
            FLOAT32 => None,
            _ => Some((vec![scale(choices)?], vec![zero_point(choices, code)?], 0)),
        };
        let name = hostile::name(choices)?;
        Ok(self.tensor(&name, code, dims, quantization, None))
    }

    fn tensor(
        &mut self,
        name: &str,
        code: i8,
        dims: Vec<i32>,
        quantization: Option<(Vec<f32>, Vec<i64>, i32)>,
        data: Option<Value>,
    ) -> Tensor {
        let buffer = data.map_or(0, |data| {
            self.buffers.push(vec![(0, data)]);
            // The first buffer is the empty one.
            self.buffers.len() as u32
        });
        let mut fields = vec![(0, int32s(&dims)), (1, int8(code)), (2, uint32(buffer)), (3, text(name))];
        if let Some((scales, zero_points, axis)) = quantization {
            let parts = vec![(2, float32s(&scales)), (3, int64s(&zero_points)), (6, int32(axis))];
            fields.push((4, Value::Table(parts)));
        }
        self.tensors.push(fields);
        Tensor { index: self.tensors.len() as i32 - 1, dims, code }
    }

    /// A constant list of integers, as shapes, axes and paddings are.
    fn list(&mut self, dims: Vec<i32>, values: &[i32]) -> Tensor {
        let bytes = values.iter().flat_map(|value| value.to_le_bytes()).collect::<Vec<u8>>();
        self.tensor("list", INT32, dims, None, Some(Value::Vector(bytes.len(), bytes)))
    }

    /// Weights of that shape, with a scale for each channel along `axis` or one for all.
    fn weights(
        &mut self,
        choices: &mut Unstructured<'_>,
        code: i8,
        dims: Vec<i32>,
        axis: usize,
    ) -> Result<(Tensor, usize)> {
        let count = elements(&dims);
        let float = code == FLOAT32;
        let size = if float { 4 } else { 1 };
        // Weights repeat: the fuzzer has better use for its bytes.
        let pattern: [u8; 4] = choices.arbitrary()?;
        let bytes: Vec<u8> = match float {
            true => (0..count).flat_map(|i| f32::from(pattern[i % 4] as i8).to_le_bytes()).collect(),
            false => (0..count).map(|i| pattern[i % 4].wrapping_add((i / 4) as u8)).collect(),
        };
        let channels = dims.get(axis).map_or(1, |&extent| extent.max(0) as usize);
        let scales = if choices.ratio(1, 2)? { channels.min(64) } else { 1 };
        let first = scale(choices)?;
        let quantization = (!float).then(|| (vec![first; scales], vec![0; scales], axis as i32));
        let data = Value::Vector(count * size, bytes);
        let code = if float { FLOAT32 } else { INT8 };
        Ok((self.tensor("weights", code, dims, quantization, Some(data)), scales))
    }

    fn bias(&mut self, choices: &mut Unstructured<'_>, code: i8, count: i32, scales: usize) -> Result<i32> {
        if choices.ratio(1, 4)? {
            return Ok(-1);
        }
        // As far as a small file can have it.
        let held = count.clamp(0, 1 << 14);
        let value: i16 = choices.arbitrary()?;
        let value = if code == FLOAT32 { f32::from(value).to_bits() } else { i32::from(value) as u32 };
        let bytes: Vec<u8> = (0..held).flat_map(|_| value.to_le_bytes()).collect();
        let quantization = (code != FLOAT32).then(|| (vec![1e-3; scales], vec![0; scales], 0));
        let code = match code {
            FLOAT32 => FLOAT32,
            INT16 => INT64,
            _ => INT32,
        };
        let data = Value::Vector(bytes.len(), bytes);
        Ok(self.tensor("bias", code, vec![count], quantization, Some(data)).index)
    }

    /// An earlier value, most often the last.
    fn operand(&self, choices: &mut Unstructured<'_>) -> Result<Tensor> {
        let back = choices.choose(&[0, 0, 0, 1, 2, 3])?;
        let at = self.values.len().saturating_sub(1 + back);
        self.values.get(at).cloned().ok_or(arbitrary::Error::IncorrectFormat)
    }

    /// Adds an operator with one result.
    #[allow(clippy::too_many_arguments)]
    fn push(
        &mut self,
        choices: &mut Unstructured<'_>,
        code: i32,
        tag: u8,
        options: Node,
        inputs: Vec<i32>,
        result: i8,
        dims: Vec<i32>,
    ) -> Result<()> {
        let result = self.activation(choices, result, dims)?;
        self.codes.push(vec![(0, int8(code.min(127) as i8)), (3, int32(code)), (2, int32(1))]);
        self.operators.push(vec![
            (0, uint32(self.codes.len() as u32 - 1)),
            (1, int32s(&inputs)),
            (2, int32s(&[result.index])),
            (3, uint8(tag)),
            (4, Value::Table(options)),
        ]);
        self.values.push(result);
        Ok(())
    }

    fn write(self) -> Vec<u8> {
        let outputs: Vec<i32> = self.values.iter().rev().take(1).map(|tensor| tensor.index).collect();
        let graph = vec![
            (0, Value::Tables(self.tensors)),
            (1, int32s(&self.inputs)),
            (2, int32s(&outputs)),
            (3, Value::Tables(self.operators)),
        ];
        let mut buffers = vec![vec![(0, int8s(&[]))]];
        buffers.extend(self.buffers);
        build(
            "TFL3",
            &[
                (0, uint32(3)),
                (1, Value::Tables(self.codes)),
                (2, Value::Tables(vec![graph])),
                (3, text("built")),
                (4, Value::Tables(buffers)),
            ],
        )
    }
}

/// Elements of a tensor, as far as a small file can have data for them.
fn elements(dims: &[i32]) -> usize {
    dims.iter().fold(1usize, |count, &extent| count.saturating_mul(extent.max(0) as usize)).min(1 << 14)
}

fn extent(choices: &mut Unstructured<'_>) -> Result<i32> {
    Ok(*choices.choose(&[1, 2, 3, 4, 5, 7, 8, 9, 16, 17, 32, 0, 1000, 65_536, i32::MAX, -1])?)
}

fn scale(choices: &mut Unstructured<'_>) -> Result<f32> {
    Ok(*choices.choose(&[
        0.05,
        0.5,
        1.0,
        0.0039,
        1.0 / 256.0,
        3.0,
        1e-9,
        1e-38,
        1e30,
        0.0,
        -1.0,
        f32::NAN,
    ])?)
}

fn zero_point(choices: &mut Unstructured<'_>, code: i8) -> Result<i64> {
    Ok(match code {
        INT16 => 0,
        UINT8 => *choices.choose(&[128, 0, 255, 3])?,
        _ => *choices.choose(&[0, -128, 127, 3, -1, 1 << 40])?,
    })
}
