//! The programs' source text.

use std::fmt::Write;

use crate::compiled::{Compiled, Place, Prepared};

/// The generated module, with a model in static memory and a function that runs it on a block of inputs.
pub(crate) fn case_file(compiled: &Compiled<'_>) -> String {
    let Compiled { case, code, .. } = compiled;
    let name = case.name();
    let output_offset = output_offset(case);
    let input = |place: &Place| {
        format!(
            "// SAFETY: the caller's: the block of inputs holds this value, aligned.\n\
             unsafe {{ &*io.add({}).cast::<{}>() }}",
            place.offset,
            place.array()
        )
    };
    let argument = match case.inputs.as_slice() {
        [only] => input(only),
        several => {
            let fields: String =
                several.iter().map(|place| format!("{}: {},\n", place.port.field, input(place))).collect();
            format!("Inputs {{\n{fields}}}")
        }
    };
    let output = |place: &Place, value: &str| {
        format!(
            "// SAFETY: the caller's: the block of outputs has room for this value, aligned.\n\
             unsafe {{ io.add({}).cast::<{}>().write(*{value}) }};\n",
            output_offset + place.offset,
            place.array()
        )
    };
    let results: String = match case.outputs.as_slice() {
        [only] => output(only, "outputs"),
        several => {
            several.iter().map(|place| output(place, &format!("outputs.{}", place.port.field))).collect()
        }
    };
    format!(
        "#![cfg_attr(rustfmt, rustfmt_skip)]\n\n{code}\n
#[unsafe(export_name = \"model.{name}\")]
static mut MODEL: Model = Model::new();

/// Runs the model once: inputs at `io`, outputs {output_offset} bytes behind it.
///
/// # Safety
/// There is room for both at `io`, aligned for every element type, and nothing else runs this.
pub unsafe fn run(io: *mut u8) {{
    // SAFETY: nothing else uses the model while this runs.
    let model = unsafe {{ &mut *(&raw mut MODEL) }};
    let outputs = model.run({argument});
    {results}}}
"
    )
}

/// Where the outputs begin.
fn output_offset(case: &Prepared<'_>) -> usize {
    case.input_bytes().next_multiple_of(16)
}

/// The program that runs the cases one after the other.
pub(crate) fn program(cases: &[&Prepared<'_>]) -> String {
    let mut text = "#![no_std]\n#![no_main]\n\nuse firmware::cases::Case;\n\n".to_owned();
    for ident in cases.iter().map(|case| case.ident()) {
        let _ = writeln!(text, "#[path = \"../cases/{ident}.rs\"]\n#[allow(dead_code)]\nmod {ident};");
    }
    let io = cases.iter().map(|case| output_offset(case) + case.output_bytes()).max().unwrap_or(0);
    let _ = write!(
        text,
        "\nfirmware::forbid_panics!();\nfirmware::start!(main);\n\nfn main() {{\n    // SAFETY: there is room for the largest of all blocks, aligned.\n    unsafe {{ firmware::cases::run(&CASES, io()) }};\n}}\n\n\
         /// Inputs and outputs. In memory of its own, so that .data and .bss hold the models alone.\n\
         fn io() -> *mut u8 {{\n    #[repr(C, align(16))]\n    struct Io([u8; {io}]);\n    \
         #[unsafe(link_section = \".uninit.io\")]\n    static mut IO: core::mem::MaybeUninit<Io> = core::mem::MaybeUninit::uninit();\n    \
         (&raw mut IO).cast()\n}}\n\nstatic CASES: [Case; {}] = [\n",
        cases.len()
    );
    for case in cases {
        let _ = writeln!(
            text,
            "    Case {{ run: {}::run, vectors: {}, input_bytes: {}, output_offset: {}, output_bytes: {} }},",
            case.ident(),
            case.blocks.len(),
            case.input_bytes(),
            output_offset(case),
            case.output_bytes()
        );
    }
    text + "];\n"
}
