//! Every golden case through every stage: the interpreter after import and after each pass, and the generated code.

use std::collections::BTreeMap;
use std::process::ExitCode;

use libtest_mimic::{Arguments, Failed, Trial};
use tinyml_codegen::ir::interpret::Interpreter;
use tinyml_codegen::ir::{DType, Graph, Value};
use tinyml_codegen::pipeline;
use tinyml_codegen::ports::{from_graph, to_graph};
use tinyml_tests::case::{self, Case, Compare, Vector};
use tinyml_tests::compare::compare;
use tinyml_tests::{BY_ROWS, GENERATED, Generated, Run, SLICED, SLIDES, Sliced, Slides, cases_folder, zoo};

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let zoo = zoo();
    match &zoo {
        Some(folder) => println!("model zoo: {}", folder.display()),
        None => println!("model zoo: {} is not set, so its models are NOT tested", case::ZOO_VARIABLE),
    }
    let cases = match case::discover(&cases_folder(), zoo.as_deref()) {
        Ok(cases) => cases,
        Err(fault) => {
            eprintln!("{fault}");
            return ExitCode::FAILURE;
        }
    };
    let trials = cases.clone().into_iter().flat_map(|case| {
        let other = case.clone();
        [
            Trial::test(format!("interpreter::{}", case.name), move || interpreted(&case)),
            Trial::test(format!("generated::{}", other.name), move || generated(&other)),
        ]
    });
    let all: BTreeMap<String, Case> = cases.iter().map(|case| (case.name.clone(), case.clone())).collect();
    let of_sliced = all.clone();
    let sliced = SLICED.iter().map(move |(name, sliced)| {
        let case = name.rsplit_once('-').and_then(|(case, _)| of_sliced.get(case)).cloned();
        Trial::test(format!("sliced::{name}"), move || match case {
            Some(case) => carried_out_in_slices(&case, sliced),
            None => Err("the build script saw another case; build again".into()),
        })
    });
    let by_rows = BY_ROWS.iter().map(|&(name, run)| {
        let of = |name: &str| name.rsplitn(3, '-').nth(2).and_then(|case| all.get(case)).cloned();
        let case = of(name);
        Trial::test(format!("by_rows::{name}"), move || match case {
            Some(case) => carried_out_by_rows(&case, run),
            None => Err("the build script saw another case; build again".into()),
        })
    });
    let slides = SLIDES.iter().map(|&(name, slides)| {
        let case = all.get(name.trim_end_matches("-in-slices")).cloned();
        Trial::test(format!("slides::{name}"), move || match case {
            Some(case) => equals_whole_windows(&case, slides),
            None => Err("the build script saw another case; build again".into()),
        })
    });
    let others: Vec<Trial> = by_rows.chain(slides).chain(sliced).collect();
    libtest_mimic::run(&arguments, trials.chain(others).collect()).exit_code()
}

/// Runs the interpreter after import and after every pass.
fn interpreted(case: &Case) -> Result<(), Failed> {
    let vectors = case.vectors()?;
    let mut faults = Vec::new();
    let mut stages = 0;
    let mut awaited = case.compare.equal_after.as_deref();
    let mut observe = |stage: &str, graph: &Graph| {
        stages += 1;
        awaited = awaited.filter(|&awaited| awaited != stage);
        let equal = if awaited.is_none() { case.compare.equal } else { 0.0 };
        let allowed = Compare { equal, ..case.compare.clone() };
        let mut interpreter = Interpreter::new(graph);
        for (number, vector) in vectors.iter().enumerate() {
            if case.begins_anew(number) {
                interpreter = Interpreter::new(graph);
            }
            if let Err(fault) = interpret(&allowed, graph, &mut interpreter, vector) {
                faults.push(format!("after {stage}, vector {number}: {fault}"));
                break;
            }
        }
    };
    pipeline::optimise(&case.source()?, &case.options, &mut observe).map_err(|faults| faults.to_string())?;
    assert!(stages > 1, "no pass was observed");
    if let Some(stage) = awaited {
        return Err(format!("case.toml names the stage `{stage}`, which there is not").into());
    }
    if faults.is_empty() { Ok(()) } else { Err(faults.join("\n").into()) }
}

