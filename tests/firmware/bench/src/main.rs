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

/// The generated module, with `Outputs` (the type of an inference's result), `places` (of the inputs) and `results`.
#[allow(dead_code, missing_docs, unreachable_pub, unused_qualifications)]
mod model {
    include!(env!("TINYML_BENCH_MODEL"));
}

static mut MODEL: model::Model = model::Model::new();

fn main() {
    // SAFETY: the only reference, in a program of one thread; `on_painted_stack` uses it while it is lent.
    let model = unsafe { &mut *(&raw mut MODEL) };
    read(model);
    // SAFETY: the function gets the model that it expects.
    let stack = unsafe { firmware::stack::high_water(on_painted_stack, (&raw mut *model).cast()) };
    read(model);
    mark!(START);
    let results = infer(model);
    mark!(STOP);
    let mut file = firmware::file::File::create(c"outputs");
    model::results(results, |bytes| file.write(bytes));
    firmware::println!("stack {stack}");
}

fn read(model: &mut model::Model) {
    let mut file = firmware::file::File::open(c"inputs");
    model::places(model, |bytes| file.read(bytes));
}

fn on_painted_stack(model: *mut u8) {
    // SAFETY: `main` lends its model.
    infer(unsafe { &mut *model.cast() });
}

#[inline(never)]
fn infer(model: &mut model::Model) -> model::Results<'_> {
    model.infer()
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
