//! Small files that ask for much.

use std::path::Path;
use std::time::{Duration, Instant};

use super::builder::{Model, import_in, list, reals};
use super::protobuf::Message;
use crate::config::Options;

/// The messages of a file, which come at once.
fn at_once(bytes: Vec<u8>) -> String {
    let start = Instant::now();
    let outcome = import_in(Path::new(""), bytes, &Options::default());
    let text = outcome.map(|_| "imported".to_owned()).unwrap_or_else(|faults| faults.to_string());
    assert!(start.elapsed() < Duration::from_secs(20), "{text}");
    text
}

#[test]
fn constants_are_computed_within_a_budget() {
    let names: Vec<String> = (0..40).map(|i| format!("k{i}")).collect();
    for kind in ["ConstantOfShape", "Expand"] {
        let mut model = Model::of(&[1]).constant("s", list(&[1 << 24])).constant("one", reals(&[1], &[1.0]));
        for name in &names {
            let operands: &[&str] = if kind == "Expand" { &["one", "s"] } else { &["s"] };
            model = model.op(kind, operands, name);
        }
        // What nothing reads is not computed.
        let unread = model.clone().op("Relu", &["x"], "y").output("y");
        assert_eq!(at_once(unread.bytes()), "imported");
        let operands: Vec<&str> = std::iter::once("x").chain(names.iter().map(String::as_str)).collect();
        let sum = super::builder::Node::new("Concat", &operands, "y").int("axis", 0);
        let text = at_once(model.node(sum).output("y").bytes());
        assert_eq!(text.matches("error:").count(), 1, "{text}");
        assert!(text.contains("computes a constant") && text.contains("64 MiB together"), "{text}");
    }
}

#[test]
fn messages_without_content_are_counted_before_they_are_decoded() {
    let flood = |field: u8| [field << 3 | 2, 0].repeat(8_000_000);
    for field in [1, 5, 11, 12, 15] {
        let text = at_once(Message::default().bytes(7, flood(field)).0);
        assert!(text.contains("the file's messages would take more than 512 MiB"), "{text}");
    }
}

#[test]
fn nodes_have_a_number() {
    let mut graph = Vec::new();
    for _ in 0..(1 << 16) + 1 {
        graph.extend([0x0a, 0]);
    }
    let text = at_once(Message::default().bytes(7, graph).0);
    assert!(text.contains("models of 65537 operators are not supported"), "{text}");
}
