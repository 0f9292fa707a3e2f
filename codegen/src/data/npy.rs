//! One array as `numpy.save` writes it: a header in Python's notation, and the elements.
//!
//! Format: <https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html>, versions 1 to 3.

use std::io::{ErrorKind, Read};

use crate::ir::{Data, Fault, Shape, Value};
use crate::wording::grouped;

/// What an array file begins with.
pub(super) const MAGIC: &[u8] = b"\x93NUMPY";

/// No array of numbers has a longer header.
pub(super) const HEADER_BYTES: usize = 1 << 16;

/// Bytes of the elements that are converted at once.
const CHUNK: usize = 1 << 16;

/// What the header says.
#[derive(Debug, PartialEq)]
struct Header {
    /// The element type in NumPy's notation, such as `<f4`.
    descr: String,
    /// Whether the first axis varies fastest.
    fortran_order: bool,
    shape: Vec<usize>,
}

/// Reads an array; what its elements take in the file is taken off the `budget`.
pub(super) fn read(reader: &mut impl Read, budget: &mut u64) -> Result<Value, Fault> {
    let header = read_header(reader)?;
    let count = header.shape.iter().try_fold(1usize, |count, &extent| count.checked_mul(extent));
    let size = header.descr.get(2..).and_then(|size| size.parse::<usize>().ok());
    let bytes = count.zip(size).and_then(|(count, size)| count.checked_mul(size));
    let (Some(count), Some(bytes)) = (count, bytes.map(|bytes| bytes as u64)) else {
        return Err(match size {
            Some(_) => too_large(),
            None => unsupported(),
        });
    };
    *budget = budget.checked_sub(bytes).ok_or_else(too_large)?;
    let data = elements(reader, &header.descr, count)?;
    if reader.read(&mut [0]).map_err(|fault| fault.to_string())? > 0 {
        return Err("there are bytes behind the array's end".to_owned());
    }
    let mut dims = header.shape;
    if !header.fortran_order {
        return Value::new(dims, data).ok_or_else(too_large);
    }
    let axes: Vec<usize> = (0..dims.len()).rev().collect();
    dims.reverse();
    Value::new(Shape(dims), data).and_then(|value| value.transposed(&axes)).ok_or_else(too_large)
}

pub(super) fn too_large() -> Fault {
    format!("the arrays of the file have more than {} bytes", grouped(crate::limits::MOST_EXAMPLE_BYTES))
}

fn unsupported() -> Fault {
    "the element type is not supported; save it as float32 or int8".to_owned()
}

fn read_header(reader: &mut impl Read) -> Result<Header, Fault> {
    let damaged = || "it does not begin as an array of NumPy's does".to_owned();
    let mut exactly = |bytes: &mut [u8]| reader.read_exact(bytes).map_err(|_| damaged());
    let mut start = [0; 8];
    exactly(&mut start)?;
    let Some([major, _]) = start.strip_prefix(MAGIC) else { return Err(damaged()) };
    let length = match major {
        1 => {
            let mut length = [0; 2];
            exactly(&mut length)?;
            u16::from_le_bytes(length).into()
        }
        2 | 3 => {
            let mut length = [0; 4];
            exactly(&mut length)?;
            u32::from_le_bytes(length) as usize
        }
        _ => return Err(format!("version {major} of NumPy's format is not known")),
    };
    if length > HEADER_BYTES {
        return Err(damaged());
    }
    let mut text = vec![0; length];
    exactly(&mut text)?;
    parse_header(&String::from_utf8_lossy(&text)).ok_or_else(damaged)
}

/// `{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }`.
fn parse_header(text: &str) -> Option<Header> {
    let text = text.replace('"', "'");
    let value = |key: &str| text.split_once(&format!("'{key}':")).map(|(_, rest)| rest.trim_start());
    let fortran_order = match value("fortran_order")? {
        rest if rest.starts_with("True") => true,
        rest if rest.starts_with("False") => false,
        _ => return None,
    };
    let (extents, _) = value("shape")?.strip_prefix('(')?.split_once(')')?;
    let extents = extents.split(',').map(|extent| extent.trim().trim_end_matches('L'));
    let shape = extents.filter(|extent| !extent.is_empty()).map(|extent| extent.parse().ok());
    let descr = value("descr")?;
    // A record type is a list; it is read, and then not supported.
    let descr =
        descr.strip_prefix('\'').and_then(|rest| rest.split_once('\'')).map_or("", |(descr, _)| descr);
    Some(Header { descr: descr.to_owned(), fortran_order, shape: shape.collect::<Option<_>>()? })
}

