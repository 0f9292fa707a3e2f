//! `cargo xtask sanitize`: kernels on the host under AddressSanitizer, built without debug assertions as a release is: with them,
//! every access of a kernel is checked by itself, and the sanitizer would see none go wrong.
//!
//! 1. The property tests of the runtime's kernels ([`unit_tests`]). Their arenas are as long as their tensors.
//! 2. The random layers that `cargo xtask firmware` runs between guard zones, for the scalar forms and for the Rust of the forms that
//!    have loops in assembly on some core ([`layers`]). Here the zones are forbidden: a byte that is only read is found, too.
//!
//! Both have planted faults that the sanitizer must find.
//!
//! AddressSanitizer's runtime comes with the compiler; that it is asked for on a stable one is what `RUSTC_BOOTSTRAP` says.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::Instant;

use crate::embedded::Machine;
use crate::firmware::compare;
use crate::firmware::manifest::{Build, Extent, Image, Manifest};
use crate::firmware::{generate_in, parallel};
use crate::runner::{root, target_folder};

/// The families whose forms are run. Those of Armv8-M without Helium are Armv7E-M's, and those of Armv7-M are Armv6-M's.
const FAMILIES: [&str; 5] = ["portable", "armv6m", "armv7em", "armv81m", "riscv32"];

/// A unit test of the runtime that reads behind an arena.
const PLANTED_TEST: &str = "planted_read_behind_the_arena";

/// Layers with a planted fault.
const PLANTED: [&str; 2] = ["planted-write", "planted-read"];

/// What the sanitizer says of every fault.
const FOUND: &str = "ERROR: AddressSanitizer: ";

const PROFILE: &str = "sanitize";

/// Runs both, and what they must find.
///
/// # Errors
/// A kernel reads or writes outside its buffers or has another result than the interpreter, or a planted fault is not found.
pub(crate) fn run() -> Result<(), String> {
    let begin = Instant::now();
    let sanitizer = Sanitizer { host: Machine::look()?.host().to_owned() };
    unit_tests(&sanitizer)?;
    println!("the kernels' tests: done after {:.0} s", begin.elapsed().as_secs_f64());
    layers(&sanitizer)?;
    println!("sanitize: nothing outside its buffers, {:.0} s", begin.elapsed().as_secs_f64());
    Ok(())
}

struct Sanitizer {
    /// The host's target: named, so that build scripts are built without the sanitizer.
    host: String,
}

impl Sanitizer {
    fn folder() -> PathBuf {
        target_folder().join(PROFILE)
    }

    fn cargo(&self, command: &str) -> Command {
        let mut cargo = Command::new(env!("CARGO"));
        cargo
            .args([command, "--quiet", "--target", &self.host, "--profile", PROFILE, "--target-dir"])
            .arg(Self::folder());
        let settings = [
            ("inherits", "\"release\""),
            ("opt-level", "0"),
            ("debug", "\"line-tables-only\""),
            ("strip", "\"none\""),
        ];
        for (key, value) in settings {
            cargo.arg("--config").arg(format!("profile.{PROFILE}.{key}={value}"));
        }
        cargo
            .env("RUSTC_BOOTSTRAP", "1")
            .env("CARGO_ENCODED_RUSTFLAGS", "-Zsanitizer=address\x1f--cfg=tinyml_sanitize")
            // Tests leak constants, which must be `'static`.
            .env("ASAN_OPTIONS", "detect_leaks=0")
            // Tests have arenas in their frames, which the sanitizer makes larger.
            .env("RUST_MIN_STACK", "16777216");
        cargo
    }
}

fn unit_tests(sanitizer: &Sanitizer) -> Result<(), String> {
    let tests = || {
        let mut cargo = sanitizer.cargo("test");
        cargo.args(["--package", "tinyml-runtime", "--no-default-features", "--lib"]).current_dir(root());
        cargo
    };
    let status = tests().status().map_err(|fault| format!("cannot run cargo: {fault}"))?;
    if !status.success() {
        return Err("the runtime's tests fail under AddressSanitizer: see above".to_owned());
    }
    let planted = tests().args(["--", "--ignored", PLANTED_TEST]).output();
    must_be_found(PLANTED_TEST, &planted.map_err(|fault| format!("cannot run cargo: {fault}"))?)
}

