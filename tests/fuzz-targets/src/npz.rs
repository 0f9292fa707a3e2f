//! Calibration data, `.npz` and `.npy`.

use std::fs;

use tinyml_codegen::config::{Calibrator, Options};
use tinyml_codegen::data;
use tinyml_codegen::module;
use tinyml_codegen::source::Source;

use crate::Target;
use crate::examine::refused;
use crate::random::Random;
use crate::words;

/// The bytes are the file; an `.npy` file begins with numpy's own mark.
pub(crate) const TARGET: Target =
    Target { name: "npz", run, mutate: Some(|bytes, seed| mutate(bytes, seed)), generate: None };

/// A float model that data of 16 numbers calibrate.
const MODEL: &[u8] = include_bytes!("../../compile-fail/models/dense.tflite");

fn run(bytes: &[u8]) {
    let suffix = if bytes.starts_with(b"\x93NUMPY") { ".npy" } else { ".npz" };
    let Ok(file) = tempfile::Builder::new().prefix("tinyml-fuzz").suffix(suffix).tempfile() else { return };
    if fs::write(file.path(), bytes).is_err() {
        return;
    }
    if let Err(fault) = data::read(file.path()) {
        return drop(fault.to_string());
    }
    let calibrators = [Calibrator::MinMax, Calibrator::Percentile, Calibrator::Mse, Calibrator::Entropy];
    let mut random = Random::of(bytes);
    let options = Options {
        calibration: Some(file.path().to_owned()),
        calibrator: random.pick(&calibrators),
        equalise: random.below(2) == 0,
        ..Options::default()
    };
    let source = Source { path: "dense.tflite".into(), bytes: MODEL.to_vec() };
    if let Err(faults) = module::compile(&source, &options, &module::default_runtime()) {
        refused(&faults);
    }
}

/// Changes bytes, and makes the checksums of the archive right again: without that, all changes end there.
fn mutate(bytes: &mut [u8], seed: u32) {
    words::mutate(bytes, seed);
    let mut at = 0;
    while let Some(entry) = find(bytes, b"PK\x01\x02", at) {
        at = entry + 4;
        seal(bytes, entry);
    }
}

/// Writes the checksum of an entry that is stored as it is, at its place in the directory and in front of its data.
fn seal(bytes: &mut [u8], entry: usize) -> Option<()> {
    let number = |bytes: &[u8], at: usize, size: usize| {
        let bytes = bytes.get(at..at.checked_add(size)?)?;
        Some(bytes.iter().rev().fold(0usize, |number, &byte| number << 8 | usize::from(byte)))
    };
    let (method, length) = (number(bytes, entry + 10, 2)?, number(bytes, entry + 20, 4)?);
    let header = number(bytes, entry + 42, 4)?;
    let data = header + 30 + number(bytes, header + 26, 2)? + number(bytes, header + 28, 2)?;
    if method != 0 {
        return None;
    }
    let mut sum = flate2::Crc::new();
    sum.update(bytes.get(data..data + length)?);
    let sum = sum.sum().to_le_bytes();
    bytes.get_mut(entry + 16..entry + 20)?.copy_from_slice(&sum);
    bytes.get_mut(header + 14..header + 18)?.copy_from_slice(&sum);
    Some(())
}

fn find(bytes: &[u8], mark: &[u8], from: usize) -> Option<usize> {
    let at = bytes.get(from..)?.windows(mark.len()).position(|window| window == mark)?;
    Some(from + at)
}

#[cfg(test)]
mod test {
    use super::*;

    /// Changed archives are mostly still read: their checksums are right.
    #[test]
    fn mutations_reach_what_is_in_an_archive() {
        let whole = include_bytes!("../../compile-fail/models/dense.npz");
        let begin = find(whole, b"\x93NUMPY", 0).expect("an archive that is not compressed");
        let mut inside = 0;
        for seed in 0..100 {
            let mut bytes = whole.to_vec();
            mutate(&mut bytes, seed);
            assert_eq!(bytes.len(), whole.len());
            let changed = bytes[begin..whole.len() - 200] != whole[begin..whole.len() - 200];
            let file = tempfile::Builder::new().suffix(".npz").tempfile().unwrap();
            fs::write(file.path(), &bytes).unwrap();
            inside += usize::from(changed && data::read(file.path()).is_ok());
        }
        assert!(inside > 30, "{inside} of 100");
    }
}
