//! Golden inputs and results, as the bytes that a model takes and gives.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use zip::ZipArchive;

/// Bytes of the inputs and of the results of the first of a file's examples (`in{input}_0`, `out{output}_0`), one behind the other.
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
            let Ok(mut entry) = archive.by_name(&format!("{what}{port}_0.npy")) else { break };
            let mut bytes = Vec::new();
            entry.read_to_end(&mut bytes).map_err(|fault| fail(&fault))?;
            values.extend_from_slice(data(&bytes).map_err(|fault| fail(&fault))?);
        }
        if values.is_empty() { Err(fail(&format!("has no array `{what}0_0`"))) } else { Ok(values) }
    };
    Ok((read("in")?, read("out")?))
}

/// What stands behind the header of a `.npy` file.
fn data(npy: &[u8]) -> Result<&[u8], &'static str> {
    let damaged = "an array is damaged";
    let header = npy.strip_prefix(b"\x93NUMPY\x01\x00").ok_or("an array is not in version 1.0 of .npy")?;
    let (length, rest) = header.split_first_chunk().ok_or(damaged)?;
    let (header, data) = rest.split_at_checked(usize::from(u16::from_le_bytes(*length))).ok_or(damaged)?;
    if String::from_utf8_lossy(header).contains("'fortran_order': True") {
        return Err("an array lies in the order of Fortran");
    }
    Ok(data)
}

#[cfg(test)]
mod test {
    use super::{data, first};
    use crate::runner::root;

    #[test]
    fn the_first_example_of_a_case_is_read() {
        let (inputs, outputs) = first(&root().join("tests/cases/mlperf-kws-shaped/golden.npz")).unwrap();
        assert_eq!((inputs.len(), outputs.len()), (490, 12));
    }

    #[test]
    fn another_file_is_refused() {
        assert!(first(&root().join("Cargo.toml")).is_err());
        assert!(data(b"\x93NUMPY\x01\x00\xff\x00{}").is_err());
        assert_eq!(data(b"\x93NUMPY\x01\x00\x02\x00{}abc"), Ok(&b"abc"[..]));
    }
}
