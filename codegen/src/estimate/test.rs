//! Figures against a calculation by hand, and what is said where one is missing.

use tinyml_boards::Board;

use super::{Estimate, Figure, Scenario};
use crate::ir::Graph;
use crate::ir::text::parse;
use crate::pipeline;
use crate::target::Core;

const SOURCE: &str = "graph \"g\" reference=tflm {
  input %0 \"x\": i8[1,1000] q(0.05, 0)
  %1 \"y\": i8[1,1000] q(0.00390625, -128) = softmax(%0) {beta=1.0}
  output %1
}
";

const BOARD: &str = r#"
name = "my-board"
title = "My board"
page = "https://example.com/my-board"
mcu = "MCU"
core = "cortex-m4"
target = "thumbv7em-none-eabi"
flash = 1_048_576
clock = 64_000_000
source = "the datasheet"
ram = [{ name = "RAM", bytes = 262_144 }]
active = { current = { value = 4.0, unit = "mA", status = "typical", source = "table 1" }, clock = 32_000_000, volts = 3.0 }
sleep = { current = { value = 2.0, unit = "uA", status = "measured", source = "us" }, mode = "stop", volts = 3.0 }
"#;

fn graph() -> Graph {
    parse(SOURCE).unwrap_or_else(|fault| panic!("{fault}"))
}

fn on(profile: &str, scenario: &Scenario) -> Result<Estimate, String> {
    let board = Board::parse("my-board.toml", profile).unwrap();
    let graph = graph();
    let compiled = pipeline::lower(&graph, Core::of_board(&board).unwrap(), Default::default()).unwrap();
    Estimate::new(&graph, &compiled, &board, scenario).map_err(|fault| fault.to_string())
}

fn scenario(rate: &str, battery: &str) -> Scenario {
    Scenario {
        rate: Some(rate.parse().unwrap()),
        battery: Some(battery.parse().unwrap()),
        ..Scenario::default()
    }
}

fn near(figure: &Figure, expected: f64) {
    let value = figure.value().unwrap_or_else(|| panic!("{figure:?}"));
    assert!((value / expected - 1.0).abs() < 1e-9, "{value} is not {expected}");
}

#[test]
fn figures_are_those_of_a_calculation_by_hand() {
    let estimate = on(BOARD, &scenario("60/min", "100mAh@3V")).unwrap();
    let cycles = estimate.cycles.value().unwrap();
    assert!(cycles > 1000.0);
    let latency = cycles / 64e6;
    near(&estimate.latency, latency);
    // 12 mW at 32 MHz: each cycle takes 375 pJ, at 64 MHz as well.
    let energy = cycles * 375e-12;
    near(&estimate.energy, energy);
    near(&estimate.busy, latency);
    let power = energy + 6e-6 * (1.0 - latency);
    near(&estimate.average_power, power);
    near(&estimate.battery_life, 0.1 * 3600.0 * 3.0 / power);
    assert_eq!(estimate.data_saved.value(), Some(0.0));
}

#[test]
fn what_need_not_be_sent_is_a_share_of_the_baseline() {
    let given = Scenario { baseline_bytes: Some(32_000), sent_bytes: Some(8), ..Scenario::default() };
    near(&on(BOARD, &given).unwrap().data_saved, 31_992.0 / 32_000.0);
    let none = Scenario { baseline_bytes: Some(0), ..Scenario::default() };
    assert!(matches!(on(BOARD, &none).unwrap().data_saved, Figure::Missing { .. }));
}

