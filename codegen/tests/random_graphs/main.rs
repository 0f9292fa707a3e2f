//! Exact rewrites on random quantised graphs: whatever the passes do, the interpreter computes the same bytes.

mod builder;

use builder::Builder;
use proptest::prelude::*;
use tinyml_codegen::compiled::lower_graph;
use tinyml_codegen::config::{Input, Optimise, Options};
use tinyml_codegen::diagnostic::Diagnostics;
use tinyml_codegen::ir::interpret::Interpreter;
use tinyml_codegen::ir::{Graph, Interval, Reference, TensorId, Value, intervals, text, verify};
use tinyml_codegen::passes::{self, OPTIMISE, Pass};
use tinyml_codegen::pipeline;
use tinyml_codegen::slide;
use tinyml_codegen::stream::choose::everything;
use tinyml_codegen::target::Core;

/// A graph of a few layers.
fn graph(reference: Reference, image: [usize; 3], steps: Vec<u64>, outputs: u64) -> Graph {
    let mut builder = Builder::new(reference, image);
    steps.into_iter().for_each(|seed| builder.step(seed));
    builder.finish(outputs)
}

/// Carries out a pass; the graph must be sound after it.
fn apply(pass: &Pass, graph: &mut Graph) -> Result<(), TestCaseError> {
    (pass.run)(graph).map_err(|faults| TestCaseError::fail(format!("{}: {faults}", pass.name)))?;
    verify(graph).map_err(|faults| {
        let shown = text::print_with_faults(graph, &faults);
        TestCaseError::fail(format!("the pass `{}` broke the graph:\n{shown}", pass.name))
    })
}

/// Inputs at both ends of their range, and between.
fn inputs(graph: &Graph, seed: u64) -> Vec<Vec<Value>> {
    let mut random = builder::Random(seed);
    let mut with = |element: &mut dyn FnMut(&mut builder::Random) -> i8| {
        graph
            .inputs
            .iter()
            .map(|port| {
                let shape = graph.ty(port.tensor).shape.clone();
                let data = (0..shape.elements()).map(|_| element(&mut random)).collect();
                Value::i8(shape, data).expect("as many elements as the shape has")
            })
            .collect()
    };
    vec![
        with(&mut |_| -128),
        with(&mut |_| 127),
        with(&mut |random| random.pick(&[-128, 127])),
        with(&mut |random| random.within(-128, 127) as i8),
    ]
}

fn results(graph: &Graph, inputs: &[Vec<Value>]) -> Result<Vec<Vec<Value>>, TestCaseError> {
    // The steps of one sequence, for graphs with state.
    let mut interpreter = Interpreter::new(graph);
    let all: Result<_, _> = inputs.iter().map(|inputs| interpreter.run(inputs)).collect();
    all.map_err(|fault| TestCaseError::fail(format!("{fault}\n{}", text::print(graph))))
}

/// A graph that a failure shows as text.
struct Shown(Graph);

impl std::fmt::Debug for Shown {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&text::print(&self.0))
    }
}

prop_compose! {
    /// A random graph of a few layers.
    fn graphs()(
        reference in prop::sample::select(vec![Reference::Tflm, Reference::Litert, Reference::Onnx]),
        image in prop::array::uniform3(1usize..6),
        steps in prop::collection::vec(any::<u64>(), 1..9),
        outputs in any::<u64>(),
    ) -> Shown {
        Shown(graph(reference, image, steps, outputs))
    }
}

