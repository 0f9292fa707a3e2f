//! The choice between variants of generated code, on a host, whose family is `portable`.

use tinyml::__private::require_core;

tinyml::__select_core! {
    [armv6m riscv32] { const CHOSEN: u8 = 1; }
    [armv7em portable] { const CHOSEN: u8 = 2; }
    [portable] { const CHOSEN: u8 = 3; }
}

#[test]
fn the_first_list_with_the_family_is_taken() {
    assert_eq!(CHOSEN, 2);
    require_core(&["armv7em", "portable"]);
}

#[test]
#[should_panic = "another core family"]
fn code_for_another_core_is_refused() {
    require_core(&["armv7em"]);
}
