//! Every fault that a profile can have is refused with its file, its key and the way out, in these words.

use tinyml_boards::Board;

/// A valid profile with two regions and both currents; each test breaks one line of it.
const VALID: &str = r#"name = "desk"
title = "A board on my desk"
page = "https://example.com/desk"
mcu = "STM32F746NGH6"
core = "cortex-m7"
target = "thumbv7em-none-eabihf"
flash = 1_048_576
clock = 216_000_000
source = "datasheet, cover page"

[[ram]]
name = "DTCM"
bytes = 65_536

[[ram]]
name = "SRAM"
bytes = 262_144
arena = true

[active]
current = { value = 500.0, unit = "uA/MHz", status = "typical", source = "datasheet, table 1" }
clock = 200_000_000
volts = 3.3

[sleep]
current = { value = 1.5, unit = "mA", status = "measured", source = "my ammeter, 2026-01-02" }
mode = "Stop"
volts = 3.3
"#;

/// The fault of the valid profile with `old` replaced by `new`.
#[track_caller]
fn fault(old: &str, new: &str) -> String {
    assert!(VALID.contains(old), "{old} is not in the profile");
    let text = VALID.replacen(old, new, 1);
    match Board::parse("profiles/desk.toml", &text) {
        Err(fault) => fault.to_string(),
        Ok(board) => panic!("accepted: {board:?}"),
    }
}

/// Asserts that breaking the valid profile so gives that text.
#[track_caller]
fn refused(old: &str, new: &str, text: &str) {
    assert_eq!(fault(old, new), text);
}

#[test]
fn the_unbroken_profile_is_valid() {
    let board = Board::parse("profiles/desk.toml", VALID).unwrap();
    assert_eq!((board.arena_region().name.as_str(), board.ram_bytes()), ("SRAM", 327_680));
    let features = board.features();
    assert_eq!((features.dsp, features.fpu, features.mve), (true, true, false));
    let active = board.active.known().unwrap();
    assert!((active.current.amperes - 0.1).abs() < 1e-12, "500 uA/MHz at 200 MHz are 0.1 A");
    assert!((active.joules_per_cycle() - 0.33 / 200e6).abs() < 1e-18);
    let sleep = board.sleep.known().unwrap();
    assert!((sleep.current.watts() - 1.5e-3 * 3.3).abs() < 1e-12);
}

#[test]
fn syntax() {
    refused("flash = 1_048_576", "flash 1_048_576", "profiles/desk.toml:7: key with no value, expected `=`");
}

#[test]
fn unknown_key() {
    refused(
        "mcu = ",
        "chip = ",
        "profiles/desk.toml:4: unknown field `chip`, expected one of `name`, `title`, `page`, `mcu`, `core`, `target`, `flash`, \
         `clock`, `source`, `emulator`, `ram`, `active`, `sleep`",
    );
    refused(
        "volts = 3.3",
        "voltage = 3.3",
        "profiles/desk.toml:23: unknown field `voltage`, expected one of `current`, `clock`, `volts`",
    );
    refused(
        "value = 1.5",
        "amount = 1.5",
        "profiles/desk.toml:26: unknown field `amount`, expected one of `value`, `unit`, `status`, `source`",
    );
}

#[test]
fn missing_key() {
    refused("mcu = \"STM32F746NGH6\"\n", "", "profiles/desk.toml:1: missing field `mcu`");
    refused("source = \"datasheet, cover page\"\n", "", "profiles/desk.toml:1: missing field `source`");
    refused("bytes = 65_536\n", "", "profiles/desk.toml:11: missing field `bytes`");
}

#[test]
fn wrong_type() {
    refused(
        "flash = 1_048_576",
        "flash = \"1 MB\"",
        "profiles/desk.toml:7: invalid type: string \"1 MB\", expected usize: flash = \"1 MB\"",
    );
}

#[test]
fn other_name() {
    refused("\"desk\"", "\"bench\"", "profiles/desk.toml: `name`: `bench` is not the file's name, `desk`");
}

