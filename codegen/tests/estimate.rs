//! `tinyml estimate` from a user's side: what it prints, and how it fails.

use std::path::Path;
use std::process::{Command, Output};

use expect_test::{Expect, expect};

const MODEL: &str = "tests/cases/op-softmax-100/model.tflite";

fn tinyml(arguments: &[&str]) -> Output {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut command = Command::new(env!("CARGO_BIN_EXE_tinyml"));
    command.current_dir(root).args(["estimate", MODEL]).args(arguments);
    command.output().unwrap_or_else(|fault| panic!("{fault}"))
}

/// Fails with this on standard error.
fn fails(arguments: &[&str], expected: Expect) {
    let output = tinyml(arguments);
    assert_eq!(output.status.code(), Some(1));
    assert!(output.stdout.is_empty());
    expected.assert_eq(&String::from_utf8_lossy(&output.stderr));
}

#[test]
fn figures_come_first_then_where_they_are_from() {
    let output = tinyml(&["--board", "nrf52840-dk", "--rate", "2/s", "--battery", "cr2032"]);
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{output:?}");
    let names: Vec<&str> = text.lines().map(|line| line.split("  ").next().unwrap_or_default()).collect();
    let expected = [
        "model on Nordic nRF52840 DK (nrf52840-dk, cortex-m4f at 64 MHz), 2/s",
        "",
        "latency",
        "energy",
        "busy",
        "average power",
        "battery life",
        "data not sent",
        "cycles",
        "slowest",
        "",
        "where the values come from",
    ];
    assert_eq!(names[..expected.len()], expected, "{text}");
    for source in [
        "3.3 mA at 3 V at 64 MHz (typical: ",
        "3.16 µA at 3 V, System ON",
        "235 mAh at 3 V (typical: Energizer",
    ] {
        assert!(text.contains(source), "{source}: {text}");
    }
}

#[test]
fn json_has_values_in_si_units_and_what_is_missing() {
    let output = tinyml(&["--board", "pico", "--json", "--rate", "1/s"]);
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let latency = json["figures"]["latency_seconds"]["value"].as_f64().expect("a latency");
    let cycles = json["figures"]["cycles"]["value"].as_f64().expect("cycles");
    assert!((latency * 133e6 / cycles - 1.0).abs() < 1e-9);
    // The RP2040's datasheet has no active current.
    assert!(json["figures"]["energy_joules"]["value"].is_null());
    assert_eq!(json["figures"]["energy_joules"]["give"], "--active-current 4.6mA@3.3V");
    let output = tinyml(&["--board", "pico", "--json", "--active-current", "20mA@3.3V"]);
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let energy = json["figures"]["energy_joules"]["value"].as_f64().expect("an energy");
    assert!((energy / (latency * 0.066) - 1.0).abs() < 1e-9);
}

#[test]
fn a_board_is_asked_for_and_near_names_are_named() {
    fails(
        &[],
        expect![[r#"
        error: an estimate is for a board, and none is named
          at: option `board`
          help: `--board nrf52840-dk`, say; `tinyml boards` lists all boards; a board of your own is the path of its profile (.toml)
    "#]],
    );
    fails(
        &["--board", "nrf52840"],
        expect![[r#"
        error: unknown board `nrf52840`
          at: option `board`
          help: did you mean `nrf52840-dk`? `tinyml boards` lists all boards; a board of your own is the path of its profile (.toml)
    "#]],
    );
}

#[test]
fn what_cannot_be_read_is_told_all_at_once() {
    fails(
        &[
            "--board",
            "pico",
            "--rate",
            "often",
            "--battery",
            "aaa",
            "--clock",
            "fast",
            "--active-current",
            "4.6",
        ],
        expect![[r#"
            error: `often` is not a rate; write it as 2/s, 10/min, 4/h or 1/day
              at: option `rate`
            error: `aaa` is not a battery; write cr2032, or capacity and voltage as 1200mAh@3.7V
              at: option `battery`
            error: `fast` is not a clock; write it as 64MHz
              at: option `clock`
            error: `4.6` is not a current; write it as 4.6mA, 12uA or 900nA, with a voltage as 4.6mA@3.3V
              at: option `active-current`
        "#]],
    );
}
