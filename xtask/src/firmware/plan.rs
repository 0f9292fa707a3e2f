//! What is built and what is run: cores whose programs would be the same share them.

use super::cores::{CORES, Core, MICROBIT};
use super::manifest::{self, Extent};

/// The levels of optimisation that firmware is built with.
pub(super) const OPT_LEVELS: [&str; 2] = ["s", "3"];

/// Programs, and the cores that run them.
#[derive(Debug)]
pub(super) struct Group {
    /// The core that the programs are built for.
    pub(super) core: &'static Core,
    /// All cores that run them.
    pub(super) runners: Vec<&'static Core>,
    /// Which cases.
    pub(super) extent: Extent,
    /// At which levels of optimisation they are built.
    pub(super) opt_levels: &'static [&'static str],
    /// At which levels random layers are built.
    pub(super) layer_levels: &'static [&'static str],
}

impl Group {
    /// What the programs' generator is asked for.
    pub(super) fn request(&self) -> manifest::Build {
        let machine = &self.core.machine;
        manifest::Build {
            name: self.core.name.to_owned(),
            family: self.core.family.to_owned(),
            flash: machine.flash.length as usize,
            ram: machine.ram.length as usize,
            extent: self.extent,
            // Of the same core's programs, those for the larger machine.
            layers: self.core != &MICROBIT,
            host: false,
        }
    }
}

/// The groups for the cores with these names; for all cores if there is no name. `full`: all cases on all cores.
///
/// # Errors
/// There is no such core.
pub(super) fn groups(names: &[String], full: bool) -> Result<Vec<Group>, String> {
    let known: Vec<_> = CORES.iter().chain([&MICROBIT]).collect();
    if let Some(name) = names.iter().find(|name| known.iter().all(|core| core.name != name.as_str())) {
        let known: Vec<_> = known.iter().map(|core| core.name).collect();
        return Err(format!("there is no core `{name}`; the cores are {}", known.join(", ")));
    }
    let mut groups: Vec<Group> = Vec::new();
    for &core in &known {
        if !names.is_empty() && !names.iter().any(|name| name == core.name) {
            continue;
        }
        if let Some(group) = groups.iter_mut().find(|group| same_programs(group.core, core)) {
            group.runners.push(core);
            continue;
        }
        let all = full || core.all_in_ci;
        groups.push(Group {
            core,
            runners: vec![core],
            extent: if all { Extent::All } else { Extent::Sample },
            // The micro:bit shows that Cortex-M0 code runs on that core; what is proven of it, the larger machine proves.
            opt_levels: if core == &MICROBIT { &OPT_LEVELS[..1] } else { &OPT_LEVELS },
            // Of a core with a sample, where the compiler inlines most: there loops in assembly have the fewest registers.
            layer_levels: if all { &OPT_LEVELS } else { &OPT_LEVELS[1..] },
        });
    }
    Ok(groups)
}

fn same_programs(a: &Core, b: &Core) -> bool {
    let of = |core: &Core| (core.family, core.target, core.flags, core.machine.flash, core.machine.ram);
    of(a) == of(b)
}

#[cfg(test)]
mod test {
    use super::*;

    #[test]
    fn m4_and_m7_run_the_same_programs_and_no_others_do() {
        let groups = groups(&[], false).unwrap();
        let shared: Vec<Vec<_>> =
            groups.iter().map(|group| group.runners.iter().map(|core| core.name).collect()).collect();
        assert_eq!(
            shared,
            [
                vec!["m0"],
                vec!["m3"],
                vec!["m4", "m7"],
                vec!["m33"],
                vec!["m55"],
                vec!["rv32"],
                vec!["microbit"]
            ]
        );
        let all: Vec<_> =
            groups.iter().filter(|group| group.extent == Extent::All).map(|g| g.core.name).collect();
        assert_eq!(all, ["m0", "m4", "rv32"]);
    }

    /// Everything at both levels, but on the micro:bit, whose core has been proven on the larger machine.
    fn is_complete(group: &Group) -> bool {
        let levels = if group.core == &MICROBIT { &OPT_LEVELS[..1] } else { &OPT_LEVELS };
        group.extent == Extent::All && group.opt_levels == levels && group.layer_levels == OPT_LEVELS
    }

    #[test]
    fn a_full_run_leaves_nothing_out() {
        assert!(groups(&[], true).unwrap().iter().all(is_complete));
    }

    #[test]
    fn ci_runs_everything_on_a_core_of_each_architecture() {
        let groups = groups(&[], false).unwrap();
        let complete: Vec<_> =
            groups.iter().filter(|group| is_complete(group)).map(|g| g.core.name).collect();
        assert_eq!(complete, ["m0", "m4", "rv32"]);
        assert!(groups.iter().all(|group| group.layer_levels.contains(&"3")));
    }

    #[test]
    fn an_unknown_core_is_refused_with_those_there_are() {
        let fault = groups(&["m5".to_owned()], false).unwrap_err();
        assert!(fault.starts_with("there is no core `m5`; the cores are m0, m3, m4,"), "{fault}");
    }
}
