//! Generates code for every golden case.

#[path = "src/case.rs"]
#[allow(dead_code, unreachable_pub)]
mod case;

use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::{env, fs};

use tinyml_codegen::compiled::lower_graph;
use tinyml_codegen::config::{Input, Optimise, Options};
use tinyml_codegen::diagnostic::Diagnostics;
use tinyml_codegen::emit::port_names;
use tinyml_codegen::module::{self, PortName};
use tinyml_codegen::pipeline;
use tinyml_codegen::slices::{Limit, Slicing};
use tinyml_codegen::stream::choose::everything;
use tinyml_codegen::target::Core;

fn main() {
    if let Err(fault) = generate() {
        println!("cargo::error={fault}");
    }
}

fn generate() -> Result<(), String> {
    let folder = Path::new(&env::var("CARGO_MANIFEST_DIR").unwrap_or_default()).join("cases");
    println!("cargo::rerun-if-changed={}", folder.display());
    println!("cargo::rerun-if-env-changed={}", case::ZOO_VARIABLE);
    println!("cargo::rerun-if-env-changed={}", case::CASES_VARIABLE);
    let zoo = env::var_os(case::ZOO_VARIABLE).map(PathBuf::from).filter(|zoo| zoo.is_dir());
    if let Some(zoo) = &zoo {
        println!("cargo::rerun-if-changed={}", zoo.display());
    }
    let mut code = String::new();
    let mut table = String::from(
        "/// The generated code of every case, by the case's name.\npub static GENERATED: &[(&str, Generated)] = &[\n",
    );
    let mut by_rows = String::from(
        "/// The code of cases with chains carried out by rows, by the case's name and what it was generated for.\npub static BY_ROWS: &[(&str, Run)] = &[\n",
    );
    let mut slides = String::from(
        "/// For every case that takes the new rows of a window: compares its steps with whole windows.\npub static SLIDES: &[(&str, Slides)] = &[\n",
    );
    let mut sliced = String::from(
        "/// The code of cases in slices, by the case's name and what it was generated for.\npub static SLICED: &[(&str, Sliced)] = &[\n",
    );
    let mut seen = BTreeSet::new();
    for case in case::discover(&folder, zoo.as_deref())? {
        let ident = case.ident();
        // The zoo is not everywhere, and what is said of operators stands in the repository.
        if case.model.starts_with(&folder) {
            note_operators(&case, &mut seen)?;
        }
        for (core, rows) in BY_ROWS {
            let Some((items, adapter)) = compile_by_rows(&case, core, rows)? else { continue };
            let module = format!("{ident}_by_rows_{}", core.name());
            let _ = writeln!(
                code,
                "#[allow(dead_code, missing_docs, clippy::needless_borrow, clippy::possible_missing_else)]\npub mod {module} {{\n{items}\n{adapter}\n}}"
            );
            let name = format!("{}-{rows}-{}", case.name, core.name());
            let _ = writeln!(by_rows, "({name:?}, {module}::adapter_run),");
        }
        for (what, input) in LESS_RAM {
            if !is_for_less_ram(&case.name, input) {
                continue;
            }
            let (items, adapter) = compile_for_less_ram(&case, input)?;
            let module = format!("{ident}_{what}");
            let _ = writeln!(
                code,
                "#[allow(dead_code, missing_docs, clippy::needless_borrow, clippy::possible_missing_else)]\npub mod {module} {{\n{items}\n{adapter}\n}}"
            );
            let function = if input == Input::Rows { "adapter_in_place" } else { "adapter_run" };
            let name = format!("{}-{what}-{}", case.name, Core::Armv7em.name());
            let _ = writeln!(by_rows, "({name:?}, {module}::{function}),");
        }
        if case.options.input == Input::Stream {
            let whole = compile_whole(&case)?;
            let _ =
                writeln!(code, "#[allow(dead_code, missing_docs)]\npub mod {ident}_whole {{\n{whole}\n}}");
            let _ = writeln!(slides, "({:?}, {ident}::adapter_slides),", case.name);
            if let Some((items, adapter)) = compile_steps_in_slices(&case)? {
                let module = format!("{ident}_in_slices");
                let _ = writeln!(
                    code,
                    "#[allow(dead_code, missing_docs, clippy::needless_borrow, clippy::possible_missing_else)]\npub mod {module} {{\n{items}\n{adapter}\n}}"
                );
                let _ = writeln!(slides, "(\"{}-in-slices\", {module}::adapter_slides),", case.name);
            }
        }
        for (what, cycles) in SLICES {
            let Some((items, adapter)) = compile_in_slices(&case, what, cycles)? else { continue };
            let module = format!("{ident}_{what}");
            let _ = writeln!(
                code,
                "#[allow(dead_code, missing_docs, clippy::needless_borrow, clippy::possible_missing_else)]\npub mod {module} {{\n{items}\n{adapter}\n}}"
            );
            let kind = if case.resets.is_some() { "Sequence" } else { "Code" };
            let name = format!("{}-{what}", case.name);
            let _ = writeln!(sliced, "({name:?}, Sliced::{kind}({module}::adapter_sliced)),");
        }
        match compile(&case) {
            Ok((items, adapters)) => {
                let kind = if case.resets.is_some() { "Sequence" } else { "Code" };
                let _ = writeln!(
                    code,
                    "#[allow(dead_code, missing_docs, clippy::needless_borrow, clippy::possible_missing_else)]\npub mod {ident} {{\n{items}\n{adapters}\n}}"
                );
                let _ = writeln!(
                    table,
                    "({:?}, Generated::{kind} {{ run: {ident}::adapter_run, in_place: {ident}::adapter_in_place, run_f32: {ident}::ADAPTER_RUN_F32 }}),",
                    case.name
                );
            }
            Err(faults) => {
                let _ = writeln!(table, "({:?}, Generated::Refused({faults:?})),", case.name);
            }
        }
    }
    table.push_str("];\n");
    for more in [&by_rows, &slides, &sliced] {
        table.push_str(more);
        table.push_str("];\n");
    }
    let _ = writeln!(
        table,
        "/// Format, operator and element type of every node of the committed cases' files.\npub static OPERATORS: &[(&str, &str, &str)] = &{:?};",
        Vec::from_iter(seen)
    );
    let out = Path::new(&env::var("OUT_DIR").unwrap_or_default()).join("generated.rs");
    fs::write(&out, code + &table).map_err(|fault| format!("{}: {fault}", out.display()))
}

