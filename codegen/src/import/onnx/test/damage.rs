//! Damaged files are refused, and never end the process.

use std::path::Path;

use super::builder::{Model, Node, import_in, iota, list, reals};
use super::protobuf::Message;
use crate::config::Options;
use crate::ir::Value;

/// A model with something of everything that the reader reads.
fn sample() -> Vec<u8> {
    Model::of(&[1, 2, 4, 4])
        .constant("w", reals(&[3, 2, 1, 1], &[0.5; 6]))
        .constant("unused", iota(&[2]))
        .labels("a,b")
        .node(Node::new("Conv", &["x", "w"], "c").ints("pads", &[1, 1, 1, 1]).text("auto_pad", "NOTSET"))
        .node(Node::new("LeakyRelu", &["c"], "r").float("alpha", 0.25))
        .node(Node::new("Constant", &[], "shape").tensor("value", &list(&[1, -1])))
        .op("Reshape", &["r", "shape"], "y")
        .output("y")
        .bytes()
}

fn import(bytes: Vec<u8>) -> Result<(), String> {
    import_in(Path::new(""), bytes, &Options::default()).map(drop).map_err(|faults| faults.to_string())
}

#[test]
fn truncated_files() {
    let whole = sample();
    assert_eq!(import(whole.clone()), Ok(()));
    let mut damaged = 0;
    for length in 0..whole.len() {
        match import(whole[..length].to_vec()) {
            Err(fault) if fault.contains("the ONNX file is damaged or truncated") => damaged += 1,
            Err(fault) => assert!(fault.contains("error:"), "{fault}"),
            // The operator sets and the labels are last.
            Ok(()) => assert!(length > whole.len() - 40, "cut at {length}"),
        }
    }
    assert!(damaged > whole.len() * 9 / 10, "{damaged} of {}", whole.len());
}

#[test]
fn files_that_are_something_else() {
    for bytes in [&[0xff; 64][..], b"\x08"] {
        let fault = import(bytes.to_vec()).expect_err("no model");
        assert!(fault.contains("damaged or truncated") && fault.contains("export or download"), "{fault}");
    }
    for bytes in [&b""[..], b"\x08\x08"] {
        let fault = import(bytes.to_vec()).expect_err("no model");
        assert!(fault.contains("the file holds no graph"), "{fault}");
    }
}

#[test]
fn flipped_bits() {
    let whole = sample();
    for bit in 0..8 * whole.len() {
        let mut bytes = whole.clone();
        bytes[bit / 8] ^= 1 << (bit % 8);
        // Whatever the answer, there is one.
        let _ = import(bytes);
    }
}

#[test]
fn constants_that_do_not_fill_their_shapes() {
    let tensor = |dims: &[i64], number: i64, bytes: &[u8]| {
        let dims = Message::default().all(1, dims.iter().copied(), Message::int);
        dims.int(2, number).bytes(8, "w").bytes(9, bytes)
    };
    let table = [
        (tensor(&[2], 1, &[0; 7]), "the data do not fill the shape [2] of FLOAT"),
        (tensor(&[2], 1, &[0; 12]), "the data do not fill the shape [2] of FLOAT"),
        (tensor(&[-1], 1, &[]), "has a negative extent"),
        (tensor(&[1 << 62, 1 << 62], 1, &[0; 4]), "the data do not fill the shape"),
        (tensor(&[1], 8, b"text"), "the element type STRING is not supported"),
        (tensor(&[1], 99, &[0]), "the element type number 99 is not known"),
        (tensor(&[1; 40], 1, &[0; 4]), "tensors of 40 axes are not supported"),
        (tensor(&[1], 1, &[0; 4]).int(14, 1), "the external data have no location"),
    ];
    for (tensor, expected) in table {
        let text = Model::of(&[1]).initializer(&tensor).op("Add", &["x", "w"], "y").output("y").faults();
        assert!(text.contains(expected) && text.contains("tensor `w`"), "{expected}: {text}");
    }
}

#[test]
fn integers_of_any_width_are_read() {
    let typed = Message::default().int(1, 2).int(2, 7).bytes(8, "shape").int(7, 1).int(7, -1);
    let graph =
        Model::of(&[2, 3]).initializer(&typed).op("Reshape", &["x", "shape"], "y").output("y").graph();
    assert_eq!(graph.ty(graph.outputs[0].tensor).shape.dims(), [1, 6]);
    let narrow = Value::i32([2], vec![3, 2]).expect("two");
    let graph =
        Model::of(&[2, 3]).constant("shape", narrow).op("Reshape", &["x", "shape"], "y").output("y").graph();
    assert_eq!(graph.ty(graph.outputs[0].tensor).shape.dims(), [3, 2]);
}
