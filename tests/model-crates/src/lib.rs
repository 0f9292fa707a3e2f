//! Crates full of compiled models: a library without the standard library, for any core, and a program for the host that gives each
//! model what it is to be given and compares what comes out.
//!
//! Many models share a crate, because building the runtime, starting rustc and linking then happen once. The program prints a line for
//! each model, `NAME: right` or `NAME: wrong, …`, so that a model that ends the program is the one without a line.

mod functions;

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use tinyml_codegen::module::Module;
use tinyml_codegen::names::ident;

/// The library's beginning. Generated code is for crates that are as strict as can be.
const LIBRARY: &str = include_str!("library.txt");

/// The program's beginning.
const PROGRAM: &str = include_str!("program.txt");

/// How near a result must be to what is expected.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Near {
    /// Difference of floats that is allowed, as a part of the expected number.
    pub relative: f32,
    /// Difference of floats that is allowed in any case.
    pub absolute: f32,
    /// Difference of bytes that is allowed, in steps.
    pub steps: u8,
}

impl Near {
    /// The same in every byte.
    pub const EXACT: Near = Near { relative: 0.0, absolute: 0.0, steps: 0 };
}

/// How a model's code comes into the crate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// A file of its own, as one that is checked in.
    File,
    /// An item in a file, as the macro writes it.
    Item,
}

/// A model for a crate, with the bytes of all inputs of some inferences one after the other, and of all outputs.
#[derive(Clone, Copy, Debug)]
pub struct Entry<'a> {
    /// A name that is also the module's: a Rust identifier.
    pub name: &'a str,
    /// The model.
    pub module: &'a Module,
    /// How its code comes into the crate.
    pub form: Form,
    /// What it is given.
    pub given: &'a [u8],
    /// What it should give back.
    pub expected: &'a [u8],
    /// How near the result must be.
    pub near: Near,
}

/// A crate that is being written.
#[derive(Debug)]
pub struct Crate {
    folder: PathBuf,
    edition: &'static str,
    library: String,
    program: String,
}

impl Crate {
    /// A crate without models.
    pub fn new(folder: &Path, edition: &'static str) -> Crate {
        let (library, program) = (LIBRARY.to_owned(), PROGRAM.to_owned());
        Crate { folder: folder.to_owned(), edition, library, program }
    }

    /// Writes a file of the crate.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn put(&self, path: &str, contents: &[u8]) -> Result<(), String> {
        let file = self.folder.join(path);
        let parent = file.parent().unwrap_or(&self.folder);
        fs::create_dir_all(parent)
            .and_then(|()| fs::write(&file, contents))
            .map_err(|fault| format!("{}: {fault}", file.display()))
    }

    /// Adds a model.
    ///
    /// # Errors
    /// Its code is not Rust, or a file cannot be written.
    pub fn add(&mut self, entry: &Entry<'_>) -> Result<(), String> {
        let Entry { name, module, form, given, expected, near } = *entry;
        let (text, path) = match form {
            Form::File => (module.to_file(), name.to_owned()),
            Form::Item => (module.to_item(), format!("{name}::{}", ident(&module.name))),
        };
        self.put(&format!("src/{name}.rs"), text.map_err(|faults| format!("{name}: {faults}"))?.as_bytes())?;
        self.put(&format!("data/{name}.in"), given)?;
        self.put(&format!("data/{name}.out"), expected)?;
        let _ = write!(self.library, "pub mod {name};\n{}", functions::functions(name, &path, module));
        let Near { relative, absolute, steps } = near;
        let _ = writeln!(
            self.program,
            "    let mut model = Box::new(models::{path}::Model::new());\n    \
             right &= check({name:?}, &mut |given, give| models::infer_{name}(&mut model, given, give), \
             include_bytes!(\"../data/{name}.in\"), include_bytes!(\"../data/{name}.out\"), \
             Near {{ relative: {relative:?}, absolute: {absolute:?}, steps: {steps} }});"
        );
        Ok(())
    }

    /// Writes what all models share.
    ///
    /// # Errors
    /// A file cannot be written, or the repository's lock file cannot be read.
    pub fn finish(mut self) -> Result<(), String> {
        self.program += "    if right { ExitCode::SUCCESS } else { ExitCode::FAILURE }\n}\n";
        self.put("src/lib.rs", self.library.as_bytes())?;
        self.put("src/main.rs", self.program.as_bytes())?;
        let lock = repository().join("Cargo.lock");
        let lock = fs::read(&lock).map_err(|fault| format!("{}: {fault}", lock.display()))?;
        self.put("Cargo.lock", &lock)?;
        self.put("Cargo.toml", manifest(self.edition).as_bytes())
    }
}

fn manifest(edition: &str) -> String {
    let runtime = repository().join("runtime-core");
    format!(
        "[package]\nname = \"models\"\nversion = \"0.0.0\"\nedition = \"{edition}\"\n\n[dependencies]\n\
         tinyml-runtime = {{ path = {:?}, default-features = false }}\n\n[workspace]\n",
        runtime.display().to_string()
    )
}

/// The root of this repository.
pub fn repository() -> PathBuf {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    package.ancestors().nth(2).unwrap_or(package).to_owned()
}