#[test]
fn unknown_currents_are_not_invented() {
    let unknown = BOARD
        .lines()
        .map(|line| match line.split_once(" = {") {
            Some((table @ ("active" | "sleep"), _)) => {
                format!("{table} = {{ current = {{ status = \"unknown\", source = \"looked in vain\" }} }}")
            }
            _ => line.to_owned(),
        })
        .collect::<Vec<_>>()
        .join("\n");
    let estimate = on(&unknown, &scenario("1/s", "cr2032")).unwrap();
    assert!(estimate.latency.value().is_some());
    let Figure::Missing { reason, give } = &estimate.energy else { panic!("{:?}", estimate.energy) };
    assert_eq!(
        (reason.as_str(), give.as_str()),
        ("the board's active current", "--active-current 4.6mA@3.3V")
    );
    assert_eq!(estimate.average_power, estimate.energy);
    assert_eq!(estimate.battery_life, estimate.energy);
    let text = estimate.to_string();
    assert!(text.contains("active current: not known (unknown: looked in vain)"), "{text}");

    let mut given = scenario("1/s", "cr2032");
    given.active = Some("5mA@2V".parse().unwrap());
    let estimate = on(&unknown, &given).unwrap();
    near(&estimate.energy, estimate.latency.value().unwrap() * 0.01);
    assert!(
        matches!(&estimate.battery_life, Figure::Missing { reason, .. } if reason == "the board's sleep current")
    );

    given.active = Some("5mA".parse().unwrap());
    let fault = on(&unknown, &given).unwrap_err();
    assert!(fault.contains("no voltage") && fault.contains("--active-current 5mA@3.3V"), "{fault}");
}

#[test]
fn currents_of_the_user_take_the_place_of_the_profiles() {
    let mut given = scenario("1/s", "cr2032");
    given.sleep = Some("1mA".parse().unwrap());
    given.active = Some("10mA".parse().unwrap());
    given.clock = Some(32_000_000);
    let estimate = on(BOARD, &given).unwrap();
    let latency = estimate.cycles.value().unwrap() / 32e6;
    near(&estimate.latency, latency);
    near(&estimate.energy, latency * 0.03);
    near(&estimate.average_power, latency * 0.03 + 0.003 * (1.0 - latency));
}

#[test]
fn a_rate_that_cannot_be_kept_is_refused_with_the_highest() {
    let fault = on(BOARD, &scenario("1000000/s", "cr2032")).unwrap_err();
    assert!(
        fault.contains("`1000000/s` is more often than the board can") && fault.contains("at most "),
        "{fault}"
    );
}

#[test]
fn rates_batteries_currents_and_clocks_are_read_or_explained() {
    use super::{Battery, CurrentGiven, Rate, clock};
    let rate = |text: &str| text.parse::<Rate>().map(|rate| rate.per_second);
    assert_eq!(rate("2/s"), Ok(2.0));
    assert_eq!(rate(" 30 / min "), Ok(0.5));
    assert_eq!(rate("86400/day"), Ok(1.0));
    for bad in ["", "2", "/s", "-1/s", "0/s", "2/week", "1e999/s", "NaN/s"] {
        assert!(rate(bad).unwrap_err().contains("write it as 2/s"), "{bad}");
    }
    let battery =
        |text: &str| text.parse::<Battery>().map(|battery| (battery.milliampere_hours, battery.volts));
    assert_eq!(battery("CR2032"), Ok((235.0, 3.0)));
    assert_eq!(battery("220@3"), Ok((220.0, 3.0)));
    assert_eq!(battery("1.2Ah@3.7V"), Ok((1200.0, 3.7)));
    for bad in ["cr9999", "220", "220@", "@3", "220mAh@3mV", "0@3"] {
        assert!(battery(bad).unwrap_err().contains("cr2032"), "{bad}");
    }
    let current = |text: &str| text.parse::<CurrentGiven>().map(|current| (current.amperes, current.volts));
    assert_eq!(current("4.5mA"), Ok((0.0045, None)));
    assert_eq!(current("2uA@1.8V"), Ok((2e-6, Some(1.8))));
    for bad in ["4.5", "mA", "1mW", "1mA@", "1mA@x"] {
        assert!(current(bad).unwrap_err().contains("4.6mA"), "{bad}");
    }
    assert_eq!(clock("64MHz"), Ok(64_000_000));
    assert_eq!(clock("1.5 GHz"), Ok(1_500_000_000));
    for bad in ["64", "0MHz", "fast"] {
        assert!(clock(bad).unwrap_err().contains("64MHz"), "{bad}");
    }
}

#[test]
fn quantities_have_three_digits_and_a_prefix() {
    let shown = |value| super::quantity(value, "J");
    assert_eq!(shown(0.000_526_7), "527 µJ");
    assert_eq!(shown(0.010), "10 mJ");
    assert_eq!(shown(12.345), "12.3 J");
    assert_eq!(shown(64e6), "64 MJ");
    assert_eq!(shown(0.999_9), "1 J");
    assert_eq!(super::digits(1234.0), "1234");
}
