//! What every ONNX graph must hold: each value has a name, and each name is defined once.

use std::collections::BTreeMap;

use super::proto::GraphProto;
use super::read::node_name;
use crate::diagnostic::{Diagnostic, Diagnostics, Place};

/// Reports values without a name and names that are defined twice.
pub(super) fn check(graph: &GraphProto, faults: &mut Diagnostics) {
    let mut defined: BTreeMap<&str, String> = BTreeMap::new();
    for (index, input) in graph.input.iter().enumerate() {
        unnamed(&input.name, &format!("input {index} of the model"), faults);
        twice(&mut defined, &input.name, "an input".to_owned(), faults);
    }
    let mut constants: BTreeMap<&str, String> = BTreeMap::new();
    for (index, constant) in graph.initializer.iter().enumerate() {
        unnamed(&constant.name, &format!("constant {index} of the file"), faults);
        twice(&mut constants, &constant.name, "a constant".to_owned(), faults);
    }
    // An input may have a default: a constant of the same name.
    defined.extend(constants);
    for (index, node) in graph.node.iter().enumerate() {
        for result in node.output.iter().filter(|name| !name.is_empty()) {
            twice(&mut defined, result, format!("a result of `{}`", node_name(graph, index)), faults);
        }
    }
    for (index, output) in graph.output.iter().enumerate() {
        unnamed(&output.name, &format!("output {index} of the model"), faults);
    }
}

fn unnamed(name: &str, what: &str, faults: &mut Diagnostics) {
    if name.is_empty() {
        let fault = Diagnostic::error(format!("{what} has no name"));
        faults.push(fault.help("nothing could refer to it: export the model again"));
    }
}

fn twice<'a>(defined: &mut BTreeMap<&'a str, String>, name: &'a str, what: String, faults: &mut Diagnostics) {
    if name.is_empty() {
        return;
    }
    if let Some(first) = defined.get(name) {
        let fault =
            Diagnostic::error(format!("the name `{name}` is defined twice: as {first}, and as {what}"));
        faults.push(fault.at(Place::tensor(name)).help("each value of a graph needs a name of its own"));
        return;
    }
    defined.insert(name, what);
}