fn layers(sanitizer: &Sanitizer) -> Result<(), String> {
    let folder = Sanitizer::folder().join("layers");
    let builds = FAMILIES.map(|family| Build {
        name: format!("host-{family}"),
        family: family.to_owned(),
        flash: usize::MAX / 16,
        ram: usize::MAX / 16,
        extent: Extent::None,
        layers: true,
        host: true,
    });
    let manifests = generate_in(&folder, &[], builds.to_vec())?;
    let mut faults = Vec::new();
    for (build, manifest) in builds.iter().zip(&manifests) {
        faults.extend(family(sanitizer, &folder.join(&build.name), manifest)?);
    }
    match faults.as_slice() {
        [] => Ok(()),
        faults => Err(faults.join("\n")),
    }
}

/// Builds and runs a package; what is wrong with its layers, a line each.
fn family(sanitizer: &Sanitizer, package: &Path, manifest: &Manifest) -> Result<Vec<String>, String> {
    let begin = Instant::now();
    let status = sanitizer.cargo("build").current_dir(package).status();
    if !status.map_err(|fault| format!("cannot run cargo: {fault}"))?.success() {
        return Err(format!("{} does not build: see above", package.display()));
    }
    let built = begin.elapsed();
    let mut faults = Vec::new();
    let mut count = 0;
    for outcome in parallel::map(&manifest.images, |image| run_image(sanitizer, package, image)) {
        let (layers, of_image) = outcome?;
        count += layers;
        faults.extend(of_image);
    }
    println!(
        "{}: {count} layers, {} faults; built in {:.0} s, ran in {:.0} s",
        package.file_name().unwrap_or_default().display(),
        faults.len(),
        built.as_secs_f64(),
        (begin.elapsed() - built).as_secs_f64()
    );
    Ok(faults)
}

/// Runs a program; how many layers it has, and what is wrong with them.
fn run_image(sanitizer: &Sanitizer, package: &Path, image: &Image) -> Result<(usize, Vec<String>), String> {
    let program = Sanitizer::folder().join(&sanitizer.host).join(PROFILE).join(&image.name);
    let data = package.join("data").join(&image.name);
    let run = |argument: Option<&str>| -> Result<Output, String> {
        let folder = Sanitizer::folder().join("runs").join(&image.name).join(argument.unwrap_or("all"));
        fs::create_dir_all(&folder)
            .and_then(|()| fs::copy(data.join("vectors"), folder.join("vectors")))
            .map_err(|fault| format!("{}: {fault}", folder.display()))?;
        let mut program = Command::new(&program);
        let output =
            program.args(argument).current_dir(&folder).env("ASAN_OPTIONS", "detect_leaks=0").output();
        output.map_err(|fault| format!("cannot run {}: {fault}", image.name))
    };
    let output = run(None)?;
    if !output.status.success() {
        return Err(format!(
            "{}: {}\n{}",
            image.name,
            output.status,
            String::from_utf8_lossy(&output.stderr)
        ));
    }
    let ran = Sanitizer::folder().join("runs").join(&image.name).join("all");
    let measured = compare::compare(image, &data, &ran)?;
    let is_planted = |name: &str| PLANTED.contains(&name);
    let layers: Vec<_> = measured.iter().filter(|measured| !is_planted(&measured.case.name)).collect();
    let mut faults: Vec<String> = layers
        .iter()
        .filter_map(|measured| Some(format!("{}: {}", measured.case.name, measured.fault.as_ref()?)))
        .collect();
    if measured.len() != image.cases.len() {
        faults.push(format!("{}: not all layers ran", image.name));
    }
    for case in image.cases.iter().filter(|case| is_planted(&case.name)) {
        must_be_found(&case.name, &run(Some(&case.name))?)?;
    }
    Ok((layers.len(), faults))
}

fn must_be_found(planted: &str, output: &Output) -> Result<(), String> {
    let text = [&output.stdout, &output.stderr].map(|text| String::from_utf8_lossy(text));
    if !output.status.success() && text.iter().any(|text| text.contains(FOUND)) {
        return Ok(());
    }
    Err(format!("AddressSanitizer does not find the planted fault `{planted}`:\n{}", text.join("\n")))
}
