//! `tinyml evaluate`: figures beside scikit-learn's, and the command from a user's side.
//!
//! `tests/cases/make/evaluation.py` makes models, examples and figures.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use expect_test::{Expect, expect};
use serde_json::Value;
use tinyml_codegen::config::{Options, Precision};
use tinyml_codegen::evaluate::{Request, evaluate};
use tinyml_codegen::source::Source;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/evaluate")
}

/// Compares all numbers of `expected` with those of the same names in `found`.
fn compare(at: &str, found: &Value, expected: &Value, compared: &mut usize) {
    match expected {
        Value::Object(fields) => {
            for (name, expected) in fields {
                // The area is part of what ranks one class's examples.
                let found = match (&found[name], &found["ranking"]) {
                    (Value::Null, ranking) if name == "auc" => &ranking[name],
                    (found, _) => found,
                };
                compare(&format!("{at}/{name}"), found, expected, compared);
            }
        }
        Value::Array(items) => {
            assert_eq!(found.as_array().map(Vec::len), Some(items.len()), "{at}");
            for (index, expected) in items.iter().enumerate() {
                compare(&format!("{at}/{index}"), &found[index], expected, compared);
            }
        }
        Value::Number(number) => {
            let (found, expected) = (found.as_f64(), number.as_f64().unwrap());
            let near = |found: f64| (found - expected).abs() <= 1e-9;
            assert!(found.is_some_and(near), "{at}: {found:?}, scikit-learn has {expected}");
            *compared += 1;
        }
        other => assert_eq!(found, other, "{at}"),
    }
}

#[test]
fn figures_are_scikit_learns() {
    let cases = std::fs::read_to_string(folder().join("expected.json")).unwrap();
    let cases: Value = serde_json::from_str(&cases).unwrap();
    let options = [("f32".to_owned(), Options { precision: Precision::F32, ..Options::default() })];
    let mut compared = 0;
    for (name, case) in cases.as_object().unwrap() {
        let source = Source::read(folder().join(case["model"].as_str().unwrap())).unwrap();
        let request = Request {
            options: &options,
            data: &folder().join(format!("{name}.npz")),
            labels: None,
            task: None,
            output: None,
            false_alarms: 0.05,
        };
        let found = serde_json::to_value(evaluate(&source, &request).unwrap()).unwrap();
        compare(name, &found["columns"][0]["figures"], &case["expected"], &mut compared);
    }
    assert!(compared > 150, "only {compared} figures");
}

fn tinyml(model: &str, data: &str, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tinyml"));
    command.current_dir(folder()).args(["evaluate", model, "--data", data]).args(arguments);
    command.output().unwrap_or_else(|fault| panic!("{fault}"))
}

/// Fails with this on standard error.
fn fails(output: &Output, expected: Expect) {
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    expected.assert_eq(&String::from_utf8_lossy(&output.stderr));
}

