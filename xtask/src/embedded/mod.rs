//! `cargo xtask embedded`: brings what firmware needs and proves that it works.
//!
//! 1. The targets that rustup may install are installed ([`rustup`]).
//! 2. Programs and, on Debian's route, the compiler with the library's sources come from apt ([`packages`]).
//! 3. On Debian's route the core libraries are built and laid out as a toolchain ([`debian`]).
//! 4. A small crate is built for each target ([`check`]).
//!
//! What is there already is taken as it is, so that the command can be run before every test.

mod apt;
mod check;
mod command;
mod debian;
mod layout;
mod machine;
mod packages;
mod route;
mod rustup;
mod targets;
mod toolchain;

pub(crate) use machine::Machine;
use route::Route;
use targets::TARGETS;
pub(crate) use toolchain::Toolchain;

pub(crate) fn run() -> Result<(), String> {
    let machine = Machine::look()?;
    let routes = TARGETS.map(|target| (target, machine.route(target)));
    for (target, route) in &routes {
        println!("{target}: {route}");
    }
    let by = |wanted: Route| -> Vec<&'static str> {
        routes.iter().filter(|(_, route)| *route == wanted).map(|(target, _)| *target).collect()
    };

    rustup::add(&by(Route::Rustup))?;
    let from_debian = by(Route::Debian);
    packages::install(&machine, &from_debian)?;
    if !from_debian.is_empty() {
        debian::provide(&machine, &from_debian)?;
    }
    check::run(&machine)?;
    println!("ready for firmware");
    Ok(())
}
