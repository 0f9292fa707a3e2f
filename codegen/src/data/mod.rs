//! Example data: `.npz`, `.npy` and `.csv` files to named values, and those to the examples of an input.

mod csv;
mod examples;
mod npy;

pub use examples::{LABELS, examples, labels, needed};

use std::fs::File;
use std::io::{BufReader, Cursor, Read, Seek};
use std::path::Path;

use zip::ZipArchive;

use crate::diagnostic::{Diagnostic, Place};
use crate::files;
use crate::ir::{Fault, Value};
use crate::limits;

/// The arrays of an `.npz` file sorted by name; the one array of an `.npy` file, whose name is empty; of a `.csv` file the examples without a name,
/// a line for each, and `labels`, if the first line names a column one of [`LABELS`].
///
/// # Errors
/// The file cannot be read, is damaged, has more than [`limits::MOST_EXAMPLE_BYTES`] when unpacked, or an array's element type is none of
/// f32, f64 (narrowed to f32), bool and the signed and unsigned 8-bit, and signed 16-, 32- and 64-bit integers.
pub fn read(path: &Path) -> Result<Vec<(String, Value)>, Diagnostic> {
    contents(path).map_err(|fault| {
        Diagnostic::error(fault)
            .at(Place::file(path))
            .help("save the data with numpy.savez or numpy.save, or as a table of numbers (.csv)")
    })
}

fn contents(path: &Path) -> Result<Vec<(String, Value)>, Fault> {
    let cannot = |fault: std::io::Error| format!("cannot read the data: {fault}");
    let file = File::open(path).map_err(cannot)?;
    if path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("csv")) {
        return csv::read(files::read_from(file, limits::MOST_EXAMPLE_BYTES).map_err(cannot)?.as_slice());
    }
    if file.metadata().map_err(cannot)?.is_file() {
        arrays(BufReader::new(file))
    } else {
        // Pipes have no end to begin with, as the reader of an archive does.
        arrays(Cursor::new(files::read_from(file, limits::MOST_EXAMPLE_BYTES).map_err(cannot)?))
    }
}

fn arrays(mut file: impl Read + Seek) -> Result<Vec<(String, Value)>, Fault> {
    let mut budget = limits::MOST_EXAMPLE_BYTES;
    let mut start = Vec::new();
    let cannot = |fault: std::io::Error| format!("cannot read the data: {fault}");
    file.by_ref().take(npy::MAGIC.len() as u64).read_to_end(&mut start).map_err(cannot)?;
    file.rewind().map_err(cannot)?;
    if start == npy::MAGIC {
        return Ok(vec![(String::new(), npy::read(&mut file, &mut budget)?)]);
    }
    archive(file, &mut budget)
}

fn archive(file: impl Read + Seek, budget: &mut u64) -> Result<Vec<(String, Value)>, Fault> {
    let mut archive = ZipArchive::new(file).map_err(|fault| format!("not an .npz file: {fault}"))?;
    if archive.len() > limits::MOST_ARRAYS {
        return Err(format!("it has more than {} arrays", limits::MOST_ARRAYS));
    }
    // What the entries say of themselves costs nothing to ask; what they hold is counted as it is read.
    let entries = 0..archive.len();
    let headers = (archive.len() * npy::HEADER_BYTES) as u64;
    let declared = entries.filter_map(|entry| archive.by_index_raw(entry).ok().map(|entry| entry.size()));
    if declared.fold(0, u64::saturating_add) > budget.saturating_add(headers) {
        return Err(npy::too_large());
    }
    let mut names: Vec<String> = archive.file_names().map(str::to_owned).collect();
    names.sort();
    names
        .into_iter()
        .map(|name| {
            let entry = archive.by_name(&name).map_err(|fault| fault.to_string());
            let value = entry.and_then(|mut entry| npy::read(&mut entry, budget));
            let value = value.map_err(|fault| format!("the array `{name}`: {fault}"))?;
            Ok((name.strip_suffix(".npy").unwrap_or(&name).to_owned(), value))
        })
        .collect()
}

