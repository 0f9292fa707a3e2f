//! What a model is to do, and what is right for each example.

use serde::Serialize;

use crate::diagnostic::{Diagnostic, Place};
use crate::ir::Value;

/// What the model's figures are about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Task {
    /// Each example is of one class.
    Classes,
    /// Each example is normal (0) or not (1), and the model scores how unlikely it is. The score of a model that rebuilds its input is
    /// the mean squared difference between the two.
    Anomaly,
    /// The model predicts numbers.
    Values,
}

impl Task {
    /// All of them.
    pub const ALL: [Task; 3] = [Task::Classes, Task::Anomaly, Task::Values];

    /// The name in options and reports.
    pub fn name(self) -> &'static str {
        match self {
            Task::Classes => "classes",
            Task::Anomaly => "anomaly",
            Task::Values => "values",
        }
    }

    /// The task of a name.
    pub fn from_name(name: &str) -> Option<Task> {
        Task::ALL.into_iter().find(|task| task.name() == name)
    }
}

/// What is right, for each example.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Truth {
    /// Its class.
    Classes(Vec<usize>),
    /// Whether it is an anomaly.
    Anomaly(Vec<bool>),
    /// The numbers to be predicted.
    Values(Vec<Vec<f64>>),
}

/// What the labels are held against.
pub(super) struct Model<'a> {
    /// Examples.
    pub(super) examples: usize,
    /// Elements of the output.
    pub(super) outputs: usize,
    /// The output is like the only input.
    pub(super) rebuilds: bool,
    /// A single output is always between 0 and 1.
    pub(super) is_share: bool,
    /// Names of the classes, if the file has them.
    pub(super) names: &'a [String],
}

impl Model<'_> {
    /// Classes that can be told apart. One output is the probability of the second of two.
    pub(super) fn classes(&self) -> usize {
        self.outputs.max(2)
    }

    /// What is right by an array of labels, for the task or, where none is given, for the one that the labels are made for.
    pub(super) fn truth(&self, labels: &Value, task: Option<Task>) -> Result<Truth, Diagnostic> {
        let numbers = numbers(labels);
        let one_each = numbers.len() == self.examples;
        let whole = numbers.iter().all(|number| number.fract() == 0.0);
        let marks = numbers.iter().all(|&number| number == 0.0 || number == 1.0);
        // One real number for each example is a value to be predicted, even where all of them are whole.
        let are_reals = !whole || (labels.as_f32().is_some() && self.outputs == 1);
        let task = task.unwrap_or(match one_each {
            true if are_reals => Task::Values,
            true if self.rebuilds && marks && self.outputs > 2 => Task::Anomaly,
            true if self.outputs == 1 && marks && !self.is_share => Task::Anomaly,
            true if self.outputs == 1 && !marks => Task::Values,
            false if !whole || numbers.len() == self.examples * self.outputs => Task::Values,
            _ => Task::Classes,
        });
        let fault = |needed: String| {
            Diagnostic::error(format!("the labels are {}{}", labels.dtype(), labels.shape()))
                .at(Place::option("labels"))
                .help(format!(
                    "the task `{}` needs {needed}; `--task` chooses another: classes, anomaly, values",
                    task.name()
                ))
        };
        match task {
            Task::Values if numbers.len() == self.examples * self.outputs => {
                Ok(Truth::Values(numbers.chunks(self.outputs.max(1)).map(<[f64]>::to_vec).collect()))
            }
            Task::Values => {
                Err(fault(format!("{} numbers for each of {} examples", self.outputs, self.examples)))
            }
            Task::Anomaly if one_each && marks => {
                Ok(Truth::Anomaly(numbers.iter().map(|&mark| mark == 1.0).collect()))
            }
            Task::Anomaly => Err(fault(format!("0 (normal) or 1 for each of {} examples", self.examples))),
            Task::Classes if one_each => numbers
                .iter()
                .enumerate()
                .map(|(example, &label)| self.class(example, label))
                .collect::<Result<_, _>>()
                .map(Truth::Classes),
            Task::Classes => {
                Err(fault(format!("the number of a class for each of {} examples", self.examples)))
            }
        }
    }

    /// The class that a label names: its number or, where the classes' own names are numbers, its name.
    fn class(&self, example: usize, label: f64) -> Result<usize, Diagnostic> {
        let named = |name: &String| name.parse() == Ok(label);
        let are_numbers = !self.names.is_empty() && self.names.iter().all(|name| name.parse::<f64>().is_ok());
        let class = match are_numbers {
            true => self.names.iter().position(named),
            false => (0..self.classes()).find(|&class| class as f64 == label),
        };
        class.ok_or_else(|| {
            Diagnostic::error(format!("the label {label} of example {example} is no class of the model"))
                .at(Place::option("labels"))
                .help(match are_numbers {
                    true => format!("the classes are {}", self.names.join(", ")),
                    false => format!(
                        "the classes are 0 to {}: the output has {} elements",
                        self.classes() - 1,
                        self.outputs
                    ),
                })
        })
    }
}

