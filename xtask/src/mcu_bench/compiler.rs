//! Calls the project's compiler, as a user does: the command `tinyml`.

use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde::Deserialize;

use super::models::Model;
use crate::runner::root;

/// The compiler, with the formats that the models need.
#[derive(Clone, Copy)]
pub(super) struct Compiler {
    /// Whether ONNX is among them; it takes over a minute to build.
    pub(super) onnx: bool,
}

/// Of `tinyml inspect --json` what is of use here.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Inspection {
    /// Multiply-accumulates of the file as it is, before any rewrite.
    pub(super) macs_of_file: u64,
    cores: Vec<InspectedCore>,
}

#[derive(Clone, Debug, Deserialize)]
struct InspectedCore {
    layers: Vec<Node>,
}

/// A node of the graph that is carried out.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Node {
    /// The kernel's module; `(view)` for a node without.
    pub(super) kernel: String,
    /// Multiply-accumulates.
    pub(super) macs: u64,
    /// Cycles by the compiler's own cost model, where it has one.
    pub(super) predicted_cycles: Option<u64>,
    /// What each of its calls does.
    pub(super) work: Vec<Work>,
}

/// What a kernel call does, in the terms of the compiler's cost model for it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub(super) struct Work {
    /// The model.
    pub(super) model: String,
    /// How often each term occurs.
    pub(super) counts: BTreeMap<String, u64>,
}

impl Inspection {
    /// The nodes that have a kernel, in order.
    pub(super) fn nodes(&self) -> Vec<&Node> {
        let layers = self.cores.iter().take(1).flat_map(|core| &core.layers);
        layers.filter(|node| node.kernel != "(view)").collect()
    }
}

impl Compiler {
    /// The Rust module of a model for a family of cores.
    ///
    /// # Errors
    /// The model does not compile; the compiler's messages are in the error.
    pub(super) fn compile(
        self,
        model: &Model,
        family: &str,
        further: &[String],
        folder: &Path,
    ) -> Result<String, String> {
        self.run("compile", model, family, further, folder)
    }

    /// What the compiler tells about a model.
    ///
    /// # Errors
    /// As for [`compile`](Self::compile).
    pub(super) fn inspect(
        self,
        model: &Model,
        family: &str,
        further: &[String],
        folder: &Path,
    ) -> Result<Inspection, String> {
        let text = self.run("inspect", model, family, further, folder)?;
        serde_json::from_str(&text).map_err(|fault| format!("`tinyml inspect`: {fault}"))
    }

    fn run(
        self,
        what: &str,
        model: &Model,
        family: &str,
        further: &[String],
        folder: &Path,
    ) -> Result<String, String> {
        let mut cargo = Command::new(env!("CARGO"));
        cargo.args(["run", "--quiet", "--bin", "tinyml"]);
        // Not by its package, if ONNX is read: with what the whole workspace asks of its dependencies, it has been built for the tests.
        if !self.onnx {
            cargo.args(["-p", "tinyml-codegen", "--no-default-features", "--features", "tflite,cli"]);
        }
        cargo.args(["--", what]).arg(unpacked(&model.file, folder)?).args(["--core", family]);
        cargo.args(&model.options).args(further);
        cargo.args(if what == "compile" { ["-o", "-"].as_slice() } else { &["--json"] });
        let output = cargo
            .current_dir(root())
            .stderr(Stdio::inherit())
            .output()
            .map_err(|fault| format!("cannot run cargo: {fault}"))?;
        if !output.status.success() {
            return Err(format!("`tinyml {what}` fails for {}: see above", model.file.display()));
        }
        String::from_utf8(output.stdout).map_err(|fault| fault.to_string())
    }
}

/// The model file itself, or a gzipped one's content, written to `folder`.
fn unpacked(file: &Path, folder: &Path) -> Result<PathBuf, String> {
    let fail = |fault: std::io::Error| format!("{}: {fault}", file.display());
    if file.extension().is_none_or(|extension| extension != "gz") {
        return Ok(file.to_owned());
    }
    let mut bytes = Vec::new();
    flate2::read::GzDecoder::new(fs::File::open(file).map_err(fail)?)
        .read_to_end(&mut bytes)
        .map_err(fail)?;
    let unpacked = folder.join(file.file_stem().unwrap_or_default());
    fs::write(&unpacked, bytes).map_err(fail)?;
    Ok(unpacked)
}
