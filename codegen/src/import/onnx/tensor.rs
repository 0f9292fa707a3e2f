//! Tensors of the file to values: raw and typed data, narrow floats, four-bit integers, external data.

use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};

use super::proto::{DataLocation, DataType, TensorProto};
use super::shapes::few_axes;
use crate::files;
use crate::ir::{DType, Fault, Shape, Value};
use crate::limits;

/// Files with the data of constants, below the model's folder; each is read once.
pub(super) struct External<'a> {
    folder: &'a Path,
    files: BTreeMap<PathBuf, Vec<u8>>,
    /// Bytes that may still be read.
    left: u64,
}

impl<'a> External<'a> {
    pub(super) fn new(folder: &'a Path) -> Self {
        External { folder, files: BTreeMap::new(), left: limits::MOST_MODEL_BYTES }
    }

    /// The files that were read.
    pub(super) fn into_files(self) -> Vec<PathBuf> {
        self.files.into_keys().collect()
    }

    fn bytes(&mut self, tensor: &TensorProto) -> Result<Vec<u8>, Fault> {
        let entry = |key: &str| {
            tensor.external_data.iter().find(|entry| entry.key == key).map(|entry| entry.value.as_str())
        };
        let number = |key: &str| match entry(key).map(str::parse::<usize>) {
            Some(Ok(number)) => Ok(Some(number)),
            Some(Err(_)) => Err(format!("the {key} of the external data is not a number")),
            None => Ok(None),
        };
        let location = entry("location").ok_or("the external data have no location")?;
        let (offset, length) = (number("offset")?.unwrap_or(0), number("length")?);
        let file = self.file(location)?;
        let end = length.map_or(Some(file.len()), |length| offset.checked_add(length));
        let bytes = end.and_then(|end| file.get(offset..end));
        bytes.map(<[u8]>::to_vec).ok_or_else(|| {
            format!(
                "the external data at byte {offset} reach beyond the end of `{location}` ({} bytes)",
                file.len()
            )
        })
    }

    fn file(&mut self, location: &str) -> Result<&[u8], Fault> {
        let relative = Path::new(location);
        let inside =
            relative.components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir));
        let path = self.folder.join(relative);
        if !self.files.contains_key(&path) {
            let cannot =
                |fault: std::io::Error| format!("cannot read the external data `{location}`: {fault}");
            let outside = || format!("the external data `{location}` lie outside the model's folder");
            if !inside {
                return Err(outside());
            }
            // Links must not lead out of the folder either.
            let real = path.canonicalize().map_err(cannot)?;
            if !real.starts_with(self.folder.canonicalize().map_err(cannot)?) {
                return Err(outside());
            }
            // A pipe would keep the compiler waiting, and a device may have no end.
            if !real.is_file() {
                return Err(format!("cannot read the external data `{location}`: it is not a regular file"));
            }
            let bytes = files::read(&real, self.left).map_err(cannot)?;
            self.left -= bytes.len() as u64;
            self.files.insert(path.clone(), bytes);
        }
        Ok(self.files.get(&path).map_or(&[], Vec::as_slice))
    }
}

/// The element type of a value of an ONNX data type. Floats of other widths become f32, unsigned integers the next wider signed
/// type, four-bit integers bytes.
pub(super) fn dtype(data_type: i32) -> Result<DType, Fault> {
    Ok(match DataType::try_from(data_type) {
        Ok(DataType::Float | DataType::Float16 | DataType::Bfloat16 | DataType::Double) => DType::F32,
        Ok(DataType::Int8 | DataType::Int4) => DType::I8,
        Ok(DataType::Uint8 | DataType::Uint4) => DType::U8,
        Ok(DataType::Int16) => DType::I16,
        Ok(DataType::Int32 | DataType::Uint16) => DType::I32,
        Ok(DataType::Int64 | DataType::Uint32 | DataType::Uint64) => DType::I64,
        Ok(DataType::Bool) => DType::Bool,
        Ok(other) => return Err(format!("the element type {} is not supported", other.as_str_name())),
        Err(_) => return Err(format!("the element type number {data_type} is not known")),
    })
}

