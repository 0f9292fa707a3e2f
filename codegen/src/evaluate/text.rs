//! An evaluation as text.

use std::fmt::{self, Display, Formatter, Write};

use super::{Classes, Column, Evaluation, Figures, Probabilities};
use crate::wording::short_name;

/// Classes up to which the confusion matrix is written.
const MOST_CLASSES: usize = 20;

/// Saturated tensors that are written, and the least share of those.
const MOST_SATURATED: usize = 5;
const LEAST_SHARE: f64 = 0.001;

impl Display for Evaluation {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let how = match self.probabilities {
            Some(Probabilities::Softmax) => ", probabilities by softmax",
            Some(Probabilities::Logistic) => ", probabilities by the logistic function",
            _ => "",
        };
        writeln!(
            f,
            "{}: {} examples, {} by output `{}`{how}\n",
            self.model,
            self.examples,
            self.task.name(),
            short_name(&self.output)
        )?;
        f.write_str(&table(&self.summary()))?;
        let Some(main) = self.main() else { return Ok(()) };
        if let Figures::Classes(classes) = &main.figures {
            let first = self.columns.first().filter(|first| first.name != main.name);
            let first = first.and_then(|first| match &first.figures {
                Figures::Classes(classes) => Some((first.name.as_str(), classes)),
                _ => None,
            });
            writeln!(f, "\n{}\n{}", main.name, table(&by_class(classes, first)))?;
            if classes.classes.len() <= MOST_CLASSES {
                writeln!(
                    f,
                    "right class (rows) and predicted class (columns)\n{}",
                    table(&confusion(classes))
                )?;
            }
            f.write_str(
                "where the device decides alone if its probability is at least …, and sends the input else\n",
            )?;
            f.write_str(&table(&confidence(classes)))?;
        }
        let cut: Vec<_> = (main.saturated.iter().filter(|tensor| tensor.share >= LEAST_SHARE))
            .take(MOST_SATURATED)
            .collect();
        if !cut.is_empty() {
            f.write_str("\nvalues at the end of the range, where larger ones are cut\n")?;
        }
        for tensor in cut {
            writeln!(f, "{:5.1} %  {}", 100.0 * tensor.share, short_name(&tensor.tensor))?;
        }
        writeln!(f, "\nexamples with the largest loss\n{}", table(&worst(main)).trim_end())
    }
}

impl Evaluation {
    /// The figures that all columns have.
    fn summary(&self) -> Vec<Vec<String>> {
        let mut rows = vec![vec![String::new()]];
        let mut row = |name: &str, figure: &dyn Fn(&Column) -> Option<f64>| {
            let figures: Vec<_> = self.columns.iter().map(figure).collect();
            if figures.iter().any(Option::is_some) {
                let mut cells = vec![name.to_owned()];
                cells.extend(figures.into_iter().map(|figure| figure.map_or("–".to_owned(), number)));
                rows.push(cells);
            }
        };
        let classes = |figure: fn(&Classes) -> Option<f64>| {
            move |column: &Column| match &column.figures {
                Figures::Classes(classes) => figure(classes),
                _ => None,
            }
        };
        row("accuracy", &classes(|of| Some(of.accuracy)));
        row("precision, mean of classes", &classes(|of| Some(of.precision)));
        row("recall, mean of classes", &classes(|of| Some(of.recall)));
        row("F1, mean of classes", &classes(|of| Some(of.f1)));
        row("area under ROC", &|column| match &column.figures {
            Figures::Classes(classes) => classes.auc,
            Figures::Anomaly { ranking, .. } => ranking.as_ref().map(|ranking| ranking.auc),
            Figures::Values(_) => None,
        });
        row("log loss", &classes(|of| Some(of.log_loss)));
        let threshold = |figure: fn(&super::Threshold) -> f64| {
            move |column: &Column| match &column.figures {
                Figures::Anomaly { threshold, .. } => threshold.as_ref().map(figure),
                _ => None,
            }
        };
        row("threshold", &threshold(|threshold| threshold.score));
        row("false alarms", &threshold(|threshold| threshold.false_alarms));
        row("anomalies found", &threshold(|threshold| threshold.hits));
        let values = |figure: fn(&super::Values) -> f64| {
            move |column: &Column| match &column.figures {
                Figures::Values(values) => Some(figure(values)),
                _ => None,
            }
        };
        row("mean absolute error", &values(|of| of.mae));
        row("root mean squared error", &values(|of| of.rmse));
        row("R²", &values(|of| of.r2));
        if let [first, _, ..] = self.columns.as_slice() {
            row(&format!("same class as {}", first.name), &|column| column.beside?.agreement);
            row(&format!("largest difference from {}", first.name), &|column| {
                Some(column.beside?.largest_difference)
            });
        }
        if let Some(header) = rows.first_mut() {
            header.extend(self.columns.iter().map(|column| column.name.clone()));
        }
        rows
    }
}

