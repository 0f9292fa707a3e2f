//! Whether examples look like those that the model was trained with: what is said of them is a warning with its cause.

use std::collections::HashSet;

use crate::data::needed;
use crate::diagnostic::{Diagnostic, Place};
use crate::ir::{Graph, Port, TensorId, Value};
use crate::ops::normalisation::softmax::Softmax;

/// Fewer examples miss what is rare.
const FEW: usize = 20;

/// Share of the examples that may be of one value throughout: silence, darkness.
const MOST_CONSTANT: f32 = 0.2;

/// Share of the examples that may repeat others.
const MOST_REPEATED: f32 = 0.5;

/// Share of an input's elements that may lie at each end of its range. Beyond, a sensor was overdriven, or values were clipped: only where there
/// are so many different values that it is no picture, whose background and whose white lie there.
const MOST_AT_END: f32 = 0.05;
const KINDS: usize = 1000;

/// The difference of the two highest scores in front of a softmax, for half of the examples. Trained models are between: at the least one class is
/// 1.6 times as probable as the next, and 10^21 times is more than training asks for.
const SURE: [f32; 2] = [0.5, 50.0];

/// Warnings of the examples themselves. Those of a model with state are the steps of one sequence, which may repeat themselves.
pub(super) fn examples(graph: &Graph, samples: &[Vec<Value>]) -> Vec<Diagnostic> {
    let mut warnings = Vec::new();
    if samples.len() < FEW && graph.states.is_empty() {
        let examples = if samples.len() == 1 { "example" } else { "examples" };
        let message = format!("{} {examples} cannot show the ranges of rare inputs", samples.len());
        warnings.push(
            Diagnostic::warning(message)
                .help("give about 100 typical examples, of every kind that the device will meet"),
        );
    }
    for (number, port) in graph.inputs.iter().enumerate() {
        let examples: Vec<&[f32]> =
            samples.iter().filter_map(|sample| sample.get(number)?.as_f32()).collect();
        if !examples.is_empty() && graph.states.is_empty() {
            warnings.extend(input(graph, port, &examples));
        }
    }
    warnings
}

/// Warnings of one input.
fn input(graph: &Graph, port: &Port, examples: &[&[f32]]) -> Option<Diagnostic> {
    let name = &graph.tensor(port.tensor).name;
    let count = examples.len();
    let share = |part: usize| part as f32 / count as f32;
    let is_constant =
        |example: &&&[f32]| example.len() > 1 && example.iter().all(|x| Some(x) == example.first());
    let constant = examples.iter().filter(is_constant).count();
    let bits = |example: &&[f32]| example.iter().map(|x| x.to_bits()).collect::<Vec<_>>();
    let different: HashSet<Vec<u32>> = examples.iter().map(bits).collect();
    let repeated = count - different.len();
    let ends = at_ends(examples);
    let cause = match () {
        () if share(constant) > MOST_CONSTANT => {
            format!("{constant} of {count} examples of `{name}` have the same value everywhere")
        }
        () if share(repeated) > MOST_REPEATED => {
            format!("{repeated} of {count} examples of `{name}` repeat others")
        }
        () if ends > MOST_AT_END => {
            format!(
                "over {:.0} % of `{name}` lie at each end of its range: the examples are clipped",
                100.0 * ends
            )
        }
        () => return None,
    };
    let help = format!("{}; the model takes {}", seen(name, examples), needed(graph, port));
    Some(Diagnostic::warning(cause).at(Place::tensor(name)).help(help))
}

/// The share of elements at the end of the range where fewer lie; 0 where there are few different values.
fn at_ends(examples: &[&[f32]]) -> f32 {
    let elements = || examples.iter().flat_map(|example| example.iter().copied());
    let (low, high) =
        (elements().fold(f32::INFINITY, f32::min), elements().fold(f32::NEG_INFINITY, f32::max));
    let mut kinds = HashSet::new();
    if !elements().any(|x| kinds.insert(x.to_bits()) && kinds.len() > KINDS) {
        return 0.0;
    }
    let at = |end: f32| elements().filter(|&x| x == end).count();
    at(low).min(at(high)) as f32 / elements().count() as f32
}

/// The range and mean of an input.
fn seen(name: &str, examples: &[&[f32]]) -> String {
    let elements = || examples.iter().flat_map(|example| example.iter().copied());
    let (low, high) =
        (elements().fold(f32::INFINITY, f32::min), elements().fold(f32::NEG_INFINITY, f32::max));
    let mean = elements().map(f64::from).sum::<f64>() / elements().count().max(1) as f64;
    format!("`{name}` is between {low} and {high}, in the mean {mean:.3}")
}

/// What a classifier answers: the scores in front of the softmax at an output.
pub(super) struct Answers {
    /// The tensor of the scores, and for each example the first of the highest and its distance from the next.
    scores: Vec<(TensorId, Vec<(usize, f32)>)>,
}

impl Answers {
    /// None yet.
    pub(super) fn new(graph: &Graph) -> Answers {
        let scores = graph.outputs.iter().filter_map(|port| {
            let mut node = graph.node(graph.producer(port.tensor)?);
            while node.op.is_view() {
                node = graph.node(graph.producer(node.input(0)?)?);
            }
            let scores = node.input(0).filter(|_| node.op.is::<Softmax>())?;
            let classes = graph.ty(scores).shape.dims().last().copied()?;
            (classes > 2 && classes == graph.ty(scores).shape.elements()).then_some((scores, Vec::new()))
        });
        Answers { scores: scores.collect() }
    }

