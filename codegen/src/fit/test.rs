//! Budgets and the advice that goes with them.

use tinyml_boards::Board;

use super::{by_rows, check, needs, unknown_board};
use crate::compiled::Compiled;
use crate::config::{Input, Optimise, Options, Precision};
use crate::ir::Graph;
use crate::ir::text::parse;
use crate::pipeline::{lower, lower_for};
use crate::target::Core;
use crate::wording::grouped;

/// A picture, a convolution to eight channels and one from there to four. `ty` is an element type, `q` its quantisation.
fn picture(ty: &str, q: &str, weights: &str, per_channel: impl Fn(usize) -> String) -> Graph {
    let clamp = if ty == "f32" { "[-inf, inf]" } else { "[-128, 127]" };
    let conv = |operand: usize| {
        let attributes =
            format!("stride=[1, 1], padding=[1, 1, 1, 1], dilation=[1, 1], groups=1, clamp={clamp}");
        format!("conv2d(%{operand}, %{}, _) {{{attributes}}}", operand + 1)
    };
    let text = format!(
        r#"graph "picture" reference=tflm {{
  input %0 "image": {ty}[1,32,32,1]{q}
  const %1 "w1": {ty}[8,3,3,1]{} = [{weights}; 72]
  %2 "wide": {ty}[1,32,32,8]{q} = {}
  const %3 "w2": {ty}[4,3,3,8]{} = [{weights}; 288]
  %4 "narrow": {ty}[1,32,32,4]{q} = {}
  output %4
}}"#,
        per_channel(8),
        conv(0),
        per_channel(4),
        conv(2),
    );
    parse(&text).unwrap_or_else(|fault| panic!("{fault}"))
}

fn integers() -> Graph {
    let per_channel = |channels| format!(" q(axis 0: {})", vec!["0.5 0"; channels].join(", "));
    picture("i8", " q(0.5, 0)", "1", per_channel)
}

fn floats() -> Graph {
    picture("f32", "", "1.0", |_| String::new())
}

fn on(board: &str, options: &Options, graph: &Graph) -> (Compiled, Result<(), String>) {
    let board = Board::find(board).unwrap().unwrap();
    let compiled = lower(graph, Core::of_board(&board).unwrap(), options.optimise).unwrap();
    let outcome = check(&compiled, &board, options).map_err(|fault| fault.to_string());
    (compiled, outcome)
}

#[test]
fn the_layers_of_the_peak_are_named() {
    let (compiled, outcome) = on("lp-mspm0c1104", &Options::default(), &integers());
    let text = outcome.unwrap_err();
    let ram = grouped(needs(&compiled).ram as u64);
    assert!(text.contains(&format!("it needs {ram} bytes of RAM, the board has 1,024")), "{text}");
    let peak = compiled.plan.bytes_at(1);
    assert!(peak < 8_192 + 4_096, "the result lies over the operand");
    let peak = format!("the RAM peak is at layer `narrow` (conv2d), {} bytes: ", grouped(peak as u64));
    assert!(text.contains(&peak), "{text}");
    assert!(
        text.contains("8,192 bytes of `wide`, 4,096 bytes of its result")
            && text.contains("lie over each other in part"),
        "{text}"
    );
    assert!(text.contains("a smaller input, fewer channels or an earlier stride lowers the peak"), "{text}");
}

#[test]
fn the_reserve_that_is_offered_is_the_largest_that_fits() {
    let graph = integers();
    let reserve = |bytes| Options { reserve_ram: bytes, ..Options::default() };
    let (compiled, outcome) = on("microbit-v1", &reserve(16_000), &graph);
    let room = (16 << 10) - needs(&compiled).ram;
    let offer = format!("`reserve_ram` of at most {}", grouped(room as u64));
    let text = outcome.unwrap_err();
    assert!(text.contains(&offer), "{offer}: {text}");
    on("microbit-v1", &reserve(room), &graph).1.unwrap();
    on("microbit-v1", &reserve(room + 1), &graph).1.unwrap_err();
}

#[test]
fn rows_are_offered_to_a_model_that_would_then_fit() {
    let graph = integers();
    let by_rows = Options { input: Input::Rows, ..Options::default() };
    let fed = lower_for(&graph, Core::Armv6m, &by_rows).unwrap();
    let room = (16 << 10) - needs(&fed).ram;
    let reserve = |bytes| Options { reserve_ram: bytes, ..Options::default() };
    let text = on("microbit-v1", &reserve(room), &graph).1.unwrap_err();
    assert!(text.contains("`input = \"rows\"`, for `push_row`"), "{text}");
    let text = on("microbit-v1", &reserve(room + 1), &graph).1.unwrap_err();
    let ram = lower(&graph, Core::Armv6m, Optimise::Ram).unwrap();
    let least = needs(&fed).ram.min(needs(&ram).ram) as u64;
    let rest = format!("it needs {} bytes of RAM\n", grouped(least));
    assert!(!text.contains("it fits with `input") && text.contains(&rest), "{text}");
}

#[test]
fn too_little_flash_names_the_largest_constants_and_the_reserve() {
    let options = Options { reserve_flash: (256 << 10) - 100, ..Options::default() };
    let text = on("microbit-v1", &options, &integers()).1.unwrap_err();
    assert!(!text.contains("bytes of RAM"), "{text}");
    assert!(text.contains("the largest constants are those of `narrow` ("), "{text}");
    assert!(text.contains("`reserve_flash` of at most 2"), "{text}");
}

#[test]
fn int8_is_offered_to_a_float_model_that_would_then_fit() {
    let options = Options { precision: Precision::F32, ..Options::default() };
    let graph = floats();
    let text = on("microbit-v1", &options, &graph).1.unwrap_err();
    assert!(text.contains("it fits with `precision = \"int8\"` and calibration data"), "{text}");
    let text = on("lp-mspm0c1104", &options, &graph).1.unwrap_err();
    assert!(!text.contains("it fits with"), "{text}");
}

#[test]
fn every_core_of_a_profile_has_a_family_of_kernels() {
    for core in tinyml_boards::CORES {
        assert!(Core::from_name(core.name).is_some_and(|family| family != Core::Portable), "{}", core.name);
    }
}

#[test]
fn an_unknown_board_names_those_that_may_be_meant() {
    let boards = Board::all().unwrap();
    let text = unknown_board("pico-3", &boards).to_string();
    assert!(text.contains("did you mean `pico` or `pico-2`? `tinyml boards` lists all boards"), "{text}");
    let text = unknown_board("toaster", &boards).to_string();
    assert!(text.contains("`tinyml boards` lists all boards") && !text.contains("did you mean"), "{text}");
}

#[test]
fn a_board_that_is_too_small_gets_layers_by_rows() {
    let graph = integers();
    let options = |bytes| Options { reserve_ram: bytes, ..Options::default() };
    let board = Board::find("microbit-v1").unwrap().unwrap();
    let core = Core::of_board(&board).unwrap();
    let plain = lower(&graph, core, Default::default()).unwrap();
    let room = (16 << 10) - needs(&plain).ram;
    assert!(by_rows(&plain, &board, &options(room)).is_none(), "it fits as it is");
    let (smaller, note) = by_rows(&plain, &board, &options(room + 1)).unwrap();
    check(&smaller, &board, &options(room + 1)).unwrap();
    assert!(smaller.plan.arena_bytes < plain.plan.arena_bytes);
    let note = note.to_string();
    assert!(note.contains("layers run by rows: ") && note.contains("`narrow`"), "{note}");
    assert!(by_rows(&plain, &board, &options(16 << 10)).is_none(), "there is no room at all");
}