#[test]
fn repeated_name() {
    let profiles = [("mine/desk.toml", VALID), ("yours/desk.toml", VALID)];
    let fault = Board::parse_all(profiles).unwrap_err().to_string();
    assert_eq!(fault, "yours/desk.toml: `name`: `desk` is also the name in mine/desk.toml");
}

#[test]
fn blank_text() {
    refused("\"A board on my desk\"", "\" \"", "profiles/desk.toml: `title`: must not be empty");
    refused("\"STM32F746NGH6\"", "\"\"", "profiles/desk.toml: `mcu`: must not be empty");
    refused("\"datasheet, cover page\"", "\"\"", "profiles/desk.toml: `source`: must not be empty");
}

#[test]
fn page_without_address() {
    refused(
        "https://example.com/desk",
        "example.com/desk",
        "profiles/desk.toml: `page`: `example.com/desk` is not an address (https://…)",
    );
}

#[test]
fn unknown_core() {
    refused(
        "cortex-m7",
        "z80",
        "profiles/desk.toml: `core`: `z80` is not a known core; known: cortex-m0, cortex-m0plus, cortex-m23, cortex-m3, cortex-m4, \
         cortex-m4f, cortex-m7, cortex-m33, cortex-m35p, cortex-m52, cortex-m55, cortex-m85, rv32imc, rv32imac, rv32imafc, hazard3",
    );
}

#[test]
fn target_of_another_core() {
    refused(
        "cortex-m7",
        "cortex-m0",
        "profiles/desk.toml: `target`: `thumbv7em-none-eabihf` is not a target for cortex-m0; use thumbv6m-none-eabi",
    );
    refused(
        "thumbv7em-none-eabihf",
        "thumbv6m-none-eabi",
        "profiles/desk.toml: `target`: `thumbv6m-none-eabi` is not a target for cortex-m7; use thumbv7em-none-eabihf or \
         thumbv7em-none-eabi",
    );
}

#[test]
fn flash_in_kilobytes() {
    refused(
        "1_048_576",
        "512",
        "profiles/desk.toml: `flash`: 512 is not a size in bytes between 1 KiB and 1 GiB",
    );
}

#[test]
fn no_ram() {
    let (before, rest) = VALID.split_once("[[ram]]").unwrap();
    let after = &rest[rest.find("[active]").unwrap()..];
    let fault = Board::parse("desk.toml", &format!("{before}{after}")).unwrap_err().to_string();
    assert_eq!(fault, "desk.toml: `ram`: no region; a board has at least one `[[ram]]`");
    refused(
        "bytes = 65_536",
        "bytes = 0",
        "profiles/desk.toml: `ram.bytes`: 0 of `DTCM` is not a size in bytes between 1 KiB and 1 GiB",
    );
}

#[test]
fn regions_that_cannot_be_told_apart() {
    refused("\"DTCM\"", "\"SRAM\"", "profiles/desk.toml: `ram.name`: `SRAM` is there twice");
    refused("\"DTCM\"", "\"\"", "profiles/desk.toml: `ram.name`: must not be empty");
}

#[test]
fn no_region_or_two_for_the_arena() {
    refused(
        "arena = true\n",
        "",
        "profiles/desk.toml: `ram.arena`: 0 regions have it; exactly one holds the statics and so the arena",
    );
    refused(
        "bytes = 65_536",
        "bytes = 65_536\narena = true",
        "profiles/desk.toml: `ram.arena`: 2 regions have it; exactly one holds the statics and so the arena",
    );
}

#[test]
fn clock_missing_or_in_megahertz() {
    refused(
        "clock = 216_000_000\n",
        "",
        "profiles/desk.toml: `clock`: missing; only an emulated machine may have none",
    );
    refused(
        "216_000_000",
        "216",
        "profiles/desk.toml: `clock`: 216 is not a clock in Hz between 1 MHz and 2 GHz",
    );
    refused(
        "200_000_000",
        "200",
        "profiles/desk.toml: `active.clock`: 200 is not a clock in Hz between 1 MHz and 2 GHz",
    );
    refused(
        "200_000_000",
        "300_000_000",
        "profiles/desk.toml: `active.clock`: 300000000 Hz is above the board's clock, 216000000 Hz",
    );
}

