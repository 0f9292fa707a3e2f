//! The examples in a file: for each input its array, which of the array's axes counts them, and each in the graph's layout.

use std::path::Path;

use crate::diagnostic::{Diagnostic, Diagnostics, Place};
use crate::ir::{DType, Graph, Port, Shape, Value};
use crate::ports::{file_dtype, file_shape, to_graph};

/// The examples in a file: for each, one value for each graph input.
///
/// An array is named after its input; where there is one input and one array beside that of the labels, any name will do. It holds N examples of the shape that
/// the model file declares: `[N, …]` with all axes of the input behind. Where the input's own first axis is a batch of `b` (mostly 1), the
/// array may instead have `N · b` rows along that axis.
///
/// # Errors
/// The file cannot be read (see [`read`](super::read)), an input has no array, an array has another shape or type, rows are left over, or the
/// inputs have not equally many examples, at least one.
pub fn examples(graph: &Graph, path: &Path) -> Result<Vec<Vec<Value>>, Diagnostics> {
    let arrays = super::read(path)?;
    let mut faults = Diagnostics::default();
    let mut columns = Vec::new();
    for port in &graph.inputs {
        match column(graph, port, &arrays) {
            Ok(column) => columns.push(column),
            Err(fault) => faults.push(fault.at(Place::file(path))),
        }
    }
    faults.into_result(())?;
    let count = columns.iter().map(Vec::len).min().unwrap_or(0);
    let uneven = columns.iter().any(|column| column.len() != count);
    if count == 0 || uneven {
        let counts: Vec<_> = columns.iter().map(|column| column.len().to_string()).collect();
        let message =
            format!("the inputs need equally many examples, at least one; found {}", counts.join(", "));
        return Err(Diagnostic::error(message).at(Place::file(path)).into());
    }
    let mut columns: Vec<_> = columns.into_iter().map(Vec::into_iter).collect();
    Ok((0..count).map(|_| columns.iter_mut().filter_map(Iterator::next).collect()).collect())
}

/// All examples for one input.
fn column(graph: &Graph, port: &Port, arrays: &[(String, Value)]) -> Result<Vec<Value>, Diagnostic> {
    let input = &graph.tensor(port.tensor).name;
    let named = arrays.iter().find(|(name, _)| name == input);
    let mut others = arrays.iter().filter(|(name, _)| !is_label(name));
    let only = match (graph.inputs.len(), others.next(), others.next()) {
        (1, only, None) => only,
        _ => None,
    };
    let Some((name, array)) = named.or(only) else {
        let names: Vec<_> = arrays.iter().map(|(name, _)| format!("`{name}`")).collect();
        return Err(Diagnostic::error(format!("there is no array for the input `{input}`"))
            .help(format!("the file has {}; name the array after the input", names.join(", "))));
    };
    // The array of an `.npy` file has no name.
    let name = if name.is_empty() { input } else { name };
    let shape = file_shape(graph, port);
    let help = format!("the input `{input}` needs {}, N examples", needed(graph, port));
    let fault = |what: String| Diagnostic::error(what).at(Place::tensor(input)).help(help.clone());
    let other = || fault(format!("the array `{name}` is {}{}", array.dtype(), array.shape()));
    let count = match Rows::of(array.shape().dims(), shape.dims()) {
        Rows::Examples(count) => count,
        Rows::LeftOver(left) => {
            return Err(fault(format!(
                "the array `{name}` is {}{}: {left} of its rows are left over",
                array.dtype(),
                array.shape()
            )));
        }
        Rows::OfAnotherShape => return Err(other()),
    };
    let size = shape.elements();
    let example = |number: usize| {
        let example = array.part(shape.clone(), number * size).ok_or_else(other)?;
        to_graph(graph, port, &example).map_err(|_| other())
    };
    (0..count).map(example).collect()
}

/// Names that an array of labels may have beside the inputs' arrays.
pub const LABELS: [&str; 6] = ["labels", "label", "y", "target", "targets", "class"];

pub(super) fn is_label(name: &str) -> bool {
    LABELS.iter().any(|label| name.eq_ignore_ascii_case(label))
}

