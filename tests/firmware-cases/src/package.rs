//! A build's package: programs, vectors, manifest.

use std::fs;
use std::path::Path;

use tinyml_codegen::target::Core;

use crate::compiled::{Compiled, Prepared};
use crate::manifest::{self, Build, Image, Manifest, write_if_changed};
use crate::{image, parallel, repository};

/// A program holds no more cases than this.
const CASES: usize = 40;

/// Known to break a promise: on RV32 at opt-level 3 this network in slices takes 520 bytes of stack, where 512 are promised (docs/benchmarks.md).
const LEFT_OUT: [(Core, &str); 1] = [(Core::Riscv32, "sliced-mlperf-vww-shaped")];

/// Writes the package.
///
/// # Errors
/// A case is refused, or a file cannot be written.
pub(crate) fn write(folder: &Path, build: &Build, chosen: &[&Prepared]) -> Result<Manifest, String> {
    let family = family(build)?;
    let folder = folder.join(&build.name);
    let is_left_out = |case: &&&Prepared| LEFT_OUT.contains(&(family, case.name.as_str()));
    let chosen: Vec<&Prepared> = chosen.iter().filter(|case| !is_left_out(case)).copied().collect();
    let compiled = parallel::map(&chosen, |case| Compiled::new(case, family));
    let cases = compiled.into_iter().collect::<Result<Vec<_>, _>>()?;
    let (cases, without_room): (Vec<_>, Vec<_>) = cases.iter().partition(|case| fits(build, &[case]));

    let mut manifest = Manifest {
        without_room: without_room.iter().map(|case| case.case.name.to_owned()).collect(),
        images: Vec::new(),
    };
    for (kind, integer, layers) in [("int8", true, false), ("f32", false, false), ("layers", true, true)] {
        let is_of_kind = |case: &&Compiled<'_>| {
            case.case.is_integer_on(family) == integer && case.case.as_layer().is_some() == layers
        };
        let of_kind: Vec<_> = cases.iter().copied().filter(is_of_kind).collect();
        for (number, cases) in divide(build, &of_kind).iter().enumerate() {
            let name = format!("{}-{kind}-{number:02}", build.name);
            write_program(&folder, &name, cases, build.host)?;
            let cases = cases.iter().map(|case| case.entry()).collect();
            manifest.images.push(Image { name, integer, layers, cases });
        }
    }
    remove_others(&folder.join("src/bin"), |name| {
        manifest.images.iter().any(|image| name == format!("{}.rs", image.name))
    })?;
    write_package(&folder, build)?;
    manifest::write(&folder.join("manifest.toml"), &manifest)?;
    Ok(manifest)
}

/// The family that is built for.
///
/// # Errors
/// There is none of this name.
pub(crate) fn family(build: &Build) -> Result<Core, String> {
    Core::from_name(&build.family).ok_or_else(|| format!("{}: no such family", build.family))
}

/// Whether these cases have room in one program: five eighths of the flash are for constants, a quarter of the RAM for the stack.
fn fits(build: &Build, cases: &[&Compiled<'_>]) -> bool {
    let constants: usize = cases.iter().map(|case| case.case.constant_bytes).sum();
    let arenas: usize = cases.iter().map(|case| case.arena_bytes.next_multiple_of(16)).sum();
    let io =
        cases.iter().map(|case| case.case.input_bytes() + case.case.output_bytes() + 32).max().unwrap_or(0);
    constants <= build.flash / 8 * 5 && arenas + io <= build.ram / 4 * 3
}

/// Programs of about equal numbers of cases, in order.
fn divide<'c>(build: &Build, cases: &[&'c Compiled<'c>]) -> Vec<Vec<&'c Compiled<'c>>> {
    let programs = cases.len().div_ceil(CASES).max(1);
    let limit = cases.len().div_ceil(programs);
    let mut divided: Vec<Vec<&Compiled<'_>>> = Vec::new();
    for case in cases {
        match divided.last_mut() {
            Some(last) if last.len() < limit && fits(build, &[last.as_slice(), &[*case]].concat()) => {
                last.push(case)
            }
            _ => divided.push(vec![case]),
        }
    }
    divided
}

fn write_program(folder: &Path, name: &str, cases: &[&Compiled<'_>], host: bool) -> Result<(), String> {
    let of_all: Vec<_> = cases.iter().map(|case| case.case).collect();
    for case in cases {
        write_if_changed(
            &folder.join(format!("src/cases/{}.rs", case.case.ident())),
            image::case_file(case).as_bytes(),
        )?;
    }
    let program = if host { image::host_program(&of_all) } else { image::program(&of_all) };
    write_if_changed(&folder.join(format!("src/bin/{name}.rs")), program.as_bytes())?;
    let data = folder.join("data").join(name);
    for (index, file) in ["vectors", "expected"].into_iter().enumerate() {
        let blocks = of_all.iter().flat_map(|case| &case.blocks);
        let bytes: Vec<u8> = blocks.flat_map(|pair| pair[index].iter().copied()).collect();
        write_if_changed(&data.join(file), &bytes)?;
    }
    Ok(())
}

fn write_package(folder: &Path, build: &Build) -> Result<(), String> {
    let root = repository();
    let path = |part: &str| format!("{:?}", root.join(part).display().to_string());
    let [support, link] = if build.host {
        [format!("tinyml-sanitize = {{ path = {} }}\n", path("tests/sanitize")), String::new()]
    } else {
        let link = path("tests/firmware/link");
        [
            format!("tinyml-firmware = {{ path = {} }}\n", path("tests/firmware/support")),
            format!("[build-dependencies]\ntinyml-firmware-link = {{ path = {link} }}\n\n"),
        ]
    };
    let text = format!(
        "[package]\nname = \"tinyml-firmware-cases-{}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n\
         [dependencies]\n{support}tinyml-runtime = {{ path = {}, default-features = false }}\n\n{link}[workspace]\n",
        build.name,
        path("runtime-core"),
    );
    write_if_changed(&folder.join("Cargo.toml"), text.as_bytes())?;
    if build.host {
        return Ok(());
    }
    write_if_changed(&folder.join("build.rs"), b"fn main() {\n    firmware_link::main();\n}\n")?;
    // The versions that the other firmware has, and no look at the registry's index.
    let lock = root.join("tests/firmware/Cargo.lock");
    let lock = fs::read(&lock).map_err(|fault| format!("{}: {fault}", lock.display()))?;
    if folder.join("Cargo.lock").exists() {
        Ok(())
    } else {
        write_if_changed(&folder.join("Cargo.lock"), &lock)
    }
}

/// Removes programs of earlier requests: Cargo would find them.
fn remove_others(folder: &Path, keep: impl Fn(&str) -> bool) -> Result<(), String> {
    let fault = |fault| format!("{}: {fault}", folder.display());
    if !folder.exists() {
        return Ok(());
    }
    for entry in fs::read_dir(folder).map_err(fault)? {
        let entry = entry.map_err(fault)?;
        if !keep(&entry.file_name().to_string_lossy()) {
            fs::remove_file(entry.path()).map_err(fault)?;
        }
    }
    Ok(())
}