    /// Sees a tensor of an example.
    pub(super) fn see(&mut self, id: TensorId, data: &[f32]) {
        for (_, seen) in self.scores.iter_mut().filter(|(scores, _)| *scores == id) {
            let mut highest = (0, f32::NEG_INFINITY);
            let mut next = f32::NEG_INFINITY;
            for (class, &score) in data.iter().enumerate() {
                if score > highest.1 {
                    next = highest.1;
                    highest = (class, score);
                } else {
                    next = next.max(score);
                }
            }
            seen.push((highest.0, highest.1 - next));
        }
    }

    /// A warning if the answers are none that a trained model gives to what it was trained for.
    pub(super) fn warning(&self, graph: &Graph, samples: &[Vec<Value>]) -> Option<Diagnostic> {
        let cause = self.scores.iter().find_map(|(_, answers)| cause(answers))?;
        let inputs = graph.inputs.iter().enumerate().filter_map(|(number, port)| {
            let examples: Vec<&[f32]> =
                samples.iter().filter_map(|sample| sample.get(number)?.as_f32()).collect();
            (!examples.is_empty()).then(|| seen(&graph.tensor(port.tensor).name, &examples))
        });
        let inputs: Vec<_> = inputs.collect();
        Some(Diagnostic::warning(cause).help(format!(
            "are the examples prepared as in training, and scaled once? {}; `tinyml evaluate` measures the model on examples with labels",
            inputs.join(", ")
        )))
    }
}

fn cause(answers: &[(usize, f32)]) -> Option<String> {
    let &(class, _) = answers.first()?;
    let mut distances: Vec<f32> = answers.iter().map(|&(_, distance)| distance).collect();
    distances.sort_by(f32::total_cmp);
    let median = *distances.get(distances.len() / 2)?;
    let [least, most] = SURE;
    if median < least {
        return Some(format!(
            "the float model is undecided about these examples: for half of them the most probable class is less than {:.1} times as probable as the next",
            least.exp()
        ));
    }
    if median > most {
        return Some(format!(
            "the float model is surer of these examples than training makes it: for half of them the highest score is more than {most} above the next"
        ));
    }
    let same = answers.len() >= FEW && answers.iter().all(|answer| answer.0 == class);
    same.then(|| format!("the float model takes all {} examples for the same class, {class}", answers.len()))
}

#[cfg(test)]
mod test {
    use super::*;
    use crate::ir::{DType, Reference, Tensor, TensorType};

    /// What is said of the examples of an input.
    fn said(examples: &[Vec<f32>]) -> Vec<String> {
        let mut graph = Graph::new("model", Reference::Tflm);
        let x = graph.add_tensor(Tensor::new("x", TensorType::new(DType::F32, [1, examples[0].len()])));
        graph.inputs.push(x.into());
        let value = |data: &Vec<f32>| vec![Value::f32([1, data.len()], data.clone()).unwrap()];
        let samples: Vec<_> = examples.iter().map(value).collect();
        super::examples(&graph, &samples).into_iter().map(|warning| warning.message).collect()
    }

    /// Examples of a slow wave.
    fn waves(count: usize, amplitude: f32) -> Vec<Vec<f32>> {
        let wave = |example: usize| {
            (0..64).map(|at| amplitude * ((example * 64 + at) as f32 * 0.37).sin()).collect()
        };
        (0..count).map(wave).collect()
    }

    #[test]
    fn sound_examples_are_passed_over() {
        assert_eq!(said(&waves(100, 1.0)), [""; 0]);
        // A picture with a background, and some that are black.
        let picture =
            |n: usize| {
                (0..64)
                    .map(|at| {
                        if n.is_multiple_of(10) || at % 3 > 0 { -1.0 } else { (at * n % 200) as f32 / 200.0 }
                    })
                    .collect()
            };
        assert_eq!(said(&(0..100).map(picture).collect::<Vec<_>>()), [""; 0]);
    }

    #[test]
    fn examples_that_show_nothing_are_told() {
        assert!(said(&waves(3, 1.0))[0].starts_with("3 examples cannot show"));
        let mut dark = waves(60, 1.0);
        dark.extend(vec![vec![0.5; 64]; 40]);
        assert_eq!(said(&dark), ["40 of 100 examples of `x` have the same value everywhere"]);
        let repeated: Vec<_> = (0..100).map(|n| waves(40, 1.0)[n % 40].clone()).collect();
        assert_eq!(said(&repeated), ["60 of 100 examples of `x` repeat others"]);
        let clipped: Vec<Vec<f32>> = waves(100, 3.0)
            .into_iter()
            .map(|wave| wave.into_iter().map(|x| x.clamp(-1.0, 1.0)).collect())
            .collect();
        assert!(said(&clipped)[0].contains("lie at each end of its range"), "{:?}", said(&clipped));
    }

    #[test]
    fn answers_of_no_trained_model_are_told() {
        let said = |answers: &[(usize, f32)]| cause(answers).unwrap_or_default();
        let answers =
            |distance: f32| (0..30).map(|n| (n % 3, distance * (1.0 + n as f32 / 30.0))).collect::<Vec<_>>();
        assert_eq!(said(&answers(5.0)), "");
        assert!(said(&answers(0.1)).contains("undecided"));
        assert!(said(&answers(80.0)).contains("surer"));
        assert!(said(&[(2, 5.0); 30]).contains("all 30 examples for the same class, 2"));
        assert_eq!(said(&[(2, 5.0); 10]), "");
        assert_eq!(said(&[]), "");
    }
}
