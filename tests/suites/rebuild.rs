//! A user's crate is built again when a file that the model was compiled from changes.

use std::fs;

use tinyml_tests::user_crate::{Fault, UserCrate, small_model};

const MACRO: &str =
    r#"tinyml-runtime = { path = RUNTIME, default-features = false, features = ["macros", "tflite"] }"#;
const BUILD_SCRIPT: &str = r#"tinyml-runtime = { path = RUNTIME, default-features = false }"#;

fn model(name: &str) -> Result<Vec<u8>, Fault> {
    Ok(fs::read(small_model(name))?)
}

fn run(user: &UserCrate) -> Result<String, Fault> {
    user.cargo(&["run", "--quiet"])
}

#[test]
fn after_the_model_file_of_the_macro_changes() -> Result<(), Fault> {
    let user = UserCrate::new(env!("CARGO_TARGET_TMPDIR"), "model-changes", MACRO, "")?;
    user.write("models/net.tflite", model("picture.tflite")?)?;
    user.write(
        "src/main.rs",
        r#"tinyml::include_model!("models/net.tflite"); fn main() { print!("{:?}", net::OUTPUT.shape); }"#,
    )?;
    assert_eq!(run(&user)?, "[1, 4, 4, 2]");
    user.write("models/net.tflite", model("large.tflite")?)?;
    assert_eq!(run(&user)?, "[1, 96, 96, 8]");
    Ok(())
}

#[test]
fn after_a_faulty_model_file_is_replaced() -> Result<(), Fault> {
    let user = UserCrate::new(env!("CARGO_TARGET_TMPDIR"), "model-repaired", MACRO, "")?;
    user.write("net.tflite", model("truncated.tflite")?)?;
    user.write(
        "src/main.rs",
        r#"tinyml::include_model!("net.tflite"); fn main() { print!("{:?}", net::OUTPUT.shape); }"#,
    )?;
    let fault = run(&user).expect_err("half a model");
    assert!(format!("{fault:?}").contains("truncated"), "{fault:?}");
    user.write("net.tflite", model("picture.tflite")?)?;
    assert_eq!(run(&user)?, "[1, 4, 4, 2]");
    Ok(())
}

#[test]
fn after_the_calibration_data_changes() -> Result<(), Fault> {
    let user = UserCrate::new(env!("CARGO_TARGET_TMPDIR"), "calibration-changes", MACRO, "")?;
    user.write("dense.tflite", model("dense.tflite")?)?;
    user.write("data.npz", model("dense.npz")?)?;
    user.write(
        "src/main.rs",
        r#"tinyml::include_model!("dense.tflite", calibration = "data.npz", calibrator = "min-max");
           fn main() { print!("{}", dense::INPUT.scale); }"#,
    )?;
    let scale: f32 = run(&user)?.parse()?;
    user.write("data.npz", model("dense_louder.npz")?)?;
    let louder: f32 = run(&user)?.parse()?;
    // The second file holds the values of the first times four.
    assert!((louder / scale - 4.0).abs() < 1e-3, "{scale} {louder}");
    Ok(())
}

#[test]
fn after_the_model_file_of_a_build_script_changes() -> Result<(), Fault> {
    let dependency = "[build-dependencies]\ntinyml-codegen = { path = CODEGEN, default-features = false, features = [\"tflite\"] }\n";
    let user = UserCrate::new(env!("CARGO_TARGET_TMPDIR"), "build-script", BUILD_SCRIPT, dependency)?;
    user.write("net.tflite", model("picture.tflite")?)?;
    user.write(
        "build.rs",
        r#"fn main() -> Result<(), tinyml_codegen::diagnostic::Diagnostics> {
            tinyml_codegen::Build::new("net.tflite").core("portable").compile()
        }"#,
    )?;
    user.write(
        "src/main.rs",
        r#"include!(concat!(env!("OUT_DIR"), "/net.rs")); fn main() { print!("{:?}", net::OUTPUT.shape); }"#,
    )?;
    assert_eq!(run(&user)?, "[1, 4, 4, 2]");
    user.write("net.tflite", model("large.tflite")?)?;
    assert_eq!(run(&user)?, "[1, 96, 96, 8]");
    Ok(())
}
