//! The same model and options give the same bytes: in another process, another folder, with other paths and another environment.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::{env, fs};

use libtest_mimic::{Arguments, Failed, Trial};
use tinyml_codegen::config::Options;
use tinyml_codegen::ir::text;
use tinyml_codegen::module;
use tinyml_codegen::source::Source;
use tinyml_tests::user_crate::repository;

/// Tells the program to compile, as a process of its own.
const COMPILE: &str = "--compile";

fn main() -> ExitCode {
    let arguments: Vec<_> = env::args().collect();
    if let [_, command, model, calibration] = arguments.as_slice()
        && command == COMPILE
    {
        return match compile(model, calibration) {
            Ok(text) => {
                print!("{text}");
                ExitCode::SUCCESS
            }
            Err(fault) => {
                eprintln!("{fault}");
                ExitCode::FAILURE
            }
        };
    }
    let trials = models().into_iter().map(|(model, calibration)| {
        let name = model.strip_prefix(repository()).unwrap_or(&model).display().to_string();
        Trial::test(name, move || same(&model, calibration.as_deref()))
    });
    libtest_mimic::run(&Arguments::from_args(), trials.collect()).exit_code()
}

/// Models with their calibration data.
fn models() -> Vec<(PathBuf, Option<PathBuf>)> {
    let plain = |path: &str| (repository().join(path), None);
    let calibrated = |model: &str, data: &str| (repository().join(model), Some(repository().join(data)));
    let mut models = vec![
        plain("tests/cases/mlperf-kws-shaped/model.tflite"),
        plain("tests/cases/net-branches/model.tflite"),
        plain("tests/cases/net-two-inputs/model.tflite"),
        calibrated("tests/compile-fail/models/dense.tflite", "tests/compile-fail/models/dense.npz"),
    ];
    if cfg!(feature = "onnx") {
        models
            .push(calibrated("tests/compile-fail/models/dense.onnx", "tests/compile-fail/models/dense.npz"));
        models.push(calibrated("examples/models/kws.onnx", "examples/models/kws.calibration.npz"));
    }
    models
}

/// The generated file and the graph.
fn compile(model: &str, calibration: &str) -> Result<String, String> {
    let mut options = Options::default();
    if !calibration.is_empty() {
        options.set("calibration", calibration).map_err(|fault| fault.to_string())?;
    }
    let source = Source::read(model).map_err(|faults| faults.to_string())?;
    let module = module::compile(&source, &options, &module::default_runtime())
        .map_err(|faults| faults.to_string())?;
    let file = module.to_file().map_err(|faults| faults.to_string())?;
    Ok(file + &text::print(&module.optimised.graph))
}

/// Compiles a copy in two folders: by a relative path, and by an absolute one from elsewhere.
fn same(model: &Path, calibration: Option<&Path>) -> Result<(), Failed> {
    let unique = model.strip_prefix(repository())?.display().to_string().replace('/', "-");
    let scratch = Path::new(env!("CARGO_TARGET_TMPDIR")).join("determinism").join(unique);
    let (near, far) = (scratch.join("a"), scratch.join("another folder/of greater depth"));
    let file = model.file_name().unwrap_or_default();
    let mut data = [PathBuf::new(), PathBuf::new()];
    for (folder, data) in [&near, &far].into_iter().zip(&mut data) {
        fs::create_dir_all(folder)?;
        fs::copy(model, folder.join(file))?;
        if let Some(calibration) = calibration {
            *data = folder.join(calibration.file_name().unwrap_or_default());
            fs::copy(calibration, &data)?;
        }
    }
    let [near_data, far_data] = data;
    let near_data = near_data.file_name().map(PathBuf::from).unwrap_or_default();
    let first = child(&near, Path::new(file), &near_data, &[("LANG", "C"), ("TZ", "UTC")])?;
    let second =
        child(Path::new("/"), &far.join(file), &far_data, &[("LANG", "de_DE.UTF-8"), ("TZ", "Asia/Tokyo")])?;
    if first == second {
        return Ok(());
    }
    let line = first.lines().zip(second.lines()).position(|(a, b)| a != b);
    Err(format!("the results differ in line {}", line.map_or(0, |line| line + 1)).into())
}

fn child(
    folder: &Path,
    model: &Path,
    calibration: &Path,
    variables: &[(&str, &str)],
) -> Result<String, Failed> {
    let output = Command::new(env::current_exe()?)
        .arg(COMPILE)
        .args([model, calibration])
        .current_dir(folder)
        .envs(variables.iter().copied())
        .output()?;
    match output.status.success() {
        true => Ok(String::from_utf8(output.stdout)?),
        false => Err(String::from_utf8_lossy(&output.stderr).into_owned().into()),
    }
}
