//! What a user's crate depends on, by the features of the runtime.

use std::collections::BTreeSet;

use tinyml_tests::user_crate::{Fault, UserCrate};

/// The names of all packages that are built for a crate with this dependency.
fn packages(name: &str, dependency: &str) -> Result<BTreeSet<String>, Fault> {
    let user = UserCrate::new(env!("CARGO_TARGET_TMPDIR"), name, dependency, "")?;
    user.write("src/lib.rs", "#![no_std]\n")?;
    let tree = user.cargo(&["tree", "--edges", "normal,build", "--prefix", "none", "--format", "{p}"])?;
    Ok(tree.lines().filter_map(|line| Some(line.split_whitespace().next()?.to_owned())).collect())
}

fn has_tract(packages: &BTreeSet<String>) -> bool {
    packages.iter().any(|package| package.starts_with("tract"))
}

/// Checked-in code and build.rs users: the firmware depends on the runtime and its arithmetic.
#[test]
fn without_features_there_is_nothing_else() -> Result<(), Fault> {
    let found = packages("bare", "tinyml-runtime = { path = RUNTIME, default-features = false }")?;
    let expected = ["bare", "tinyml-arith", "tinyml-runtime"].map(str::to_owned);
    assert_eq!(found, BTreeSet::from(expected));
    Ok(())
}

/// Neither the command line's packages, nor the ONNX reader's.
#[test]
fn tflite_alone_brings_what_it_needs() -> Result<(), Fault> {
    let found = packages(
        "tflite-only",
        r#"tinyml-runtime = { path = RUNTIME, default-features = false, features = ["macros", "tflite"] }"#,
    )?;
    assert!(found.contains("tinyml-codegen"), "{found:?}");
    for other in ["clap", "indicatif", "prost"] {
        assert!(!found.contains(other), "{other}: {found:?}");
    }
    Ok(())
}

/// Reading a file is apart from running it: the engine that is not ours comes only where it is asked for.
#[test]
fn reading_onnx_brings_no_engine() -> Result<(), Fault> {
    let found = packages("with-onnx", "tinyml-runtime = { path = RUNTIME }")?;
    assert!(found.contains("prost") && !has_tract(&found), "{found:?}");
    let command = "tinyml-codegen = { path = CODEGEN }";
    let found = packages("command", command)?;
    assert!(found.contains("clap") && found.contains("prost") && !has_tract(&found), "{found:?}");
    Ok(())
}

/// The test above would also hold if tract had another name.
#[test]
fn the_oracle_brings_tract() -> Result<(), Fault> {
    let found = packages("oracle", "tinyml-codegen = { path = CODEGEN, features = [\"oracle\"] }")?;
    assert!(has_tract(&found), "{found:?}");
    Ok(())
}
