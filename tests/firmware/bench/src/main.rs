//! One model as firmware, to be measured by `cargo xtask mcu-bench`.
//!
//! The variable `TINYML_BENCH_MODEL` names the generated module. The program reads the inputs from the file `inputs`, runs the
//! model twice, first on painted stack, then between two marks, and writes the results to the file `outputs`.
#![no_std]
#![no_main]

firmware::start!(main);
firmware::report_panics!();

/// Notes the address of this place, with a number, in a section of the ELF file that is not loaded. It is no instruction: the measured
/// code stays as it is.
macro_rules! mark {
    ($number:expr) => {
        // SAFETY: no instruction is written.
        unsafe {
            core::arch::asm!(
                ".pushsection .tinyml_marks, \"\", %progbits",
                ".4byte 2f",
                ".4byte {number}",
                ".popsection",
                "2:",
                number = const $number,
                options(nostack, preserves_flags),
            )
        }
    };
}
/// The mark where measuring begins. The generated module may have further marks from [`STOP`] + 1 on.
const START: u32 = 0;
/// The mark where it ends.
const STOP: u32 = 1;

/// The generated module, with `Results` (the type of an inference's result), `Given` (inputs that are not in the arena), `places` (of the
/// inputs), `infer`, `results` and `begin_anew`.
#[allow(dead_code, missing_docs, unreachable_pub, unused_qualifications)]
mod model {
    include!(env!("TINYML_BENCH_MODEL"));
}

static mut MODEL: model::Model = model::Model::new();

fn main() {
    // SAFETY: the only reference, in a program of one thread; `on_painted_stack` uses it while it is lent.
    let model = unsafe { &mut *(&raw mut MODEL) };
    // Here, because what whoever feeds a model has in memory is not the model's.
    let mut given = model::GIVEN;
    read(model, &mut given);
    let mut both: Lent<'_> = (&mut *model, &given);
    // SAFETY: the function gets what it expects.
    let stack = unsafe { firmware::stack::high_water(on_painted_stack, (&raw mut both).cast()) };
    model::begin_anew(model);
    read(model, &mut given);
    mark!(START);
    let results = infer(model, &given);
    mark!(STOP);
    let mut file = firmware::file::File::create(c"outputs");
    model::results(results, |bytes| file.write(bytes));
    firmware::println!("stack {stack}");
}

fn read(model: &mut model::Model, given: &mut model::Given) {
    let mut file = firmware::file::File::open(c"inputs");
    model::places(model, given, |bytes| file.read(bytes));
}

/// What an inference needs.
type Lent<'a> = (&'a mut model::Model, &'a model::Given);

fn on_painted_stack(both: *mut u8) {
    // SAFETY: `main` lends both.
    let (model, given) = unsafe { &mut *both.cast::<Lent<'_>>() };
    infer(model, given);
}

#[inline(never)]
fn infer<'m>(model: &'m mut model::Model, given: &model::Given) -> model::Results<'m> {
    model::infer(model, given)
}

/// All rows were given, and there is no result.
#[allow(dead_code)]
fn no_result() -> ! {
    firmware::exit::exit(firmware::exit::PANIC)
}

/// The bytes of an array.
fn bytes<T, const N: usize>(array: &[T; N]) -> &[u8] {
    // SAFETY: models' elements are numbers without padding.
    unsafe { core::slice::from_raw_parts(array.as_ptr().cast(), size_of_val(array)) }
}

/// The bytes of an array, to write.
fn bytes_mut<T, const N: usize>(array: &mut [T; N]) -> &mut [u8] {
    // SAFETY: models' elements are numbers, for which every bit pattern is good.
    unsafe { core::slice::from_raw_parts_mut(array.as_mut_ptr().cast(), size_of_val(array)) }
}
