//! The hand-written form.

use tinyml_arith::matrix::{Code, Finish, Packing};

use super::{Form, Product};
use crate::arena::{Dst, Src};

core::arch::global_asm!(include_str!("../matrix.s"), options(raw));

/// `(columns, weights, constants, first result, second result, steps, end of the constants)`. With one column a step of the last
/// argument is two of the column's, and the second result is not used. The functions keep what AAPCS says, touch no memory but
/// what the arguments span, and use 56 bytes of stack.
type Function = unsafe extern "C" fn(*const u32, *const u32, *const i32, *mut i8, *mut i8, usize, *const i32);

/// `(vector, weights, constants, result, common constants, words of the vector, end of the constants)`, and otherwise as
/// [`Function`].
type VectorFunction =
    unsafe extern "C" fn(*const u32, *const u32, *const i32, *mut i8, *const i32, usize, *const i32);

/// Declares functions, and `$of`: that of a packing and a finish, in unrolled loops or, small, in short ones. `$else` has what is
/// missing.
macro_rules! functions {
    ($of:ident: $fifth:ty, $function:ty; $($packing:ident $finish:ident: $name:ident $small:ident;)* $(; else $else:ident)?) => {
        unsafe extern "C" {
            $(
                fn $name(_: *const u32, _: *const u32, _: *const i32, _: *mut i8, _: $fifth, _: usize, _: *const i32);
                fn $small(_: *const u32, _: *const u32, _: *const i32, _: *mut i8, _: $fifth, _: usize, _: *const i32);
            )*
        }

        const fn $of(packing: Packing, finish: Finish, code: Code) -> $function {
            match (packing, finish, code) {
                $(
                    (Packing::$packing, Finish::$finish, Code::Small) => $small,
                    (Packing::$packing, Finish::$finish, _) => $name,
                )*
                $(_ => $else(packing, finish, code),)?
            }
        }
    };
}
functions! {
    one_column: *mut i8, Function;
    Paired Floor: __tinyml_matrix_1_floor_paired __tinyml_matrix_1_floor_paired_small;
    Paired Shifted: __tinyml_matrix_1_shifted_paired __tinyml_matrix_1_shifted_paired_small;
    Paired Double: __tinyml_matrix_1_double_paired __tinyml_matrix_1_double_paired_small;
    Paired Exact: __tinyml_matrix_1_sums_paired __tinyml_matrix_1_sums_paired_small;
    Plain Floor: __tinyml_matrix_1_floor_plain __tinyml_matrix_1_floor_plain_small;
    Plain Shifted: __tinyml_matrix_1_shifted_plain __tinyml_matrix_1_shifted_plain_small;
    Plain Double: __tinyml_matrix_1_double_plain __tinyml_matrix_1_double_plain_small;
    Plain Exact: __tinyml_matrix_1_sums_plain __tinyml_matrix_1_sums_plain_small;
}
functions! {
    two_columns: *mut i8, Function;
    Paired Floor: __tinyml_matrix_2_floor_paired __tinyml_matrix_2_floor_paired_small;
    Paired Shifted: __tinyml_matrix_2_shifted_paired __tinyml_matrix_2_shifted_paired_small;
    Paired Double: __tinyml_matrix_2_double_paired __tinyml_matrix_2_double_paired_small;
    Paired Exact: __tinyml_matrix_2_sums_paired __tinyml_matrix_2_sums_paired_small;
    Plain Floor: __tinyml_matrix_2_floor_plain __tinyml_matrix_2_floor_plain_small;
    Plain Shifted: __tinyml_matrix_2_shifted_plain __tinyml_matrix_2_shifted_plain_small;
    Plain Double: __tinyml_matrix_2_double_plain __tinyml_matrix_2_double_plain_small;
    Plain Exact: __tinyml_matrix_2_sums_plain __tinyml_matrix_2_sums_plain_small;
}
functions! {
    vector: *const i32, VectorFunction;
    Paired Floor: __tinyml_vector_floor_paired __tinyml_vector_floor_paired_small;
    Paired Shifted: __tinyml_vector_shifted_paired __tinyml_vector_shifted_paired_small;
    Paired Double: __tinyml_vector_double_paired __tinyml_vector_double_paired_small;
    Paired Exact: __tinyml_vector_sums_paired __tinyml_vector_sums_paired_small;
    Plain Floor: __tinyml_vector_floor_plain __tinyml_vector_floor_plain_small;
    Plain Shifted: __tinyml_vector_shifted_plain __tinyml_vector_shifted_plain_small;
    Plain Double: __tinyml_vector_double_plain __tinyml_vector_double_plain_small;
    Plain Exact: __tinyml_vector_sums_plain __tinyml_vector_sums_plain_small;
}
functions! {
    vector_with_common: *const i32, VectorFunction;
    Paired Floor: __tinyml_vector_common_floor_paired __tinyml_vector_common_floor_paired_small;
    Paired Shifted: __tinyml_vector_common_shifted_paired __tinyml_vector_common_shifted_paired_small;
    Paired Double: __tinyml_vector_common_double_paired __tinyml_vector_common_double_paired_small;
    Plain Floor: __tinyml_vector_common_floor_plain __tinyml_vector_common_floor_plain_small;
    Plain Shifted: __tinyml_vector_common_shifted_plain __tinyml_vector_common_shifted_plain_small;
    Plain Double: __tinyml_vector_common_double_plain __tinyml_vector_common_double_plain_small;
    ; else vector
}

