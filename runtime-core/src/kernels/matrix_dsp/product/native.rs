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

/// `(vector, weights, constants, result, common constants, end of the constants, words of the vector)`, and otherwise as
/// [`Function`].
type VectorFunction =
    unsafe extern "C" fn(*const u32, *const u32, *const i32, *mut i8, *const i32, *const i32, usize);

macro_rules! vector_functions {
    ($($name:ident),* $(,)?) => {
        unsafe extern "C" {
            $(fn $name(_: *const u32, _: *const u32, _: *const i32, _: *mut i8, _: *const i32, _: *const i32, _: usize);)*
        }
    };
}
vector_functions!(
    __tinyml_vector_floor_paired,
    __tinyml_vector_shifted_paired,
    __tinyml_vector_double_paired,
    __tinyml_vector_sums_paired,
    __tinyml_vector_floor_plain,
    __tinyml_vector_shifted_plain,
    __tinyml_vector_double_plain,
    __tinyml_vector_sums_plain,
    __tinyml_vector_common_floor_paired,
    __tinyml_vector_common_shifted_paired,
    __tinyml_vector_common_double_paired,
    __tinyml_vector_common_floor_plain,
    __tinyml_vector_common_shifted_plain,
    __tinyml_vector_common_double_plain,
);

const fn vector_function(packing: Packing, finish: Finish, common: bool) -> VectorFunction {
    match (common, packing, finish) {
        (false, Packing::Paired, Finish::Floor) => __tinyml_vector_floor_paired,
        (false, Packing::Paired, Finish::Shifted) => __tinyml_vector_shifted_paired,
        (false, Packing::Paired, Finish::Double) => __tinyml_vector_double_paired,
        (_, Packing::Paired, Finish::Exact) => __tinyml_vector_sums_paired,
        (false, Packing::Plain, Finish::Floor) => __tinyml_vector_floor_plain,
        (false, Packing::Plain, Finish::Shifted) => __tinyml_vector_shifted_plain,
        (false, Packing::Plain, Finish::Double) => __tinyml_vector_double_plain,
        (_, Packing::Plain, Finish::Exact) => __tinyml_vector_sums_plain,
        (true, Packing::Paired, Finish::Floor) => __tinyml_vector_common_floor_paired,
        (true, Packing::Paired, Finish::Shifted) => __tinyml_vector_common_shifted_paired,
        (true, Packing::Paired, Finish::Double) => __tinyml_vector_common_double_paired,
        (true, Packing::Plain, Finish::Floor) => __tinyml_vector_common_floor_plain,
        (true, Packing::Plain, Finish::Shifted) => __tinyml_vector_common_shifted_plain,
        (true, Packing::Plain, Finish::Double) => __tinyml_vector_common_double_plain,
    }
}

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
    [common, constants]: [Src<i32>; 2],
    outputs: [Dst<i8>; COLUMNS],
    blocks: usize,
) {
    // SAFETY: there are constants for the blocks.
    let end = unsafe { constants.skip(blocks * form.block_constants()) };
    let [first, second] = [outputs[0], outputs[COLUMNS - 1]].map(Dst::as_ptr);
    let steps = form.steps * COLUMNS / 2;
    if form.in_place {
        // SAFETY: the caller's.
        return unsafe {
            vector_function(form.packing, form.finish, form.common)(
                columns.as_ptr(),
                weights.as_ptr(),
                constants.as_ptr(),
                first,
                common.as_ptr(),
                end.as_ptr(),
                form.steps / 2,
            )
        };
    }
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
