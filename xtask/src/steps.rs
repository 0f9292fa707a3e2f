//! Steps that several chores share.

use std::env;

use crate::runner::Step;

/// The variable that names a folder of further models with goldens.
const ZOO: &str = "TINYML_MODEL_ZOO";

/// All tests, on the host and as firmware, which needs targets and emulators. A suite that fails does not keep the others from running.
pub(crate) fn tests() -> [Step; 5] {
    [
        Step::cargo("what firmware needs", "xtask embedded"),
        Step::cargo("tests", "test --workspace --no-fail-fast"),
        Step::cargo("tests beside tract", "test -p tinyml-oracle --features oracle"),
        Step::cargo("command beside tract", "build -p tinyml-codegen --features oracle"),
        Step::cargo("tests as firmware", "xtask firmware"),
    ]
}

/// Says whether the models outside the repository are tested.
///
/// # Errors
/// The variable names something that is no folder.
pub(crate) fn announce_zoo() -> Result<(), String> {
    match env::var_os(ZOO).map(std::path::PathBuf::from) {
        Some(folder) if folder.is_dir() => println!("model zoo: {}", folder.display()),
        Some(other) => return Err(format!("{ZOO} is {}, which is not a folder", other.display())),
        None => println!(
            "model zoo: {ZOO} is not set. The committed cases are tested; the models of others that the variable would name \
             (a folder of *.tflite with golden/*.npz) are NOT."
        ),
    }
    Ok(())
}
