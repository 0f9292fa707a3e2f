//! What the file computes from constants and shapes.

use std::path::Path;

use super::super::item::{Item, Named};
use super::super::{read, values};
use super::builder::{Extent, FLOAT, Model, Node, iota, list, reals, scalar};
use crate::config::Options;
use crate::diagnostic::Diagnostics;
use crate::ir::{DType, Value};
use crate::source::Source;

/// What the name `y` stands for; the messages if it is not a constant.
fn constant(model: &Model) -> Result<Value, String> {
    let model = model.clone().output("y");
    let source = Source { path: Path::new("model.onnx").into(), bytes: model.bytes() };
    let mut raw = read::read(&source).map_err(|faults| faults.to_string())?;
    let mut faults: Diagnostics = std::mem::take(&mut raw.faults);
    let importer = values(&source, &raw, &Options::default(), &mut faults);
    faults.into_result(()).map_err(|faults| faults.to_string())?;
    match importer.values.get("y") {
        Some(Named::Known(Item::Constant(constant))) => Ok((*constant.value).clone()),
        other => Err(format!("y is {other:?}")),
    }
}

/// The result of one node on constants that are named `a`, `b`, `c` …
fn evaluate(operands: &[Value], node: impl Fn(&[&str]) -> Node) -> Result<Value, String> {
    let names: Vec<&str> = ["a", "b", "c", "d", "e"][..operands.len()].to_vec();
    let mut model = Model::new();
    for (name, value) in names.iter().zip(operands) {
        model = model.constant(name, value.clone());
    }
    constant(&model.node(node(&names)))
}

fn of(kind: &'static str) -> impl Fn(&[&str]) -> Node {
    move |names| Node::new(kind, names, "y")
}

fn integer(value: i64) -> Value {
    Value::i64(Vec::new(), vec![value]).expect("a scalar")
}

fn truth(values: &[bool]) -> Value {
    Value::bool([values.len()], values.to_vec()).expect("a list")
}

