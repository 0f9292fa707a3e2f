//! Writes the golden cases as firmware packages: `tinyml-firmware-cases REQUEST.toml`.
//!
//! Every model is compiled for the family of the core as a user's build would. Many cases share a program, because linking and
//! starting an emulator takes longer than most cases; models in integers and models in floats never do, so that a program of
//! the former can be searched for floating-point instructions.

#[path = "../../src/case.rs"]
#[allow(dead_code, unreachable_pub)]
mod case;
#[path = "../../src/compare.rs"]
#[allow(unreachable_pub)]
mod compare;
mod compiled;
mod image;
mod layers;
#[allow(dead_code, unreachable_pub)]
mod manifest;
mod package;
#[allow(unreachable_pub)]
mod parallel;
mod select;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use clap::Parser;
use compiled::Prepared;
use manifest::{Extent, Request};

#[derive(Parser)]
#[command(about = "Writes the golden cases as firmware packages")]
struct Cli {
    /// What to write: a TOML file as `cargo xtask firmware` writes it.
    request: PathBuf,
}

fn main() -> ExitCode {
    match run(&Cli::parse().request) {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            eprintln!("error: {fault}");
            ExitCode::FAILURE
        }
    }
}

fn run(request: &Path) -> Result<(), String> {
    let begin = Instant::now();
    let request: Request = manifest::read(request)?;
    let any = request.builds.iter().any(|build| build.extent != Extent::None);
    let subjects = if any { select::subjects(&request.filters)? } else { Vec::new() };
    let prepared = parallel::map(&subjects, Prepared::new).into_iter().collect::<Result<Vec<_>, _>>()?;
    println!("{} cases read in {:.1} s", prepared.len(), begin.elapsed().as_secs_f64());
    let layers = request.builds.iter().any(|build| build.layers);
    let graphs = if layers { layers::graphs()? } else { Vec::new() };
    for build in &request.builds {
        let layers = if build.layers { layers::prepare(build, &graphs)? } else { Vec::new() };
        let layers = layers.iter().filter(|layer| select::wanted(&request.filters, &layer.name));
        let chosen: Vec<_> = select::chosen(&prepared, build.extent).into_iter().chain(layers).collect();
        let manifest = package::write(&request.folder, build, &chosen)?;
        let cases: usize = manifest.images.iter().map(|image| image.cases.len()).sum();
        println!(
            "{}: {cases} cases in {} programs, {:.1} s",
            build.name,
            manifest.images.len(),
            begin.elapsed().as_secs_f64()
        );
    }
    Ok(())
}

/// The root of this repository.
fn repository() -> PathBuf {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    package.ancestors().nth(2).unwrap_or(package).to_owned()
}
