//! A crate of its own for the generated code: written to a temporary folder, built, run, removed.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tinyml_codegen::diagnostic::{Diagnostic, Diagnostics};
use tinyml_codegen::ir::Value;
use tinyml_codegen::module::Module;

/// The outputs of the generated code for each sample, in the graph's types.
pub(crate) fn run(module: &Module, samples: &[Vec<Value>]) -> Result<Vec<Vec<Value>>, Diagnostics> {
    let folder = Folder::new()?;
    write(&folder.0.join("Cargo.toml"), &manifest())?;
    fs::create_dir_all(folder.0.join("src")).map_err(fail)?;
    write(&folder.0.join("src/model.rs"), &module.to_file()?)?;
    write(&folder.0.join("src/main.rs"), &program(module))?;
    let built = Command::new(cargo())
        .args(["build", "--release", "--quiet", "--manifest-path"])
        .arg(folder.0.join("Cargo.toml"))
        .arg("--target-dir")
        .arg(folder.0.join("target"))
        .output()
        .map_err(|fault| {
            Diagnostic::error(format!("cannot run cargo: {fault}"))
                .help("`verify` needs Rust's cargo in the PATH")
        })?;
    if !built.status.success() {
        let messages = String::from_utf8_lossy(&built.stderr).into_owned();
        return Err(Diagnostic::error(format!("the generated code does not build:\n{messages}")).into());
    }
    let mut child = Command::new(folder.0.join("target/release/verify"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(fail)?;
    let input: Vec<u8> = samples.iter().flatten().flat_map(Value::to_le_bytes).collect();
    if let Some(mut stdin) = child.stdin.take() {
        // The program reads everything before it writes, so this cannot block for ever.
        stdin.write_all(&input).map_err(fail)?;
    }
    let output = child.wait_with_output().map_err(fail)?;
    outputs(module, samples.len(), &output.stdout)
}

/// Cuts the program's output into values.
fn outputs(module: &Module, samples: usize, bytes: &[u8]) -> Result<Vec<Vec<Value>>, Diagnostics> {
    let graph = &module.optimised.graph;
    let mut rest = bytes;
    let mut all = Vec::new();
    for _ in 0..samples {
        let mut sample = Vec::new();
        for port in &graph.outputs {
            let ty = graph.ty(port.tensor);
            let Some((own, behind)) = rest.split_at_checked(ty.bytes()) else {
                return Err(Diagnostic::error("the generated program ended early").into());
            };
            rest = behind;
            let value = Value::from_le_bytes(ty.dtype, ty.shape.clone(), own);
            sample.push(
                value.ok_or_else(|| {
                    Diagnostic::error("the generated program wrote an output of another size")
                })?,
            );
        }
        all.push(sample);
    }
    Ok(all)
}

/// A program that reads inputs from standard input and writes outputs to standard output, as raw little-endian bytes.
fn program(module: &Module) -> String {
    let graph = &module.optimised.graph;
    let several = module.inputs.len() > 1;
    let mut fill = String::new();
    for (port, own) in graph.inputs.iter().zip(&module.inputs) {
        let place = match (module.by_rows, several) {
            (true, _) => "input".to_owned(),
            (false, true) => format!("model.{}_mut()", own.field),
            (false, false) => "model.input_mut()".to_owned(),
        };
        let size = graph.ty(port.tensor).dtype.size();
        // The caller's unsigned bytes are the graph's plus 128.
        let flip = if port.boundary.unsigned { " ^ 0x80" } else { "" };
        fill.push_str(&format!(
            "for x in {place}.iter_mut() {{ let Some(b) = bytes.get(at..at + {size}) else {{ return }}; at += {size}; \
             *x = {}::from_le_bytes(b.try_into().unwrap()){flip}; }}\n",
            own.element
        ));
    }
    let mut give = String::new();
    for (port, own) in graph.outputs.iter().zip(&module.outputs) {
        let value =
            if module.outputs.len() > 1 { format!("outputs.{}", own.field) } else { "outputs".to_owned() };
        let flip = if port.boundary.unsigned { " ^ 0x80" } else { "" };
        give.push_str(&format!("for x in {value}.iter() {{ out.extend((*x{flip}).to_le_bytes()); }}\n"));
    }
    let elements: usize = graph.inputs.iter().map(|port| graph.ty(port.tensor).shape.elements()).sum();
    let (begin, run) = match module.by_rows {
        true => (format!("let mut input = [Default::default(); {elements}];"), "model.run(&input)"),
        false => (String::new(), "model.infer()"),
    };
    format!(
        "mod model;
        use std::io::{{Read, Write}};
        fn main() {{
            let (mut bytes, mut out, mut at) = (Vec::new(), Vec::new(), 0);
            std::io::stdin().read_to_end(&mut bytes).unwrap();
            let mut model = Box::new(model::Model::new());
            while at < bytes.len() {{
                {begin}
                {fill}
                let outputs = {run};
                {give}
            }}
            std::io::stdout().write_all(&out).unwrap();
        }}\n"
    )
}

/// The runtime beside this crate's sources where they exist (a checkout), else the release of the same version.
fn manifest() -> String {
    let version = env!("CARGO_PKG_VERSION");
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../runtime-core");
    let source = match beside.join("Cargo.toml").is_file() {
        true => format!("path = {:?}", beside.display().to_string()),
        false => format!("version = \"={version}\""),
    };
    format!(
        "[package]\nname = \"verify\"\nversion = \"0.0.0\"\nedition = \"2024\"\n[dependencies]\n\
         tinyml-runtime = {{ {source}, default-features = false }}\n[workspace]\n"
    )
}

fn cargo() -> PathBuf {
    std::env::var_os("CARGO").map_or_else(|| PathBuf::from("cargo"), PathBuf::from)
}

fn write(path: &Path, text: &str) -> Result<(), Diagnostics> {
    fs::write(path, text).map_err(|fault| fail(fault).into())
}

fn fail(fault: std::io::Error) -> Diagnostic {
    Diagnostic::error(format!("the scratch crate cannot be used: {fault}"))
}

/// A temporary folder that is removed when it goes out of scope.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Result<Folder, Diagnostics> {
        let path = std::env::temp_dir().join(format!("tinyml-verify-{}", std::process::id()));
        fs::create_dir_all(&path).map_err(fail)?;
        Ok(Folder(path))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What stays behind in the temporary folder harms nobody.
        let _ = fs::remove_dir_all(&self.0);
    }
}
