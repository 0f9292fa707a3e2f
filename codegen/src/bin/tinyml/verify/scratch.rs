//! A crate of its own for the generated code: written to a new temporary folder that only the user may read, built, run, removed.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::{env, fs};

use serde_json::json;
use tinyml_codegen::diagnostic::{Diagnostic, Diagnostics, Place};
use tinyml_codegen::files::Unfinished;
use tinyml_codegen::ir::Value;
use tinyml_codegen::module::Module;

use crate::interrupt;

/// The outputs of the generated code for each sample, in the graph's types.
pub(crate) fn run(module: &Module, samples: &[Vec<Value>]) -> Result<Vec<Vec<Value>>, Diagnostics> {
    let folder = Unfinished::create(new_folder).map_err(fail)?;
    let folder = folder.path();
    fs::create_dir(folder.join("src")).map_err(fail)?;
    fs::write(folder.join("Cargo.toml"), manifest()).map_err(fail)?;
    fs::write(folder.join("src/model.rs"), module.to_file()?).map_err(fail)?;
    fs::write(folder.join("src/main.rs"), program(module)).map_err(fail)?;
    let program = build(folder)?;
    let input: Vec<u8> = samples.iter().flatten().flat_map(Value::to_le_bytes).collect();
    let mut command = Command::new(program);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let output = interrupt::with_child(&mut command, |mut child| {
        // The program reads everything before it writes, so this cannot block for ever. One that ended early says why below.
        let given = child.stdin.take().map_or(Ok(()), |mut stdin| stdin.write_all(&input));
        let output = child.wait_with_output()?;
        given.map(|()| output)
    });
    let output = output.map_err(fail)?;
    if !output.status.success() {
        let message = format!("the generated program failed ({})", output.status);
        return Err(Diagnostic::error(message).help_lines(report(&output.stderr)).into());
    }
    outputs(module, samples.len(), &output.stdout)
}

/// A new folder under a random name, which only the user may enter.
fn new_folder() -> io::Result<PathBuf> {
    let mut builder = tempfile::Builder::new();
    builder.prefix("tinyml-verify-");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o700));
    Ok(builder.tempdir()?.keep())
}

/// Builds the crate, and gives the program's path.
///
/// Nothing of the caller's surroundings has a say: Cargo looks for its configuration, and rustup for a toolchain file, in the current folder and
/// above, so that is the root; and what variables say about target, flags and profiles is left out.
fn build(folder: &Path) -> Result<PathBuf, Diagnostics> {
    let root = folder.ancestors().last().unwrap_or(folder);
    let mut command = Command::new(cargo());
    command
        .args(["build", "--release", "--quiet", "--target", "host-tuple", "--manifest-path"])
        .arg(folder.join("Cargo.toml"))
        .arg("--target-dir")
        .arg(folder.join("target"))
        .current_dir(root)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped());
    for (name, _) in env::vars_os() {
        if name.to_str().is_some_and(changes_the_build) {
            command.env_remove(name);
        }
    }
    // What linkers leave when they are interrupted goes away with the folder.
    let temporary = folder.join("tmp");
    fs::create_dir(&temporary).map_err(fail)?;
    command.envs(["TMPDIR", "TMP", "TEMP"].map(|name| (name, &temporary)));
    // Set and empty, it also outdoes the flags of the user's configuration.
    command.env("CARGO_ENCODED_RUSTFLAGS", "");
    let built = interrupt::with_child(&mut command, std::process::Child::wait_with_output);
    let built = built.map_err(|fault| {
        Diagnostic::error(format!("cannot run cargo: {fault}"))
            .help("`verify` needs Rust's cargo in the PATH")
    })?;
    if !built.status.success() {
        return Err(Diagnostic::error("the generated code does not build")
            .help_lines(report(&built.stderr))
            .into());
    }
    // Cargo names the folder between after the host.
    let name = Path::new("release").join(format!("verify{}", env::consts::EXE_SUFFIX));
    let folders = fs::read_dir(folder.join("target")).map_err(fail)?.flatten();
    let program = folders.map(|entry| entry.path().join(&name)).find(|program| program.is_file());
    Ok(program.ok_or_else(|| Diagnostic::error("cargo built no program"))?)
}

/// Whether a variable changes what cargo builds, or where.
fn changes_the_build(variable: &str) -> bool {
    const PREFIXES: [&str; 4] = ["CARGO_BUILD_", "CARGO_TARGET_", "CARGO_PROFILE_", "CARGO_UNSTABLE_"];
    PREFIXES.iter().any(|prefix| variable.starts_with(prefix)) || variable == "RUSTFLAGS"
}

/// What a program said on standard error, as help.
fn report(stderr: &[u8]) -> Vec<String> {
    let told = String::from_utf8_lossy(stderr);
    let first = "this is a bug of the compiler: please report it with the model, and with what was said:";
    [first].into_iter().chain(told.lines()).map(str::to_owned).collect()
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
    // What is fed in pieces has no place for the whole input.
    let in_pieces = module.by_rows || module.by_steps;
    let mut fill = String::new();
    for (port, own) in graph.inputs.iter().zip(&module.inputs) {
        let place = match (in_pieces, several) {
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
        let value = own.numbers(&value);
        let flip = if port.boundary.unsigned { " ^ 0x80" } else { "" };
        give.push_str(&format!("for x in {value}.iter() {{ out.extend((*x{flip}).to_le_bytes()); }}\n"));
    }
    let elements: usize = graph.inputs.iter().map(|port| graph.ty(port.tensor).shape.elements()).sum();
    let (begin, run) = match in_pieces {
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
        true => format!("path = {}", json!(beside.display().to_string())),
        false => format!("version = \"={version}\""),
    };
    format!(
        "[package]\nname = \"verify\"\nversion = \"0.0.0\"\nedition = \"2024\"\n[dependencies]\n\
         tinyml-runtime = {{ {source}, default-features = false }}\n[workspace]\n"
    )
}

fn cargo() -> PathBuf {
    env::var_os("CARGO").map_or_else(|| PathBuf::from("cargo"), PathBuf::from)
}

fn fail(fault: io::Error) -> Diagnostic {
    Diagnostic::error(format!("the scratch crate cannot be used: {fault}"))
        .at(Place::file(env::temp_dir()))
        .help("`TMPDIR` names the folder for temporary files; it needs some megabytes, and programs in it must be allowed to run")
}