prop_compose! {
    /// A random graph of a few layers on an image with more rows.
    fn tall_graphs()(
        reference in prop::sample::select(vec![Reference::Tflm, Reference::Onnx]),
        height in 3usize..14,
        width in 1usize..4,
        channels in 1usize..4,
        steps in prop::collection::vec(any::<u64>(), 2..9),
        outputs in any::<u64>(),
    ) -> Shown {
        Shown(graph(reference, [height, width, channels], steps, outputs))
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_pass_keeps_every_bit(Shown(graph) in graphs(), seed in any::<u64>()) {
        let inputs = inputs(&graph, seed);
        let expected = results(&graph, &inputs)?;
        let mut after = graph.clone();
        for pass in OPTIMISE {
            // By itself, and behind the passes before it.
            let mut alone = graph.clone();
            for graph in [&mut alone, &mut after] {
                apply(pass, graph)?;
                let found = results(graph, &inputs)?;
                prop_assert!(found == expected, "after `{}`:\n{}", pass.name, text::print(graph));
            }
        }
    }

    /// The interpreter keeps exactly the rows that the schedule says, and faults where one is missing.
    #[test]
    fn chains_by_rows_keep_every_bit(Shown(mut graph) in tall_graphs(), rows in 1usize..5, seed in any::<u64>()) {
        let fail = |faults: Diagnostics| TestCaseError::fail(faults.to_string());
        passes::run(OPTIMISE, &mut graph, &mut |_, _| {}).map_err(fail)?;
        let plain = lower_graph(graph.clone(), Core::Portable, Optimise::Ram).map_err(fail)?;
        let Some(by_rows) = everything(&plain, Optimise::Ram, rows) else { return Ok(()) };
        verify(&by_rows.graph).map_err(fail)?;
        let inputs = inputs(&graph, seed);
        let (expected, found) = (results(&graph, &inputs)?, results(&by_rows.graph, &inputs)?);
        prop_assert!(found == expected, "{}", text::print(&by_rows.graph));
    }

    /// Each step of a sliding window has the results of the whole window that ends with it.
    #[test]
    fn sliding_windows_keep_every_bit(Shown(graph) in tall_graphs(), step in 1usize..9, seed in any::<u64>()) {
        slides(&graph, step, seed)?;
    }

    /// A model is fed by rows only where nothing but the chain needs them.
    #[test]
    fn nobody_else_reads_what_is_fed(Shown(graph) in tall_graphs()) {
        let options = Options { input: Input::Rows, ..Options::default() };
        let Ok(fed) = pipeline::lower_for(&graph, Core::Portable, &options) else { return Ok(()) };
        let mut chains = 0;
        for ((id, node), choice) in fed.graph.nodes().zip(&fed.choices) {
            let row_loop = choice.as_ref().and_then(|choice| choice.row_loop.as_ref());
            if row_loop.is_some_and(|row_loop| row_loop.fed.is_some()) {
                chains += 1;
                let rows = node.input(0).expect("a chain has an operand");
                prop_assert_eq!(fed.graph.consumers(rows), [id], "{}", text::print(&fed.graph));
                prop_assert!(!fed.graph.leaves(rows), "{}", text::print(&fed.graph));
            }
        }
        prop_assert_eq!(chains, 1, "{}", text::print(&fed.graph));
    }

    #[test]
    fn no_element_leaves_its_interval(Shown(graph) in graphs(), seed in any::<u64>()) {
        let known = intervals(&graph);
        let mut outside = Vec::new();
        for inputs in inputs(&graph, seed) {
            let observe = &mut |id: TensorId, value: &Value| {
                let own = &known[id.index()];
                let elements = value.as_i8().unwrap_or_default().iter().enumerate();
                let leaves = |(i, &x): (usize, &i8)| {
                    let Interval { min, max } = own[i % own.len()];
                    !(min..=max).contains(&x.into())
                };
                outside.extend(elements.filter(|&element| leaves(element)).map(|(i, x)| format!("{id}[{i}] is {x}")));
            };
            let run = Interpreter::new(&graph).run_observed(&inputs, observe);
            run.map_err(|fault| TestCaseError::fail(fault.to_string()))?;
        }
        prop_assert!(outside.is_empty(), "{outside:?}");
    }

    #[test]
    fn a_pass_leaves_nothing_for_a_second_time(Shown(mut graph) in graphs()) {
        for pass in OPTIMISE {
            apply(pass, &mut graph)?;
            let mut again = graph.clone();
            apply(pass, &mut again)?;
            prop_assert_eq!(text::print(&again), text::print(&graph), "after `{}`", pass.name);
        }
    }
}

/// How many steps follow the first full window: more than one round of what is kept; for a long run as many as the variable says.
fn more_steps() -> usize {
    std::env::var("TINYML_WINDOW_STEPS").ok().and_then(|steps| steps.parse().ok()).unwrap_or(9)
}

/// Compares the steps of a window that slides with whole windows: with all that can be computed by rows, and with what is chosen. Whether
/// there was anything to compare.
fn slides(graph: &Graph, step: usize, seed: u64) -> Result<bool, TestCaseError> {
    let fail = |faults: Diagnostics| TestCaseError::fail(faults.to_string());
    let Ok(everything) = slide::everything(graph, step) else { return Ok(false) };
    let shown = |graph: &Graph| text::print(graph);
    verify(&everything)
        .map_err(|faults| TestCaseError::fail(text::print_with_faults(&everything, &faults)))?;
    let mut optimised = everything.clone();
    passes::run(OPTIMISE, &mut optimised, &mut |_, _| {}).map_err(fail)?;
    let lower = |graph: &Graph| lower_graph(graph.clone(), Core::Portable, Optimise::Balanced);
    let chosen = slide::compile(graph, Some(step), &lower).map_err(fail)?.graph;

    let ty = graph.ty(graph.inputs[0].tensor).clone();
    let new = everything.ty(everything.inputs[0].tensor).clone();
    let (count, whole) = (new.shape.elements(), ty.shape.elements());
    let mut random = builder::Random(seed);
    let steps = whole.div_ceil(count) + more_steps();
    let mut rows: Vec<i8> = vec![0; whole];
    let mut by_step = [&everything, &optimised, &chosen].map(|graph| (Interpreter::new(graph), graph));
    for number in 1..=steps {
        let next: Vec<i8> = (0..count).map(|_| random.within(-128, 127) as i8).collect();
        rows.drain(..count);
        rows.extend(&next);
        let value = |shape, data| Value::i8(shape, data).expect("as many elements as the shape has");
        let fault = |fault: String| TestCaseError::fail(fault);
        let expected = Interpreter::new(graph).run(&[value(ty.shape.clone(), rows.clone())]);
        let expected = expected.map_err(|error| fault(error.to_string()))?;
        for (interpreter, graph) in &mut by_step {
            let shape = graph.ty(graph.inputs[0].tensor).shape.clone();
            let found =
                interpreter.run(&[value(shape, next.clone())]).map_err(|error| fault(error.to_string()))?;
            let is_full = number * count >= whole;
            prop_assert!(!is_full || found == expected, "step {number} of {step} rows:\n{}", shown(graph));
        }
    }
    Ok(true)
}

/// The graphs are of the kind that the passes are about.
#[test]
fn every_pass_finds_something_to_do() {
    let mut changed = vec![0; OPTIMISE.len()];
    for seed in 0..600u64 {
        let steps = (0..8).map(|step| seed << 8 | step).collect();
        let mut graph = graph(Reference::Onnx, [4, 5, 3], steps, seed);
        for (pass, changed) in OPTIMISE.iter().zip(&mut changed) {
            let before = text::print(&graph);
            apply(pass, &mut graph).unwrap_or_else(|error| panic!("{error}"));
            *changed += usize::from(text::print(&graph) != before);
        }
    }
    for (pass, changed) in OPTIMISE.iter().zip(changed) {
        println!("{}: {changed}", pass.name);
        // Nothing is constant there that an operator reads alone.
        assert!(changed > 5 || pass.name == "fold_constants", "`{}` changed {changed} graphs", pass.name);
    }
}

/// Most graphs have a window, and in many of them layers keep rows.
#[test]
fn windows_find_rows_to_keep() {
    let mut kept = [0; 2];
    for seed in 0..300u64 {
        let steps = (0..6).map(|step| seed << 8 | step).collect();
        let graph = graph(Reference::Tflm, [16, 2, 3], steps, seed);
        let Ok(step) = slide::everything(&graph, 1 + seed as usize % 4) else { continue };
        kept[0] += 1;
        // One state is that of the input.
        kept[1] += usize::from(step.states.len() > 1);
    }
    assert!(kept[0] > 150 && kept[1] > 80, "{kept:?}");
}