/// Takes note of the operators of a case's file, each with the element type that it computes with: before the passes and after them,
/// which make integers of what a file quantises by operators of their own.
fn note_operators(
    case: &case::Case,
    seen: &mut BTreeSet<(&'static str, String, &'static str)>,
) -> Result<(), String> {
    let Ok(optimised) = pipeline::optimise(&case.source()?, &case.options, &mut |_, _| {}) else {
        return Ok(());
    };
    let name = case.model.to_string_lossy();
    let format = if name.contains(".tflite") { "TFLite" } else { "ONNX" };
    for graph in [&optimised.imported, &optimised.graph] {
        for (_, node) in graph.nodes() {
            let Some(operator) = graph.file_operator(node) else { continue };
            let operand = node.operands().find(|&id| !graph.tensor(id).is_constant());
            let Some(id) = operand.or(node.outputs.first().copied()) else { continue };
            seen.insert((format, operator.to_owned(), graph.ty(id).dtype.name()));
        }
    }
    Ok(())
}

/// The generated items, and the functions that call them with `Value`s.
fn compile(case: &case::Case) -> Result<(String, String), String> {
    let runtime = module::default_runtime();
    let module =
        module::compile(&case.source()?, &case.options, &runtime).map_err(|faults| faults.to_string())?;
    let quantised = module.inputs.iter().chain(&module.outputs).all(|port| port.has_f32);
    if case.resets.is_some() {
        return Ok((
            module.items().to_string(),
            adapters_of_steps(&module.inputs, &module.outputs, quantised),
        ));
    }
    if case.options.input == Input::Stream {
        return Ok((
            module.items().to_string(),
            adapters_of_windows(&case.ident(), &module.inputs, &module.outputs),
        ));
    }
    let mut adapters = adapter(&module.inputs, &module.outputs, false);
    adapters += &match module.by_rows {
        true => adapter_of_rows(&module.inputs, &module.outputs),
        false => adapter_in_place(&module.inputs, &module.outputs),
    };
    if quantised {
        adapters += &adapter(&module.inputs, &module.outputs, true);
        adapters += "pub const ADAPTER_RUN_F32: Option<crate::Run> = Some(adapter_run_f32);\n";
    } else {
        adapters += "pub const ADAPTER_RUN_F32: Option<crate::Run> = None;\n";
    }
    Ok((module.items().to_string(), adapters))
}