#[test]
fn wrong_unit() {
    refused(
        "\"uA/MHz\"",
        "\"mW\"",
        "profiles/desk.toml: `active.current.unit`: `mW` is not a unit of this current; use `A`, `mA`, `uA`, `nA`, `uA/MHz`",
    );
    refused(
        "unit = \"mA\"",
        "unit = \"uA/MHz\"",
        "profiles/desk.toml: `sleep.current.unit`: `uA/MHz` is not a unit of this current; use `A`, `mA`, `uA`, `nA`",
    );
}

#[test]
fn missing_source() {
    refused(
        ", source = \"datasheet, table 1\"",
        "",
        "profiles/desk.toml: `active.current.source`: missing; name the document and its table or section, or set the status to \
         `unknown`",
    );
    refused(
        "\"my ammeter, 2026-01-02\"",
        "\" \"",
        "profiles/desk.toml: `sleep.current.source`: must not be empty",
    );
}

#[test]
fn status_of_ones_own() {
    refused(
        "\"measured\"",
        "\"guessed\"",
        "profiles/desk.toml: `sleep.current.status`: `guessed` is not a status; use `typical`, `measured` or `unknown`",
    );
}

#[test]
fn known_current_without_value_unit_or_conditions() {
    let missing = |key: &str| format!("profiles/desk.toml: `{key}`: missing; a known current needs it");
    refused("value = 500.0, ", "", &missing("active.current.value"));
    refused("unit = \"mA\", ", "", &missing("sleep.current.unit"));
    refused("clock = 200_000_000\nvolts = 3.3", "clock = 200_000_000", &missing("active.volts"));
    refused("mode = \"Stop\"\n", "", &missing("sleep.mode"));
    refused("clock = 200_000_000\n", "", &missing("active.clock"));
}

#[test]
fn unknown_current_with_a_value() {
    let invented = |key: &str| {
        format!(
            "profiles/desk.toml: `{key}`: an unknown current has none; say `typical` or `measured` and where from"
        )
    };
    refused("\"typical\"", "\"unknown\"", &invented("active.clock"));
    let sleep = "value = 1.5, unit = \"mA\", status = \"measured\", source = \"my ammeter, 2026-01-02\" }\nmode = \"Stop\"\n";
    refused("\"measured\"", "\"unknown\"", &invented("sleep.mode"));
    refused(sleep, "value = 1.5, status = \"unknown\" }\n", &invented("sleep.current.value"));
    refused(sleep, "unit = \"mA\", status = \"unknown\" }\n", &invented("sleep.current.unit"));
    refused(sleep, "status = \"unknown\" }\n", &invented("sleep.volts"));
}

#[test]
fn currents_and_voltages_that_no_board_has() {
    refused(
        "value = 1.5",
        "value = -1.5",
        "profiles/desk.toml: `sleep.current.value`: -0.0015 A is not a supply current above 0 and up to 10 A",
    );
    refused(
        "value = 500.0, unit = \"uA/MHz\"",
        "value = 100.0, unit = \"A\"",
        "profiles/desk.toml: `active.current.value`: 100 A is not a supply current above 0 and up to 10 A",
    );
    refused(
        "mode = \"Stop\"\nvolts = 3.3",
        "mode = \"Stop\"\nvolts = 3300.0",
        "profiles/desk.toml: `sleep.volts`: 3300 is not a supply in volts between 0.5 and 60",
    );
    refused(
        "unit = \"mA\"",
        "unit = \"A\"",
        "profiles/desk.toml: `sleep.current.value`: 1.5 A is not below the active current, 0.1 A",
    );
}

#[test]
fn board_that_is_silent_about_its_currents() {
    let text = &VALID[..VALID.find("[sleep]").unwrap()];
    let fault = Board::parse("desk.toml", text).unwrap_err().to_string();
    assert_eq!(
        fault,
        "desk.toml: `sleep`: missing; where nobody states a current, write `current = { status = \"unknown\" }`"
    );
}

#[test]
fn emulated_machine_with_a_current() {
    refused(
        "clock = 216_000_000",
        "emulator = true",
        "profiles/desk.toml: `active`: an emulated machine draws no current",
    );
}
