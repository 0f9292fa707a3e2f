//! Calibration data: example inputs from `.npz` or `.npy`, in the graph's layout.

use std::path::Path;

use crate::data;
use crate::diagnostic::{Diagnostic, Diagnostics, Place};
use crate::ir::{Graph, Port, Value};
use crate::ports::{file_shape, to_graph};

/// The examples: for each, one value for each graph input.
pub(super) fn samples(graph: &Graph, path: &Path) -> Result<Vec<Vec<Value>>, Diagnostics> {
    let arrays = data::read(path).map_err(|fault| fault.at(Place::option("calibration")))?;
    let mut faults = Diagnostics::default();
    let mut columns = Vec::new();
    for port in &graph.inputs {
        match column(graph, port, &arrays) {
            Ok(column) => columns.push(column),
            Err(fault) => {
                faults.push(fault.at(Place { file: Some(path.to_owned()), ..Place::option("calibration") }))
            }
        }
    }
    faults.into_result(())?;
    let count = columns.iter().map(Vec::len).min().unwrap_or(0);
    let uneven = columns.iter().any(|column| column.len() != count);
    if count == 0 || uneven {
        let counts: Vec<_> = columns.iter().map(|column| column.len().to_string()).collect();
        let message =
            format!("the inputs need equally many examples, at least one; found {}", counts.join(", "));
        return Err(Diagnostic::error(message).at(Place::option("calibration")).into());
    }
    let mut columns: Vec<_> = columns.into_iter().map(Vec::into_iter).collect();
    Ok((0..count).map(|_| columns.iter_mut().filter_map(Iterator::next).collect()).collect())
}

/// All examples for one input: the array of its name, or the only array if there is only one input.
fn column(graph: &Graph, port: &Port, arrays: &[(String, Value)]) -> Result<Vec<Value>, Diagnostic> {
    let tensor = graph.tensor(port.tensor);
    let named = arrays.iter().find(|(name, _)| *name == tensor.name);
    let only = if graph.inputs.len() == 1 && arrays.len() == 1 { arrays.first() } else { None };
    let Some((name, array)) = named.or(only) else {
        let names: Vec<_> = arrays.iter().map(|(name, _)| format!("`{name}`")).collect();
        return Err(Diagnostic::error(format!("there is no array for the input `{}`", tensor.name))
            .help(format!("the file has {}; name the array after the input", names.join(", "))));
    };
    let shape = file_shape(graph, port);
    let expected: Vec<_> = shape.dims().iter().skip(1).map(usize::to_string).collect();
    let fault = || {
        Diagnostic::error(format!("the calibration array `{name}` is {}{}", array.dtype(), array.shape()))
            .at(Place::tensor(&tensor.name))
            .help(format!("the input `{}` needs f32[N, {}], N examples", tensor.name, expected.join(", ")))
    };
    let dims = array.shape().dims();
    if array.as_f32().is_none() || dims.len() != shape.rank() || dims.get(1..) != shape.dims().get(1..) {
        return Err(fault());
    }
    let size = shape.elements();
    let indices: Vec<usize> = (0..array.len()).collect();
    indices
        .chunks_exact(size.max(1))
        .map(|indices| {
            let example = array.pick(shape.clone(), indices).ok_or_else(fault)?;
            to_graph(graph, port, &example).map_err(|_| fault())
        })
        .collect()
}
