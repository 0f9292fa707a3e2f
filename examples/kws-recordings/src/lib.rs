//! The features of recordings, as the training scripts stored them: 49 × 10 MFCC and the index of the class.
#![forbid(unsafe_code)]

use std::error::Error;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

use ndarray::{Array1, Array4};
use ndarray_npy::NpzReader;

/// Values of one second: 49 frames of 10 coefficients.
pub const FEATURES: usize = 490;

/// Recordings with their truth.
pub struct Recordings {
    names: Vec<String>,
    features: Vec<[f32; FEATURES]>,
    labels: Vec<usize>,
}

impl Recordings {
    /// The clips that are shipped as WAV files, with their names.
    pub fn clips() -> Result<Self, Box<dyn Error>> {
        let names = fs::read_to_string(folder().join("clips.txt"))?.lines().map(str::to_owned).collect();
        Self::read("clips.npz", names)
    }

    /// The test set.
    pub fn test_set() -> Result<Self, Box<dyn Error>> {
        Self::read("testset.npz", Vec::new())
    }

    fn read(file: &str, names: Vec<String>) -> Result<Self, Box<dyn Error>> {
        let path = folder().join(file);
        let mut archive =
            NpzReader::new(File::open(&path).map_err(|fault| format!("{}: {fault}", path.display()))?)?;
        let features: Array4<f32> = archive.by_name("features")?;
        let labels: Array1<u8> = archive.by_name("labels")?;
        let flat: Vec<f32> = features.iter().copied().collect();
        let (features, rest) = flat.as_chunks();
        if !rest.is_empty() || features.len() != labels.len() {
            return Err(format!("{}: {} labels do not fit the features", path.display(), labels.len()).into());
        }
        let labels = labels.iter().map(|&label| label.into()).collect();
        Ok(Recordings { names, features: features.to_vec(), labels })
    }

    /// Name, features and class of each.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &[f32; FEATURES], usize)> {
        let name = |index: usize| self.names.get(index).map_or("", String::as_str);
        self.features
            .iter()
            .zip(&self.labels)
            .enumerate()
            .map(move |(i, (features, &label))| (name(i), features, label))
    }
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../models/kws")
}
