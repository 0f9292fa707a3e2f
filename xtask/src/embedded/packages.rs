//! Programs that are not Rust's: emulators and binutils, and where Debian's route is taken, Debian's compiler.

use super::apt::Apt;
use super::command::on_path;
use super::debian;
use super::machine::Machine;

/// A program, and the packages of Debian that have it, the newer releases' first.
type Program = (&'static str, &'static [&'static str]);

const EMULATORS: [Program; 2] = [
    ("qemu-system-arm", &["qemu-system-arm"]),
    ("qemu-system-riscv32", &["qemu-system-riscv", "qemu-system-misc"]),
];

const BINUTILS: [Program; 3] = [
    ("arm-none-eabi-nm", &["binutils-arm-none-eabi"]),
    ("arm-none-eabi-size", &["binutils-arm-none-eabi"]),
    ("arm-none-eabi-objdump", &["binutils-arm-none-eabi"]),
];

/// Installs what is missing. `from_debian` are the targets that take Debian's route.
///
/// # Errors
/// Something is missing and cannot be installed here; the text says what to install by hand.
pub(super) fn install(machine: &Machine, from_debian: &[&str]) -> Result<(), String> {
    let emulators = missing(&EMULATORS);
    let binutils = missing(&BINUTILS);
    let compiler = !from_debian.is_empty() && !debian::has_compiler(&machine.host);
    let linker = !from_debian.is_empty() && debian::linker(machine).is_none();
    if emulators.is_empty() && binutils.is_empty() && !compiler && !linker {
        println!("programs: installed");
        return Ok(());
    }
    let programs: Vec<_> = emulators.iter().chain(&binutils).map(|(program, _)| *program).collect();
    if !on_path("apt-get") {
        return Err(by_hand(&programs, if compiler || linker { from_debian } else { &[] }));
    }

    let apt = Apt::system();
    apt.update().map_err(|fault| {
        let compiler = if compiler { &debian::PACKAGES[..] } else { &[] };
        let linker = if linker { &["lld"][..] } else { &[] };
        format!("{fault}\nmissing: {}", [&programs, compiler, linker].concat().join(", "))
    })?;
    let mut packages = packages_of(&apt, &binutils)?;
    if compiler {
        if let Some(unknown) = debian::PACKAGES.iter().find(|package| !apt.knows(package)) {
            return Err(format!("apt knows no package {unknown}. {}", debian::way_out(from_debian)));
        }
        packages.extend(debian::PACKAGES);
    }
    if linker {
        packages.push("lld");
    }
    apt.install(&packages)?;
    install_emulators(machine, &apt, &emulators)
}

/// The emulators of a release break QEMU's other tools where those are newer. The backports then have the emulators
/// that belong to them.
fn install_emulators(machine: &Machine, apt: &Apt, emulators: &[Program]) -> Result<(), String> {
    let packages = packages_of(apt, emulators)?;
    if packages.is_empty() || !apt.would_remove(&packages) {
        return apt.install(&packages);
    }
    let Some(newer) = Apt::backports(&machine.cache)? else {
        return apt.install(&packages);
    };
    println!("{} would take packages away: the backports are tried", packages.join(", "));
    newer.update()?;
    newer.install(&packages_of(&newer, emulators)?)
}

fn missing(programs: &[Program]) -> Vec<Program> {
    programs.iter().copied().filter(|(program, _)| !on_path(program)).collect()
}

/// The packages with these programs, each once.
fn packages_of(apt: &Apt, programs: &[Program]) -> Result<Vec<&'static str>, String> {
    let mut packages = Vec::new();
    for (program, candidates) in programs {
        let known = candidates.iter().copied().find(|package| apt.knows(package));
        let package = known.ok_or_else(|| {
            format!("apt knows no package with {program} ({}): install it by hand", candidates.join(" or "))
        })?;
        if !packages.contains(&package) {
            packages.push(package);
        }
    }
    Ok(packages)
}

/// What to install where there is no apt.
fn by_hand(programs: &[&str], targets: &[&str]) -> String {
    let mut text =
        "there is no apt-get here. Install this, then run `cargo xtask embedded` again:".to_owned();
    if !targets.is_empty() {
        text += &format!("\n  targets: rustup target add {}", targets.join(" "));
        text += "\n    (rustup: https://rustup.rs; called by itself unless RUSTUP_AUTO_INSTALL=0)";
    }
    if !programs.is_empty() {
        text += &format!("\n  programs: {}", programs.join(", "));
        text += "\n    Fedora: sudo dnf install qemu-system-arm qemu-system-riscv arm-none-eabi-binutils-cs";
        text += "\n    Arch:   sudo pacman -S qemu-system-arm qemu-system-riscv arm-none-eabi-binutils";
        text += "\n    macOS:  brew install qemu arm-none-eabi-binutils";
    }
    text
}

#[cfg(test)]
mod test {
    use super::by_hand;

    #[test]
    fn by_hand_names_only_what_is_missing() {
        let both = by_hand(&["qemu-system-arm"], &["thumbv6m-none-eabi"]);
        assert!(both.contains("rustup target add thumbv6m-none-eabi\n"), "{both}");
        assert!(both.contains("programs: qemu-system-arm\n"), "{both}");
        assert!(!by_hand(&["qemu-system-arm"], &[]).contains("rustup"));
        assert!(!by_hand(&[], &["thumbv6m-none-eabi"]).contains("qemu"));
    }
}
