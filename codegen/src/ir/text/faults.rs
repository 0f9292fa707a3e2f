//! Faults of a graph, inside its text.

use std::fmt::Write;

use super::print::{Line, lines_with_own_ids};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::ir::Graph;

/// The text of a graph, with the ids that the messages name and with constants cut short, and each fault as a comment under the
/// line of the node or tensor that it is about. Faults that belong to no line come last.
pub fn print_with_faults(graph: &Graph, faults: &Diagnostics) -> String {
    let lines = lines_with_own_ids(graph);
    let mut under: Vec<Vec<&Diagnostic>> = vec![Vec::new(); lines.len()];
    let mut elsewhere = Vec::new();
    for fault in faults.iter() {
        let matching =
            lines.iter().enumerate().filter(|(_, line)| is_about(graph, line, fault)).map(|(i, _)| i);
        let matching: Vec<usize> = matching.collect();
        // Names need not be unique: a line whose ids the message names comes first.
        let named = matching.iter().find(|&&i| names(&lines[i], &fault.message));
        match named.or(matching.first()) {
            Some(&i) => under[i].push(fault),
            None => elsewhere.push(fault),
        }
    }
    let mut text = String::new();
    for (line, faults) in lines.iter().zip(under) {
        text.push_str(&line.text);
        text.push('\n');
        for fault in faults {
            // The line says where it is.
            let fault = Diagnostic { place: Default::default(), ..fault.clone() };
            _ = writeln!(text, "  // ^ {}", fault.to_string().replace('\n', "\n  //   "));
        }
    }
    for fault in elsewhere {
        _ = writeln!(text, "// {}", fault.to_string().replace('\n', "\n// "));
    }
    text
}

/// Whether a fault is at the node or one of the tensors of a line.
fn is_about(graph: &Graph, line: &Line, fault: &Diagnostic) -> bool {
    let node = line.node.map(|id| graph.node(id));
    let mut tensors =
        line.tensors.iter().filter(|id| id.index() < graph.tensor_count()).map(|&id| graph.tensor(id));
    match (&fault.place.node, &fault.place.tensor) {
        (Some(name), _) => node.is_some_and(|node| {
            &node.name == name
                && fault.place.operator.as_deref().is_none_or(|operator| operator == node.op.name())
        }),
        (None, Some(name)) => tensors.any(|tensor| &tensor.name == name),
        (None, None) => false,
    }
}

/// Whether the message has an id of the line among its words.
fn names(line: &Line, message: &str) -> bool {
    let ids = line.tensors.iter().map(|id| id.to_string()).chain(line.node.map(|id| id.to_string()));
    let ids: Vec<String> = ids.collect();
    let is_sign = |c: char| !(c.is_alphanumeric() || c == '%' || c == '@');
    message.split(is_sign).any(|word| ids.iter().any(|id| id == word))
}
