//! The functions of the library that run a model.

use std::fmt::Write;

use tinyml_codegen::module::{Module, PortName};

/// Functions without parameters of their own, so that everything of the module is built: one that infers from bytes, and one that
/// runs the model in its own types, in real numbers and, where it is fed so, by rows.
pub(crate) fn functions(name: &str, path: &str, module: &Module) -> String {
    let (inputs, outputs) = (&module.inputs, &module.outputs);
    let give: String = match outputs.as_slice() {
        [port] => format!("    give_all({}.iter(), give);\n", port.numbers("outputs")),
        several => several
            .iter()
            .map(|port| port.numbers(&format!("outputs.{}", port.field)))
            .map(|output| format!("    give_all({output}.iter(), give);\n"))
            .collect(),
    };
    let own = |port: &PortName| port.element == "f32";
    let has_f32 = inputs.iter().chain(outputs).all(|port| port.has_f32);
    let mut run = String::new();
    let mut call = |call: String| {
        let _ = write!(run, "    let outputs = {call};\n{}", give);
    };
    call(format!("model.run({})", zeros(path, module, false)));
    if has_f32 {
        call(format!("model.run_f32({})", zeros(path, module, true)));
    }
    if module.by_steps {
        let zero = if inputs.iter().all(own) { "0.0" } else { "0" };
        let rows = format!("[{zero}; {path}::STEP * {path}::ROW]");
        let _ = write!(run, "    let Some(outputs) = model.push(&{rows}) else {{ return }};\n{give}");
    }
    if module.by_rows {
        let optional =
            |method: &str, zero: &str| format!("model.{method}(&[{zero}; {path}::ROW]) else {{ return }}");
        let mut row = |call: String| {
            let _ = write!(run, "    let Some(outputs) = {call};\n{}", give);
        };
        row(optional("push_row", if inputs.iter().all(own) { "0.0" } else { "0" }));
        if has_f32 {
            row(optional("push_row_f32", "0.0"));
        }
    }
    format!(
        "pub fn infer_{name}(model: &mut {path}::Model, bytes: &mut &[u8], give: &mut dyn FnMut(&[u8], bool)) -> Option<()> {{\n\
         {}{give}    Some(())\n}}\n\
         pub fn run_{name}(model: &mut {path}::Model, give: &mut dyn FnMut(&[u8], bool)) {{\n{run}}}\n",
        infer(path, module),
    )
}

/// Takes the inputs from `bytes` and lets the model infer.
fn infer(path: &str, module: &Module) -> String {
    if module.by_rows || module.by_steps {
        let zeros = zeros(path, module, false);
        return format!(
            "    let mut input = {};\n    fill(&mut input, bytes)?;\n    let outputs = model.run(&input);\n",
            zeros.trim_start_matches('&')
        );
    }
    let place = |port: &PortName| match module.inputs.len() {
        1 => "model.input_mut()".to_owned(),
        _ => format!("model.{}_mut()", port.field),
    };
    let filled: String =
        module.inputs.iter().map(|port| format!("    fill({}, bytes)?;\n", place(port))).collect();
    let unused = if module.inputs.is_empty() { "    let _ = bytes;\n" } else { "" };
    format!("{unused}{filled}    let outputs = model.infer();\n")
}

/// The argument of `run` or `run_f32`: zeros.
fn zeros(path: &str, module: &Module, real: bool) -> String {
    let graph = &module.optimised.graph;
    let zeros = module.inputs.iter().zip(&graph.inputs).map(|(name, port)| {
        let zero = match name.element.as_str() {
            "f32" => "0.0",
            _ if real => "0.0",
            "bool" => "false",
            _ => "0",
        };
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
