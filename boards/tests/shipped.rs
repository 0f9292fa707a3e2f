//! The profiles that are shipped.

use std::collections::BTreeSet;

use tinyml_boards::{Board, CORES, Figure, Status};

fn board(name: &str) -> Board {
    Board::find(name).unwrap().unwrap()
}

#[test]
fn all_are_valid_and_embedded() {
    let boards = Board::all().unwrap();
    let names: BTreeSet<_> = boards.iter().map(|board| format!("{}.toml", board.name)).collect();
    let files: BTreeSet<_> = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/profiles"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    assert_eq!(names, files);
    assert_eq!(names.len(), boards.len());
    assert_eq!(Board::find("no-such-board").unwrap(), None);
}

#[test]
fn every_family_of_cores_has_a_board_and_an_emulator() {
    let boards = Board::all().unwrap();
    let has = |emulator: bool, cores: &[&str]| {
        boards.iter().any(|board| board.emulator == emulator && cores.contains(&board.core.as_str()))
    };
    let families: [&[&str]; 7] = [
        &["cortex-m0", "cortex-m0plus"],
        &["cortex-m3"],
        &["cortex-m4f"],
        &["cortex-m7"],
        &["cortex-m33"],
        &["cortex-m55", "cortex-m85"],
        &["rv32imc", "rv32imac", "hazard3"],
    ];
    for cores in families {
        assert!(has(false, cores) && has(true, cores), "{cores:?}");
    }
}

#[test]
fn a_core_is_there_once() {
    let names: BTreeSet<_> = CORES.iter().map(|core| core.name).collect();
    assert_eq!(names.len(), CORES.len());
}

#[test]
fn memories_are_those_of_the_product_pages() {
    let memories = |name: &str| {
        let board = board(name);
        (board.flash, board.ram_bytes(), board.arena_region().bytes)
    };
    assert_eq!(memories("pico"), (2 << 20, 264 << 10, 256 << 10));
    assert_eq!(memories("microbit-v1"), (256 << 10, 16 << 10, 16 << 10));
    assert_eq!(memories("nucleo-l4r5zi"), (2 << 20, 640 << 10, 640 << 10));
    assert_eq!(memories("lp-mspm0c1104"), (16 << 10, 1 << 10, 1 << 10));
    assert_eq!(memories("lpc55s69-evk"), (630 << 10, 320 << 10, 272 << 10));
    assert_eq!(memories("frdm-mcxn947"), (2 << 20, 512 << 10, 416 << 10));
    assert_eq!(memories("ek-ra8m1"), (2 << 20, 1 << 20, 896 << 10));
}

#[test]
fn extensions_follow_the_core_and_the_target() {
    let features = |name: &str| {
        let features = board(name).features();
        (features.dsp, features.fpu, features.mve)
    };
    assert_eq!(features("pico"), (false, false, false));
    assert_eq!(features("stm32-blue-pill"), (false, false, false));
    assert_eq!(features("nucleo-l4r5zi"), (true, true, false));
    assert_eq!(features("pico-2"), (true, true, false));
    assert_eq!(features("pico-2-riscv"), (false, false, false));
    assert_eq!(features("ek-ra8m1"), (true, true, true));
}

#[test]
fn currents_have_their_source_or_are_unknown() {
    let nrf = board("nrf52840-dk");
    let active = nrf.active.known().unwrap();
    assert_eq!(active.current.status, Status::Typical);
    assert_eq!(active.clock, 64_000_000);
    assert!(active.current.source.starts_with("nRF52840 Product Specification"), "{}", active.current.source);
    assert!(matches!(board("pico").active, Figure::Unknown { note: Some(_) }));
    assert!(matches!(board("qemu-mps2-an386").active, Figure::Unknown { note: None }));
}

#[test]
fn near_names_are_suggested() {
    let boards = Board::all().unwrap();
    assert_eq!(Board::similar("pico-3", &boards), ["pico", "pico-2"]);
    assert_eq!(Board::similar("Nano33", &boards), ["arduino-nano-33-ble-sense"]);
    assert_eq!(Board::similar("nucleo_l4r5", &boards), ["nucleo-l4r5zi"]);
    assert_eq!(Board::similar("microbit", &boards), ["microbit-v1", "microbit-v2", "qemu-microbit"]);
    assert_eq!(Board::similar("toaster", &boards), [""; 0]);
}