fn interpret(
    allowed: &Compare,
    graph: &Graph,
    interpreter: &mut Interpreter<'_>,
    vector: &Vector,
) -> Result<(), String> {
    let inputs = graph_inputs(graph, vector)?;
    let outputs = interpreter.run(&inputs).map_err(|fault| fault.to_string())?;
    check(allowed, graph, vector, &outputs)
}

fn graph_inputs(graph: &Graph, vector: &Vector) -> Result<Vec<Value>, String> {
    graph.inputs.iter().zip(&vector.inputs).map(|(port, value)| to_graph(graph, port, value)).collect()
}

fn check(allowed: &Compare, graph: &Graph, vector: &Vector, outputs: &[Value]) -> Result<(), String> {
    if outputs.len() != vector.outputs.len() {
        return Err(format!("{} outputs, {} goldens", outputs.len(), vector.outputs.len()));
    }
    for ((port, found), golden) in graph.outputs.iter().zip(outputs).zip(&vector.outputs) {
        let found =
            found.reshaped(graph.ty(port.tensor).shape.clone()).ok_or("the output has another size")?;
        compare(&from_graph(graph, port, &found, golden)?, golden, allowed)?;
    }
    Ok(())
}

/// Runs the code in which chains are carried out by rows: every chain, or those of `optimise = "ram"`.
fn carried_out_by_rows(case: &Case, run: Run) -> Result<(), Failed> {
    let graph = pipeline::optimise(&case.source()?, &case.options, &mut |_, _| {})
        .map_err(|faults| faults.to_string())?
        .graph;
    for (number, vector) in case.vectors()?.iter().enumerate() {
        let at = |fault: String| format!("vector {number}: {fault}");
        let outputs = run(&caller_inputs(&graph, vector, false).map_err(at)?)
            .ok_or_else(|| at("the goldens do not have the types of the generated `run`".to_owned()))?;
        check(&case.compare, &graph, vector, &outputs).map_err(at)?;
    }
    Ok(())
}

/// Pushes a thousand rows, those of the goldens over and over, each time with other elements here and there.
fn equals_whole_windows(case: &Case, slides: Slides) -> Result<(), Failed> {
    const ROWS: usize = 1000;
    let graph = pipeline::optimise(&case.source()?, &case.options, &mut |_, _| {})
        .map_err(|faults| faults.to_string())?
        .graph;
    let windows: Vec<Vec<i8>> = case
        .vectors()?
        .iter()
        .map(|vector| {
            Ok(caller_inputs(&graph, vector, false)?.first().and_then(|value| value.as_i8()?.to_vec().into()))
        })
        .collect::<Result<Option<_>, String>>()?
        .ok_or("a window of other elements than i8")?;
    let input = graph.ty(graph.inputs.first().ok_or("no input")?.tensor);
    let rows = input.shape.dims().iter().copied().find(|&extent| extent > 1).ok_or("no rows")?;
    let row = input.shape.elements() / rows;
    let elements = windows.iter().cycle().flatten().take(ROWS * row).enumerate();
    // Multiples of a prime that divides no window.
    let pushed: Vec<i8> =
        elements.map(|(i, &x)| if i % 7 == 0 { x.wrapping_add((i % 251) as i8) } else { x }).collect();
    let pushed = Value::i8([pushed.len()], pushed).ok_or("too many rows")?;
    let compared = slides(&pushed).ok_or("a step differs from its whole window")?;
    let least = (ROWS - rows) / case.options.step.unwrap_or(4).max(4) - 1;
    if compared < least {
        return Err(format!("{compared} windows were compared, not {least}").into());
    }
    Ok(())
}

/// Runs the code in slices, which gives inferences up at the boundaries between them.
fn carried_out_in_slices(case: &Case, sliced: &Sliced) -> Result<(), Failed> {
    match sliced {
        Sliced::Code(run) => carried_out_by_rows(case, *run),
        Sliced::Sequence(run) => {
            let graph = pipeline::optimise(&case.source()?, &case.options, &mut |_, _| {})
                .map_err(|faults| faults.to_string())?
                .graph;
            let vectors = case.vectors()?;
            let steps = vectors.iter().map(|vector| caller_inputs(&graph, vector, false));
            let steps: Vec<Vec<Value>> = steps.collect::<Result<_, _>>()?;
            let found = run(&steps, case.resets.as_deref().unwrap_or_default()).ok_or(
                "the goldens do not have the types of the generated `run`, or a boundary is another one",
            )?;
            for (number, (vector, found)) in vectors.iter().zip(&found).enumerate() {
                check(&case.compare, &graph, vector, found)
                    .map_err(|fault| format!("step {number}: {fault}"))?;
            }
            Ok(())
        }
    }
}

