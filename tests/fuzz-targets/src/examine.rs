//! What a model goes through, and what must hold of the results.

use tinyml_codegen::compiled::Compiled;
use tinyml_codegen::config::{Input, Optimise, Options, Precision};
use tinyml_codegen::diagnostic::Diagnostics;
use tinyml_codegen::ir::interpret::Interpreter;
use tinyml_codegen::ir::{DType, Graph, TensorType, Value, text};
use tinyml_codegen::module::{self, Module};
use tinyml_codegen::passes::OPTIMISE;
use tinyml_codegen::pipeline;
use tinyml_codegen::report;
use tinyml_codegen::source::Source;
use tinyml_codegen::stream::chains::chains;
use tinyml_codegen::target::Core;

use crate::random::Random;

/// Elements and multiply-accumulates of a graph that is interpreted; larger ones would make the fuzzer slow.
const LARGEST: (usize, u64) = (1 << 16, 1 << 20);

/// Compiles a model as it is and, if it is not quantised, in f32 and without calibration data.
///
/// # Panics
/// There is a fault in the compiler.
pub(crate) fn model(source: &Source) {
    let mut random = Random::of(&source.bytes);
    let options = options(&mut random);
    if compile(source, &options).is_some() {
        return;
    }
    let float = compile(source, &Options { precision: Precision::F32, ..options.clone() });
    // Quantising runs the model often.
    if float.is_some_and(|module| !is_large(&module.optimised.graph)) && random.below(4) == 0 {
        match pipeline::optimise_for_figures(source, &options) {
            Ok(optimised) => match pipeline::lower_for(&optimised.graph, core(&options), &options) {
                Ok(compiled) => figures(&compiled),
                Err(faults) => refused(&faults),
            },
            Err(faults) => refused(&faults),
        }
    }
}

/// The Rust file of a model that compiles for the host, by [`model`]'s options otherwise.
pub(crate) fn generate(source: &Source) -> Option<String> {
    let options = Options { core: None, board: None, ..options(&mut Random::of(&source.bytes)) };
    let compile = |options: &Options| module::compile(source, options, &module::default_runtime()).ok();
    let module =
        compile(&options).or_else(|| compile(&Options { precision: Precision::F32, ..options.clone() }));
    module?.to_file().ok()
}

/// Options that differ from input to input, and are the same whenever that is replayed.
pub(crate) fn options(random: &mut Random) -> Options {
    let optimise = [Optimise::Balanced, Optimise::Balanced, Optimise::Speed, Optimise::Size, Optimise::Ram];
    Options {
        core: (random.below(16) > 0).then(|| random.pick(&Core::ALL)),
        optimise: random.pick(&optimise),
        input: match random.below(8) {
            0 => Input::Rows,
            1 => Input::Stream,
            _ => Input::Whole,
        },
        board: (random.below(8) == 0).then(|| "pico".to_owned()),
        ..Options::default()
    }
}

fn core(options: &Options) -> Core {
    options.core.unwrap_or(Core::Portable)
}

/// The module, if it compiles.
fn compile(source: &Source, options: &Options) -> Option<Module> {
    let (mut last, mut before) = (None, None);
    let mut observe = |pass: &str, graph: &Graph| {
        if pass == OPTIMISE[0].name {
            before = last.take();
        }
        last = Some(graph.clone());
    };
    match module::compile_observed(source, options, &module::default_runtime(), &mut observe) {
        Ok(module) => {
            if let Some(before) = before {
                compiled(&before, &module, &mut Random::of(&source.bytes));
            }
            Some(module)
        }
        Err(faults) => {
            refused(&faults);
            None
        }
    }
}

/// Messages say what is wrong with the model, not with the compiler.
///
/// # Panics
/// They do not.
pub(crate) fn refused(faults: &Diagnostics) {
    let text = faults.to_string();
    assert!(faults.has_errors(), "refused without an error: {text}");
    assert!(!text.contains("bug of the compiler"), "{text}");
}

/// The code parses, and neither passes nor chains by rows change a result. `before` is the graph before the exact rewrites.
fn compiled(before: &Graph, module: &Module, random: &mut Random) {
    // Formatting takes longer than the rest, and says little.
    if random.below(4) == 0 {
        module.to_file().unwrap_or_else(|faults| panic!("{faults}"));
    }
    let (steps, whole): (Vec<_>, Vec<_>) =
        module.compiled.iter().partition(|compiled| compiled.sliding.is_some());
    let chains = whole.into_iter().filter(|compiled| chains(&compiled.graph).next().is_some());
    let after: Vec<&Graph> =
        [&module.optimised.graph].into_iter().chain(chains.map(|compiled| &compiled.graph)).collect();
    same_results(before, &after, random);
    if let Some(step) = steps.first() {
        slides(&module.optimised.graph, step, random);
    }
    module.compiled.iter().for_each(figures);
}

