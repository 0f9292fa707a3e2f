//! Golden inputs and results, as the bytes that a model takes and gives.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use zip::ZipArchive;

/// Bytes of the inputs and of the results of the first of a file's examples (`in{input}_0`, `out{output}_0`; of a sequence, whose steps lie
/// along the first axis, of `in{input}` and `out{output}`), one behind the other.
///
/// # Errors
/// The file is no `.npz` file with such arrays.
pub(super) fn first(path: &Path) -> Result<(Vec<u8>, Vec<u8>), String> {
    let fail = |fault: &dyn std::fmt::Display| format!("{}: {fault}", path.display());
    let file = File::open(path).map_err(|fault| fail(&fault))?;
    let mut archive = ZipArchive::new(file).map_err(|fault| fail(&fault))?;
    let mut read = |what: &str| -> Result<Vec<u8>, String> {
        let mut values = Vec::new();
        for port in 0.. {
            let names = [format!("{what}{port}_0.npy"), format!("{what}{port}.npy")];
            let Some(name) = names.iter().find(|name| archive.index_for_name(name).is_some()) else { break };
            let mut bytes = Vec::new();
            let mut entry = archive.by_name(name).map_err(|fault| fail(&fault))?;
            entry.read_to_end(&mut bytes).map_err(|fault| fail(&fault))?;
            let (steps, data) = data(&bytes).map_err(|fault| fail(&fault))?;
            let one = if *name == names[0] { data.len() } else { data.len() / steps.max(1) };
            values.extend_from_slice(&data[..one]);
        }
        if values.is_empty() { Err(fail(&format!("has no array `{what}0_0`"))) } else { Ok(values) }
    };
    Ok((read("in")?, read("out")?))
}

/// The first extent of a `.npy` file's array, and what stands behind its header.
fn data(npy: &[u8]) -> Result<(usize, &[u8]), &'static str> {
    let damaged = "an array is damaged";
    let header = npy.strip_prefix(b"\x93NUMPY\x01\x00").ok_or("an array is not in version 1.0 of .npy")?;
    let (length, rest) = header.split_first_chunk().ok_or(damaged)?;
    let (header, data) = rest.split_at_checked(usize::from(u16::from_le_bytes(*length))).ok_or(damaged)?;
    let header = String::from_utf8_lossy(header);
    if header.contains("'fortran_order': True") {
        return Err("an array lies in the order of Fortran");
    }
    let extents = header.split_once("'shape': (").map_or("", |(_, extents)| extents);
    let first = extents.split(|sign: char| !sign.is_ascii_digit()).next().unwrap_or_default();
    Ok((first.parse().unwrap_or(1), data))
}

#[cfg(test)]
mod test {
    use super::{data, first};
    use crate::runner::root;

    #[test]
    fn the_first_example_of_a_case_is_read() {
        let (inputs, outputs) = first(&root().join("tests/cases/mlperf-kws-shaped/golden.npz")).unwrap();
        assert_eq!((inputs.len(), outputs.len()), (490, 12));
        let (inputs, outputs) = first(&root().join("tests/cases/stream-wake-word/golden.npz")).unwrap();
        assert_eq!((inputs.len(), outputs.len()), (3 * 40, 1));
    }

    #[test]
    fn another_file_is_refused() {
        assert!(first(&root().join("Cargo.toml")).is_err());
        assert!(data(b"\x93NUMPY\x01\x00\xff\x00{}").is_err());
        assert_eq!(data(b"\x93NUMPY\x01\x00\x02\x00{}abc"), Ok((1, &b"abc"[..])));
        assert_eq!(data(b"\x93NUMPY\x01\x00\x10\x00'shape': (12, 3)abc"), Ok((12, &b"abc"[..])));
    }
}
