//! The build-script API: `Build::new("kws.onnx").compile()?`.

use std::env;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::config::{Calibrator, Input, Optimise, Options, PortLayout, Precision};
use crate::diagnostic::{Diagnostic, Diagnostics, Place, Severity};
use crate::escape;
use crate::files;
use crate::module;
use crate::names;
use crate::source::Source;

/// Compiles a model in a build script.
///
/// ```no_run
/// fn main() -> Result<(), tinyml_codegen::diagnostic::Diagnostics> {
///     tinyml_codegen::Build::new("models/kws.onnx").board("pico").compile()
/// }
/// ```
/// and in the crate: `include!(concat!(env!("OUT_DIR"), "/kws.rs"));`, which brings `pub mod kws`.
#[derive(Clone, Debug)]
pub struct Build {
    model: PathBuf,
    options: Options,
    faults: Diagnostics,
    out_dir: Option<PathBuf>,
    runtime: String,
}

impl Build {
    /// A build of the model at `path`: absolute, or relative to the package's folder (where build scripts run).
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Build {
            model: path.into(),
            options: Options { host_tests: true, ..Options::default() },
            faults: Diagnostics::default(),
            out_dir: None,
            runtime: "::tinyml".to_owned(),
        }
    }

    /// The module's name, and the stem of the generated file; the model file's stem by default. A keyword is written raw in the
    /// code (`gen::Model` is `r#gen::Model`), and not in the file's name.
    pub fn name(mut self, name: &str) -> Self {
        if names::is_name(name) {
            self.options.name = Some(name.to_owned());
        } else {
            let message = format!("`{}` is not a name for a module", escape::line(name));
            let help = "a name begins with a letter, and has letters, digits and underscores: `kws`";
            self.faults.push(Diagnostic::error(message).at(Place::option("name")).help(help));
        }
        self
    }

    /// The board that the model must fit.
    pub fn board(self, board: &str) -> Self {
        self.option("board", board)
    }

    /// The one core family to generate for.
    pub fn core(self, core: &str) -> Self {
        self.option("core", core)
    }

    /// Calibration data of a float model.
    pub fn calibration(self, path: &str) -> Self {
        self.option("calibration", path)
    }

    /// The record of an evaluation that the build is held to: written by `tinyml evaluate --record`, it must be of this model, these options
    /// and this version of the compiler, and within its limits.
    pub fn accept(self, path: &str) -> Self {
        self.option("accept", path)
    }

    /// Arithmetic of a float model's code: int8, quantised with the calibration data, by default.
    pub fn precision(mut self, precision: Precision) -> Self {
        self.options.precision = precision;
        self
    }

    /// What the code is to be best at.
    pub fn optimise(mut self, optimise: Optimise) -> Self {
        self.options.optimise = optimise;
        self
    }

    /// How the caller gives the model its input: whole by default.
    pub fn input(mut self, input: Input) -> Self {
        self.options.input = input;
        self
    }

    /// Rows by which the window of [`Input::Stream`] slides with each step; the least that the model's strides allow by default.
    pub fn step(mut self, rows: usize) -> Self {
        self.options.step = Some(rows);
        self
    }

    /// In which order an ONNX model's images are given and taken: channels last by default.
    pub fn layout(mut self, layout: PortLayout) -> Self {
        self.options.layout = layout;
        self
    }

    /// How activation ranges are found from the calibration data.
    pub fn calibrator(mut self, calibrator: Calibrator) -> Self {
        self.options.calibrator = calibrator;
        self
    }

    /// RAM that the rest of the firmware needs, in bytes.
    pub fn reserve_ram(mut self, bytes: usize) -> Self {
        self.options.reserve_ram = bytes;
        self
    }

    /// Flash that the rest of the firmware needs, in bytes.
    pub fn reserve_flash(mut self, bytes: usize) -> Self {
        self.options.reserve_flash = bytes;
        self
    }

    /// How long a slice of an inference may take at most, as the module's `Job` carries it out: cycles such as `100_000`, or with a board a time
    /// such as `2ms`.
    pub fn slice(self, slice: &str) -> Self {
        self.option("slice", slice)
    }

    /// An input and an output that are one state of the model: neither is a port, and the next inference reads what this one wrote. Stands in
    /// place of what an ONNX file's metadata `state` say.
    /// May be called for several.
    pub fn state(mut self, input: &str, output: &str) -> Self {
        self.options.state.push((input.to_owned(), output.to_owned()));
        self
    }

    /// Any option by the name and value that the macro and the command line use. What is wrong is reported by
    /// [`compile`](Self::compile).
    pub fn option(mut self, name: &str, value: &str) -> Self {
        if let Err(fault) = self.options.set(name, value) {
            self.faults.push(fault);
        }
        self
    }

    /// The folder of the generated file; `OUT_DIR` by default.
    pub fn out_dir(mut self, folder: impl Into<PathBuf>) -> Self {
        self.out_dir = Some(folder.into());
        self
    }

    /// The path of the runtime crate, if it has been renamed; `::tinyml` by default.
    pub fn runtime(mut self, path: &str) -> Self {
        self.runtime = path.to_owned();
        self
    }

    /// Compiles the model to `<out_dir>/<name>.rs`, holding `pub mod <name>`, and tells Cargo which files to watch.
    ///
    /// # Errors
    /// All faults of options and model; printed one by one they read like compiler errors.
    pub fn compile(self) -> Result<(), Diagnostics> {
        self.compile_for(&mut io::stdout())
    }

    /// As [`compile`](Self::compile); Cargo reads what is written to `cargo`.
    fn compile_for(self, cargo: &mut dyn Write) -> Result<(), Diagnostics> {
        tell(cargo, "rerun-if-changed", &watched(&self.model)?)?;
        self.faults.clone().into_result(())?;
        let runtime = syn::parse_str(&self.runtime)
            .map_err(|_| Diagnostic::error(format!("`{}` is not the path of a crate", self.runtime)))?;
        let folder = match &self.out_dir {
            Some(folder) => folder.clone(),
            None => env::var_os("OUT_DIR").map(PathBuf::from).ok_or_else(|| {
                Diagnostic::error("OUT_DIR is not set")
                    .help("call this from a build script, or give `out_dir`")
            })?,
        };
        let module = module::compile(&Source::read(&self.model)?, &self.options, &runtime)?;
        for file in &module.files {
            tell(cargo, "rerun-if-changed", &watched(file)?)?;
        }
        for note in module.optimised.notes.iter().filter(|note| note.severity == Severity::Warning) {
            tell(cargo, "warning", &escape::line(&note.to_string().replace('\n', " ")))?;
        }
        let path = folder.join(format!("{}.rs", module.name));
        Ok(files::write(&path, module.to_item()?.as_bytes(), &module.files)?)
    }
}

