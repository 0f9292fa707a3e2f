//! Small models from the fuzzer's bytes: operators on each other's results and on constants, with opsets, attributes, names and
//! extents that models seldom have, and some fields damaged at the end. Field numbers are those of `onnx.proto`.

mod forms;

use arbitrary::{Result, Unstructured};
use forms::Attribute::{self, Float, Int, Ints, Padding};
use forms::FORMS;
use forms::Operand::{self, Bias, Bytes, List, Numbers, Scale, Value, ZeroPoint};

use super::damage;
use crate::hostile;
use crate::protobuf::Field;
use crate::random::Random;

/// Most nodes of a model.
const MOST: usize = 8;

/// Numbers of element types.
const FLOAT: i64 = 1;
const INT64: i64 = 7;

/// The file that the bytes describe.
pub(super) fn file(bytes: &[u8]) -> Vec<u8> {
    let mut choices = Unstructured::new(bytes);
    let mut model = Model::default();
    // The bytes may end anywhere; then the model ends there, too.
    let _ = model.grow(&mut choices);
    let mut message = model.finish();
    if let Ok(seed @ 1..) = choices.arbitrary::<u16>() {
        let texts = Field::texts(&message);
        damage(&mut message, &texts, &mut Random(seed.into()));
    }
    Field::write(&message)
}

/// A model under construction.
#[derive(Debug, Default)]
struct Model {
    opset: i64,
    fields: Vec<Field>,
    /// Names of values, the last one last.
    values: Vec<String>,
    channels: i64,
}

impl Model {
    fn grow(&mut self, choices: &mut Unstructured<'_>) -> Result<()> {
        self.opset = *choices.choose(&[17, 13, 11, 9, 7, 21, 6, 22, 1, 0, 99])?;
        self.channels = *choices.choose(&[2, 1, 3, 4, 8])?;
        let code = *choices.choose(&[FLOAT, FLOAT, FLOAT, 2, 3, 6, 7, 9, 10])?;
        let rank: usize = *choices.choose(&[4, 4, 4, 2, 3, 1, 0, 5])?;
        let mut dims = Vec::new();
        for axis in 0..rank {
            let own = match axis {
                0 => 1,
                1 => self.channels,
                _ => extent(choices)?,
            };
            // An extent without a number is left open.
            dims.push(match choices.ratio(1, 12)? {
                true => Field::Message(1, vec![Field::Bytes(2, b"N".to_vec())]),
                false => Field::Message(1, vec![int(1, own)]),
            });
        }
        let shape = Field::Message(2, dims);
        let ty = Field::Message(2, vec![Field::Message(1, vec![int(1, code), shape])]);
        let name = hostile::name(choices)?;
        self.fields.push(Field::Message(11, vec![string(1, &name), ty]));
        self.values.push(name);
        for _ in 0..choices.int_in_range(1..=MOST)? {
            self.node(choices)?;
        }
        Ok(())
    }

    fn node(&mut self, choices: &mut Unstructured<'_>) -> Result<()> {
        let form = choices.choose(FORMS)?;
        let mut node = Vec::new();
        for &operand in form.operands {
            // Operands at the end are often optional.
            if node.len() > 1 && choices.ratio(1, 16)? {
                break;
            }
            node.push(string(1, &self.operand(choices, operand)?));
        }
        let result = hostile::name(choices)?;
        node.push(string(2, &result));
        if choices.ratio(3, 4)? {
            node.push(string(3, &hostile::name(choices)?));
        }
        node.push(string(4, form.kind));
        for &(name, attribute) in form.attributes {
            if choices.ratio(1, 3)? {
                node.push(attribute_of(choices, name, attribute)?);
            }
        }
        if !form.domain.is_empty() {
            node.push(string(7, form.domain));
        }
        self.fields.push(Field::Message(1, node));
        self.values.push(result);
        Ok(())
    }

