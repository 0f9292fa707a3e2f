//! The choice between variants of generated code, on a host, whose family is `portable`.

tinyml::__select_core! {
    [armv6m riscv32] { const CHOSEN: u8 = 1; }
    [armv7em portable] { const CHOSEN: u8 = 2; }
    [portable] { const CHOSEN: u8 = 3; }
    else { const CHOSEN: u8 = 4; }
}

mod no_list_names_it {
    tinyml::__select_core! {
        [armv6m] { pub(super) const CHOSEN: u8 = 1; }
        [armv8m riscv32] { pub(super) const CHOSEN: u8 = 2; }
        else { pub(super) const CHOSEN: u8 = 3; }
    }
}

// A device of another family does not get past this: `other_core` of the firmware suite's controls.
tinyml::__require_core! { [armv7em armv8m] }

#[test]
fn the_first_list_with_the_family_is_taken() {
    assert_eq!(CHOSEN, 2);
    assert_eq!(no_list_names_it::CHOSEN, 3);
}
