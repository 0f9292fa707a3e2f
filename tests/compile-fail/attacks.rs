//! No program without `unsafe` reaches outside the arena: every layer in `attacks/` that tries is refused at its line, for the reason that
//! is written there, in development builds and in release builds.
//!
//! Both, because the two differ where it matters: a `const fn` of a crate that is built without overflow checks wraps, and what then comes
//! out of it is a small size. (Constants themselves, `const { … }` too, are checked in every profile.) So a check that only rustc's overflow
//! checks complete would pass in development and let the attack through where firmware is built.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use serde_json::Value;

/// A line that must not compile.
struct Mark {
    program: String,
    line: usize,
    /// The function that is asked for, as rustc prints it.
    call: String,
    reason: String,
}

/// An error of rustc's.
struct Refusal {
    program: String,
    /// What was evaluated, if the error is a constant's.
    constant: String,
    message: String,
}

impl Refusal {
    /// Whether it is the refusal that the mark asks for.
    fn is_of(&self, mark: &Mark) -> bool {
        self.program == mark.program && self.constant.contains(&mark.call)
    }

    /// Whether it is that or what follows from it: the kernel's other constants of the same layer.
    fn follows_from(&self, mark: &Mark) -> bool {
        let layer = mark.call.split_once("::run::").and_then(|(_, layer)| layer.split_once(','));
        let is_of_layer = |(layer, _)| self.program == mark.program && self.constant.contains(layer);
        self.is_of(mark) || layer.is_some_and(is_of_layer)
    }
}

#[test]
fn refused_in_development() {
    compare("dev");
}

#[test]
fn refused_in_release() {
    compare("release");
}

fn compare(profile: &str) {
    let package = Package::write(profile);
    let (marks, refusals) = (package.marks(), package.build(profile));
    let mut faults = Vec::new();
    for mark in &marks {
        let mut reasons =
            refusals.iter().filter(|refusal| refusal.is_of(mark)).map(|refusal| &refusal.message);
        let outcome = match reasons.next() {
            None => "compiles, and must not".to_owned(),
            Some(message) if !message.contains(&mark.reason) => format!("is refused, but says: {message}"),
            Some(_) => continue,
        };
        faults.push(format!("{}.rs:{}: {outcome} (expected: {})", mark.program, mark.line, mark.reason));
    }
    let others = refusals.iter().filter(|refusal| !marks.iter().any(|mark| refusal.follows_from(mark)));
    faults.extend(others.map(|other| format!("{}.rs: {} {}", other.program, other.message, other.constant)));
    assert!(!marks.is_empty(), "no line has a mark");
    assert!(
        faults.is_empty(),
        "{profile}: {} faults, {} marks\n{}",
        faults.len(),
        marks.len(),
        faults.join("\n")
    );
}

/// A package whose programs are the attacks, and that has nothing but the runtime.
struct Package {
    programs: PathBuf,
    folder: PathBuf,
}

impl Package {
    fn write(profile: &str) -> Package {
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        let root = here.join("../..");
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("attacks").join(profile);
        let package = Package { programs: here.join("attacks"), folder };
        fs::create_dir_all(&package.folder).expect("a folder for the package");
        let mut manifest = format!(
            "[package]\nname = \"attacks\"\nedition = \"2024\"\n\n[workspace]\n\n[dependencies]\n\
             tinyml-runtime = {{ path = {:?}, default-features = false }}\n",
            root.join("runtime-core")
        );
        for (name, path) in package.sources() {
            manifest.push_str(&format!("\n[[bin]]\nname = {name:?}\npath = {path:?}\n"));
        }
        fs::write(package.folder.join("Cargo.toml"), manifest).expect("the manifest");
        fs::copy(root.join("Cargo.lock"), package.folder.join("Cargo.lock")).expect("the lock file");
        package
    }

    /// The programs by name.
    fn sources(&self) -> Vec<(String, PathBuf)> {
        let entries = fs::read_dir(&self.programs).expect("the attacks");
        let paths = entries.map(|entry| entry.expect("an attack").path());
        let programs = paths.filter(|path| path.extension().is_some_and(|extension| extension == "rs"));
        let name = |path: &Path| path.file_stem().map(|name| name.to_string_lossy().into_owned());
        let mut sources: Vec<_> = programs.filter_map(|path| Some((name(&path)?, path))).collect();
        sources.sort();
        sources
    }

    fn marks(&self) -> Vec<Mark> {
        let mut marks = Vec::new();
        for (program, path) in self.sources() {
            let text = fs::read_to_string(path).expect("an attack");
            for (line, text) in (1..).zip(text.lines()) {
                let Some((code, reason)) = text.split_once("//~ ") else { continue };
                // `kernel::run::<Layer, _>(arena);` or `let _ = arena.get::<…>();`
                let call = code
                    .split_once(">(")
                    .map(|(call, _)| call.trim_start().trim_start_matches("let _ = arena."));
                let call = call.unwrap_or_else(|| panic!("{program}.rs:{line}: a mark without a call"));
                // Rustc writes down what the memory is.
                let call = match call.strip_suffix('_') {
                    Some(call) => call.to_owned(),
                    None => format!("{call}>"),
                };
                marks.push(Mark { program: program.clone(), line, call, reason: reason.to_owned() });
            }
        }
        marks
    }

    /// What rustc has against the programs.
    fn build(&self, profile: &str) -> Vec<Refusal> {
        let output = Command::new(env!("CARGO"))
            .args([
                "build",
                "--quiet",
                "--offline",
                "--keep-going",
                "--message-format=json",
                "--profile",
                profile,
            ])
            .arg("--target-dir")
            .arg(Path::new(env!("CARGO_TARGET_TMPDIR")).join("attacks/target"))
            .current_dir(&self.folder)
            // Flags change what is checked.
            .env_remove("RUSTFLAGS")
            .env_remove("CARGO_ENCODED_RUSTFLAGS")
            .output()
            .expect("cargo runs");
        let text = String::from_utf8_lossy(&output.stdout);
        let records = text.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
        let errors = records.filter(|record| record["message"]["level"] == "error");
        let refusals: Vec<_> = errors
            .map(|record| {
                let [program, message] = [&record["target"]["name"], &record["message"]["message"]]
                    .map(|text| text.as_str().unwrap_or_default().to_owned());
                let spans = record["message"]["spans"].as_array().into_iter().flatten();
                let constant = spans.filter_map(|span| span["label"].as_str()).collect();
                Refusal { program, constant, message }
            })
            .filter(|refusal| !refusal.message.starts_with("aborting due to"))
            .collect();
        assert!(!refusals.is_empty(), "cargo says: {}", String::from_utf8_lossy(&output.stderr));
        refusals
    }
}
