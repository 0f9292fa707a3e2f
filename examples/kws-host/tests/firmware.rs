//! What `examples/kws-firmware` must print: what the model says on the host. The firmware itself is held to the same file by
//! `cargo xtask kws-firmware`. `TINYML_BLESS=1` writes the file.

use std::fmt::Write;
use std::path::Path;
use std::{env, fs};

use kws_clips::{Answer, CLIPS, HEADER};
use kws_host::kws;

#[test]
fn prints_what_the_model_says_here() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../kws-firmware/expected.txt");
    let mut model = Box::new(kws::Model::new());
    let mut text = format!("{HEADER}\n");
    for clip in &CLIPS {
        writeln!(text, "{}", Answer::new(clip, &model.run_f32(&clip.features), &kws::LABELS)).unwrap();
    }
    if env::var_os("TINYML_BLESS").is_some() {
        fs::write(&path, &text).unwrap();
    }
    let expected = fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(expected, text, "`cargo xtask bless` writes {}", path.display());
}