fn elements(reader: &mut impl Read, descr: &str, count: usize) -> Result<Data, Fault> {
    /// `count` elements of `N` bytes.
    fn each<const N: usize, T>(
        reader: &mut impl Read,
        big: bool,
        count: usize,
        convert: impl Fn([u8; N]) -> T,
    ) -> Result<Vec<T>, Fault> {
        let mut elements = Vec::new();
        let mut buffer = vec![0; CHUNK.min(count.saturating_mul(N))];
        while elements.len() < count {
            let bytes = buffer.len().min((count - elements.len()).saturating_mul(N));
            let Some(chunk) = buffer.get_mut(..bytes) else { break };
            reader.read_exact(chunk).map_err(|fault| match fault.kind() {
                ErrorKind::UnexpectedEof => format!("it ends early: of {} elements", grouped(count as u64)),
                _ => fault.to_string(),
            })?;
            let (chunks, _) = chunk.as_chunks::<N>();
            elements.extend(chunks.iter().map(|&bytes| {
                let mut bytes = bytes;
                if big {
                    bytes.reverse();
                }
                convert(bytes)
            }));
        }
        Ok(elements)
    }
    let (order, kind) = descr.split_at_checked(1).ok_or_else(unsupported)?;
    let big = match order {
        "<" | "|" | "=" => false,
        ">" => true,
        _ => return Err(unsupported()),
    };
    Ok(match kind {
        "f4" => Data::F32(each(reader, big, count, f32::from_le_bytes)?),
        "f8" => Data::F32(each(reader, big, count, |bytes| f64::from_le_bytes(bytes) as f32)?),
        "i1" => Data::I8(each(reader, big, count, i8::from_le_bytes)?),
        "u1" => Data::U8(each(reader, big, count, u8::from_le_bytes)?),
        "i2" => Data::I16(each(reader, big, count, i16::from_le_bytes)?),
        "i4" => Data::I32(each(reader, big, count, i32::from_le_bytes)?),
        "i8" => Data::I64(each(reader, big, count, i64::from_le_bytes)?),
        "b1" => Data::Bool(each(reader, big, count, |[byte]: [u8; 1]| byte != 0)?),
        _ => return Err(unsupported()),
    })
}

#[cfg(test)]
pub(super) mod test {
    use super::*;

    /// An array file of version 1.
    pub(crate) fn array(descr: &str, fortran_order: &str, shape: &str, elements: &[u8]) -> Vec<u8> {
        let header = format!("{{'descr': {descr}, 'fortran_order': {fortran_order}, 'shape': {shape}, }}\n");
        let mut bytes = MAGIC.to_vec();
        bytes.extend([1, 0]);
        bytes.extend((header.len() as u16).to_le_bytes());
        bytes.extend(header.into_bytes());
        bytes.extend(elements);
        bytes
    }

    fn read_all(bytes: &[u8]) -> Result<Value, Fault> {
        read(&mut &bytes[..], &mut 1_000)
    }

    #[test]
    fn every_element_type_is_read() {
        let one = |descr: &str, bytes: &[u8]| read_all(&array(descr, "False", "(1,)", bytes));
        assert_eq!(one("'<f4'", &1.5f32.to_le_bytes()), Ok(Value::f32([1], vec![1.5]).unwrap()));
        assert_eq!(one("'>f4'", &1.5f32.to_be_bytes()), Ok(Value::f32([1], vec![1.5]).unwrap()));
        assert_eq!(one("'<f8'", &(-2.5f64).to_le_bytes()), Ok(Value::f32([1], vec![-2.5]).unwrap()));
        assert_eq!(one("'|i1'", &[0xff]), Ok(Value::i8([1], vec![-1]).unwrap()));
        assert_eq!(one("'|u1'", &[0xff]), Ok(Value::u8([1], vec![255]).unwrap()));
        assert_eq!(one("'<i2'", &[2, 1]), Ok(Value::i16([1], vec![258]).unwrap()));
        assert_eq!(one("'>i4'", &[0, 0, 1, 2]), Ok(Value::i32([1], vec![258]).unwrap()));
        assert_eq!(one("'<i8'", &(-9i64).to_le_bytes()), Ok(Value::i64([1], vec![-9]).unwrap()));
        assert_eq!(one("'|b1'", &[1]), Ok(Value::bool([1], vec![true]).unwrap()));
        for other in ["'<c8'", "'|O'", "'<U3'", "[('a', '<f4')]", "''", "'é'"] {
            assert_eq!(one(other, &[0; 8]), Err(unsupported()), "{other}");
        }
    }

    #[test]
    fn elements_are_row_major_whatever_the_file_has() {
        let row_major = array("'|i1'", "False", "(2, 3)", &[1, 2, 3, 4, 5, 6]);
        let column_major = array("'|i1'", "True", "(2, 3)", &[1, 4, 2, 5, 3, 6]);
        assert_eq!(read_all(&row_major), Ok(Value::i8([2, 3], vec![1, 2, 3, 4, 5, 6]).unwrap()));
        assert_eq!(read_all(&column_major), read_all(&row_major));
        assert_eq!(read_all(&array("'|i1'", "False", "()", &[7])).unwrap().shape().rank(), 0);
        assert_eq!(read_all(&array("'|i1'", "False", "(0, 3)", &[])).unwrap().len(), 0);
    }

    #[test]
    fn what_a_header_claims_must_be_there_and_within_the_budget() {
        let claims = |shape: &str| read_all(&array("'<f4'", "False", shape, &[0; 8]));
        assert!(claims("(2,)").is_ok());
        assert!(claims("(3,)").unwrap_err().contains("ends early"));
        assert!(claims("(1,)").unwrap_err().contains("behind the array's end"));
        for shape in ["(251,)", "(4294967296, 4294967296, 4294967296)", "(9223372036854775807, 2)"] {
            assert_eq!(claims(shape), Err(too_large()), "{shape}");
        }
        for bytes in
            [&b""[..], b"\x93NUMPY", b"\x93NUMPY\x01\0\xff\xff{}", b"\x93NUMPY\x02\0\xff\xff\xff\xff"]
        {
            assert!(read_all(bytes).unwrap_err().contains("does not begin"), "{bytes:?}");
        }
        assert!(claims("(-1,)").unwrap_err().contains("does not begin"));
    }
}
