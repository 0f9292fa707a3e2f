//! Tables of numbers as text, RFC 4180: a line for each example.

use std::io::Read;

use super::LABELS;
use super::examples::is_label;
use crate::ir::{Fault, Value};

/// The arrays of a table: the examples `[N, columns]` without a name and, where the first line names a column one of [`LABELS`], that column as
/// `[N]`, of integers if all of it are.
///
/// The first line names the columns if any of it is no number. An empty cell is a missing value: NaN.
pub(super) fn read(text: impl Read) -> Result<Vec<(String, Value)>, Fault> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).trim(csv::Trim::All).from_reader(text);
    let mut labels_at = None;
    let (mut numbers, mut labels) = (Vec::new(), Vec::new());
    let (mut rows, mut columns) = (0, 0);
    for (index, record) in reader.records().enumerate() {
        let record = record.map_err(|fault| fault.to_string())?;
        if index == 0 {
            columns = record.len();
            if record.iter().any(|cell| number(cell).is_none()) {
                labels_at = record.iter().position(is_label);
                continue;
            }
        }
        for (column, cell) in record.iter().enumerate() {
            let line = record.position().map_or(0, csv::Position::line);
            let number = number(cell)
                .ok_or_else(|| format!("line {line}, column {}: `{cell}` is no number", column + 1))?;
            match labels_at == Some(column) {
                true => labels.push(number),
                false => numbers.push(number as f32),
            }
        }
        rows += 1;
    }
    let features = columns - usize::from(labels_at.is_some());
    let examples = Value::f32([rows, features], numbers).ok_or("the table has no examples")?;
    let mut arrays = vec![(String::new(), examples)];
    if labels_at.is_some() {
        let integers = labels.iter().all(|label| label.fract() == 0.0 && label.abs() < 9e15);
        let value = match integers {
            true => Value::i64([rows], labels.iter().map(|&label| label as i64).collect()),
            false => Value::f32([rows], labels.iter().map(|&label| label as f32).collect()),
        };
        arrays.extend(value.map(|value| (LABELS[0].to_owned(), value)));
    }
    Ok(arrays)
}

fn number(cell: &str) -> Option<f64> {
    if cell.is_empty() { Some(f64::NAN) } else { cell.parse().ok() }
}

#[cfg(test)]
mod test {
    use super::*;

    fn table(text: &str) -> Result<Vec<(String, Value)>, Fault> {
        read(text.as_bytes())
    }

    #[test]
    fn lines_are_examples() {
        let arrays = table("1,2.5\n-3e2, 4\n").unwrap();
        assert_eq!(arrays, [(String::new(), Value::f32([2, 2], vec![1.0, 2.5, -300.0, 4.0]).unwrap())]);
    }

    #[test]
    fn a_named_column_holds_the_labels() {
        let arrays = table("x,\"Label\",y z\r\n1,0,2\r\n3,1,4\r\n").unwrap();
        assert_eq!(arrays[0].1, Value::f32([2, 2], vec![1.0, 2.0, 3.0, 4.0]).unwrap());
        assert_eq!(arrays[1], ("labels".to_owned(), Value::i64([2], vec![0, 1]).unwrap()));
        let arrays = table("a,target\n1,0.5\n2,1\n").unwrap();
        assert_eq!(arrays[1].1, Value::f32([2], vec![0.5, 1.0]).unwrap());
    }

    #[test]
    fn an_empty_cell_is_a_missing_value() {
        let arrays = table("a,b\n1,\n2,3\n").unwrap();
        assert!(arrays[0].1.as_f32().unwrap()[1].is_nan());
    }

    #[test]
    fn faults_name_their_place() {
        assert_eq!(table("a,b\n1,2\n3,four\n"), Err("line 3, column 2: `four` is no number".to_owned()));
        assert!(table("1,2\n3\n").unwrap_err().contains("line: 2"));
        assert!(table("").unwrap().first().is_some_and(|(_, value)| value.is_empty()));
        assert!(table("a,b\n").unwrap().first().is_some_and(|(_, value)| value.is_empty()));
    }
}