/// Gives Cargo an instruction, which is a line; `value` must not have a line break.
fn tell(cargo: &mut dyn Write, what: &str, value: &str) -> Result<(), Diagnostic> {
    writeln!(cargo, "cargo::{what}={value}")
        .map_err(|fault| Diagnostic::error(format!("cannot write to Cargo: {fault}")))
}

/// The path of a file that Cargo is to watch, as Cargo reads it.
///
/// # Errors
/// Cargo and the Rust compiler tell each other of files in lines of text, in which a line break, as any other control character, cannot
/// be written.
pub fn watched(path: &Path) -> Result<String, Diagnostic> {
    let text = path.display().to_string();
    if text.contains(char::is_control) {
        return Err(Diagnostic::error("Cargo cannot watch a file whose path has a control character")
            .at(Place::file(path))
            .help("give the file another name"));
    }
    Ok(text)
}

#[cfg(all(test, unix, feature = "tflite"))]
mod test {
    use std::fs;

    use super::*;

    /// A folder of its own, with a model of a float layer under this name, and what Cargo is told of it.
    fn build(test: &str, model: &str, options: &[(&str, &str)]) -> (String, Result<String, String>) {
        let folder = env::temp_dir().join(format!("tinyml-build-{test}-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let path = folder.join(model);
        let models = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/compile-fail/models");
        fs::copy(models.join("dense.tflite"), &path).unwrap();
        let mut build = Build::new(path).out_dir(&folder).name("net").core("portable");
        for (name, value) in options {
            build = build.option(name, &value.replace("MODELS", &models.display().to_string()));
        }
        let mut told = Vec::new();
        let outcome = build.compile_for(&mut told).map_err(|faults| faults.to_string());
        let code = outcome.map(|()| fs::read_to_string(folder.join("net.rs")).unwrap());
        fs::remove_dir_all(&folder).unwrap();
        (String::from_utf8(told).unwrap(), code)
    }

    #[test]
    fn a_path_with_a_line_break_tells_cargo_nothing() {
        let (told, outcome) =
            build("line-break", "net\ncargo::rustc-link-arg=evil.tflite", &[("precision", "f32")]);
        assert_eq!(told, "");
        let fault = outcome.unwrap_err();
        assert!(fault.contains("net\\ncargo::rustc-link-arg=evil.tflite"), "{fault}");
    }

    #[test]
    fn what_is_set_by_type_is_what_is_set_by_name() {
        let typed = Build::new("net.tflite")
            .precision(Precision::F32)
            .optimise(Optimise::Ram)
            .input(Input::Stream)
            .step(2)
            .layout(PortLayout::File)
            .calibrator(Calibrator::Entropy)
            .reserve_ram(16_384)
            .reserve_flash(1024);
        let named = [
            ("precision", "f32"),
            ("optimise", "ram"),
            ("input", "stream"),
            ("step", "2"),
            ("layout", "file"),
            ("calibrator", "entropy"),
            ("reserve_ram", "16k"),
            ("reserve_flash", "1k"),
        ];
        let named =
            named.iter().fold(Build::new("net.tflite"), |build, (name, value)| build.option(name, value));
        assert_eq!(typed.options, named.options);
    }

    #[test]
    fn cargo_is_told_of_files_and_warnings_a_line_each() {
        // Marks that turn text around are no line breaks: the file is watched, and they are not shown.
        let options = [("calibration", "MODELS/dense.npz"), ("reserve_ram", "1")];
        let (told, outcome) = build("warnings", "net\u{202e}.tflite", &options);
        let lines: Vec<_> = told.lines().collect();
        assert!(lines.iter().all(|line| line.starts_with("cargo::")), "{told}");
        assert!(lines.iter().any(|line| line.ends_with("net\u{202e}.tflite")), "{told}");
        assert!(lines.iter().any(|line| line.ends_with("dense.npz")), "{told}");
        assert!(outcome.is_ok_and(|code| code.contains("pub mod net") && !code.contains('\u{202e}')));
    }
}
