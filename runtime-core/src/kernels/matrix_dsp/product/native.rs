//! The hand-written form.

use tinyml_arith::matrix::{Finish, Packing};

use super::Form;
use crate::arena::{Dst, Src};

core::arch::global_asm!(include_str!("../matrix.s"), options(raw));

/// `(columns, weights, constants, first result, second result, end of the constants, steps)`. With one column a step of the last
/// argument is two of the column's, and the second result is not used. The functions keep what AAPCS says, touch no memory but
/// what the arguments span, and use 56 bytes of stack.
type Function = unsafe extern "C" fn(*const u32, *const u32, *const i32, *mut i8, *mut i8, *const i32, usize);

macro_rules! functions {
    ($($name:ident),* $(,)?) => {
        unsafe extern "C" {
            $(fn $name(_: *const u32, _: *const u32, _: *const i32, _: *mut i8, _: *mut i8, _: *const i32, _: usize);)*
        }
    };
}
functions!(
    __tinyml_matrix_1_floor_paired,
    __tinyml_matrix_1_shifted_paired,
    __tinyml_matrix_1_double_paired,
    __tinyml_matrix_1_sums_paired,
    __tinyml_matrix_1_floor_plain,
    __tinyml_matrix_1_shifted_plain,
    __tinyml_matrix_1_double_plain,
    __tinyml_matrix_1_sums_plain,
    __tinyml_matrix_2_floor_paired,
    __tinyml_matrix_2_shifted_paired,
    __tinyml_matrix_2_double_paired,
    __tinyml_matrix_2_sums_paired,
    __tinyml_matrix_2_floor_plain,
    __tinyml_matrix_2_shifted_plain,
    __tinyml_matrix_2_double_plain,
    __tinyml_matrix_2_sums_plain,
);

const fn function<const COLUMNS: usize>(packing: Packing, finish: Finish) -> Function {
    match (COLUMNS, packing, finish) {
        (1, Packing::Paired, Finish::Floor) => __tinyml_matrix_1_floor_paired,
        (1, Packing::Paired, Finish::Shifted) => __tinyml_matrix_1_shifted_paired,
        (1, Packing::Paired, Finish::Double) => __tinyml_matrix_1_double_paired,
        (1, Packing::Paired, Finish::Exact) => __tinyml_matrix_1_sums_paired,
        (1, Packing::Plain, Finish::Floor) => __tinyml_matrix_1_floor_plain,
        (1, Packing::Plain, Finish::Shifted) => __tinyml_matrix_1_shifted_plain,
        (1, Packing::Plain, Finish::Double) => __tinyml_matrix_1_double_plain,
        (1, Packing::Plain, Finish::Exact) => __tinyml_matrix_1_sums_plain,
        (_, Packing::Paired, Finish::Floor) => __tinyml_matrix_2_floor_paired,
        (_, Packing::Paired, Finish::Shifted) => __tinyml_matrix_2_shifted_paired,
        (_, Packing::Paired, Finish::Double) => __tinyml_matrix_2_double_paired,
        (_, Packing::Paired, Finish::Exact) => __tinyml_matrix_2_sums_paired,
        (_, Packing::Plain, Finish::Floor) => __tinyml_matrix_2_floor_plain,
        (_, Packing::Plain, Finish::Shifted) => __tinyml_matrix_2_shifted_plain,
        (_, Packing::Plain, Finish::Double) => __tinyml_matrix_2_double_plain,
        (_, Packing::Plain, Finish::Exact) => __tinyml_matrix_2_sums_plain,
    }
}

/// As the emulation's.
///
/// # Safety
/// As the emulation's.
#[inline(always)]
pub(super) unsafe fn multiply<const COLUMNS: usize>(
    form: Form,
    columns: Src<u32>,
    weights: Src<u32>,
    constants: Src<i32>,
    outputs: [Dst<i8>; COLUMNS],
    blocks: usize,
) {
    // SAFETY: there are constants for the blocks.
    let end = unsafe { constants.skip(blocks * form.finish.constant_words()) };
    let [first, second] = [outputs[0], outputs[COLUMNS - 1]].map(Dst::as_ptr);
    let steps = form.steps * COLUMNS / 2;
    // SAFETY: the caller's.
    unsafe {
        function::<COLUMNS>(form.packing, form.finish)(
            columns.as_ptr(),
            weights.as_ptr(),
            constants.as_ptr(),
            first,
            second,
            end.as_ptr(),
            steps,
        );
    }
}
