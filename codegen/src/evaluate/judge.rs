//! Holds what each way to compute the model gives against what is right.

use super::classes::{Classes, highest, surprise};
use super::ranking::{Ranking, Threshold};
use super::run::Run;
use super::task::{Model, Task, Truth};
use super::values::Values;
use super::{Beside, Column, Figures, Probabilities, Request, WORST, Worst};
use crate::diagnostic::Diagnostic;
use crate::ir::{Graph, Port, Value};

/// What is right, and how the outputs are read: the same for all columns, settled by the first one's outputs.
pub(super) struct Judge {
    truth: Truth,
    /// Names of the classes.
    names: Vec<String>,
    /// How scores become probabilities, where there are classes.
    pub(super) probabilities: Option<Probabilities>,
    /// The first column's outputs.
    first: Vec<Vec<f64>>,
    /// Share of normal examples that may be taken for anomalies.
    false_alarms: f64,
}

impl Judge {
    pub(super) fn new(
        graph: &Graph,
        ran: &Run,
        labels: &Value,
        request: &Request<'_>,
    ) -> Result<Judge, Diagnostic> {
        let rows = &ran.outputs;
        let outputs = rows.first().map_or(0, Vec::len);
        let is_share = rows.iter().flatten().all(|score| (0.0..=1.0).contains(score));
        let model = Model {
            examples: rows.len(),
            outputs,
            rebuilds: ran.differences.len() == rows.len() && elements(graph, &graph.inputs) == outputs,
            is_share,
            names: &graph.labels,
        };
        let truth = model.truth(labels, request.task)?;
        let sums_to_one = rows.iter().all(|row| (row.iter().sum::<f64>() - 1.0).abs() < 0.05);
        let probabilities = match (outputs, is_share) {
            (1, true) => Probabilities::Single,
            (1, false) => Probabilities::Logistic,
            (_, true) if sums_to_one => Probabilities::Outputs,
            _ => Probabilities::Softmax,
        };
        let classes = model.classes();
        let names = match graph.labels.len() == classes {
            true => graph.labels.clone(),
            false => (0..classes).map(|class| class.to_string()).collect(),
        };
        Ok(Judge {
            probabilities: matches!(truth, Truth::Classes(_)).then_some(probabilities),
            truth,
            names,
            first: rows.clone(),
            false_alarms: request.false_alarms,
        })
    }

    pub(super) fn task(&self) -> Task {
        match self.truth {
            Truth::Classes(_) => Task::Classes,
            Truth::Anomaly(_) => Task::Anomaly,
            Truth::Values(_) => Task::Values,
        }
    }

    /// The figures of one way to compute the model, beside the first one's.
    pub(super) fn column(&self, name: &str, graph: &Graph, ran: &Run, first: Option<&Column>) -> Column {
        let (figures, mut worst) = match &self.truth {
            Truth::Classes(right) => self.classes(graph, ran, right),
            Truth::Anomaly(marks) => self.anomaly(graph, ran, marks),
            Truth::Values(right) => values(ran, right),
        };
        worst.sort_by(|a, b| b.loss.total_cmp(&a.loss));
        worst.truncate(WORST);
        let beside = first.map(|first| self.beside(ran, &first.figures, &figures));
        Column { name: name.to_owned(), figures, beside, saturated: ran.saturated.clone(), worst }
    }

    fn beside(&self, ran: &Run, first: &Figures, own: &Figures) -> Beside {
        let pairs = || self.first.iter().zip(&ran.outputs);
        let same = || pairs().filter(|(first, own)| self.class(first) == self.class(own)).count();
        let numbers = pairs().flat_map(|(first, own)| first.iter().zip(own));
        Beside {
            agreement: self.probabilities.map(|_| same() as f64 / self.first.len().max(1) as f64),
            largest_difference: numbers.map(|(first, own)| (first - own).abs()).fold(0.0, f64::max),
            lost: first.headline().zip(own.headline()).map(|(first, own)| first - own),
        }
    }

