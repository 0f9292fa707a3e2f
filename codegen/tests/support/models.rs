//! The networks of MLPerf Tiny: those of the same shapes that are in the repository, and the benchmark's own where there is a zoo.

use std::env;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use tinyml_codegen::source::Source;

/// Cases of the shapes.
pub(crate) const SHAPES: [&str; 4] =
    ["mlperf-kws-shaped", "mlperf-ic-shaped", "mlperf-vww-shaped", "mlperf-ad-shaped"];

/// The models' files in the zoo, in the same order.
pub(crate) const ZOO: [&str; 4] =
    ["mlperf_tiny_kws_int8", "mlperf_tiny_ic_int8", "mlperf_tiny_vww_int8", "mlperf_tiny_ad_int8"];

/// The root of the repository.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The model of a case.
pub(crate) fn case(name: &str) -> Source {
    let folder = root().join("tests/cases").join(name);
    let file = ["model.tflite", "model.tflite.gz"].map(|file| folder.join(file));
    source(file.iter().find(|file| file.is_file()).unwrap_or_else(|| panic!("{name}: there is no model")))
}

/// A model of the zoo; none if there is no zoo.
pub(crate) fn of_zoo(name: &str) -> Option<Source> {
    let zoo = env::var_os("TINYML_MODEL_ZOO").map(PathBuf::from)?;
    Some(source(&zoo.join(format!("{name}.tflite"))))
}

fn source(path: &Path) -> Source {
    let mut bytes = Vec::new();
    let mut file = File::open(path).unwrap_or_else(|fault| panic!("{}: {fault}", path.display()));
    match path.extension().is_some_and(|extension| extension == "gz") {
        true => flate2::read::GzDecoder::new(file).read_to_end(&mut bytes),
        false => file.read_to_end(&mut bytes),
    }
    .unwrap_or_else(|fault| panic!("{}: {fault}", path.display()));
    Source { path: path.with_extension("").with_extension("tflite"), bytes }
}
