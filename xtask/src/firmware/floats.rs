//! Finds floating-point arithmetic in a linked program.

use std::path::Path;
use std::process::Command;

use super::elf::Program;

/// What computes with floating-point numbers: instructions of an Arm core's disassembly with the function around them, and the
/// compiler's functions for cores that have no such instructions.
///
/// RV32IMC has none, so that its programs need no disassembly.
///
/// # Errors
/// The disassembler cannot be run.
pub(super) fn find(elf: &Path, program: &Program, arm: bool) -> Result<Vec<String>, String> {
    let mut found: Vec<_> =
        program.symbols.iter().map(|symbol| &symbol.name).filter(|name| is_helper(name)).cloned().collect();
    if arm {
        let mut objdump = Command::new("arm-none-eabi-objdump");
        let output = objdump.args(["--disassemble", "--no-show-raw-insn"]).arg(elf).output();
        let output = output.map_err(|fault| {
            format!("cannot run arm-none-eabi-objdump: {fault}; `cargo xtask embedded` installs it")
        })?;
        if !output.status.success() {
            return Err(format!("{}: {}", elf.display(), String::from_utf8_lossy(&output.stderr)));
        }
        found.extend(instructions(&String::from_utf8_lossy(&output.stdout)));
    }
    found.sort();
    found.dedup();
    Ok(found)
}

/// `function: instruction` for each floating-point instruction in what objdump prints.
fn instructions(disassembly: &str) -> Vec<String> {
    let mut function = "";
    let mut found = Vec::new();
    for line in disassembly.lines() {
        if let Some((_, name)) = line.strip_suffix(">:").and_then(|line| line.split_once(" <")) {
            function = name;
        } else if let Some(instruction) = line.split('\t').nth(1).filter(|text| is_instruction(text)) {
            found.push(format!("{:#}: {instruction}", rustc_demangle::demangle(function)));
        }
    }
    found
}

/// Whether a mnemonic such as `vadd.f32` or `vcvt.s32.f32` works on floating-point numbers. `vmov` and `vldr` move any data, as
/// `vmov.f32` does, by which LLVM copies a lane of a Helium vector of integers.
fn is_instruction(mnemonic: &str) -> bool {
    let mut parts = mnemonic.trim().split('.');
    parts.next().is_some_and(|name| name.starts_with('v') && name != "vmov")
        && parts.any(|ty| matches!(ty, "f16" | "f32" | "f64"))
}

/// Whether this is a function with which the compiler replaces floating-point instructions: of Arm's run-time ABI (`__aeabi_fadd`),
/// of libgcc's (`__addsf3`), or of C's library for single precision.
fn is_helper(name: &str) -> bool {
    if let Some(helper) = name.strip_prefix("__aeabi_") {
        let converts = ["i2", "ui2", "l2", "ul2", "h2"]
            .iter()
            .any(|prefix| helper.strip_prefix(prefix).is_some_and(|rest| rest.starts_with(['f', 'd'])));
        return converts || helper.starts_with(['f', 'd', 'c']);
    }
    if let Some(helper) = name.strip_prefix("__") {
        return ["sf", "df", "hf", "tf"].iter().any(|mode| {
            helper.match_indices(mode).any(|(at, _)| {
                at >= 2
                    && matches!(
                        &helper[at + 2..],
                        "" | "2" | "3" | "4" | "si" | "di" | "ti" | "sf2" | "df2" | "hf2" | "tf2"
                    )
            })
        });
    }
    let functions = [
        "ceil",
        "cos",
        "exp",
        "fabs",
        "floor",
        "fma",
        "fmax",
        "fmin",
        "fmod",
        "log",
        "pow",
        "rint",
        "round",
        "roundeven",
        "sin",
        "sqrt",
        "tanh",
        "trunc",
    ];
    functions.contains(&name.strip_suffix('f').unwrap_or(name))
}

#[cfg(test)]
mod test {
    use super::{instructions, is_helper};

    #[test]
    fn instructions_are_found_with_their_function() {
        let text = "00000400 <one>:\n 400:\tvadd.f32\ts0, s1, s2\n 404:\tvldr\ts0, [r0]\n\n00000410 <two>:\n \
                    410:\tvmlava.s8\tr0, q0, q1\n 414:\tvcvt.s32.f32\ts0, s0\n 418:\tvmov\tr0, s0\n \
                    41a:\tvmov.f32\ts9, s1\n 41c:\tadds\tr0, r1\n";
        assert_eq!(instructions(text), ["one: vadd.f32", "two: vcvt.s32.f32"]);
    }

    #[test]
    fn helpers_of_floats_are_known_from_those_of_integers() {
        for name in [
            "__aeabi_fadd",
            "__aeabi_dmul",
            "__aeabi_f2iz",
            "__aeabi_ui2f",
            "__aeabi_l2d",
            "__aeabi_cfcmple",
            "__addsf3",
            "__eqsf2",
            "__fixunssfsi",
            "__floatsisf",
            "__extendsfdf2",
            "__truncdfsf2",
            "__muldf3",
            "fmaxf",
            "roundf",
            "exp",
        ] {
            assert!(is_helper(name), "{name}");
        }
        for name in [
            "__aeabi_idiv",
            "__aeabi_uldivmod",
            "__aeabi_memcpy4",
            "__aeabi_lmul",
            "__aeabi_llsl",
            "__muldi3",
            "__udivdi3",
            "__divsi3",
            "__ashldi3",
            "__sdata",
            "__sidata",
            "__bswapsi2",
            "memcpy",
            "main",
            "model.op-add-f32",
            "__clzsi2",
        ] {
            assert!(!is_helper(name), "{name}");
        }
    }
}