/// The element type of an input, as its caller feeds it: that of the file, but f32 for floats of other widths.
pub(super) fn fed(data_type: i32) -> Result<DType, Fault> {
    match DataType::try_from(data_type) {
        Ok(
            DataType::Float
            | DataType::Float16
            | DataType::Bfloat16
            | DataType::Double
            | DataType::Uint8
            | DataType::Int8
            | DataType::Int16
            | DataType::Int32
            | DataType::Int64
            | DataType::Bool,
        ) => dtype(data_type),
        // What is wider than in the file would be another type in the caller's hands.
        Ok(other) => Err(format!(
            "inputs of the element type {} are not supported; FLOAT, UINT8, INT8, INT16, INT32, INT64 and BOOL are",
            other.as_str_name()
        )),
        Err(_) => dtype(data_type),
    }
}

/// A fault if numbers are computed in an element type that is a wider one here.
pub(super) fn computed_as(data_type: i64) -> Result<(), Fault> {
    match DataType::try_from(i32::try_from(data_type).unwrap_or(0)) {
        Ok(
            narrow @ (DataType::Uint16
            | DataType::Uint32
            | DataType::Uint64
            | DataType::Int4
            | DataType::Uint4),
        ) => Err(format!("computing in the element type {} is not supported", narrow.as_str_name())),
        _ => Ok(()),
    }
}

/// The name of an element type that is f32 in the graph, but not in the file.
pub(super) fn other_float(data_type: i32) -> Option<&'static str> {
    let known = DataType::try_from(data_type).ok()?;
    let other = matches!(known, DataType::Float16 | DataType::Bfloat16 | DataType::Double);
    other.then(|| known.as_str_name())
}

/// The value of a constant.
pub(super) fn value(tensor: &TensorProto, external: &mut External<'_>) -> Result<Value, Fault> {
    let dtype = dtype(tensor.data_type)?;
    let kind = DataType::try_from(tensor.data_type).unwrap_or_default();
    few_axes(tensor.dims.len())?;
    let dims = tensor.dims.iter().map(|&dim| usize::try_from(dim)).collect::<Result<Vec<_>, _>>();
    let shape = Shape(dims.map_err(|_| format!("the shape {:?} has a negative extent", tensor.dims))?);
    let raw = match tensor.data_location {
        location if location == DataLocation::External as i32 => Some(external.bytes(tensor)?),
        _ if !tensor.raw_data.is_empty() => Some(tensor.raw_data.clone()),
        _ => None,
    };
    let value = match raw {
        Some(raw) => from_raw(kind, dtype, &shape, &raw),
        None => from_typed(tensor, kind, dtype, &shape),
    };
    value.ok_or_else(|| format!("the data do not fill the shape {shape} of {}", kind.as_str_name()))
}

/// The texts of a constant that is a list of them; none of any other. What is no text is made one, as in attributes.
pub(super) fn texts(tensor: &TensorProto) -> Option<Vec<String>> {
    let fits = match tensor.dims[..] {
        [count] => usize::try_from(count) == Ok(tensor.string_data.len()),
        _ => false,
    };
    let is_list = tensor.data_type == DataType::String as i32 && fits;
    is_list
        .then(|| tensor.string_data.iter().map(|text| String::from_utf8_lossy(text).into_owned()).collect())
}

fn from_raw(kind: DataType, dtype: DType, shape: &Shape, raw: &[u8]) -> Option<Value> {
    fn split<const N: usize, T>(raw: &[u8], read: impl Fn([u8; N]) -> T) -> Option<Vec<T>> {
        let (chunks, rest) = raw.as_chunks::<N>();
        rest.is_empty().then(|| chunks.iter().map(|&chunk| read(chunk)).collect())
    }
    match kind {
        DataType::Float16 => Value::f32(shape.clone(), split(raw, |b| half(u16::from_le_bytes(b)))?),
        DataType::Bfloat16 => Value::f32(shape.clone(), split(raw, |b| brain(u16::from_le_bytes(b)))?),
        DataType::Double => Value::f32(shape.clone(), split(raw, |b| f64::from_le_bytes(b) as f32)?),
        DataType::Uint16 => Value::i32(shape.clone(), split(raw, |b| u16::from_le_bytes(b).into())?),
        DataType::Uint32 => Value::i64(shape.clone(), split(raw, |b| u32::from_le_bytes(b).into())?),
        DataType::Uint64 => Value::i64(shape.clone(), split(raw, |b| u64::from_le_bytes(b) as i64)?),
        DataType::Int4 | DataType::Uint4 => nibbles(kind, shape, raw),
        _ => Value::from_le_bytes(dtype, shape.clone(), raw),
    }
}

