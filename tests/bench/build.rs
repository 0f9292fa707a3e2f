//! Unpacks the gzipped model, and writes the peer's declarations: its macro takes no path but a literal, relative to the folder
//! that Cargo was started in.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::{env, error, fs};

use flate2::read::GzDecoder;

type Result<T> = std::result::Result<T, Box<dyn error::Error>>;

fn main() -> Result<()> {
    let cases = fs::canonicalize(Path::new(&env::var("CARGO_MANIFEST_DIR")?).join("../cases"))?;
    let out = PathBuf::from(env::var("OUT_DIR")?);
    let model = |name: &str, file: &str| cases.join(format!("mlperf-{name}-shaped")).join(file);

    let packed = model("vww", "model.tflite.gz");
    println!("cargo::rerun-if-changed={}", packed.display());
    let mut unpacked = Vec::new();
    GzDecoder::new(fs::File::open(&packed)?).read_to_end(&mut unpacked)?;
    let vww = out.join("vww.tflite");
    fs::write(&vww, unpacked)?;

    let mut peer =
        vec![("Kws", model("kws", "model.tflite")), ("Vww", vww), ("Ad", model("ad", "model.tflite"))];
    if env::var_os("CARGO_FEATURE_REFUSED").is_some() {
        peer.push(("Ic", model("ic", "model.tflite")));
        peer.push(("KwsOnnx", cases.join("../../examples/models/kws.onnx")));
    }
    let declare = |(name, path): &(&str, PathBuf)| {
        println!("cargo::rerun-if-changed={}", path.display());
        format!("/// By microflow.\n#[microflow::model({path:?})]\npub struct {name};\n")
    };
    fs::write(out.join("peer.rs"), peer.iter().map(declare).collect::<String>())?;
    Ok(())
}