fn by_class(classes: &Classes, first: Option<(&str, &Classes)>) -> Vec<Vec<String>> {
    let mut header =
        ["class", "examples", "precision", "recall", "F1", "area under ROC"].map(str::to_owned).to_vec();
    header.extend(first.map(|(name, _)| format!("recall of {name}")));
    let rows = classes.classes.iter().enumerate().map(|(index, class)| {
        let area = class.ranking.as_ref().map_or("–".to_owned(), |ranking| number(ranking.auc));
        let mut row = vec![
            class.name.clone(),
            class.examples.to_string(),
            number(class.precision),
            number(class.recall),
            number(class.f1),
            area,
        ];
        row.extend(first.and_then(|(_, first)| Some(number(first.classes.get(index)?.recall))));
        row
    });
    std::iter::once(header).chain(rows).collect()
}

fn confusion(classes: &Classes) -> Vec<Vec<String>> {
    let names = || classes.classes.iter().map(|class| class.name.clone());
    let header = std::iter::once(String::new()).chain(names()).collect();
    let rows = names().zip(&classes.confusion).map(|(name, counts)| {
        let count = |&count: &usize| if count == 0 { "·".to_owned() } else { count.to_string() };
        std::iter::once(name).chain(counts.iter().map(count)).collect()
    });
    std::iter::once(header).chain(rows).collect()
}

fn confidence(classes: &Classes) -> Vec<Vec<String>> {
    let header = ["probability", "decided", "of those right", "bytes not sent"].map(str::to_owned).to_vec();
    let percent = |share: f64| format!("{:.1} %", 100.0 * share);
    let rows = classes.confidence.iter().map(|at| {
        let right = at.accuracy.map_or("–".to_owned(), percent);
        vec![format!("{:.2}", at.threshold), percent(at.decided), right, percent(at.not_sent)]
    });
    std::iter::once(header).chain(rows).collect()
}

fn worst(column: &Column) -> Vec<Vec<String>> {
    let header = ["example", "loss", "right", "found"].map(str::to_owned).to_vec();
    let rows = column.worst.iter().map(|worst| {
        let cells = [worst.example.to_string(), number(worst.loss), worst.right.clone(), worst.found.clone()];
        cells.to_vec()
    });
    std::iter::once(header).chain(rows).collect()
}

fn number(number: f64) -> String {
    match number.abs() {
        1e-3..1e5 => format!("{number:.4}"),
        0.0 => "0.0000".to_owned(),
        _ => format!("{number:.3e}"),
    }
}

/// Rows with aligned columns, the first of text, the others to the right.
fn table(rows: &[Vec<String>]) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| {
        rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let mut text = String::new();
    for row in rows {
        let mut line = String::new();
        for (column, (cell, &width)) in row.iter().zip(&widths).enumerate() {
            let _ = match column {
                0 => write!(line, "{cell:<width$}"),
                _ => write!(line, "  {cell:>width$}"),
            };
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}
