//! A crate of random models: a library without the standard library, for any core, and a program for the host that runs them.

use std::fmt::Write;
use std::fs;
use std::ops::Range;
use std::path::Path;

use tinyml_codegen::module::{Module, PortName};
use tinyml_codegen::names::ident;
use tinyml_codegen::target::Core;

use crate::{model, repository, vectors};

/// What became of the models of a crate.
pub(crate) struct Written {
    pub(crate) compiled: usize,
    pub(crate) refused: usize,
}

/// What the library begins with. Generated code is for crates that are as strict as can be.
const LIBRARY: &str = "#![no_std]
#![forbid(unsafe_code)]
#![deny(warnings, unused_qualifications, elided_lifetimes_in_paths, trivial_casts, trivial_numeric_casts)]

/// The next element's bytes.
fn next<const N: usize>(bytes: &mut &[u8]) -> Option<[u8; N]> {
    let (own, rest) = bytes.split_first_chunk()?;
    *bytes = rest;
    Some(*own)
}

";

/// What the program begins with.
const PROGRAM: &str = "use std::process::ExitCode;

/// Gives a model inferences' inputs, one model all of them; it gives each output's bytes and whether they are those of a float.
type Run<'m> = &'m mut dyn FnMut(&mut &[u8], &mut dyn FnMut(&[u8], bool)) -> Option<()>;

fn is_right(found: &[u8], expected: &[u8], float: bool, near: bool) -> bool {
    if found == expected || !near {
        return found == expected;
    }
    match (float, found, expected) {
        (true, &[a, b, c, d], &[e, f, g, h]) => {
            let (found, expected) = (f32::from_le_bytes([a, b, c, d]), f32::from_le_bytes([e, f, g, h]));
            (found.is_nan() && expected.is_nan()) || (found - expected).abs() <= 1e-4 * expected.abs().max(1.0)
        }
        // One step, of a byte.
        (false, &[found], &[expected]) => matches!(found.wrapping_sub(expected), 1 | 255),
        _ => false,
    }
}

