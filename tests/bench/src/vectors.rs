//! Inputs and goldens of the committed cases.

use std::error::Error;
use std::fs::File;
use std::path::Path;

use ndarray::{ArrayD, IxDyn, OwnedRepr};
use ndarray_npy::{NpzReader, ReadableElement};

/// An input and the output that the reference computed for it.
pub struct Vector {
    /// One int8 input.
    pub input: Vec<i8>,
    /// One int8 output.
    pub output: Vec<i8>,
}

/// The vectors of the case `mlperf-NAME-shaped`.
pub fn golden(name: &str) -> Result<Vec<Vector>, Box<dyn Error>> {
    let path = format!("../cases/mlperf-{name}-shaped/golden.npz");
    let mut archive = open(&path)?;
    let count = archive.names()?.iter().filter(|name| name.starts_with("in0_")).count();
    (0..count)
        .map(|i| {
            let mut array = |role: &str| {
                read::<i8>(&mut archive, &format!("{role}0_{i}")).map(|a| a.into_iter().collect())
            };
            Ok(Vector { input: array("in")?, output: array("out")? })
        })
        .collect()
}

/// The first calibration example of the keyword spotter.
pub fn features() -> Result<Vec<f32>, Box<dyn Error>> {
    let all = read::<f32>(&mut open("../../examples/models/kws.calibration.npz")?, "features")?;
    Ok(all.outer_iter().next().ok_or("there is no example")?.iter().copied().collect())
}

fn open(path: &str) -> Result<NpzReader<File>, Box<dyn Error>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    let file = File::open(&path).map_err(|fault| format!("{}: {fault}", path.display()))?;
    Ok(NpzReader::new(file)?)
}

fn read<T: ReadableElement>(archive: &mut NpzReader<File>, name: &str) -> Result<ArrayD<T>, Box<dyn Error>> {
    Ok(archive.by_name::<OwnedRepr<T>, IxDyn>(name)?)
}