    fn operand(&mut self, choices: &mut Unstructured<'_>, operand: Operand) -> Result<String> {
        let channels = self.channels;
        Ok(match operand {
            Value => {
                let back: usize = *choices.choose(&[0, 0, 0, 0, 1, 2, 3])?;
                let at = self.values.len().saturating_sub(1 + back);
                self.values.get(at).cloned().unwrap_or_default()
            }
            List => {
                let count = choices.int_in_range(0..=4)?;
                let mut bytes = Vec::new();
                for _ in 0..count {
                    bytes.extend(integer(choices)?.to_le_bytes());
                }
                self.constant(INT64, &[count], bytes)
            }
            Scale => {
                let value = *choices.choose(&[0.05f32, 0.5, 1.0, 0.0039, 1e-9, 0.0, -1.0, f32::NAN, 1e30])?;
                let count = if choices.ratio(1, 8)? { channels } else { 1 };
                let dims = if count == 1 && choices.ratio(3, 4)? { vec![] } else { vec![count] };
                self.constant(FLOAT, &dims, value.to_le_bytes().repeat(count as usize))
            }
            ZeroPoint => {
                let code = *choices.choose(&[3, 2, 3, 2, 6])?;
                let value: u8 = *choices.choose(&[0, 128, 3, 255])?;
                let bytes = if code == 6 { vec![0; 4] } else { vec![value] };
                self.constant(code, &[], bytes)
            }
            Numbers(rank) => {
                let dims = self.dims(choices, rank)?;
                let pattern: [i8; 3] = choices.arbitrary()?;
                let number = |i| f32::from(pattern[i % 3]) / 16.0;
                let bytes = (0..elements(&dims)).flat_map(|i| number(i).to_le_bytes()).collect();
                self.constant(FLOAT, &dims, bytes)
            }
            Bytes(rank) => {
                let dims = self.dims(choices, rank)?;
                let pattern: [u8; 3] = choices.arbitrary()?;
                let bytes = (0..elements(&dims)).map(|i| pattern[i % 3].wrapping_add(i as u8)).collect();
                self.constant(*choices.choose(&[3, 2])?, &dims, bytes)
            }
            Bias => self.constant(6, &[channels], 77i32.to_le_bytes().repeat(channels as usize)),
        })
    }

    /// Extents of weights: channels along the first two axes, most often.
    fn dims(&self, choices: &mut Unstructured<'_>, rank: usize) -> Result<Vec<i64>> {
        let mut dims = Vec::new();
        for axis in 0..rank {
            dims.push(match axis {
                0 | 1 if choices.ratio(7, 8)? => self.channels,
                _ => *choices.choose(&[1, 3, 2, 1, 3, 5, 0])?,
            });
        }
        Ok(dims)
    }

    /// Adds an initializer.
    fn constant(&mut self, code: i64, dims: &[i64], bytes: Vec<u8>) -> String {
        let name = format!("c{}", self.fields.len());
        let mut tensor: Vec<Field> = dims.iter().map(|&extent| int(1, extent)).collect();
        tensor.extend([int(2, code), string(8, &name), Field::Bytes(9, bytes)]);
        self.fields.push(Field::Message(5, tensor));
        name
    }

    fn finish(mut self) -> Vec<Field> {
        self.fields.push(string(2, "built"));
        if let Some(last) = self.values.last() {
            self.fields.push(Field::Message(12, vec![string(1, last)]));
        }
        let set = |domain: &str, version| Field::Message(8, vec![string(1, domain), int(2, version)]);
        vec![int(1, 8), Field::Message(7, self.fields), set("", self.opset), set("com.microsoft", 1)]
    }
}

fn attribute_of(choices: &mut Unstructured<'_>, name: &str, attribute: Attribute) -> Result<Field> {
    let mut fields = vec![string(1, name)];
    match attribute {
        Int => fields.extend([int(3, integer(choices)?), int(20, 2)]),
        Float => {
            let value = *choices.choose(&[1.0f32, 0.5, 0.0, -1.0, 1e-5, f32::NAN, 1e30])?;
            fields.extend([Field::Fixed32(2, value.to_le_bytes()), int(20, 1)]);
        }
        Ints(count) => {
            for _ in 0..count {
                fields.push(int(8, integer(choices)?));
            }
            fields.push(int(20, 7));
        }
        Padding => {
            let words =
                ["SAME_UPPER", "SAME_LOWER", "VALID", "NOTSET", "constant", "reflect", "edge", "nearest"];
            fields.extend([string(4, choices.choose(&words)?), int(20, 3)]);
        }
    }
    Ok(Field::Message(5, fields))
}

/// Small, most often.
fn integer(choices: &mut Unstructured<'_>) -> Result<i64> {
    Ok(*choices.choose(&[
        1,
        1,
        1,
        2,
        2,
        0,
        0,
        3,
        3,
        4,
        5,
        -1,
        -2,
        7,
        100,
        65_536,
        1 << 40,
        i64::MAX,
        i64::MIN,
    ])?)
}

fn extent(choices: &mut Unstructured<'_>) -> Result<i64> {
    Ok(*choices.choose(&[1, 2, 3, 4, 5, 7, 8, 9, 16, 17, 0, 1000, 65_536, 1 << 33, -1])?)
}

fn elements(dims: &[i64]) -> usize {
    dims.iter().map(|&extent| extent as usize).product()
}

fn int(number: u32, value: i64) -> Field {
    Field::Varint(number, value as u64)
}

fn string(number: u32, text: &str) -> Field {
    Field::Bytes(number, text.as_bytes().to_vec())
}