fn check(name: &str, run: Run<'_>, mut given: &[u8], mut expected: &[u8], near: bool) -> bool {
    let mut right = true;
    while !given.is_empty() && right {
        let before = given.len();
        let ran = run(&mut given, &mut |found, float| match expected.split_at_checked(found.len()) {
            Some((own, rest)) => {
                right &= is_right(found, own, float, near);
                expected = rest;
            }
            None => right = false,
        });
        right &= ran.is_some() && given.len() < before;
    }
    right &= expected.is_empty();
    if !right {
        println!(\"{name}: not what the interpreter computes\");
    }
    right
}

fn main() -> ExitCode {
    let mut right = true;
";

/// Writes the crate of the models of these seeds.
///
/// # Errors
/// The folder cannot be written, the compiler finds itself at fault, or its text is not Rust or not what the interpreter can run.
pub(crate) fn write(folder: &Path, seeds: Range<u64>, core: Core) -> Result<Written, String> {
    let put = |path: &str, contents: &[u8]| {
        let file = folder.join(path);
        let parent = file.parent().unwrap_or(folder);
        fs::create_dir_all(parent)
            .and_then(|()| fs::write(&file, contents))
            .map_err(|fault| format!("{}: {fault}", file.display()))
    };
    let (mut library, mut program, mut refusals) = (LIBRARY.to_owned(), PROGRAM.to_owned(), String::new());
    let mut written = Written { compiled: 0, refused: 0 };
    // Older editions have other keywords and prelude.
    let edition = if (seeds.start / 50) % 4 == 3 { "2021" } else { "2024" };
    for seed in seeds {
        let module = match model::compile(seed, core) {
            Ok(module) => module,
            Err(faults) if faults.to_string().contains("bug of the compiler") => {
                return Err(format!("model {seed}: {faults}"));
            }
            Err(faults) => {
                written.refused += 1;
                let _ = writeln!(refusals, "model {seed}: {faults}\n");
                continue;
            }
        };
        written.compiled += 1;
        let graph = &module.optimised.graph;
        let at = |fault: String| format!("model {seed}: {fault}");
        // Checked in as a file, or included as an item, which has the name of the model.
        let (text, path) = match seed % 2 {
            0 => (module.to_file(), format!("m{seed}")),
            _ => (module.to_item(), format!("m{seed}::{}", ident(&module.name))),
        };
        put(&format!("src/m{seed}.rs"), text.map_err(|faults| at(faults.to_string()))?.as_bytes())?;
        let [given, expected] = vectors::vectors(graph, seed).map_err(at)?;
        put(&format!("data/{seed}.in"), &given)?;
        put(&format!("data/{seed}.out"), &expected)?;
        let _ = write!(library, "pub mod m{seed};\n{}", functions(seed, &path, &module));
        let _ = writeln!(
            program,
            "    let mut model = Box::new(models::{path}::Model::new());\n    \
             right &= check(\"model {seed}\", &mut |given, give| models::infer_{seed}(&mut model, given, give), \
             include_bytes!(\"../data/{seed}.in\"), include_bytes!(\"../data/{seed}.out\"), {});",
            vectors::is_near(graph)
        );
    }
    program += "    if right { ExitCode::SUCCESS } else { ExitCode::FAILURE }\n}\n";
    put("src/lib.rs", library.as_bytes())?;
    put("src/main.rs", program.as_bytes())?;
    put("refused.txt", refusals.as_bytes())?;
    put("Cargo.lock", &fs::read(repository().join("Cargo.lock")).map_err(|fault| fault.to_string())?)?;
    put("Cargo.toml", manifest(edition).as_bytes())?;
    Ok(written)
}

fn manifest(edition: &str) -> String {
    let runtime = repository().join("runtime-core");
    format!(
        "[package]\nname = \"models\"\nversion = \"0.0.0\"\nedition = \"{edition}\"\n\n[dependencies]\n\
         tinyml-runtime = {{ path = {:?}, default-features = false }}\n\n[workspace]\n",
        runtime.display().to_string()
    )
}

/// Functions without parameters of their own, so that everything of the module is built: one that infers from bytes, and one that
/// runs the model in its own types, in real numbers and, where it is fed so, by rows.
fn functions(seed: u64, path: &str, module: &Module) -> String {
    let (inputs, outputs) = (&module.inputs, &module.outputs);
    let give = |kind: &dyn Fn(&PortName) -> bool| -> String {
        let one = |port: &PortName| {
            let value =
                if outputs.len() > 1 { format!("outputs.{}", port.field) } else { "outputs".to_owned() };
            format!("    for element in {value}.iter() {{ give(&element.to_le_bytes(), {}); }}\n", kind(port))
        };
        outputs.iter().map(one).collect()
    };
    let own = |port: &PortName| port.element == "f32";
    let has_f32 = inputs.iter().chain(outputs).all(|port| port.has_f32);
    let mut run = String::new();
    let mut call = |call: String, real: bool| {
        let _ = write!(run, "    let outputs = {call};\n{}", give(&|port| real || own(port)));
    };
    call(format!("model.run({})", zeros(path, module, false)), false);
    if has_f32 {
        call(format!("model.run_f32({})", zeros(path, module, true)), true);
    }
    if module.by_rows {
        let optional =
            |method: &str, zero: &str| format!("model.{method}(&[{zero}; {path}::ROW]) else {{ return }}");
        let mut row = |call: String, real: bool| {
            let _ = write!(run, "    let Some(outputs) = {call};\n{}", give(&|port| real || own(port)));
        };
        row(optional("push_row", if inputs.iter().all(own) { "0.0" } else { "0" }), false);
        if has_f32 {
            row(optional("push_row_f32", "0.0"), true);
        }
    }
    format!(
        "pub fn infer_{seed}(model: &mut {path}::Model, bytes: &mut &[u8], give: &mut dyn FnMut(&[u8], bool)) -> Option<()> {{\n\
         {}{}    Some(())\n}}\n\
         pub fn run_{seed}(model: &mut {path}::Model, give: &mut dyn FnMut(&[u8], bool)) {{\n{run}}}\n",
        infer(path, module),
        give(&own)
    )
}

/// Takes the inputs from `bytes` and lets the model infer.
fn infer(path: &str, module: &Module) -> String {
    let several = module.inputs.len() > 1;
    let fill = |place: &str, port: &PortName| {
        format!(
            "    for element in {place} {{ *element = {}::from_le_bytes(next(bytes)?); }}\n",
            port.element
        )
    };
    if module.by_rows {
        let filled: String = module.inputs.iter().map(|port| fill("&mut input", port)).collect();
        let zeros = zeros(path, module, false);
        return format!(
            "    let mut input = {};\n{filled}    let outputs = model.run(&input);\n",
            zeros.trim_start_matches('&')
        );
    }
    let place = |port: &PortName| match several {
        true => format!("model.{}_mut()", port.field),
        false => "model.input_mut()".to_owned(),
    };
    let filled: String = module.inputs.iter().map(|port| fill(&place(port), port)).collect();
    filled + "    let outputs = model.infer();\n"
}

/// The argument of `run` or `run_f32`: zeros.
fn zeros(path: &str, module: &Module, real: bool) -> String {
    let graph = &module.optimised.graph;
    let zeros = module.inputs.iter().zip(&graph.inputs).map(|(name, port)| {
        let zero = if real || name.element == "f32" { "0.0" } else { "0" };
        (&name.field, format!("[{zero}; {}]", graph.ty(port.tensor).shape.elements()))
    });
    let zeros: Vec<_> = zeros.collect();
    if let [(_, one)] = zeros.as_slice() {
        return format!("&{one}");
    }
    let [name, outside, inside] = if real { ["InputsF32", "&", ""] } else { ["Inputs", "", "&"] };
    let fields: Vec<String> =
        zeros.iter().map(|(field, zeros)| format!("{field}: {inside}{zeros}")).collect();
    format!("{outside}{path}::{name} {{ {} }}", fields.join(", "))
}