/// The generated items of a case for whole windows.
fn compile_whole(case: &case::Case) -> Result<String, String> {
    let options = Options { input: Input::Whole, step: None, ..case.options.clone() };
    let module = module::compile(&case.source()?, &options, &module::default_runtime());
    module.map(|module| module.items().to_string()).map_err(|faults| format!("{}: {faults}", case.name))
}

/// Functions for a model that takes the new rows of a window: a window by `run` and `run_f32`; a window by `push`, with a result for its last rows
/// and not before; and many steps beside the whole windows of the module `IDENT_whole`.
fn adapters_of_windows(ident: &str, inputs: &[PortName], outputs: &[PortName]) -> String {
    let element = inputs.first().map_or("i8", |port| &port.element);
    let results = values(outputs);
    let beside = "
            let mut arena = Box::new(tinyml::Arena::<ARENA_BYTES>::new());
            arena.get_mut::<u8, 0, ARENA_BYTES>().fill(0xa5);
            let mut state = State::new();
            let mut model = Model::with_arena(&mut *arena, &mut state);";
    let run = |real: bool| {
        let (method, call, results) = call_and_results(inputs, outputs, real);
        format!(
            "pub fn adapter_{method}(inputs: &[tinyml_codegen::ir::Value]) -> Option<Vec<tinyml_codegen::ir::Value>> {{
            {beside}
            {call}
            Some(vec![{results}])
        }}\n"
        )
    };
    format!(
        "{}{}
        pub const ADAPTER_RUN_F32: Option<crate::Run> = Some(adapter_run_f32);
        pub fn adapter_in_place(inputs: &[tinyml_codegen::ir::Value]) -> Option<Vec<tinyml_codegen::ir::Value>> {{
            {beside}
            let window = inputs.first()?.as_{element}()?;
            let mut rows = vec![*window.first()?; STEPS_TO_FILL * STEP * ROW - window.len()];
            rows.extend(window);
            let (last, others) = rows.as_chunks::<{{ STEP * ROW }}>().0.split_last()?;
            for rows in others {{
                *model.input_mut() = *rows;
                if model.infer().is_some() {{ return None; }}
            }}
            let outputs = tinyml::Push::push(&mut model, last)?;
            Some(vec![{results}])
        }}
        pub fn adapter_slides(rows: &tinyml_codegen::ir::Value) -> Option<usize> {{
            let rows = rows.as_{element}()?;
            let mut model = Box::new(Model::new());
            let mut whole = Box::new(super::{ident}_whole::Model::new());
            let mut compared = 0;
            for (number, new) in rows.as_chunks::<{{ STEP * ROW }}>().0.iter().enumerate() {{
                let end = (number + 1) * STEP * ROW;
                let Some(begin) = end.checked_sub(WINDOW * ROW) else {{
                    if model.push(new).is_some() {{ return None; }}
                    continue;
                }};
                let outputs = model.push(new)?;
                let found = vec![{results}];
                let outputs = whole.run(rows.get(begin..end)?.try_into().ok()?);
                if found != vec![{results}] {{ return None; }}
                compared += 1;
            }}
            Some(compared)
        }}\n",
        run(false),
        run(true)
    )
}

/// Cores and numbers of rows for which cases are carried out by rows. The kernels of cores with DSP instructions run on any machine.
const BY_ROWS: [(Core, usize); 2] = [(Core::Portable, 3), (Core::Armv7em, 1)];

/// The generated items with every chain that is possible carried out by rows; none if there is no chain.
fn compile_by_rows(case: &case::Case, core: Core, rows: usize) -> Result<Option<(String, String)>, String> {
    let text = |faults: Diagnostics| format!("{}: {faults}", case.name);
    if case.resets.is_some() {
        return Ok(None);
    }
    // Refusals are for the other table.
    let Ok(optimised) = pipeline::optimise(&case.source()?, &case.options, &mut |_, _| {}) else {
        return Ok(None);
    };
    let optimise = case.options.optimise;
    let plain = lower_graph(optimised.graph.clone(), core, optimise).map_err(text)?;
    let Some(compiled) = everything(&plain, optimise, rows) else { return Ok(None) };
    let items = pipeline::emit(&optimised, &compiled, &module::default_runtime()).map_err(text)?;
    let [inputs, outputs] = port_names(&optimised.graph);
    Ok(Some((items.to_string(), adapter(&inputs, &outputs, false))))
}