/// One of the functions for columns.
#[derive(Clone, Copy)]
pub(crate) struct Multiply(Function);

impl Multiply {
    /// The function for so many columns.
    pub(crate) const fn of<const COLUMNS: usize>(packing: Packing, finish: Finish, code: Code) -> Multiply {
        match COLUMNS {
            1 => Multiply(one_column(packing, finish, code)),
            _ => Multiply(two_columns(packing, finish, code)),
        }
    }
}

impl<const COLUMNS: usize> Product<COLUMNS> for Multiply {
    #[inline(always)]
    unsafe fn call(
        self,
        form: Form,
        columns: Src<u32>,
        weights: Src<u32>,
        [_, constants]: [Src<i32>; 2],
        outputs: [Dst<i8>; COLUMNS],
        blocks: usize,
    ) {
        debug_assert!(!form.in_place);
        // SAFETY: there are constants for the blocks.
        let end = unsafe { constants.skip(blocks * form.finish.constant_words()) };
        let [first, second] = [outputs[0], outputs[COLUMNS - 1]].map(Dst::as_ptr);
        let steps = form.steps * COLUMNS / 2;
        // SAFETY: the caller's.
        unsafe {
            (self.0)(
                columns.as_ptr(),
                weights.as_ptr(),
                constants.as_ptr(),
                first,
                second,
                steps,
                end.as_ptr(),
            );
        }
    }
}

/// One of the functions for vectors in place.
#[derive(Clone, Copy)]
pub(crate) struct MultiplyVector(VectorFunction);

impl MultiplyVector {
    /// The function of a form.
    pub(crate) const fn of(packing: Packing, finish: Finish, common: bool, code: Code) -> MultiplyVector {
        match common {
            true => MultiplyVector(vector_with_common(packing, finish, code)),
            false => MultiplyVector(vector(packing, finish, code)),
        }
    }
}

impl Product<1> for MultiplyVector {
    #[inline(always)]
    unsafe fn call(
        self,
        form: Form,
        vector: Src<u32>,
        weights: Src<u32>,
        [common, constants]: [Src<i32>; 2],
        [output]: [Dst<i8>; 1],
        blocks: usize,
    ) {
        debug_assert!(form.in_place);
        // SAFETY: there are constants for the blocks.
        let end = unsafe { constants.skip(blocks * form.block_constants()) };
        // SAFETY: the caller's.
        unsafe {
            (self.0)(
                vector.as_ptr(),
                weights.as_ptr(),
                constants.as_ptr(),
                output.as_ptr(),
                common.as_ptr(),
                form.steps / 2,
                end.as_ptr(),
            );
        }
    }
}