fn from_typed(tensor: &TensorProto, kind: DataType, dtype: DType, shape: &Shape) -> Option<Value> {
    let bits = || tensor.int32_data.iter().map(|&bits| bits as u16);
    let floats = match kind {
        DataType::Float => tensor.float_data.clone(),
        DataType::Double => tensor.double_data.iter().map(|&v| v as f32).collect(),
        DataType::Float16 => bits().map(half).collect(),
        DataType::Bfloat16 => bits().map(brain).collect(),
        DataType::Int4 | DataType::Uint4 => {
            let bytes: Vec<u8> = tensor.int32_data.iter().map(|&v| v as u8).collect();
            return nibbles(kind, shape, &bytes);
        }
        _ => {
            let integers: Vec<i64> = match kind {
                DataType::Int64 => tensor.int64_data.clone(),
                DataType::Uint32 | DataType::Uint64 => tensor.uint64_data.iter().map(|&v| v as i64).collect(),
                _ => tensor.int32_data.iter().map(|&v| v.into()).collect(),
            };
            return Value::from_integers(dtype, shape.clone(), &integers);
        }
    };
    Value::f32(shape.clone(), floats)
}

/// Two values per byte, the low half first.
fn nibbles(kind: DataType, shape: &Shape, bytes: &[u8]) -> Option<Value> {
    let count = shape.elements();
    if bytes.len() != count.div_ceil(2) {
        return None;
    }
    let halves = bytes.iter().flat_map(|&byte| [byte & 15, byte >> 4]).take(count);
    match kind {
        DataType::Int4 => Value::i8(shape.clone(), halves.map(|half| ((half << 4) as i8) >> 4).collect()),
        _ => Value::u8(shape.clone(), halves.collect()),
    }
}

/// IEEE 754 half precision, exactly.
fn half(bits: u16) -> f32 {
    let sign = if bits >> 15 == 1 { -1.0 } else { 1.0 };
    let (exponent, fraction) = (i32::from(bits >> 10 & 31), f32::from(bits & 1023));
    sign * match exponent {
        0 => fraction * 2f32.powi(-24),
        31 if fraction == 0.0 => f32::INFINITY,
        31 => f32::NAN,
        _ => (1024.0 + fraction) * 2f32.powi(exponent - 25),
    }
}

/// The upper half of an f32.
fn brain(bits: u16) -> f32 {
    f32::from_bits(u32::from(bits) << 16)
}

#[cfg(test)]
mod tests {
    use super::super::proto::StringStringEntryProto;
    use super::*;

    #[test]
    fn half_precision_is_read_exactly() {
        let cases = [
            (0x3c00, 1.0),
            (0xc000, -2.0),
            (0x3555, 0.333_251_95),
            (0x0001, 5.960_464_5e-8),
            (0x7bff, 65504.0),
        ];
        for (bits, real) in cases {
            assert_eq!(half(bits), real);
        }
        assert_eq!(half(0xfc00), f32::NEG_INFINITY);
        assert!(half(0x7e00).is_nan());
    }

    #[test]
    fn four_bit_integers_take_the_low_half_first() {
        let tensor = |data_type: DataType, dims: Vec<i64>| TensorProto {
            data_type: data_type as i32,
            dims,
            raw_data: vec![0x8f, 0x07],
            ..TensorProto::default()
        };
        let folder = Path::new(".");
        let read = |tensor: &TensorProto| value(tensor, &mut External::new(folder));
        assert_eq!(read(&tensor(DataType::Int4, vec![3])).unwrap(), Value::i8([3], vec![-1, -8, 7]).unwrap());
        assert_eq!(read(&tensor(DataType::Uint4, vec![3])).unwrap(), Value::u8([3], vec![15, 8, 7]).unwrap());
        assert!(read(&tensor(DataType::Uint4, vec![5])).unwrap_err().contains("[5]"));
    }

    #[test]
    fn external_data_stay_in_the_folder() {
        let entry = |key: &str, value: &str| StringStringEntryProto { key: key.into(), value: value.into() };
        let tensor = TensorProto {
            data_type: DataType::Uint8 as i32,
            dims: vec![1],
            data_location: DataLocation::External as i32,
            external_data: vec![entry("location", "../Cargo.toml"), entry("length", "1")],
            ..TensorProto::default()
        };
        let fault = value(&tensor, &mut External::new(Path::new("src"))).unwrap_err();
        assert!(fault.contains("outside"), "{fault}");
    }
}