/// How long slices may be: as short as they can be, also where chains run by rows, and as long as users may want them.
const SLICES: [(&str, u64); 6] =
    [("finest", 1), ("finest_m0", 1), ("finest_m3", 1), ("finest_m55", 1), ("turns", 1), ("slices", 100_000)];

/// The cases that are carried out in slices, by what their names begin with: those whose kernels can be cut, what remembers something, and
/// networks.
const IN_SLICES: [&str; 14] = [
    "circular-buffer",
    "lstm",
    "mlperf-",
    "net-",
    "onnx-outputs",
    "onnx-qop-uint8-residual",
    "onnx-state",
    "op-add",
    "op-conv",
    "op-depthwise",
    "op-fully",
    "stream-",
    "svdf",
    "variables",
];

/// Of them, those that are also carried out by kernels for other cores.
const ON_OTHER_CORES: [&str; 7] = [
    "op-conv-2d-1x1",
    "op-conv-2d-3x3",
    "op-conv-2d-4x10",
    "op-depthwise-conv-2d-3x3",
    "op-depthwise-conv-2d-dilation2",
    "op-fully-connected-k",
    "op-fully-connected-o",
];

/// The generated items as on Cortex-M4, M0 or M3, in slices; none for a case that has none of this kind.
fn compile_in_slices(case: &case::Case, what: &str, cycles: u64) -> Result<Option<(String, String)>, String> {
    let text = |faults: Diagnostics| format!("{}: {faults}", case.name);
    let is_network = case.name.starts_with("mlperf-");
    let is_wanted = match what {
        "finest" => !is_network,
        "finest_m0" | "finest_m3" | "finest_m55" => {
            ON_OTHER_CORES.iter().any(|begin| case.name.starts_with(begin))
        }
        "turns" => case.name.starts_with("net-"),
        _ => is_network,
    };
    let name = case.name.as_str();
    if !is_wanted
        || case.options.input != Input::Whole
        || !IN_SLICES.iter().any(|begin| name.starts_with(begin))
    {
        return Ok(None);
    }
    let Ok(optimised) = pipeline::optimise(&case.source()?, &case.options, &mut |_, _| {}) else {
        return Ok(None);
    };
    let optimise = case.options.optimise;
    let core = match what {
        "finest_m0" => Core::Armv6m,
        "finest_m3" => Core::Armv7m,
        "finest_m55" => Core::Armv81m,
        _ => Core::Armv7em,
    };
    let mut compiled = pipeline::lower(&optimised.graph, core, optimise).map_err(text)?;
    if what == "turns" {
        let Some(by_rows) = everything(&compiled, optimise, 1) else { return Ok(None) };
        compiled = by_rows;
    }
    let limit = Limit { cycles, is_strict: cycles > 1 };
    let slicing = Slicing::within(&compiled.graph, &compiled.choices, compiled.core, limit);
    compiled.slicing = Some(slicing.map_err(|fault| format!("{}: {fault:?}", case.name))?);
    let items = pipeline::emit(&optimised, &compiled, &module::default_runtime()).map_err(text)?;
    let [inputs, outputs] = port_names(&optimised.graph);
    let adapter = match case.resets {
        Some(_) => adapter_of_sliced_steps(&inputs, &outputs),
        None => adapter_in_slices(&inputs, &outputs),
    };
    Ok(Some((items.to_string(), adapter)))
}

/// What the networks of MLPerf Tiny are also carried out with, as on Cortex-M4: `optimise = "ram"`, with the whole input and fed by rows.
const LESS_RAM: [(&str, Input); 2] = [("ram", Input::Whole), ("fed", Input::Rows)];

/// Whether a case is such a network. One of fully connected layers alone has no rows to be fed by.
fn is_for_less_ram(name: &str, input: Input) -> bool {
    let is_network = (name.starts_with("mlperf-") && name.ends_with("-shaped"))
        || (name.starts_with("zoo-mlperf_tiny_") && name.ends_with("_int8"));
    is_network && (input == Input::Whole || !(name.contains("-ad-") || name.contains("_ad_")))
}