#[test]
fn arithmetic_of_integers_and_numbers() {
    let table: &[(&'static str, Vec<Value>, Value)] = &[
        ("Add", vec![list(&[1, 2]), integer(3)], list(&[4, 5])),
        ("Sub", vec![list(&[1, 2]), list(&[3])], list(&[-2, -1])),
        ("Mul", vec![list(&[2, 3]), list(&[4, 5])], list(&[8, 15])),
        ("Div", vec![list(&[7, -7]), integer(2)], list(&[3, -3])),
        ("Mod", vec![list(&[7, -7]), integer(4)], list(&[3, 1])),
        ("Mod", vec![list(&[7, -7]), integer(-4)], list(&[-1, -3])),
        ("Min", vec![list(&[1, 9]), integer(4)], list(&[1, 4])),
        ("Min", vec![list(&[1, 9]), integer(4), list(&[3, 2])], list(&[1, 2])),
        ("Max", vec![list(&[1, 9])], list(&[1, 9])),
        ("Max", vec![list(&[1, 9]), integer(4), list(&[5, 12])], list(&[5, 12])),
        ("Pow", vec![list(&[2, 3]), integer(3)], list(&[8, 27])),
        ("Neg", vec![list(&[2, -3])], list(&[-2, 3])),
        ("Abs", vec![list(&[2, -3])], list(&[2, 3])),
        ("Equal", vec![list(&[2, 3]), integer(3)], truth(&[false, true])),
        ("Div", vec![scalar(1.0), reals(&[2], &[2.0, 4.0])], reals(&[2], &[0.5, 0.25])),
        ("Sqrt", vec![reals(&[2], &[4.0, 9.0])], reals(&[2], &[2.0, 3.0])),
        ("Reciprocal", vec![reals(&[1], &[4.0])], reals(&[1], &[0.25])),
        ("Floor", vec![reals(&[2], &[1.5, -1.5])], reals(&[2], &[1.0, -2.0])),
        ("Ceil", vec![reals(&[2], &[1.5, -1.5])], reals(&[2], &[2.0, -1.0])),
        ("Range", vec![integer(5), integer(-1), integer(-2)], list(&[5, 3, 1])),
        ("Range", vec![integer(5), integer(0), integer(2)], list(&[])),
        ("Where", vec![truth(&[true, false]), list(&[1, 2]), integer(-1)], list(&[1, -1])),
        ("Expand", vec![list(&[7]), list(&[2, 1])], Value::i64([2, 1], vec![7, 7]).expect("two")),
        ("Gather", vec![list(&[5, 6, 7]), integer(-1)], integer(7)),
        ("Gather", vec![iota(&[2, 3]), list(&[1])], Value::i64([1, 3], vec![3, 4, 5]).expect("a row")),
        ("ReduceProd", vec![list(&[2, 3, 4])], list(&[24])),
        ("ReduceSum", vec![iota(&[2, 3]), list(&[-1])], Value::i64([2, 1], vec![3, 12]).expect("two rows")),
        ("ReduceMax", vec![list(&[2, 9, 4])], list(&[9])),
        ("ReduceMin", vec![list(&[2, 9, 4])], list(&[2])),
    ];
    for (kind, operands, expected) in table {
        assert_eq!(evaluate(operands, of(kind)).as_ref(), Ok(expected), "{kind} {operands:?}");
    }
}

#[test]
fn shapes_are_changed() {
    let table: &[(&'static str, Vec<Value>, &[usize])] = &[
        ("Reshape", vec![iota(&[2, 3, 4]), list(&[0, -1])], &[2, 12]),
        ("Reshape", vec![iota(&[2, 3, 4]), list(&[4, 0, 2])], &[4, 3, 2]),
        ("Reshape", vec![iota(&[1]), list(&[])], &[]),
        ("Squeeze", vec![iota(&[1, 3, 1])], &[3]),
        ("Squeeze", vec![iota(&[1, 3, 1]), list(&[-1])], &[1, 3]),
        ("Unsqueeze", vec![iota(&[3]), list(&[0, -1])], &[1, 3, 1]),
        ("Unsqueeze", vec![iota(&[3]), list(&[2, 0])], &[1, 3, 1]),
        ("Flatten", vec![iota(&[2, 3, 4])], &[2, 12]),
        ("Transpose", vec![iota(&[2, 3, 4])], &[4, 3, 2]),
    ];
    for (kind, operands, expected) in table {
        let shape = evaluate(operands, of(kind)).map(|value| value.shape().0.clone());
        assert_eq!(shape, Ok(expected.to_vec()), "{kind} {operands:?}");
    }
    for (axis, expected) in [(0, [1, 24]), (-1, [6, 4]), (3, [24, 1])] {
        let flatten = |names: &[&str]| Node::new("Flatten", names, "y").int("axis", axis);
        let shape = evaluate(&[iota(&[2, 3, 4])], flatten).map(|value| value.shape().0.clone());
        assert_eq!(shape, Ok(expected.to_vec()), "axis {axis}");
    }
    // With allowzero, 0 is an extent.
    let zero = |names: &[&str]| Node::new("Reshape", names, "y").int("allowzero", 1);
    assert!(evaluate(&[iota(&[2]), list(&[0])], zero).is_err_and(|fault| fault.contains("elements changes")));
}

#[test]
fn every_operator_that_is_listed_for_constants_is_evaluated() {
    // The table above has one row for each, apart from Slice below.
    for operator in super::super::passing::ON_CONSTANTS {
        let operands = [truth(&[true]), list(&[1]), list(&[1])];
        let count = operator.most_operands(17).min(operands.len());
        let fault = evaluate(&operands[..count], of(operator.name)).err().unwrap_or_default();
        assert!(!fault.contains("cannot be carried out"), "{}: {fault}", operator.name);
    }
}

#[test]
fn slices_follow_pythons_rules() {
    let table: &[(i64, i64, i64, &[i64])] = &[
        (0, 3, 1, &[0, 1, 2]),
        (1, i64::MAX, 2, &[1, 3]),
        (-2, i64::MAX, 1, &[3, 4]),
        (-1, i64::MIN, -2, &[4, 2, 0]),
        (4, 1, -1, &[4, 3, 2]),
        (9, 20, 1, &[]),
        (3, 1, 1, &[]),
    ];
    for &(start, end, step, expected) in table {
        let operands = [iota(&[5]), list(&[start]), list(&[end]), list(&[0]), list(&[step])];
        assert_eq!(evaluate(&operands, of("Slice")), Ok(list(expected)), "{start}:{end}:{step}");
    }
    // Before version 10 the bounds are attributes.
    let old = Node::new("Slice", &["a"], "y").ints("starts", &[1]).ints("ends", &[-1]).ints("axes", &[1]);
    let old = Model::new().opset(9).constant("a", iota(&[2, 3])).node(old);
    let expected = Value::i64([2, 1], vec![1, 4]).expect("a column");
    assert_eq!(constant(&old), Ok(expected));
}

#[test]
fn attributes_choose_axes_and_types() {
    let concat = |names: &[&str]| Node::new("Concat", names, "y").int("axis", -1);
    let joined = Value::i64([2, 3], vec![0, 1, 0, 2, 3, 1]).expect("two rows");
    assert_eq!(evaluate(&[iota(&[2, 2]), iota(&[2, 1])], concat), Ok(joined));
    let gather = |names: &[&str]| Node::new("Gather", names, "y").int("axis", 1);
    let columns = Value::i64([2, 2], vec![2, 0, 5, 3]).expect("two columns");
    assert_eq!(evaluate(&[iota(&[2, 3]), list(&[2, 0])], gather), Ok(columns));
    let reduce = |names: &[&str]| Node::new("ReduceProd", names, "y").int("keepdims", 0);
    assert_eq!(evaluate(&[list(&[2, 3])], reduce), Ok(integer(6)));
    let remainder = |names: &[&str]| Node::new("Mod", names, "y").int("fmod", 1);
    assert_eq!(evaluate(&[list(&[7, -7]), integer(4)], remainder), Ok(list(&[3, -3])));
    let nothing = |names: &[&str]| Node::new("ReduceSum", names, "y").int("noop_with_empty_axes", 1);
    assert_eq!(evaluate(&[list(&[2, 3])], nothing), Ok(list(&[2, 3])));
    let to_int32 = |names: &[&str]| Node::new("Cast", names, "y").int("to", 6);
    assert_eq!(
        evaluate(&[reals(&[2], &[2.7, -2.7])], to_int32),
        Ok(Value::i32([2], vec![2, -2]).expect("two"))
    );
    let transpose = |names: &[&str]| Node::new("Transpose", names, "y").ints("perm", &[1, 0]);
    assert_eq!(
        evaluate(&[iota(&[2, 2])], transpose).map(|value| value.integers()),
        Ok(Some(vec![0, 2, 1, 3]))
    );
    let of_three = |names: &[&str]| Node::new("ConstantOfShape", names, "y").tensor("value", &list(&[3]));
    assert_eq!(evaluate(&[list(&[2])], of_three), Ok(list(&[3, 3])));
    assert_eq!(evaluate(&[list(&[2])], of("ConstantOfShape")), Ok(reals(&[2], &[0.0, 0.0])));
}

#[test]
fn constants_come_in_several_attributes() {
    let node = || Node::new("Constant", &[], "y");
    let value = |node: Node| constant(&Model::new().node(node));
    assert_eq!(value(node().int("value_int", 3)), Ok(integer(3)));
    assert_eq!(value(node().ints("value_ints", &[3, 4])), Ok(list(&[3, 4])));
    assert_eq!(value(node().float("value_float", 0.5)), Ok(scalar(0.5)));
    assert_eq!(value(node().tensor("value", &list(&[1]))), Ok(list(&[1])));
    assert!(value(node().text("value_string", "one")).is_err_and(|fault| fault.contains("not supported")));
}

#[test]
fn a_shape_with_an_open_batch_is_a_constant() {
    let image = [Extent::Named("N"), Extent::Fixed(3), Extent::Fixed(4), Extent::Fixed(5)];
    let model = Model::new().input("x", FLOAT, &image);
    assert_eq!(constant(&model.clone().op("Shape", &["x"], "y")), Ok(list(&[1, 3, 4, 5])));
    let tail = Node::new("Shape", &["x"], "y").int("start", -2).int("end", 9);
    assert_eq!(constant(&model.clone().node(tail)), Ok(list(&[4, 5])));
    assert_eq!(constant(&model.clone().op("Size", &["x"], "y")), Ok(integer(60)));
    // As torch writes `x.view(x.size(0), -1)`, and as its older exporters write the shape of a pad.
    let flat = model
        .op("Shape", &["x"], "shape")
        .constant("zero", integer(0))
        .op("Gather", &["shape", "zero"], "batch")
        .constant("axes", list(&[0]))
        .op("Unsqueeze", &["batch", "axes"], "batches")
        .constant("rest", list(&[-1]))
        .node(Node::new("Concat", &["batches", "rest"], "y").int("axis", 0));
    assert_eq!(constant(&flat), Ok(list(&[1, -1])));
    let graph = flat.op("Reshape", &["x", "y"], "z").output("z").graph();
    assert_eq!(graph.ty(graph.outputs[0].tensor).shape.dims(), [1, 60]);
}

#[test]
fn the_type_of_a_computed_value_is_a_constant() {
    let model = Model::of(&[2]).constant("a", list(&[1, 2])).op("CastLike", &["a", "x"], "y");
    assert_eq!(constant(&model), Ok(reals(&[2], &[1.0, 2.0])));
}

#[test]
fn faults_name_the_node_and_what_is_wrong() {
    let table: &[(&'static str, Vec<Value>, &str)] = &[
        ("Div", vec![list(&[1]), list(&[0])], "divides by zero"),
        ("Mod", vec![list(&[1]), list(&[0])], "divides by zero"),
        ("Add", vec![list(&[1, 2]), list(&[1, 2, 3])], "do not broadcast"),
        ("Add", vec![list(&[1]), scalar(1.0)], "the operands are i64 and f32"),
        ("Add", vec![list(&[1])], "operand 1 is missing"),
        ("Gather", vec![list(&[1, 2]), list(&[2])], "an index is outside the extent 2"),
        ("Slice", vec![list(&[1]), list(&[0]), list(&[1]), list(&[0]), list(&[0])], "the step is 0"),
        ("Slice", vec![list(&[1]), list(&[0]), list(&[1, 2])], "differ in number"),
        ("Range", vec![integer(0), integer(1 << 40), integer(1)], "is too large"),
        ("Range", vec![integer(0), integer(1), integer(0)], "the step is 0"),
        ("Expand", vec![list(&[1]), list(&[1 << 30, 1 << 30])], "too large"),
        ("Expand", vec![list(&[1]), list(&[-1])], "negative extent"),
        ("ConstantOfShape", vec![list(&[1 << 40])], "too large"),
        ("Reshape", vec![list(&[1, 2, 3]), list(&[2, -1])], "cannot give [3] the shape [2, -1]"),
        ("Reshape", vec![list(&[1]), list(&[1; 99])], "99 axes"),
        ("Squeeze", vec![list(&[1, 2]), list(&[0])], "cannot be squeezed"),
        ("Unsqueeze", vec![list(&[1]), list(&[0, 0])], "an axis is named twice"),
        ("Concat", vec![list(&[1])], "`axis` is missing"),
        ("Cast", vec![list(&[1])], "`to` is missing"),
        ("Sqrt", vec![list(&[1])], "expects floats"),
        ("Where", vec![list(&[1]), list(&[1]), list(&[1])], "truth values"),
    ];
    for (kind, operands, expected) in table {
        let fault = evaluate(operands, of(kind)).expect_err(kind);
        assert!(fault.contains(expected) && fault.contains(&format!("node `y` ({kind})")), "{kind}: {fault}");
    }
    let to_text = |names: &[&str]| Node::new("Cast", names, "y").int("to", super::builder::STRING);
    let fault = evaluate(&[list(&[1])], to_text).expect_err("no text");
    assert!(fault.contains("STRING is not supported"), "{fault}");
    let narrow = |names: &[&str]| Node::new("Cast", names, "y").int("to", 3);
    assert!(evaluate(&[list(&[300])], narrow).is_err_and(|fault| fault.contains("do not fit i8")));
    assert_eq!(evaluate(&[list(&[-3])], narrow).map(|value| value.dtype()), Ok(DType::I8));
}
