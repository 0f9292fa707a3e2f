//! Generates code for every golden case.

#[path = "src/case.rs"]
#[allow(dead_code, unreachable_pub)]
mod case;

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::{env, fs};

use tinyml_codegen::module::{self, PortName};

fn main() {
    if let Err(fault) = generate() {
        println!("cargo::error={fault}");
    }
}

fn generate() -> Result<(), String> {
    let folder = Path::new(&env::var("CARGO_MANIFEST_DIR").unwrap_or_default()).join("cases");
    println!("cargo::rerun-if-changed={}", folder.display());
    println!("cargo::rerun-if-env-changed={}", case::ZOO_VARIABLE);
    let zoo = env::var_os(case::ZOO_VARIABLE).map(PathBuf::from).filter(|zoo| zoo.is_dir());
    if let Some(zoo) = &zoo {
        println!("cargo::rerun-if-changed={}", zoo.display());
    }
    let mut code = String::new();
    let mut table = String::from(
        "/// The generated code of every case, by the case's name.\npub static GENERATED: &[(&str, Generated)] = &[\n",
    );
    for case in case::discover(&folder, zoo.as_deref())? {
        let ident = case.ident();
        match compile(&case) {
            Ok((items, adapters)) => {
                let _ = writeln!(
                    code,
                    "#[allow(dead_code, missing_docs)]\npub mod {ident} {{\n{items}\n{adapters}\n}}"
                );
                let _ = writeln!(
                    table,
                    "({:?}, Generated::Code {{ run: {ident}::adapter_run, in_place: {ident}::adapter_in_place, run_f32: {ident}::ADAPTER_RUN_F32 }}),",
                    case.name
                );
            }
            Err(faults) => {
                let _ = writeln!(table, "({:?}, Generated::Refused({faults:?})),", case.name);
            }
        }
    }
    table.push_str("];\n");
    let out = Path::new(&env::var("OUT_DIR").unwrap_or_default()).join("generated.rs");
    fs::write(&out, code + &table).map_err(|fault| format!("{}: {fault}", out.display()))
}

/// The generated items, and the functions that call them with `Value`s.
fn compile(case: &case::Case) -> Result<(String, String), String> {
    let runtime = module::default_runtime();
    let module =
        module::compile(&case.source()?, &case.options, &runtime).map_err(|faults| faults.to_string())?;
    let quantised = module.inputs.iter().chain(&module.outputs).all(|port| port.has_f32);
    let mut adapters = adapter(&module.inputs, &module.outputs, false);
    adapters += &adapter_in_place(&module.inputs, &module.outputs);
    if quantised {
        adapters += &adapter(&module.inputs, &module.outputs, true);
        adapters += "pub const ADAPTER_RUN_F32: Option<crate::Run> = Some(adapter_run_f32);\n";
    } else {
        adapters += "pub const ADAPTER_RUN_F32: Option<crate::Run> = None;\n";
    }
    Ok((module.items().to_string(), adapters))
}

/// The value of an input.
fn nth(index: usize) -> String {
    match index {
        0 => "inputs.first()".to_owned(),
        _ => format!("inputs.get({index})"),
    }
}

/// A function from values to values through `infer`, with the inputs written into their places in the arena. The arena is
/// filled with rubbish first.
fn adapter_in_place(inputs: &[PortName], outputs: &[PortName]) -> String {
    let several = inputs.len() > 1;
    let fill = |(index, port): (usize, &PortName)| {
        let place = if several { format!("{}_mut", port.field) } else { "input_mut".to_owned() };
        format!("*model.{place}() = {}?.as_{}()?.try_into().ok()?;\n", nth(index), port.element)
    };
    let fills: String = inputs.iter().enumerate().map(fill).collect();
    let give = |value: &str, port: &PortName| {
        format!("tinyml_codegen::ir::Value::{}([{value}.len()], {value}.to_vec())?", port.element)
    };
    let results: Vec<_> = match outputs {
        [port] => vec![give("outputs", port)],
        _ => outputs.iter().map(|port| give(&format!("outputs.{}", port.field), port)).collect(),
    };
    format!(
        "pub fn adapter_in_place(inputs: &[tinyml_codegen::ir::Value]) -> Option<Vec<tinyml_codegen::ir::Value>> {{
            let mut arena = Box::new(tinyml::Arena::<ARENA_BYTES>::new());
            arena.get_mut::<u8, 0, ARENA_BYTES>().fill(0x5a);
            let mut model = Model::with_arena(&mut *arena);
            {fills}
            let outputs = model.infer();
            Some(vec![{}])
        }}\n",
        results.join(", ")
    )
}

/// A function from values to values through `run` or `run_f32`. The arena is filled with rubbish first: an inference must not
/// depend on what was in memory.
fn adapter(inputs: &[PortName], outputs: &[PortName], real: bool) -> String {
    let method = if real { "run_f32" } else { "run" };
    let element = |port: &PortName| if real { "f32".to_owned() } else { port.element.clone() };
    let take =
        |index: usize, port: &PortName| format!("{}?.as_{}()?.try_into().ok()?", nth(index), element(port));
    let argument = match inputs {
        [port] => take(0, port),
        _ => {
            let fields = inputs.iter().enumerate().map(|(index, port)| {
                let dereference = if real { "*<&[f32; _]>::try_from" } else { "" };
                match real {
                    true => format!("{}: {dereference}({}?.as_f32()?).ok()?", port.field, nth(index)),
                    false => format!("{}: {}", port.field, take(index, port)),
                }
            });
            let fields: Vec<_> = fields.collect();
            let name = if real { "&InputsF32" } else { "Inputs" };
            format!("{name} {{ {} }}", fields.join(", "))
        }
    };
    let give = |port: &PortName, value: &str| {
        format!("tinyml_codegen::ir::Value::{}([{value}.len()], {value}.to_vec())?", element(port))
    };
    let results: Vec<_> = match outputs {
        [port] => vec![give(port, "outputs")],
        _ => outputs.iter().map(|port| give(port, &format!("outputs.{}", port.field))).collect(),
    };
    format!(
        "pub fn adapter_{method}(inputs: &[tinyml_codegen::ir::Value]) -> Option<Vec<tinyml_codegen::ir::Value>> {{
            let mut arena = Box::new(tinyml::Arena::<ARENA_BYTES>::new());
            arena.get_mut::<u8, 0, ARENA_BYTES>().fill(0xa5);
            let mut model = Model::with_arena(&mut *arena);
            let outputs = model.{method}({argument});
            Some(vec![{}])
        }}\n",
        results.join(", ")
    )
}
