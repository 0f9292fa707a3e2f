//! Says which functions of a program can panic, when it does not link for that.

use super::build::Build;
use crate::embedded::Machine;

/// The function that `firmware::forbid_panics!` calls and nobody defines.
pub(super) const MISSING: &str = "the_program_has_a_panic_path";

/// Of the programs that do not link because something in them can panic, the functions that call the library's panic functions;
/// a line each. Empty if that is not what is wrong with any of them.
///
/// # Errors
/// There is no toolchain for the core.
pub(super) fn explain(build: &Build<'_>, machine: &Machine) -> Result<Vec<String>, String> {
    let mut lines = Vec::new();
    for program in build.programs {
        let messages = build.messages(machine, program)?;
        if messages.is_some_and(|messages| messages.contains(MISSING)) {
            let callers = callers(&build.assembly(machine, program)?);
            lines.extend(callers.into_iter().map(|caller| format!("{program}: a panic path: {caller}")));
        }
    }
    Ok(lines)
}

/// The functions in this assembly that refer to a function of `core::panicking`, which is none itself: `caller, by callee`.
fn callers(assembly: &str) -> Vec<String> {
    let mut function = String::new();
    let mut found = Vec::new();
    for line in assembly.lines() {
        let code = line.split(['@', '#']).next().unwrap_or_default();
        if let Some(label) = code.trim_end().strip_suffix(':').filter(|label| !label.starts_with('.')) {
            function = format!("{:#}", rustc_demangle::demangle(label));
        }
        let words = code.split_whitespace().flat_map(|word| word.split([',', '(', ')']));
        for name in words.filter(|word| word.starts_with("_R")).map(rustc_demangle::demangle) {
            let callee = format!("{name:#}");
            let is_panic =
                |name: &str| name.starts_with("core::") && name.contains("panic") || name.contains("_fail");
            if is_panic(&callee)
                && !is_panic(&function)
                && code.starts_with(char::is_whitespace)
                && !code.trim_start().starts_with('.')
            {
                found.push(format!("{function}, by {callee}"));
            }
        }
    }
    found.sort();
    found.dedup();
    found
}

#[cfg(test)]
mod test {
    use super::callers;

    #[test]
    fn callers_are_found_in_the_assembly_of_both_architectures() {
        let assembly = "\t.globl\t_RNvCs1_5image4main\n_RNvCs1_5image4main:\n\tpush\t{r7, lr}\n\
                        \tbl\t_RNvNtCs2_4core9panicking18panic_bounds_check @ a comment\n.LBB0:\n\tbx lr\n\
                        _RNvCs1_5image5other:\n\ttail\t_RNvNtCs2_4core9panicking5panic\n\
                        _RNvNtCs2_4core9panicking5panic:\n\tcall\t_RNvNtCs2_4core9panicking9panic_fmt\n";
        assert_eq!(
            callers(assembly),
            [
                "image::main, by core::panicking::panic_bounds_check",
                "image::other, by core::panicking::panic"
            ]
        );
    }
}
