//! Example data: `.npz` and `.npy` files to named values.

use std::fs::File;
use std::io::{BufReader, Read, Seek};
use std::path::Path;

use ndarray::{ArrayD, IxDyn, OwnedRepr};
use ndarray_npy::{NpzReader, ReadNpyError, ReadNpzError, ReadableElement};

use crate::diagnostic::{Diagnostic, Place};
use crate::ir::{Data, Shape, Value};

/// The arrays of an `.npz` file sorted by name, or the one array of an `.npy` file, whose name is empty.
///
/// # Errors
/// The file cannot be read, is damaged, or an array's element type is none of f32, f64 (narrowed to f32), bool and the signed and
/// unsigned 8-bit, and signed 16-, 32- and 64-bit integers.
pub fn read(path: &Path) -> Result<Vec<(String, Value)>, Diagnostic> {
    let fail = |message: String| {
        Diagnostic::error(message).at(Place::file(path)).help("save the data with numpy.savez or numpy.save")
    };
    let file = File::open(path).map_err(|fault| fail(format!("cannot read the data: {fault}")))?;
    if path.extension().is_some_and(|extension| extension == "npy") {
        let mut bytes = Vec::new();
        BufReader::new(file)
            .read_to_end(&mut bytes)
            .map_err(|fault| fail(format!("cannot read the data: {fault}")))?;
        return Ok(vec![(String::new(), npy(&bytes).map_err(fail)?)]);
    }
    let mut archive = NpzReader::new(file).map_err(|fault| fail(format!("not an .npz file: {fault}")))?;
    let mut names = archive.names().map_err(|fault| fail(format!("not an .npz file: {fault}")))?;
    names.sort();
    names
        .into_iter()
        .map(|name| {
            let value =
                entry(&mut archive, &name).map_err(|fault| fail(format!("the array `{name}`: {fault}")))?;
            Ok((name.trim_end_matches(".npy").to_owned(), value))
        })
        .collect()
}

/// Tries the element types in turn; an array of another type is told apart from a damaged file.
macro_rules! by_type {
    ($read:ident, $wrong:path; $($ty:ty => $convert:expr),*) => {{
        $(match $read!($ty) {
            Ok(array) => return value(array, $convert),
            Err($wrong(_)) => {}
            Err(fault) => return Err(fault.to_string()),
        })*
        Err("the element type is not supported; save it as float32 or int8".to_owned())
    }};
}

fn npy(bytes: &[u8]) -> Result<Value, String> {
    macro_rules! read {
        ($ty:ty) => {
            <ArrayD<$ty> as ndarray_npy::ReadNpyExt>::read_npy(bytes)
        };
    }
    by_type!(read, ReadNpyError::WrongDescriptor;
        f32 => Data::F32, f64 => narrow, i8 => Data::I8, u8 => Data::U8, i16 => Data::I16, i32 => Data::I32,
        i64 => Data::I64, bool => Data::Bool)
}

fn entry<R: Read + Seek>(archive: &mut NpzReader<R>, name: &str) -> Result<Value, String> {
    fn typed<T: ReadableElement, R: Read + Seek>(
        archive: &mut NpzReader<R>,
        name: &str,
    ) -> Result<ArrayD<T>, ReadNpyError> {
        match archive.by_name::<OwnedRepr<T>, IxDyn>(name) {
            Ok(array) => Ok(array),
            Err(ReadNpzError::Npy(fault)) => Err(fault),
            Err(ReadNpzError::Zip(fault)) => Err(ReadNpyError::Io(fault.into())),
        }
    }
    macro_rules! read {
        ($ty:ty) => {
            typed::<$ty, R>(archive, name)
        };
    }
    by_type!(read, ReadNpyError::WrongDescriptor;
        f32 => Data::F32, f64 => narrow, i8 => Data::I8, u8 => Data::U8, i16 => Data::I16, i32 => Data::I32,
        i64 => Data::I64, bool => Data::Bool)
}

fn narrow(data: Vec<f64>) -> Data {
    Data::F32(data.into_iter().map(|v| v as f32).collect())
}

/// Row-major elements under the array's shape, whatever order it was saved in.
fn value<T: Clone>(array: ArrayD<T>, convert: impl Fn(Vec<T>) -> Data) -> Result<Value, String> {
    let shape = Shape(array.shape().to_vec());
    let elements = array.iter().cloned().collect();
    Value::new(shape, convert(elements)).ok_or_else(|| "the shape does not fit the data".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray_npy::NpzWriter;

    #[test]
    fn arrays_of_an_archive_come_sorted_with_their_types() {
        let path = std::env::temp_dir().join(format!("tinyml-data-{}.npz", std::process::id()));
        let mut writer = NpzWriter::new(File::create(&path).unwrap());
        writer.add_array("b", &ndarray::arr2(&[[1.5f64, 2.0], [3.0, -4.0]])).unwrap();
        writer.add_array("a", &ndarray::arr1(&[1i8, -2])).unwrap();
        writer.finish().unwrap();
        let read_back = read(&path).unwrap();
        std::fs::remove_file(&path).unwrap();
        assert_eq!(read_back[0], ("a".to_owned(), Value::i8([2], vec![1, -2]).unwrap()));
        assert_eq!(read_back[1], ("b".to_owned(), Value::f32([2, 2], vec![1.5, 2.0, 3.0, -4.0]).unwrap()));
    }

    #[test]
    fn a_file_that_is_no_archive_is_an_error_with_its_name() {
        let path = std::env::temp_dir().join(format!("tinyml-data-{}.npy", std::process::id()));
        std::fs::write(&path, b"not numpy").unwrap();
        let fault = read(&path).unwrap_err();
        std::fs::remove_file(&path).unwrap();
        assert_eq!(fault.place.file.as_deref(), Some(path.as_path()));
    }
}
