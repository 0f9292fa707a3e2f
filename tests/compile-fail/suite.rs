//! Every file in `cases/` fails to compile with the text beside it; every file in `pass/` compiles and runs.
//!
//! `cargo xtask bless` writes the texts again.

#[test]
fn messages() {
    let cases = trybuild::TestCases::new();
    cases.pass("pass/*.rs");
    cases.compile_fail("cases/*.rs");
}
