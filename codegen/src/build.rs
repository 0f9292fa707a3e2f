//! The build-script API: `Build::new("kws.onnx").compile()?`.

use std::env;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::config::Options;
use crate::diagnostic::{Diagnostic, Diagnostics, Place, Severity};
use crate::emit;
use crate::escape;
use crate::files;
use crate::module;
use crate::pipeline::Source;

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
            options: Options::default(),
            faults: Diagnostics::default(),
            out_dir: None,
            runtime: "::tinyml".to_owned(),
        }
    }

    /// The module's name, and the stem of the generated file; the model file's stem by default. A keyword is written raw in the
    /// code (`gen::Model` is `r#gen::Model`), and not in the file's name.
    pub fn name(mut self, name: &str) -> Self {
        if emit::is_name(name) {
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

    /// `int8` or `f32`.
    pub fn precision(self, precision: &str) -> Self {
        self.option("precision", precision)
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
        tell_cargo("rerun-if-changed", &watched(&self.model)?)?;
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
            tell_cargo("rerun-if-changed", &watched(file)?)?;
        }
        for note in module.optimised.notes.iter().filter(|note| note.severity == Severity::Warning) {
            tell_cargo("warning", &escape::line(&note.to_string().replace('\n', " ")))?;
        }
        let path = folder.join(format!("{}.rs", module.name));
        Ok(files::write(&path, module.to_item()?.as_bytes(), &module.files)?)
    }
}

/// Gives Cargo an instruction, which is a line on standard output; `value` must not have a line break.
fn tell_cargo(what: &str, value: &str) -> Result<(), Diagnostic> {
    writeln!(io::stdout(), "cargo::{what}={value}")
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