/// The generated items with the chains that `ram` has on Cortex-M4.
fn compile_for_less_ram(case: &case::Case, input: Input) -> Result<(String, String), String> {
    let text = |faults: Diagnostics| format!("{}: {faults}", case.name);
    let options = Options { optimise: Optimise::Ram, input, ..case.options.clone() };
    let optimised = pipeline::optimise(&case.source()?, &options, &mut |_, _| {}).map_err(text)?;
    let compiled = pipeline::lower_for(&optimised.graph, Core::Armv7em, &options).map_err(text)?;
    let items = pipeline::emit(&optimised, &compiled, &module::default_runtime()).map_err(text)?;
    let [inputs, outputs] = port_names(&optimised.graph);
    let adapter = match input {
        Input::Whole => adapter(&inputs, &outputs, false),
        _ => adapter_of_rows(&inputs, &outputs),
    };
    Ok((items.to_string(), adapter))
}

/// Cases of sliding windows whose steps are also carried out in slices: with windows that are moved in place, and with a second room for the state.
const STEPS_IN_SLICES: [&str; 6] = [
    "slide-wake-word",
    "sliding-slide-valid",
    "sliding-slide-same",
    "sliding-slide-residual",
    "sliding-5-slide-5-strides",
    "sliding-8-slide-8-branches",
];

/// The generated items of a sliding window as on Cortex-M4, in slices as short as they can be; none for a case that is not of these.
fn compile_steps_in_slices(case: &case::Case) -> Result<Option<(String, String)>, String> {
    if !STEPS_IN_SLICES.contains(&case.name.as_str()) {
        return Ok(None);
    }
    let text = |faults: Diagnostics| format!("{}: {faults}", case.name);
    let optimised = pipeline::optimise(&case.source()?, &case.options, &mut |_, _| {}).map_err(text)?;
    let mut compiled = pipeline::lower_for(&optimised.graph, Core::Armv7em, &case.options).map_err(text)?;
    let limit = Limit { cycles: 1, is_strict: false };
    let slicing = Slicing::within(&compiled.graph, &compiled.choices, compiled.core, limit);
    compiled.slicing = Some(slicing.map_err(|fault| format!("{}: {fault:?}", case.name))?);
    let items = pipeline::emit(&optimised, &compiled, &module::default_runtime()).map_err(text)?;
    let [inputs, outputs] = port_names(&optimised.graph);
    Ok(Some((items.to_string(), adapter_of_sliding_slices(&case.ident(), &inputs, &outputs))))
}

/// As `adapter_slides`, with steps in slices and at once. Before each step one of other rows is given up, which leaves no trace.
fn adapter_of_sliding_slices(ident: &str, inputs: &[PortName], outputs: &[PortName]) -> String {
    let element = inputs.first().map_or("i8", |port| &port.element);
    let results = values(outputs);
    format!(
        "pub fn adapter_slides(rows: &tinyml_codegen::ir::Value) -> Option<usize> {{
            let rows = rows.as_{element}()?;
            let mut model = Box::new(Model::new());
            let mut whole = Box::new(super::{ident}_whole::Model::new());
            let mut compared = 0;
            for (number, new) in rows.as_chunks::<{{ STEP * ROW }}>().0.iter().enumerate() {{
                let other = new.map(|element| element.wrapping_add(17));
                let mut job = model.begin_push(&other);
                for _ in 0..number % SLICES {{ if !job.step() {{ return None; }} }}
                let outputs = match number % 3 {{
                    0 => model.begin_push(new).finish(),
                    1 => crate::awaited(model.push_async(new, crate::Once::default), SLICES)?,
                    _ => model.push(new),
                }};
                let end = (number + 1) * STEP * ROW;
                let Some(begin) = end.checked_sub(WINDOW * ROW) else {{
                    if outputs.is_some() {{ return None; }}
                    continue;
                }};
                let outputs = outputs?;
                let found = vec![{results}];
                let outputs = whole.run(rows.get(begin..end)?.try_into().ok()?);
                if found != vec![{results}] {{ return None; }}
                compared += 1;
            }}
            Some(compared)
        }}\n"
    )
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
    let fills = fills(inputs);
    format!(
        "pub fn adapter_in_place(inputs: &[tinyml_codegen::ir::Value]) -> Option<Vec<tinyml_codegen::ir::Value>> {{
            let mut arena = Box::new(tinyml::Arena::<ARENA_BYTES>::new());
            arena.get_mut::<u8, 0, ARENA_BYTES>().fill(0x5a);
            let mut model = Model::with_arena(&mut *arena);
            {fills}
            let outputs = model.infer();
            Some(vec![{}])
        }}\n",
        values(outputs)
    )
}

