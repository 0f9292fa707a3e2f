//! Generated code compiles in a `no_std` library without warnings and without unsafe code, checked in or through the macro.

use tinyml_tests::case::{self, Case};
use tinyml_tests::cases_folder;
use tinyml_tests::user_crate::{Fault, UserCrate, small_model};

const STRICT: &str = "#![no_std]\n#![forbid(unsafe_code)]\n#![deny(warnings, unreachable_pub, unused_qualifications)]\n\
                      #![deny(elided_lifetimes_in_paths, trivial_casts, trivial_numeric_casts, single_use_lifetimes)]\n\n";

/// Cases that together show every form of module: one port, several, integers, real numbers, all sizes.
fn of_every_kind(case: &Case) -> bool {
    case.name.starts_with("mlperf-") || case.name.starts_with("net-") || case.name.ends_with("-f32")
}

#[test]
fn as_checked_in_files() -> Result<(), Fault> {
    let dependency = "tinyml-runtime = { path = RUNTIME, default-features = false }";
    let user = UserCrate::new(env!("CARGO_TARGET_TMPDIR"), "checked-in", dependency, "")?;
    let mut lib = STRICT.to_owned();
    let mut count = 0;
    for case in case::discover(&cases_folder(), None)?.iter().filter(|case| of_every_kind(case)) {
        let name = case.ident();
        let runtime = tinyml_codegen::module::default_runtime();
        let module = tinyml_codegen::module::compile(&case.source()?, &case.options, &runtime)
            .map_err(|faults| format!("{name}: {faults}"))?;
        user.write(&format!("src/{name}.rs"), module.to_file()?)?;
        lib += &format!("pub mod {name};\n");
        count += 1;
    }
    assert!(count > 20, "only {count} cases");
    user.write("src/lib.rs", lib)?;
    user.cargo(&["build", "--quiet"]).map(|_| ())
}

/// Cargo gives the runtime another name, the crate is strict, and there are two variants of the module.
#[test]
fn through_the_macro_with_a_renamed_runtime() -> Result<(), Fault> {
    let dependency = r#"engine = { package = "tinyml-runtime", path = RUNTIME, default-features = false, features = ["macros", "tflite"] }"#;
    let user = UserCrate::new(env!("CARGO_TARGET_TMPDIR"), "renamed", dependency, "")?;
    let model = small_model("picture.tflite");
    let lib = format!(
        "{STRICT}engine::include_model!({model:?}, crate = ::engine);\n\
         engine::include_model!(pub mod for_the_pico = {model:?}, board = \"pico\", core = \"portable\", crate = engine);\n\
         /// Firmware.\npub fn bright(model: &mut picture::Model, image: &[i8; 48]) -> bool {{ model.run(image)[0] > 0 }}\n"
    );
    user.write("src/lib.rs", lib)?;
    user.cargo(&["build", "--quiet"]).map(|_| ())
}
