//! Damaged files are refused, and never end the process.

use std::path::Path;

use super::builder::{Model, Node, import_in, iota, list, reals};
use super::protobuf::Message;
use crate::config::{Options, Precision};
use crate::ir::Value;
use crate::module;
use crate::source::Source;
use crate::target::Core;

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

/// Compiles a file for a core, as far as that goes; what is said of it.
fn compile(bytes: Vec<u8>) -> String {
    let source = Source { path: "model.onnx".into(), bytes };
    let options = Options { precision: Precision::F32, core: Some(Core::Armv7em), ..Options::default() };
    match module::compile(&source, &options, &module::default_runtime()) {
        Ok(_) => String::new(),
        Err(faults) => faults.to_string(),
    }
}

/// Numbers near the ends of what an extent can be, wherever a file names one: loops and products are bounded before they begin.
#[test]
fn extents_beyond_all_memory() {
    let huge = [(1 << 24) + 1, (1 << 62) - 1, 1 << 62, i64::MAX - 1, i64::MAX];
    for extent in huge {
        for dims in [vec![extent], vec![1, 1, extent, 4]] {
            let fault = compile(Model::of(&dims).op("Relu", &["x"], "y").output("y").bytes());
            assert!(fault.contains("too large"), "{dims:?}: {fault}");
        }
        for dims in [vec![extent], vec![0, extent], vec![extent, 0], vec![extent; 4]] {
            let tensor = Message::default().all(1, dims.iter().copied(), Message::int);
            let tensor = tensor.int(2, 1).bytes(8, "w").bytes(9, []);
            let fault =
                compile(Model::of(&[1]).initializer(&tensor).op("Add", &["x", "w"], "y").output("y").bytes());
            assert!(fault.contains("error:") && !fault.contains("bug"), "{dims:?}: {fault}");
        }
        let of =
            |node: Node| Model::of(&[1, 2, 8, 8]).constant("w", reals(&[2, 2, 3, 3], &[0.5; 36])).node(node);
        let shape =
            |kind: &str, numbers: &[i64]| of(Node::new(kind, &["x", "n"], "y")).constant("n", list(numbers));
        let pool = |kind: &str| Node::new(kind, &["x"], "y").ints("kernel_shape", &[2, 2]);
        let conv = || Node::new("Conv", &["x", "w"], "y");
        let models = [
            of(conv().ints("dilations", &[extent, 1])),
            of(conv().ints("dilations", &[extent, extent]).ints("pads", &[1, extent, 1, extent])),
            of(conv().ints("strides", &[extent, extent])),
            of(conv().ints("pads", &[extent, 0, 0, 0])),
            of(conv().ints("pads", &[extent, extent, extent, extent])),
            of(conv().text("auto_pad", "SAME_UPPER").ints("strides", &[1, extent])),
            of(conv().text("auto_pad", "SAME_UPPER").ints("dilations", &[1, extent])),
            of(conv().int("group", extent)),
            of(Node::new("MaxPool", &["x"], "y").ints("kernel_shape", &[extent, 1])),
            of(pool("MaxPool").ints("strides", &[extent, 1]).ints("pads", &[0, extent, 0, extent])),
            of(pool("MaxPool").ints("dilations", &[extent, extent])),
            of(pool("MaxPool").int("ceil_mode", 1).ints("strides", &[extent, extent])),
            of(pool("AveragePool").ints("pads", &[extent, 1, extent, 1]).int("count_include_pad", 1)),
            of(Node::new("DepthToSpace", &["x"], "y").int("blocksize", extent)),
            of(Node::new("SpaceToDepth", &["x"], "y").int("blocksize", extent)),
            of(Node::new("Flatten", &["x"], "y").int("axis", extent)),
            of(Node::new("Softmax", &["x"], "y").int("axis", extent)),
            shape("Reshape", &[extent, -1]),
            shape("Reshape", &[extent, extent, extent, extent]),
            shape("Expand", &[extent, 1, 2, 8, 8]),
            shape("Expand", &[0, extent, 1, 1, 1]),
            shape("Tile", &[extent, 1, 1, 1]),
            shape("Tile", &[0, extent, 1, 1]),
            shape("Pad", &[0, 0, extent, 0, 0, 0, 0, 0]),
            shape("Pad", &[0, 0, extent, extent, 0, 0, extent, extent]),
            shape("Unsqueeze", &[extent]),
            shape("Gather", &[extent]),
            shape("Split", &[extent, extent]),
            of(Node::new("Resize", &["x", "", "", "n"], "y").text("mode", "nearest"))
                .constant("n", list(&[1, 2, extent, extent])),
            of(Node::new("Slice", &["x", "n", "m"], "y"))
                .constant("n", list(&[-extent]))
                .constant("m", list(&[extent])),
            of(Node::new("Slice", &["x", "n", "m", "a", "s"], "y"))
                .constant("n", list(&[0]))
                .constant("m", list(&[extent]))
                .constant("a", list(&[2]))
                .constant("s", list(&[extent])),
            of(Node::new("ConstantOfShape", &["n"], "y")).constant("n", list(&[0, extent])),
        ];
        for (number, model) in models.into_iter().enumerate() {
            let fault = compile(model.output("y").bytes());
            assert!(!fault.contains("bug of the compiler"), "{extent}, {number}: {fault}");
        }
    }
}