fn numbers(value: &Value) -> Vec<f64> {
    match value.as_f32() {
        Some(reals) => reals.iter().map(|&real| real.into()).collect(),
        None => value.integers().unwrap_or_default().iter().map(|&number| number as f64).collect(),
    }
}

#[cfg(test)]
mod test {
    use super::*;

    const MODEL: Model<'static> =
        Model { examples: 3, outputs: 4, rebuilds: false, is_share: false, names: &[] };

    fn integers(data: &[i64]) -> Value {
        Value::i64([data.len()], data.to_vec()).unwrap()
    }

    #[test]
    fn labels_tell_the_task() {
        let reals = |data: &[f32]| Value::f32([data.len()], data.to_vec()).unwrap();
        assert_eq!(MODEL.truth(&integers(&[0, 3, 1]), None), Ok(Truth::Classes(vec![0, 3, 1])));
        assert_eq!(MODEL.truth(&reals(&[0.0, 3.0, 1.0]), None), Ok(Truth::Classes(vec![0, 3, 1])));
        assert!(matches!(MODEL.truth(&reals(&[0.5; 12]), None), Ok(Truth::Values(rows)) if rows.len() == 3));
        let marks = integers(&[0, 1, 1]);
        let rebuilds = Model { rebuilds: true, ..MODEL };
        assert_eq!(rebuilds.truth(&marks, None), Ok(Truth::Anomaly(vec![false, true, true])));
        let score = Model { outputs: 1, ..MODEL };
        assert_eq!(score.truth(&marks, None), Ok(Truth::Anomaly(vec![false, true, true])));
        let share = Model { is_share: true, ..score };
        assert_eq!(share.truth(&marks, None), Ok(Truth::Classes(vec![0, 1, 1])));
        assert_eq!(
            share.truth(&reals(&[0.0, 1.0, 1.0]), None),
            Ok(Truth::Values(vec![vec![0.0], vec![1.0], vec![1.0]]))
        );
        assert_eq!(share.truth(&marks, Some(Task::Anomaly)), Ok(Truth::Anomaly(vec![false, true, true])));
    }

    #[test]
    fn labels_that_do_not_fit_are_told() {
        let fault = |labels: &Value, task| MODEL.truth(labels, task).unwrap_err().to_string();
        assert!(
            fault(&integers(&[0, 4, 1]), None).contains("the label 4 of example 1 is no class of the model")
        );
        assert!(fault(&integers(&[0, -1, 1]), None).contains("label -1"));
        assert!(fault(&integers(&[0, 1]), Some(Task::Classes)).contains("for each of 3 examples"));
        assert!(fault(&integers(&[0, 1, 2]), Some(Task::Anomaly)).contains("0 (normal) or 1"));
        let nan = Value::f32([3], vec![0.0, f32::NAN, 1.0]).unwrap();
        assert!(fault(&nan, Some(Task::Classes)).contains("NaN"));
    }

    #[test]
    fn classes_whose_names_are_numbers_go_by_them() {
        let names = ["3", "5", "8", "9"].map(str::to_owned);
        let model = Model { names: &names, ..MODEL };
        assert_eq!(model.truth(&integers(&[3, 9, 8]), None), Ok(Truth::Classes(vec![0, 3, 2])));
        assert!(
            model
                .truth(&integers(&[3, 1, 8]), None)
                .is_err_and(|fault| fault.to_string().contains("3, 5, 8, 9"))
        );
    }
}