/// What is told of every compiled model can be told of this one.
pub(crate) fn figures(compiled: &Compiled) {
    tinyml_codegen::fit::needs(compiled);
    report::memory::svg(&compiled.graph, &compiled.plan, "");
}

/// All graphs give the same; where they compute in integers, to the bit.
pub(crate) fn same_results(before: &Graph, after: &[&Graph], random: &mut Random) {
    if [before].iter().chain(after).any(|graph| is_large(graph)) {
        return;
    }
    let is_exact = before.tensor_ids().all(|id| before.ty(id).dtype != DType::F32);
    for run in 0..2 {
        let inputs: Option<Vec<Value>> =
            before.inputs.iter().map(|port| value(before.ty(port.tensor), run == 0, random)).collect();
        let Some(inputs) = inputs else { return };
        let results = |graph: &Graph| {
            let outcome = Interpreter::new(graph).run(&inputs);
            outcome.unwrap_or_else(|fault| panic!("{fault}\n{}", text::print(graph)))
        };
        let expected = results(before);
        for graph in after {
            let found = results(graph);
            assert!(
                !is_exact || found == expected,
                "{expected:?} became {found:?}\n{}\n{}",
                text::print(before),
                text::print(graph)
            );
        }
    }
}

/// Steps of a sliding window give what whole windows do; where they compute in integers, to the bit.
pub(crate) fn slides(whole: &Graph, step: &Compiled, random: &mut Random) {
    /// Steps behind the first full window.
    const MORE: usize = 3;
    /// Most steps; each takes an inference.
    const MOST: usize = 64;
    let (Some(sliding), [port]) = (&step.sliding, whole.inputs.as_slice()) else { return };
    let is_exact = whole.tensor_ids().all(|id| whole.ty(id).dtype != DType::F32);
    let steps = sliding.steps_to_fill() + MORE;
    if !is_exact || is_large(whole) || steps > MOST {
        return;
    }
    let new = step.graph.ty(step.graph.inputs[0].tensor).clone();
    let (window, count) = (whole.ty(port.tensor).shape.elements(), new.shape.elements());
    let mut interpreter = Interpreter::new(&step.graph);
    let mut rows: Vec<i64> = Vec::new();
    for number in 1..=steps {
        let Some(value) = value(&new, number % 2 == 0, random) else { return };
        rows.extend(value.integers().unwrap_or_default());
        let found = interpreter.run(&[value]);
        let found = found.unwrap_or_else(|fault| panic!("{fault}\n{}", text::print(&step.graph)));
        let Some(begin) = rows.len().checked_sub(window) else { continue };
        assert!(number * count >= window && rows.len() == number * count);
        let ty = whole.ty(port.tensor);
        let Some(input) = Value::from_integers(ty.dtype, ty.shape.clone(), &rows[begin..]) else { return };
        let expected = Interpreter::new(whole).run(&[input]);
        let expected = expected.unwrap_or_else(|fault| panic!("{fault}\n{}", text::print(whole)));
        assert!(
            found == expected,
            "step {number}: {expected:?} became {found:?}\n{}\n{}",
            text::print(whole),
            text::print(&step.graph)
        );
    }
}

fn is_large(graph: &Graph) -> bool {
    let elements = graph.tensor_ids().map(|id| graph.ty(id).shape.elements());
    elements.fold(0, usize::saturating_add) > LARGEST.0 || graph.macs() > LARGEST.1
}

/// A value of a type: anything that it can hold, or its ends alone.
fn value(ty: &TensorType, ends: bool, random: &mut Random) -> Option<Value> {
    let shape = ty.shape.clone();
    let count = shape.elements();
    let Some((low, high)) = ty.dtype.value_range() else {
        let mut number = || (random.number() >> 40) as f32 / (1u32 << 21) as f32 - 4.0;
        return Value::f32(shape, (0..count).map(|_| number()).collect());
    };
    let mut number = || match ends || ty.dtype == DType::Bool {
        true => random.pick(&[low, high]),
        false => low.wrapping_add((random.number() % high.abs_diff(low).max(1)) as i64),
    };
    let numbers: Vec<i64> = (0..count).map(|_| number()).collect();
    Value::from_integers(ty.dtype, shape, &numbers)
}