/// The labels of the examples in `data`: the one array of the file `labels`, or, if none is given, that of `data` that has one of the names
/// [`LABELS`] and is no input's.
///
/// # Errors
/// A file cannot be read (see [`read`](super::read)), or has no labels, or several.
pub fn labels(graph: &Graph, data: &Path, labels: Option<&Path>) -> Result<Value, Diagnostic> {
    let path = labels.unwrap_or(data);
    let arrays = super::read(path)?;
    let is_input = |name: &str| graph.inputs.iter().any(|port| graph.tensor(port.tensor).name == name);
    let own = |(name, _): &&(String, Value)| is_label(name) && !is_input(name);
    let mut found: Vec<_> = arrays.iter().filter(own).collect();
    if let (Some(_), [only]) = (labels, arrays.as_slice()) {
        found = vec![only];
    }
    match found.as_slice() {
        [(_, labels)] => Ok(labels.clone()),
        found => {
            let message =
                if found.is_empty() { "there are no labels" } else { "there are several arrays of labels" };
            Err(Diagnostic::error(message).at(Place::file(path)).help(format!(
                "give a file with one array as `--labels`, or name an array of the data one of: {}",
                LABELS.join(", ")
            )))
        }
    }
}

/// What the rows of an array, along its first axis, are to an input.
#[derive(Debug, PartialEq)]
enum Rows {
    /// So many examples.
    Examples(usize),
    /// So many do not make another example.
    LeftOver(usize),
    /// The axes do not fit.
    OfAnotherShape,
}

impl Rows {
    fn of(array: &[usize], input: &[usize]) -> Rows {
        if array == input {
            return Rows::Examples(1);
        }
        match (array, input) {
            ([count, example @ ..], input) if example == input => Rows::Examples(*count),
            ([rows, example @ ..], [batch, rest @ ..]) if *batch > 0 && example == rest => match rows % batch
            {
                0 => Rows::Examples(rows / batch),
                left => Rows::LeftOver(left),
            },
            _ => Rows::OfAnotherShape,
        }
    }
}

/// The type and shape of an array with examples for an input, as messages write it.
pub fn needed(graph: &Graph, port: &Port) -> String {
    words(file_dtype(graph, port), &file_shape(graph, port))
}

fn words(dtype: DType, shape: &Shape) -> String {
    let axes = match shape.dims() {
        // The first axis is the batch's.
        [1, rest @ ..] if !rest.is_empty() => rest,
        dims => dims,
    };
    let axes: String = axes.iter().map(|dim| format!(", {dim}")).collect();
    format!("{dtype}[N{axes}]")
}

#[cfg(test)]
mod test {
    use super::*;

    #[test]
    fn the_first_axis_counts_examples_with_or_without_a_batch_axis() {
        assert_eq!(Rows::of(&[64, 6], &[6]), Rows::Examples(64));
        assert_eq!(Rows::of(&[64, 3, 7], &[3, 7]), Rows::Examples(64));
        assert_eq!(Rows::of(&[6], &[6]), Rows::Examples(1));
        assert_eq!(Rows::of(&[3, 7], &[3, 7]), Rows::Examples(1));
        assert_eq!(Rows::of(&[5], &[]), Rows::Examples(5));
        assert_eq!(Rows::of(&[], &[]), Rows::Examples(1));
        assert_eq!(Rows::of(&[9, 4, 4], &[1, 4, 4]), Rows::Examples(9));
        assert_eq!(Rows::of(&[9, 1, 4, 4], &[1, 4, 4]), Rows::Examples(9));
        assert_eq!(Rows::of(&[8, 5], &[2, 5]), Rows::Examples(4));
        assert_eq!(Rows::of(&[0, 5], &[1, 5]), Rows::Examples(0));
    }

    #[test]
    fn rows_that_make_no_example_are_left_over() {
        assert_eq!(Rows::of(&[13], &[6]), Rows::LeftOver(1));
        assert_eq!(Rows::of(&[7, 5], &[2, 5]), Rows::LeftOver(1));
        assert_eq!(Rows::of(&[64, 7], &[6]), Rows::OfAnotherShape);
        assert_eq!(Rows::of(&[6, 64], &[6]), Rows::OfAnotherShape);
        assert_eq!(Rows::of(&[], &[6]), Rows::OfAnotherShape);
        assert_eq!(Rows::of(&[4], &[0]), Rows::OfAnotherShape);
    }

    #[test]
    fn a_message_says_the_shape() {
        assert_eq!(words(DType::F32, &Shape(vec![1, 3, 7])), "f32[N, 3, 7]");
        assert_eq!(words(DType::I32, &Shape(vec![6])), "i32[N, 6]");
        assert_eq!(words(DType::F32, &Shape(vec![1])), "f32[N, 1]");
        assert_eq!(words(DType::F32, &Shape(vec![])), "f32[N]");
    }
}