    fn class(&self, scores: &[f64]) -> usize {
        highest(&self.probabilities.unwrap_or(Probabilities::Softmax).of(scores))
    }

    fn classes(&self, graph: &Graph, ran: &Run, right: &[usize]) -> (Figures, Vec<Worst>) {
        let how = self.probabilities.unwrap_or(Probabilities::Softmax);
        let rows: Vec<Vec<f64>> = ran.outputs.iter().map(|scores| how.of(scores)).collect();
        let name = |class: usize| self.names.get(class).cloned().unwrap_or_default();
        let worst = rows.iter().zip(right).enumerate().map(|(example, (row, &class))| {
            let found = highest(row);
            let probability = row.get(found).copied().unwrap_or(0.0);
            let found = format!("{} ({:.0} %)", name(found), 100.0 * probability);
            Worst { example, loss: surprise(row, class), right: name(class), found }
        });
        let worst = worst.collect();
        let sizes = [bytes(graph, &graph.inputs), bytes(graph, &graph.outputs)];
        (Figures::Classes(Classes::new(&rows, right, &self.names, sizes)), worst)
    }

    fn anomaly(&self, graph: &Graph, ran: &Run, marks: &[bool]) -> (Figures, Vec<Worst>) {
        let single = |row: &Vec<f64>| row.last().copied().unwrap_or(0.0);
        let outputs = ran.outputs.first().map_or(0, Vec::len);
        let scores: Vec<f64> = match outputs > 1 && elements(graph, &graph.inputs) == outputs {
            true => ran.differences.clone(),
            false => ran.outputs.iter().map(single).collect(),
        };
        let worst = scores.iter().zip(marks).enumerate().map(|(example, (&score, &mark))| Worst {
            example,
            loss: if mark { -score } else { score },
            right: u8::from(mark).to_string(),
            found: score.to_string(),
        });
        let figures = Figures::Anomaly {
            ranking: Ranking::new(&scores, marks),
            threshold: Threshold::at_most(&scores, marks, self.false_alarms),
        };
        (figures, worst.collect())
    }
}

fn values(ran: &Run, right: &[Vec<f64>]) -> (Figures, Vec<Worst>) {
    let worst = ran.outputs.iter().zip(right).enumerate().filter_map(|(example, (found, right))| {
        let pairs = found.iter().zip(right).map(|(found, right)| ((found - right).abs(), right, found));
        let (loss, right, found) = pairs.max_by(|a, b| a.0.total_cmp(&b.0))?;
        Some(Worst { example, loss, right: right.to_string(), found: found.to_string() })
    });
    (Figures::Values(Values::new(&ran.outputs, right)), worst.collect())
}

impl Probabilities {
    /// Those of an example's scores: one for each class, together 1.
    fn of(self, scores: &[f64]) -> Vec<f64> {
        let first = scores.first().copied().unwrap_or(0.0);
        match self {
            Probabilities::Single => vec![1.0 - first, first],
            Probabilities::Logistic => {
                let second = 1.0 / (1.0 + (-first).exp());
                vec![1.0 - second, second]
            }
            Probabilities::Outputs => shares(scores.to_vec()),
            Probabilities::Softmax => {
                let highest = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
                shares(scores.iter().map(|score| (score - highest).exp()).collect())
            }
        }
    }
}

/// Numbers over their sum.
fn shares(mut numbers: Vec<f64>) -> Vec<f64> {
    let sum: f64 = numbers.iter().sum();
    if sum > 0.0 {
        numbers.iter_mut().for_each(|number| *number /= sum);
    }
    numbers
}

fn elements(graph: &Graph, ports: &[Port]) -> usize {
    ports.iter().map(|port| graph.ty(port.tensor).shape.elements()).sum()
}

fn bytes(graph: &Graph, ports: &[Port]) -> usize {
    ports.iter().map(|port| graph.ty(port.tensor).bytes()).sum()
}