#[cfg(test)]
mod test {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::DeflateEncoder;

    use super::npy::test::array;
    use super::*;

    /// A zip archive of deflated entries, as `numpy.savez_compressed` writes it, without its rarer fields.
    fn zip(entries: &[(&str, Vec<u8>)]) -> Vec<u8> {
        let (mut file, mut directory) = (Vec::new(), Vec::new());
        for (name, bytes) in entries {
            let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
            encoder.write_all(bytes).unwrap();
            let packed = encoder.finish().unwrap();
            let mut crc = flate2::Crc::new();
            crc.update(bytes);
            let mut about = vec![20, 0, 0, 0, 8, 0, 0, 0, 0x21, 0];
            about.extend(crc.sum().to_le_bytes());
            about.extend((packed.len() as u32).to_le_bytes());
            about.extend((bytes.len() as u32).to_le_bytes());
            about.extend((name.len() as u16).to_le_bytes());
            about.extend([0; 2]);
            directory.extend([b"PK\x01\x02\x14\0".as_slice(), &about, &[0; 10]].concat());
            directory.extend((file.len() as u32).to_le_bytes());
            directory.extend(name.as_bytes());
            file.extend([b"PK\x03\x04".as_slice(), &about, name.as_bytes(), &packed].concat());
        }
        let (start, count) = (file.len() as u32, (entries.len() as u16).to_le_bytes());
        let size = (directory.len() as u32).to_le_bytes();
        file.extend(directory);
        file.extend(
            [b"PK\x05\x06\0\0\0\0".as_slice(), &count, &count, &size, &start.to_le_bytes(), &[0; 2]].concat(),
        );
        file
    }

    #[test]
    fn arrays_of_an_archive_come_sorted_with_their_types() {
        let doubles: Vec<u8> = [1.5f64, 2.0, 3.0, -4.0].iter().flat_map(|x| x.to_le_bytes()).collect();
        let bytes = zip(&[
            ("b.npy", array("'<f8'", "False", "(2, 2)", &doubles)),
            ("a.npy", array("'|i1'", "False", "(2,)", &[1, 0xfe])),
        ]);
        let read_back = arrays(Cursor::new(bytes)).unwrap();
        assert_eq!(read_back[0], ("a".to_owned(), Value::i8([2], vec![1, -2]).unwrap()));
        assert_eq!(read_back[1], ("b".to_owned(), Value::f32([2, 2], vec![1.5, 2.0, 3.0, -4.0]).unwrap()));
    }

    #[test]
    fn an_archive_that_unpacks_beyond_its_budget_is_refused() {
        let million = array("'|u1'", "False", "(1000000,)", &vec![0; 1_000_000]);
        let bomb = zip(&[("a.npy", million.clone()), ("b.npy", million)]);
        assert!(bomb.len() < 5_000, "{}", bomb.len());
        let unpack = |mut budget: u64| archive(Cursor::new(&bomb), &mut budget).map(|arrays| arrays.len());
        assert_eq!(unpack(2_000_000), Ok(2));
        assert!(
            unpack(1_999_999)
                .is_err_and(|fault| fault.contains("the array `b.npy`: the arrays of the file have more"))
        );
    }

    #[test]
    fn a_damaged_array_is_named() {
        let mut bytes = zip(&[("x.npy", array("'|u1'", "False", "(3,)", &[1, 2, 3]))]);
        // The checksum of the entry, in both places.
        let places: Vec<usize> = (0..bytes.len() - 4).filter(|&at| bytes[at..].starts_with(b"PK")).collect();
        bytes[places[0] + 14] ^= 1;
        bytes[places[1] + 16] ^= 1;
        assert!(arrays(Cursor::new(bytes)).unwrap_err().contains("the array `x.npy`: "));
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