#[test]
fn the_float_model_stands_beside_what_is_compiled_of_it() {
    let calibration = ["--calibration", "logits.npz", "--also", "calibrator=min-max"];
    let output = tinyml("identity_5.onnx", "logits.npz", &calibration);
    assert!(output.status.success(), "{output:?}");
    let text = String::from_utf8_lossy(&output.stdout);
    let head: Vec<&str> = text.lines().take(4).collect();
    expect![[r#"
        [
            "identity_5: 300 examples, classes by output `scores`, probabilities by softmax",
            "",
            "                                f32    int8  calibrator=min-max",
            "accuracy                     0.6933  0.6933              0.6933",
        ]
    "#]]
    .assert_debug_eq(&head);
}

#[test]
fn json_has_a_version_and_all_columns() {
    let arguments = ["--calibration", "logits.npz", "--json"];
    let output = tinyml("identity_5.onnx", "logits.npz", &arguments);
    let json: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(
        (&json["schema"], &json["task"], &json["examples"]),
        (&1.into(), &"classes".into(), &300.into())
    );
    let names: Vec<_> = json["columns"].as_array().unwrap().iter().map(|column| &column["name"]).collect();
    assert_eq!(names, ["f32", "int8"]);
    let int8 = &json["columns"][1];
    assert!(int8["beside"]["agreement"].as_f64().unwrap() > 0.95);
    assert_eq!(int8["worst"].as_array().unwrap().len(), 10);
    let roc = &int8["figures"]["classes"]["classes"][0]["ranking"]["roc"];
    assert_eq!((&roc["hits"][0], &roc["false_alarms"][0]), (&0.0.into(), &0.0.into()));
}

#[test]
fn limits_are_an_exit_status() {
    let output = tinyml("identity_5.onnx", "logits.npz", &["--precision", "f32", "--min-accuracy", "0.7"]);
    assert!(!output.stdout.is_empty());
    fails(
        &output,
        expect![[r#"
            error: f32: accuracy is 0.6933, 0.7 is asked for
              at: option `min-accuracy`
        "#]],
    );
    let output = tinyml("identity_5.onnx", "logits.npz", &["--precision", "f32", "--max-loss", "0.01"]);
    fails(
        &output,
        expect![[r#"
        error: f32: there is no float model to lose accuracy against
          at: option `max-loss`
          help: give the float model with calibration data, or a limit by `--min-accuracy`
    "#]],
    );
    let enough = ["--calibration", "logits.npz", "--min-accuracy", "0.69", "--max-loss", "0.01"];
    assert!(tinyml("identity_5.onnx", "logits.npz", &enough).status.success());
}

/// Compiles the calibrated model in a folder of its own with an accepted record, after `change` of what is in it.
fn accepted(test: &str, change: impl FnOnce(&Path)) -> Output {
    let own = tempfile::tempdir().unwrap();
    for file in ["identity_5.onnx", "logits.npz"] {
        std::fs::copy(folder().join(file), own.path().join(file)).unwrap();
    }
    let run = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tinyml"));
        command.current_dir(own.path()).args(arguments).output().unwrap()
    };
    let model = ["identity_5.onnx", "--calibration", "logits.npz"];
    let evaluate =
        ["--data", "logits.npz", "--min-accuracy", "0.69", "--max-loss", "0.01", "--record", "accept.json"];
    let recorded = run(&[&["evaluate"], &model[..], &evaluate].concat());
    assert!(recorded.status.success(), "{test}: {recorded:?}");
    change(own.path());
    run(&[&["compile"], &model[..], &["--accept", "accept.json", "--core", "portable", "-o", "net.rs"]]
        .concat())
}

/// Replaces text of a file.
fn replace(path: &Path, from: &str, to: &str) {
    let text = std::fs::read_to_string(path).unwrap();
    assert!(text.contains(from), "{text}");
    std::fs::write(path, text.replace(from, to)).unwrap();
}

#[test]
fn a_record_holds_the_build_to_what_was_found() {
    let output = accepted("as it is", |_| {});
    assert!(output.status.success(), "{output:?}");
    let output = accepted("other calibration data", |folder| {
        let mut bytes = std::fs::read(folder.join("logits.npz")).unwrap();
        // A comment behind an archive's end changes no array.
        let end = bytes.len();
        bytes[end - 2..].copy_from_slice(&1u16.to_le_bytes());
        bytes.push(b'!');
        std::fs::write(folder.join("logits.npz"), bytes).unwrap();
    });
    fails(
        &output,
        expect![[r#"
        error: the record of the evaluation is not of this build: logits.npz has changed
          at: option `accept`, accept.json
          help: evaluate again with the options of this build: `tinyml evaluate identity_5.onnx --data logits.npz --min-accuracy 0.69 --max-loss 0.01 --record accept.json`
    "#]],
    );
    let output = accepted("another version", |folder| {
        let version = format!("\"compiler\": \"{}\"", env!("CARGO_PKG_VERSION"));
        replace(&folder.join("accept.json"), &version, "\"compiler\": \"0.0.1\"");
    });
    fails(
        &output,
        expect![[r#"
        error: the record of the evaluation is not of this build: it was made by version 0.0.1
          at: option `accept`, accept.json
          help: evaluate again with the options of this build: `tinyml evaluate identity_5.onnx --data logits.npz --min-accuracy 0.69 --max-loss 0.01 --record accept.json`
    "#]],
    );
    let output = accepted("other options", |folder| {
        replace(&folder.join("accept.json"), "\"none\"", "\"equalise = true\"");
    });
    fails(
        &output,
        expect![[r#"
        error: the record of the evaluation is not of this build: the options were equalise = true, they are none
          at: option `accept`, accept.json
          help: evaluate again with the options of this build: `tinyml evaluate identity_5.onnx --data logits.npz --min-accuracy 0.69 --max-loss 0.01 --record accept.json`
    "#]],
    );
    let output = accepted("a higher limit", |folder| {
        replace(&folder.join("accept.json"), "0.69,", "0.9,");
    });
    fails(
        &output,
        expect![[r#"
        error: accuracy is 0.6933, 0.9 is asked for
          at: option `accept`, accept.json
          help: calibrate with more, and more typical, examples, or accept less
    "#]],
    );
    let output = accepted("no record", |folder| std::fs::remove_file(folder.join("accept.json")).unwrap());
    fails(
        &output,
        expect![[r#"
        error: cannot read the record: No such file or directory (os error 2)
          at: option `accept`, accept.json
          help: `tinyml evaluate MODEL --data TEST --min-accuracy A --record FILE` writes it, with the options of this build
    "#]],
    );
    let output =
        accepted("something else", |folder| std::fs::write(folder.join("accept.json"), "{}").unwrap());
    fails(
        &output,
        expect![[r#"
        error: this is no record of an evaluation: missing field `schema` at line 1 column 2
          at: option `accept`, accept.json
          help: `tinyml evaluate --record` writes one
    "#]],
    );
}

/// What is said of calibration data that users get wrong: the warning's cause, and whether a loss of 1 % is kept.
const WRONG: [(&str, &str, bool); 4] = [
    ("one_image", "1 example cannot show the ranges of rare inputs", true),
    ("zeros", "100 of 100 examples of `pixels` have the same value everywhere", false),
    ("unscaled", "the float model is surer of these examples than training makes it", false),
    ("scaled_twice", "the float model is undecided about these examples", false),
];

#[test]
fn wrong_calibration_data_are_told_measured_and_refused() {
    let own = tempfile::tempdir().unwrap();
    for file in ["digits.onnx", "digits.npz"] {
        std::fs::copy(folder().join(file), own.path().join(file)).unwrap();
    }
    let run = |calibration: &str, arguments: &[&str]| {
        std::fs::copy(folder().join(format!("digits_{calibration}.npz")), own.path().join("calibration.npz"))
            .unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_tinyml"));
        command.current_dir(own.path()).args(arguments).output().unwrap()
    };
    let model = ["digits.onnx", "--calibration", "calibration.npz"];
    let evaluate = [&["evaluate"], &model[..], &["--data", "digits.npz", "--max-loss", "0.01"]].concat();
    let build =
        [&["compile"], &model[..], &["--accept", "accept.json", "--core", "portable", "-o", "digits.rs"]]
            .concat();
    let right = run("right", &[&evaluate[..], &["--record", "accept.json"]].concat());
    assert!(right.status.success(), "{right:?}");
    assert!(!String::from_utf8_lossy(&right.stderr).contains("warning"), "{right:?}");
    assert!(run("right", &build).status.success());
    for (calibration, cause, kept) in WRONG {
        let output = run(calibration, &evaluate);
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(said.contains(&format!("warning: {cause}")), "{calibration}: {said}");
        assert_eq!(output.status.success(), kept, "{calibration}: {said}");
        let output = run(calibration, &build);
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(
            !output.status.success() && said.contains("calibration.npz has changed"),
            "{calibration}: {said}"
        );
    }
}

#[test]
fn a_record_needs_a_limit_that_is_kept() {
    let path = std::env::temp_dir().join(format!("tinyml-record-{}.json", std::process::id()));
    let record = ["--precision", "f32", "--record", path.to_str().unwrap()];
    fails(
        &tinyml("identity_5.onnx", "logits.npz", &record),
        expect![[r#"
        error: a record without a limit accepts everything
          at: option `record`
          help: give `--min-accuracy`, `--max-loss` or both
    "#]],
    );
    let output = tinyml("identity_5.onnx", "logits.npz", &[&record[..], &["--min-accuracy", "0.9"]].concat());
    fails(
        &output,
        expect![[r#"
        error: f32: accuracy is 0.6933, 0.9 is asked for
          at: option `min-accuracy`
    "#]],
    );
    assert!(!path.exists());
}

#[test]
fn a_record_is_of_the_main_options_beside_others_too() {
    let own = tempfile::tempdir().unwrap();
    let path = own.path().join("record.json");
    let arguments = ["--precision", "f32", "--also", "layout=file", "--min-accuracy", "0.69", "--record"];
    let output =
        tinyml("identity_5.onnx", "logits.npz", &[&arguments[..], &[path.to_str().unwrap()]].concat());
    assert!(output.status.success(), "{output:?}");
    let record: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    // A column that stands beside none has no float model's figure.
    assert_eq!((&record["options"], &record["float"]), (&"precision = f32".into(), &Value::Null));
}

#[test]
fn what_is_missing_or_wrong_is_told() {
    let float = ["--precision", "f32"];
    let with = |more: &[&str]| tinyml("identity_5.onnx", "logits.npz", &[&float, more].concat());
    fails(
        &with(&["--labels", "two_classes.npz"]),
        expect![[r#"
            error: the labels are i64[200]
              at: option `labels`
              help: the task `classes` needs the number of a class for each of 300 examples; `--task` chooses another: classes, anomaly, values
        "#]],
    );
    fails(
        &with(&["--task", "anomaly"]),
        expect![[r#"
        error: the labels are i64[300]
          at: option `labels`
          help: the task `anomaly` needs 0 (normal) or 1 for each of 300 examples; `--task` chooses another: classes, anomaly, values
    "#]],
    );
    fails(
        &with(&["--output", "score"]),
        expect![[r#"
        error: the model has no output `score`
          at: option `output`
          help: the outputs are `scores`
    "#]],
    );
    fails(
        &with(&["--also", "calibrator"]),
        expect![[r#"
        error: `calibrator` is not OPTION=VALUE
          at: option `also`
    "#]],
    );
    fails(
        &tinyml("identity_2.onnx", "logits.npz", &float),
        expect![[r#"
        error: the array `x` is f32[300,5]
          at: logits.npz, tensor `x`
          help: the input `x` needs f32[N, 2], N examples
    "#]],
    );
}
