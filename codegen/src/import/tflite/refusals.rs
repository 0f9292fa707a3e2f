//! What the model uses that is not supported: one message for each cause, however many operators and tensors it touches.

use std::collections::BTreeMap;

use super::schema::TensorType;
use crate::diagnostic::{Diagnostic, Diagnostics, Place};

/// Why several operators are refused together.
struct Group {
    operators: &'static [&'static str],
    what: &'static str,
    help: &'static str,
}

const GROUPS: &[Group] = &[Group {
    operators: &[
        "LSTM",
        "BIDIRECTIONAL_SEQUENCE_LSTM",
        "RNN",
        "UNIDIRECTIONAL_SEQUENCE_RNN",
        "BIDIRECTIONAL_SEQUENCE_RNN",
        "WHILE",
        "IF",
        "CALL",
    ],
    what: "control flow, and recurrent layers beside UNIDIRECTIONAL_SEQUENCE_LSTM and SVDF, are not supported",
    help: "Keras' LSTM layer of one direction becomes UNIDIRECTIONAL_SEQUENCE_LSTM where the model's input has a fixed shape, batch included; \
               for a fixed number of steps, `unroll=True` writes other recurrent layers as plain operators",
}];

/// The operators and element types that were met and are not supported.
#[derive(Default)]
pub(super) struct Refusals {
    /// Nodes by operator.
    operators: BTreeMap<String, Vec<String>>,
    /// Numbers of tensors by element type.
    types: BTreeMap<&'static str, Vec<usize>>,
}

/// How a tensor is called, and the first operator that reads or computes it: node and operator.
pub(super) struct Subject {
    pub(super) tensor: String,
    pub(super) node: Option<(String, String)>,
}

impl Refusals {
    /// Takes note of a node whose operator is not supported.
    pub(super) fn operator(&mut self, kind: &str, node: &str) {
        self.operators.entry(kind.to_owned()).or_default().push(node.to_owned());
    }

    /// Takes note of a tensor whose element type is not supported.
    pub(super) fn element_type(&mut self, ty: TensorType, tensor: usize) {
        let tensors = self.types.entry(ty.name()).or_default();
        if !tensors.contains(&tensor) {
            tensors.push(tensor);
        }
    }

    /// The messages. `subject` says what a tensor is called, and who reads or computes it.
    pub(super) fn tell(mut self, subject: impl Fn(usize) -> Subject, faults: &mut Diagnostics) {
        for (ty, tensors) in &self.types {
            let Some(&first) = tensors.first() else { continue };
            let Subject { tensor, node } = subject(first);
            let more = match tensors.len() {
                1 => String::new(),
                count => format!(" and {} more", count - 1),
            };
            let (what, help) = about_type(ty);
            let place = node.map_or_else(Place::default, |(node, kind)| Place::node(&node, &kind));
            faults.push(
                Diagnostic::error(format!("{what} (`{tensor}`{more})"))
                    .at(Place { tensor: Some(tensor), ..place })
                    .help(help),
            );
        }
        for group in GROUPS {
            let used: Vec<&str> =
                group.operators.iter().copied().filter(|kind| self.operators.contains_key(*kind)).collect();
            let Some(&first) = used.first() else { continue };
            let nodes: Vec<String> =
                used.iter().filter_map(|kind| self.operators.remove(*kind)).flatten().collect();
            let node = nodes.first().map_or("", String::as_str);
            faults.push(
                Diagnostic::error(format!("{} ({}; first `{node}`)", group.what, used.join(", ")))
                    .at(Place::node(node, first))
                    .help(group.help),
            );
        }
        faults.extend(super::super::unsupported_operators(&self.operators));
    }
}

/// What is not supported, and the way out.
fn about_type(ty: &str) -> (String, &'static str) {
    let help = match ty {
        "INT16" => {
            return (
                super::super::unsupported_activations(ty),
                "convert with 8-bit activations: \
                 `converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]`",
            );
        }
        "FLOAT16" => "convert the model without half precision activations",
        "UINT8" => {
            "convert with INT8; UINT8 is supported between the model's ends and a QUANTIZE or DEQUANTIZE"
        }
        "INT4" | "INT2" | "UINT4" => {
            "convert with 8-bit activations; of 4-bit tensors, constants are supported"
        }
        "RESOURCE" | "VARIANT" => "convert the form of the network that is not streaming",
        _ => {
            "supported are FLOAT32, INT8, at the model's ends UINT8, and for shapes and the like INT32, INT64 and BOOL"
        }
    };
    (format!("tensors of the element type {ty} are not supported"), help)
}
