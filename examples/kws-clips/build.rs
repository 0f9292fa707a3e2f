//! Writes the clips that `kws-recordings` reads as a Rust array.

use std::error::Error;
use std::fmt::Write;
use std::path::Path;
use std::{env, fs};

use kws_recordings::Recordings;

fn main() -> Result<(), Box<dyn Error>> {
    for file in ["clips.npz", "clips.txt"] {
        println!("cargo::rerun-if-changed=../models/kws/{file}");
    }
    let clips = Recordings::clips()?;
    let mut text = format!("/// The clips.\npub static CLIPS: [Clip; {}] = [\n", clips.iter().count());
    for (name, features, truth) in clips.iter() {
        writeln!(text, "    Clip {{ name: {name:?}, truth: {truth}, features: {features:?} }},")?;
    }
    text.push_str("];\n");
    let folder = env::var_os("OUT_DIR").ok_or("OUT_DIR is not set")?;
    Ok(fs::write(Path::new(&folder).join("clips.rs"), text)?)
}