/// The statements that write the inputs into their places.
fn fills(inputs: &[PortName]) -> String {
    let several = inputs.len() > 1;
    let fill = |(index, port): (usize, &PortName)| {
        let place = if several { format!("{}_mut", port.field) } else { "input_mut".to_owned() };
        format!("*model.{place}() = {}?.as_{}()?.try_into().ok()?;\n", nth(index), port.element)
    };
    inputs.iter().enumerate().map(fill).collect()
}

/// The results as values, from the expression `outputs`.
fn values(outputs: &[PortName]) -> String {
    let give = |value: &str, port: &PortName| {
        let value = port.numbers(value);
        format!("tinyml_codegen::ir::Value::{}([{value}.len()], {value}.to_vec())?", port.element)
    };
    let results: Vec<_> = match outputs {
        [port] => vec![give("outputs", port)],
        _ => outputs.iter().map(|port| give(&format!("outputs.{}", port.field), port)).collect(),
    };
    results.join(", ")
}

/// A function from values to values through `push_row`, behind a row of an image that is abandoned. There is a result with the
/// last row, and not before.
fn adapter_of_rows(inputs: &[PortName], outputs: &[PortName]) -> String {
    let element = inputs.first().map_or("i8", |port| &port.element);
    format!(
        "pub fn adapter_in_place(inputs: &[tinyml_codegen::ir::Value]) -> Option<Vec<tinyml_codegen::ir::Value>> {{
            let mut arena = Box::new(tinyml::Arena::<ARENA_BYTES>::new());
            arena.get_mut::<u8, 0, ARENA_BYTES>().fill(0x5a);
            let mut model = Model::with_arena(&mut *arena);
            let (rows, rest) = inputs.first()?.as_{element}()?.as_chunks::<ROW>();
            let (last, rows) = rows.split_last().filter(|_| rest.is_empty())?;
            if !rows.is_empty() && model.push_row(last).is_some() {{ return None; }}
            model.restart();
            for row in rows {{
                if model.push_row(row).is_some() {{ return None; }}
            }}
            let outputs = model.push_row(last)?;
            Some(vec![{}])
        }}\n",
        values(outputs)
    )
}

/// A function from values to values through `run` or `run_f32`. The arena is filled with rubbish first: an inference must not
/// depend on what was in memory.
fn adapter(inputs: &[PortName], outputs: &[PortName], real: bool) -> String {
    let (method, call, results) = call_and_results(inputs, outputs, real);
    format!(
        "pub fn adapter_{method}(inputs: &[tinyml_codegen::ir::Value]) -> Option<Vec<tinyml_codegen::ir::Value>> {{
            let mut arena = Box::new(tinyml::Arena::<ARENA_BYTES>::new());
            arena.get_mut::<u8, 0, ARENA_BYTES>().fill(0xa5);
            let mut model = Model::with_arena(&mut *arena);
            {call}
            Some(vec![{results}])
        }}\n"
    )
}

/// Functions from the steps of a sequence to their results: through `run`, through `infer` and, if the model is quantised, through
/// `run_f32`. One model takes all steps and is reset in between.
fn adapters_of_steps(inputs: &[PortName], outputs: &[PortName], quantised: bool) -> String {
    let function = |name: &str, call: &str, results: &str| {
        format!(
            "pub fn {name}(steps: &[Vec<tinyml_codegen::ir::Value>], resets: &[usize]) -> Option<Vec<Vec<tinyml_codegen::ir::Value>>> {{
                let mut model = Box::new(Model::new());
                let mut all = Vec::new();
                for (number, inputs) in steps.iter().enumerate() {{
                    if resets.contains(&number) {{ tinyml::Reset::reset(&mut *model); }}
                    {call}
                    all.push(vec![{results}]);
                }}
                Some(all)
            }}\n"
        )
    };
    let (_, call, results) = call_and_results(inputs, outputs, false);
    let mut functions = function("adapter_run", &call, &results);
    let in_place = format!("{}let outputs = model.infer();", fills(inputs));
    functions += &function("adapter_in_place", &in_place, &values(outputs));
    if quantised {
        let (_, call, results) = call_and_results(inputs, outputs, true);
        functions += &function("adapter_run_f32", &call, &results);
    }
    let run_f32 = if quantised { "Some(adapter_run_f32)" } else { "None" };
    functions + &format!("pub const ADAPTER_RUN_F32: Option<crate::RunSteps> = {run_f32};\n")
}

