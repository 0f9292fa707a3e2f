//! The programs' source text.

use std::fmt::Write;

use crate::compiled::{Compiled, DAMAGE, Place, Prepared};
use crate::layers::{Planted, ZONE};

/// The generated module, with a model in static memory and a function that runs it on a block of inputs.
pub(crate) fn case_file(compiled: &Compiled<'_>) -> String {
    let Compiled { case, code, .. } = compiled;
    let name = &case.name;
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
            place.array(),
            value = place.port.numbers(value)
        )
    };
    let ports: Vec<&Place> = case.outputs.iter().filter(|place| place.port.field != DAMAGE).collect();
    let results: String = match ports.as_slice() {
        [only] => output(only, "outputs"),
        several => {
            several.iter().map(|place| output(place, &format!("outputs.{}", place.port.field))).collect()
        }
    };
    let [before, after] = guards(compiled);
    let reset = match case.sequence {
        true => format!(
            "// SAFETY: the caller's: behind the inputs there is a byte.\n    \
             if unsafe {{ io.add({}).read() }} != 0 {{\n        tinyml::Reset::reset(model);\n    }}\n    ",
            case.extra_at()
        ),
        false => String::new(),
    };
    let (call, support) = match case.slice() {
        None => (format!("let outputs = model.run({argument});"), ""),
        Some(_) => (in_slices(&argument), ONCE),
    };
    format!(
        "#![cfg_attr(rustfmt, rustfmt_skip)]\n\n{code}\n{support}
#[unsafe(export_name = \"model.{name}\")]
static mut MODEL: Model = Model::new();

/// Runs the model once: inputs at `io`, outputs {output_offset} bytes behind it.
///
/// # Safety
/// There is room for both at `io`, aligned for every element type, and nothing else runs this.
pub unsafe fn run(io: *mut u8) {{
    {before}// SAFETY: nothing else uses the model while this runs.
    let model = unsafe {{ &mut *(&raw mut MODEL) }};
    {reset}{call}
    {results}{after}}}
"
    )
}

/// A pause that is over when it is polled again.
const ONCE: &str = "
struct Once(bool);

impl Future for Once {
    type Output = ();

    fn poll(mut self: core::pin::Pin<&mut Self>, _: &mut core::task::Context<'_>) -> core::task::Poll<()> {
        match core::mem::replace(&mut self.0, true) {
            true => core::task::Poll::Ready(()),
            false => core::task::Poll::Pending,
        }
    }
}
";

/// The inference in slices: one that is given up before its last slice, and one that is awaited and then polled once more.
fn in_slices(argument: &str) -> String {
    format!(
        "let inputs = {argument};
    let mut job = model.begin(inputs);
    for _ in 1..SLICES {{
        job.step();
    }}
    let mut future = core::pin::pin!(model.run_async(inputs, || Once(false)));
    let mut context = core::task::Context::from_waker(core::task::Waker::noop());
    let outputs = loop {{
        if let core::task::Poll::Ready(outputs) = future.as_mut().poll(&mut context) {{
            break outputs;
        }}
    }};
    if future.poll(&mut context).is_ready() {{
        return;
    }}"
    )
}

/// What comes before and after a layer: its guard zones are filled and looked at.
fn guards(Compiled { case, arena_bytes, zones, kept, .. }: &Compiled<'_>) -> [String; 2] {
    let Some(layer) = case.as_layer() else { return [const { String::new() }; 2] };
    let kept = kept.iter().filter_map(|&(number, offset)| {
        let place = case.inputs.get(number)?;
        Some([offset, place.offset, place.length])
    });
    let (kept, pattern_at) = (kept.collect::<Vec<_>>(), case.extra_at());
    let output_offset = output_offset(case);
    let planted = match layer.planted {
        None => String::new(),
        Some(Planted::Write) => format!(
            "// SAFETY: in the arena, though not in a buffer.\n    unsafe {{ arena.add({}).write(!pattern) }};\n    ",
            ZONE - 1
        ),
        Some(Planted::Read) => format!(
            "// SAFETY: in the arena, though not in a buffer.\n    \
             unsafe {{ io.add({output_offset}).write(arena.add({}).read()) }};\n    ",
            ZONE - 1
        ),
    };
    let damage_at = output_offset
        + case.outputs.iter().find(|place| place.port.field == DAMAGE).map_or(0, |place| place.offset);
    let before = format!(
        "const GUARDS: firmware::guards::Guards = firmware::guards::Guards::new(&{zones:?}, &{kept:?}, {arena_bytes});
    // Else AddressSanitizer would take every access in the arena for one that it need not look at.
    let arena = core::hint::black_box((&raw mut MODEL).cast::<u8>());
    // SAFETY: the caller's; the model is its arena.
    let pattern = unsafe {{
        let pattern = io.add({pattern_at}).read();
        GUARDS.set(arena, pattern);
        pattern
    }};
    "
    );
    let after = format!(
        "{planted}// SAFETY: the caller's; the model is its arena.
    unsafe {{ io.add({damage_at}).cast::<i32>().write(GUARDS.damage(arena, pattern, io)) }};
"
    );
    [before, after]
}

/// Where the outputs begin.
fn output_offset(case: &Prepared) -> usize {
    case.input_bytes().next_multiple_of(16)
}

/// The program that runs the cases one after the other.
pub(crate) fn program(cases: &[&Prepared]) -> String {
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

/// The program that runs the cases on the host.
pub(crate) fn host_program(cases: &[&Prepared]) -> String {
    let mut text = "use firmware::cases::Case;\n\n".to_owned();
    for ident in cases.iter().map(|case| case.ident()) {
        let _ = writeln!(text, "#[path = \"../cases/{ident}.rs\"]\n#[allow(dead_code)]\nmod {ident};");
    }
    text += "\nfn main() -> std::io::Result<()> {\n    let cases = [\n";
    for case in cases {
        let _ = writeln!(
            text,
            "        Case {{ name: {:?}, run: {}::run, vectors: {}, input_bytes: {}, output_offset: {}, output_bytes: {} }},",
            case.name,
            case.ident(),
            case.blocks.len(),
            case.input_bytes(),
            output_offset(case),
            case.output_bytes()
        );
    }
    text + "    ];\n    // SAFETY: these are the functions' sizes.\n    unsafe { firmware::cases::run(&cases) }\n}\n"
}
