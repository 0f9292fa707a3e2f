//! Constants in files of their own.

use std::fs;
use std::path::{Path, PathBuf};

use super::builder::{Model, external, import_in};
use crate::config::Options;
use crate::import::Imported;
use crate::ir::Value;

/// A folder that goes with the test.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Folder {
        let path = std::env::temp_dir().join(format!("tinyml-onnx-{}-{name}", std::process::id()));
        fs::create_dir_all(path.join("model/data")).expect("the temporary folder can be written");
        fs::write(path.join("model/weights.bin"), [1, 2, 3, 4, 5]).expect("it can be written");
        fs::write(path.join("model/data/weights.bin"), [6, 7, 8, 9]).expect("it can be written");
        fs::write(path.join("outside.bin"), [0; 4]).expect("it can be written");
        Folder(path)
    }

    /// Imports a model whose constant of these extents lies at `location`.
    fn import(&self, location: &str, offset: usize, dims: &[i64]) -> Result<Imported, String> {
        let model = Model::of(&[1, 4])
            .initializer(&external("w", location, offset, dims))
            .constant("scale", Value::f32(Vec::new(), vec![1.0]).expect("one"))
            .op("DequantizeLinear", &["w", "scale"], "real")
            .op("Add", &["x", "real"], "y")
            .output("y");
        import_in(&self.0.join("model"), model.bytes(), &Options::default())
            .map_err(|faults| faults.to_string())
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What is left in the temporary folder does no harm.
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn constant(imported: &Imported) -> Vec<i8> {
    let graph = &imported.graph;
    let integers = graph.tensor_ids().find_map(|id| graph.constant(id)?.as_i8().map(<[i8]>::to_vec));
    integers.expect("a constant of integers")
}

#[test]
fn data_beside_the_model_and_below_it() {
    let folder = Folder::new("inside");
    let imported = folder.import("weights.bin", 1, &[4]).expect("the data are there");
    assert_eq!(constant(&imported), [2, 3, 4, 5]);
    assert_eq!(imported.files, [folder.0.join("model/weights.bin")]);
    let imported = folder.import("./data/weights.bin", 0, &[4]).expect("the data are there");
    assert_eq!(constant(&imported), [6, 7, 8, 9]);
    assert_eq!(imported.files.len(), 1);
}

#[test]
fn data_outside_the_models_folder() {
    let folder = Folder::new("outside");
    let absolute = folder.0.join("outside.bin").display().to_string();
    for location in ["../outside.bin", "data/../../outside.bin", absolute.as_str()] {
        let fault = folder.import(location, 0, &[4]).expect_err(location);
        assert!(fault.contains("lie outside the model's folder") && fault.contains("tensor `w`"), "{fault}");
    }
}

#[cfg(unix)]
#[test]
fn links_do_not_lead_out_of_the_folder() {
    let folder = Folder::new("link");
    let link = |to: &Path, name: &str| std::os::unix::fs::symlink(to, folder.0.join("model").join(name));
    link(&folder.0.join("outside.bin"), "out.bin").expect("a link");
    link(Path::new("weights.bin"), "in.bin").expect("a link");
    let fault = folder.import("out.bin", 0, &[4]).expect_err("it leads out");
    assert!(fault.contains("lie outside the model's folder"), "{fault}");
    assert!(folder.import("in.bin", 0, &[4]).is_ok());
}

#[test]
fn data_that_are_not_there() {
    let folder = Folder::new("missing");
    let fault = folder.import("nothing.bin", 0, &[4]).expect_err("there is no such file");
    assert!(fault.contains("cannot read the external data `nothing.bin`"), "{fault}");
    let fault = folder.import("weights.bin", 2, &[4]).expect_err("it has 5 bytes");
    assert!(fault.contains("at byte 2 reach beyond the end of `weights.bin` (5 bytes)"), "{fault}");
    let fault = folder.import("data", 0, &[4]).expect_err("it is a folder");
    assert!(fault.contains("cannot read the external data `data`"), "{fault}");
}
