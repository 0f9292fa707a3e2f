//! What can be said of the file's nodes without knowing their operands: operators that are not supported, attributes, operands and
//! versions that do not exist. Also inside the branches and loops of control flow and in the file's own functions, which are
//! themselves not supported.

use std::collections::{BTreeMap, BTreeSet};

use super::descriptor::{MICROSOFT, ML, full_name};
use super::find;
use super::order::{bodies, defined};
use super::proto::{FunctionProto, GraphProto, NodeProto};
use super::read::{domain, node_name, versions};
use crate::diagnostic::{Diagnostic, Diagnostics, Place};

/// The versions of the default operator set that are understood: older ones give attributes other meanings, newer ones do not
/// exist yet.
const VERSIONS: std::ops::RangeInclusive<i64> = 7..=28;

/// Checks nodes, and collects what is not supported.
pub(super) struct Check<'a> {
    functions: &'a [FunctionProto],
    opsets: BTreeMap<String, i64>,
    /// Nodes for each operator that is not supported.
    unsupported: BTreeMap<String, Vec<String>>,
    /// Nodes for each function that is called.
    called: BTreeMap<usize, Vec<String>>,
    faults: Diagnostics,
}

impl<'a> Check<'a> {
    pub(super) fn new(functions: &'a [FunctionProto], opsets: &BTreeMap<String, i64>) -> Check<'a> {
        Check {
            functions,
            opsets: opsets.clone(),
            unsupported: BTreeMap::new(),
            called: BTreeMap::new(),
            faults: Diagnostics::default(),
        }
    }

    /// Whether the node can be imported, as far as can be told from itself.
    pub(super) fn node(&mut self, node: &NodeProto, name: &str, outer: &BTreeSet<&str>) -> bool {
        let own = domain(&node.domain);
        if let Some(index) = self.function(node) {
            self.called.entry(index).or_default().push(name.to_owned());
            return false;
        }
        for body in bodies(node) {
            self.body(body, name, &node.op_type, outer);
        }
        let Some(operator) = find(own, &node.op_type) else {
            let kind = full_name(own, &node.op_type);
            self.unsupported.entry(kind).or_default().push(name.to_owned());
            return false;
        };
        let Some(version) = self.version(own) else { return false };
        let faults = operator.faults(node, version);
        let fine = faults.is_empty();
        let place = Place::node(name, &node.op_type);
        for fault in faults {
            let fault = Diagnostic::error(format!("{}: {fault}", operator.full_name())).at(place.clone());
            self.faults.push(fault.help(
                "the node would mean something else without it: export the model again, or convert it with onnx.version_converter",
            ));
        }
        fine
    }

    /// The graph of a branch or loop.
    fn body(&mut self, body: &GraphProto, name: &str, operator: &str, outer: &BTreeSet<&str>) {
        let mut names = outer.clone();
        for own in defined(body) {
            if outer.contains(own) {
                let fault =
                    format!("the name `{own}` is defined inside `{name}`, but has a value around it already");
                let fault = Diagnostic::error(fault).at(Place::node(name, operator));
                self.faults.push(fault.help("each value of a graph needs a name of its own"));
            }
            names.insert(own);
        }
        for (index, node) in body.node.iter().enumerate() {
            self.node(node, &format!("{name}/{}", node_name(body, index)), &names);
        }
    }

    fn function(&self, node: &NodeProto) -> Option<usize> {
        let own = domain(&node.domain);
        self.functions
            .iter()
            .position(|function| function.name == node.op_type && domain(&function.domain) == own)
    }

    /// The version of an operator set; none, and a fault, if it is not one that is understood.
    fn version(&mut self, own: &str) -> Option<i64> {
        let (words, known) = match own {
            "" => ("the operators".to_owned(), VERSIONS),
            MICROSOFT => (format!("the operators of {own}"), 1..=1),
            ML => (format!("the operators of {own}"), 1..=5),
            _ => (format!("the operators of {own}"), 1..=i64::MAX),
        };
        let Some(&version) = self.opsets.get(own) else {
            let fault = format!("the file does not say which version of {words} it has (opset_import)");
            let help = "what operators mean depends on it: export the model again, or add the entry that its exporter had in mind";
            self.faults.push(Diagnostic::error(fault).help(help));
            return None;
        };
        if !known.contains(&version) {
            let (first, last) = known.into_inner();
            let range = if first == last {
                format!("version {first} is")
            } else {
                format!("versions {first} to {last} are")
            };
            let fault = format!("version {version} of {words} (opset {version}) is not supported; {range}");
            self.faults.push(Diagnostic::error(fault).help(
                "export the model with another opset, or convert it: onnx.version_converter.convert_version(model, 17) in Python",
            ));
            return None;
        }
        Some(version)
    }

    /// All that was found, that of the called functions too.
    pub(super) fn finish(mut self) -> Diagnostics {
        let mut seen = BTreeSet::new();
        while let Some((&index, _)) = self.called.iter().find(|(index, _)| !seen.contains(*index)) {
            seen.insert(index);
            let function = &self.functions[index];
            let outer = std::mem::replace(&mut self.opsets, versions(&function.opset_import));
            for (number, node) in function.node.iter().enumerate() {
                let own = match node.name.as_str() {
                    "" => format!("#{number}"),
                    name => name.to_owned(),
                };
                self.node(node, &format!("{}/{own}", function.name), &BTreeSet::new());
            }
            self.opsets = outer;
        }
        for (index, nodes) in std::mem::take(&mut self.called) {
            let function = &self.functions[index];
            let name = full_name(domain(&function.domain), &function.name);
            let first = nodes.first().map_or("", String::as_str);
            let fault =
                format!("{name} is a function of the file, which is not supported (called by `{first}`)");
            self.faults.push(
                Diagnostic::error(fault)
                    .at(Place::node(first, &function.name))
                    .help("put its nodes in its place: onnx.inliner.inline_local_functions(model) in Python"),
            );
        }
        self.faults.extend(super::super::unsupported_operators(&self.unsupported));
        self.faults
    }
}