/// A function from values to values through `begin`, `step` and `finish`, and through `run_async`: jobs are given up at every boundary between
/// slices (of very many, at some), and the next one must not notice.
fn adapter_in_slices(inputs: &[PortName], outputs: &[PortName]) -> String {
    let argument = argument(inputs, false);
    let values = values(outputs);
    format!(
        "pub fn adapter_sliced(inputs: &[tinyml_codegen::ir::Value]) -> Option<Vec<tinyml_codegen::ir::Value>> {{
            let mut arena = Box::new(tinyml::Arena::<ARENA_BYTES>::new());
            arena.get_mut::<u8, 0, ARENA_BYTES>().fill(0xa5);
            let mut model = Model::with_arena(&mut *arena);
            for slices in crate::boundaries(SLICES, inputs) {{
                let mut job = model.begin({argument});
                for _ in 0..slices {{ if !job.step() {{ return None; }} }}
            }}
            let mut job = model.begin({argument});
            let mut count = 1;
            while job.step() {{ count += 1; }}
            if count != SLICES || job.step() {{ return None; }}
            let outputs = job.finish();
            let stepwise = vec![{values}];
            let outputs = model.begin({argument}).finish();
            let at_once = vec![{values}];
            let outputs = crate::awaited(model.run_async({argument}, crate::Once::default), SLICES)?;
            let awaited = vec![{values}];
            (stepwise == at_once && stepwise == awaited).then_some(stepwise)
        }}\n"
    )
}

/// The same for the steps of a sequence. What is given up is of other inputs, and leaves no trace in what the model remembers.
fn adapter_of_sliced_steps(inputs: &[PortName], outputs: &[PortName]) -> String {
    let argument = argument(inputs, false);
    let values = values(outputs);
    format!(
        "pub fn adapter_sliced(steps: &[Vec<tinyml_codegen::ir::Value>], resets: &[usize]) -> Option<Vec<Vec<tinyml_codegen::ir::Value>>> {{
            let mut model = Box::new(Model::new());
            let mut all = Vec::new();
            for (number, own) in steps.iter().enumerate() {{
                if resets.contains(&number) {{ tinyml::Reset::reset(&mut *model); }}
                let inputs = &steps[(number + 1) % steps.len()];
                for slices in crate::boundaries(SLICES, inputs) {{
                    let mut job = model.begin({argument});
                    for _ in 0..slices {{ if !job.step() {{ return None; }} }}
                }}
                let inputs = own;
                let outputs = match number % 3 {{
                    0 => model.begin({argument}).finish(),
                    1 => crate::awaited(model.run_async({argument}, crate::Once::default), SLICES)?,
                    _ => model.run({argument}),
                }};
                all.push(vec![{values}]);
            }}
            Some(all)
        }}\n"
    )
}

/// The method's name, the statement `let outputs = …` that calls it with the values `inputs`, and the results as values.
fn call_and_results(inputs: &[PortName], outputs: &[PortName], real: bool) -> (&'static str, String, String) {
    let method = if real { "run_f32" } else { "run" };
    let element = |port: &PortName| if real { "f32".to_owned() } else { port.element.clone() };
    let argument = argument(inputs, real);
    let give = |port: &PortName, value: &str| {
        let value = port.numbers(value);
        format!("tinyml_codegen::ir::Value::{}([{value}.len()], {value}.to_vec())?", element(port))
    };
    let results: Vec<_> = match outputs {
        [port] => vec![give(port, "outputs")],
        _ => outputs.iter().map(|port| give(port, &format!("outputs.{}", port.field))).collect(),
    };
    (method, format!("let outputs = model.{method}({argument});"), results.join(", "))
}

/// The argument of `run` or `run_f32`.
fn argument(inputs: &[PortName], real: bool) -> String {
    let element = |port: &PortName| if real { "f32".to_owned() } else { port.element.clone() };
    let take =
        |index: usize, port: &PortName| format!("{}?.as_{}()?.try_into().ok()?", nth(index), element(port));
    match inputs {
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
    }
}