/// Runs the generated code: `run` where the goldens have the model's integers, `run_f32` where they are real numbers.
fn generated(case: &Case) -> Result<(), Failed> {
    let (_, generated) = GENERATED
        .iter()
        .find(|(name, _)| *name == case.name)
        .ok_or("the build script did not see this case; build again")?;
    let graph = || {
        let optimised = pipeline::optimise(&case.source()?, &case.options, &mut |_, _| {});
        optimised.map(|optimised| optimised.graph).map_err(|faults| faults.to_string())
    };
    match generated {
        Generated::Code { run, in_place, run_f32 } => {
            let graph = graph()?;
            for (number, vector) in case.vectors()?.iter().enumerate() {
                let at = |fault: String| format!("vector {number}: {fault}");
                let run_f32 = run_f32.filter(|_| is_real(vector));
                let inputs = caller_inputs(&graph, vector, run_f32.is_some()).map_err(at)?;
                let run_f32 = run_f32.map(|run_f32| move |inputs: &Vec<Value>| run_f32(inputs));
                let outputs = outputs(&inputs, |inputs| run(inputs), |inputs| in_place(inputs), run_f32);
                check(&case.compare, &graph, vector, &outputs.map_err(at)?).map_err(at)?;
            }
        }
        // One model takes all steps.
        Generated::Sequence { run, in_place, run_f32 } => {
            let (graph, vectors) = (graph()?, case.vectors()?);
            let resets = case.resets.as_deref().unwrap_or_default();
            let run_f32 = run_f32.filter(|_| vectors.iter().all(is_real));
            let steps = vectors.iter().map(|vector| caller_inputs(&graph, vector, run_f32.is_some()));
            let steps: Vec<Vec<Value>> = steps.collect::<Result<_, _>>()?;
            let run_f32 = run_f32.map(|run_f32| move |steps: &Vec<Vec<Value>>| run_f32(steps, resets));
            let found =
                outputs(&steps, |steps| run(steps, resets), |steps| in_place(steps, resets), run_f32)?;
            for (number, (vector, found)) in vectors.iter().zip(&found).enumerate() {
                check(&case.compare, &graph, vector, found)
                    .map_err(|fault| format!("step {number}: {fault}"))?;
            }
        }
        Generated::Refused(faults) => return Err((*faults).into()),
    }
    Ok(())
}

/// Whether all inputs and outputs are real numbers.
fn is_real(vector: &Vector) -> bool {
    vector.inputs.iter().chain(&vector.outputs).all(|value| value.dtype() == DType::F32)
}

/// What `run_f32` gives or, without it, `run`: the same for inputs that the caller writes into the arena.
fn outputs<I, O: PartialEq>(
    inputs: &I,
    run: impl Fn(&I) -> Option<O>,
    in_place: impl Fn(&I) -> Option<O>,
    run_f32: Option<impl Fn(&I) -> Option<O>>,
) -> Result<O, String> {
    let outputs = match run_f32 {
        Some(run_f32) => run_f32(inputs),
        None => {
            let outputs = run(inputs);
            if in_place(inputs) != outputs {
                return Err("`infer` gives something else than `run`".to_owned());
            }
            outputs
        }
    };
    outputs.ok_or_else(|| "the goldens do not have the types of the generated `run`".to_owned())
}

/// The golden inputs in the graph's layout and in the types of the generated API: real numbers, or the file's own integers.
fn caller_inputs(graph: &Graph, vector: &Vector, real: bool) -> Result<Vec<Value>, String> {
    graph
        .inputs
        .iter()
        .zip(&vector.inputs)
        .map(|(port, value)| {
            let in_layout = match &port.boundary.source_axes {
                Some(axes) => value.transposed(axes).unwrap_or_else(|| value.clone()),
                None => value.clone(),
            };
            if real || in_layout.as_u8().is_some() {
                return Ok(in_layout);
            }
            let value = to_graph(graph, port, value)?;
            // Truth values are bytes in the caller's hands.
            let bytes = value.as_bool().map(|truths| truths.iter().map(|&truth| truth.into()).collect());
            Ok(bytes.and_then(|bytes| Value::u8(value.shape().clone(), bytes)).unwrap_or(value))
        })
        .collect()
}
