//! What `matrix.s` does, in Rust.

use tinyml_arith::matrix::{BLOCK, Code, Finish, Packing};

use super::{Form, Product};
use crate::arch::dsp::{smlad, smmla, smmlar, sxtb16, sxtb16_ror8, usat8};
use crate::arena::{Dst, Src};

/// One of the functions for columns.
#[derive(Clone, Copy)]
pub(crate) struct Multiply;

impl Multiply {
    /// The function for so many columns.
    pub(crate) const fn of<const COLUMNS: usize>(_: Packing, _: Finish, _: Code) -> Multiply {
        assert!(COLUMNS == 1 || COLUMNS == 2);
        Multiply
    }
}

impl<const COLUMNS: usize> Product<COLUMNS> for Multiply {
    unsafe fn call(
        self,
        form: Form,
        columns: Src<u32>,
        weights: Src<u32>,
        constants: [Src<i32>; 2],
        outputs: [Dst<i8>; COLUMNS],
        blocks: usize,
    ) {
        // SAFETY: the caller's.
        unsafe { multiply(form, columns, weights, constants, outputs, blocks) }
    }
}

/// One of the functions for vectors in place.
#[derive(Clone, Copy)]
pub(crate) struct MultiplyVector;

impl MultiplyVector {
    /// The function of a form.
    pub(crate) const fn of(_: Packing, _: Finish, _: bool, _: Code) -> MultiplyVector {
        MultiplyVector
    }
}

impl Product<1> for MultiplyVector {
    unsafe fn call(
        self,
        form: Form,
        vector: Src<u32>,
        weights: Src<u32>,
        constants: [Src<i32>; 2],
        outputs: [Dst<i8>; 1],
        blocks: usize,
    ) {
        debug_assert!(form.in_place);
        // SAFETY: the caller's.
        unsafe { multiply(form, vector, weights, constants, outputs, blocks) }
    }
}

/// As [`Product::call`].
///
/// # Safety
/// As for [`Product::call`].
unsafe fn multiply<const COLUMNS: usize>(
    form: Form,
    columns: Src<u32>,
    weights: Src<u32>,
    [common, constants]: [Src<i32>; 2],
    outputs: [Dst<i8>; COLUMNS],
    blocks: usize,
) {
    debug_assert!(COLUMNS == 2 || form.steps.is_multiple_of(2));
    for block in 0..blocks {
        // SAFETY: the caller's.
        unsafe {
            let weights = weights.skip(block * form.block_weights());
            let constants = constants.skip(block * form.block_constants());
            for (column, output) in outputs.into_iter().enumerate() {
                let sums = sums(form, columns, COLUMNS, column, weights, constants);
                for (channel, sum) in sums.into_iter().enumerate() {
                    if let Finish::Exact = form.finish {
                        output.cast::<i32>().set(channel, sum);
                    } else {
                        let own = form.finish.constant_words() / BLOCK - 1;
                        let scale = if form.common { common } else { constants.skip(BLOCK + channel * own) };
                        let byte = finish(form.finish, sum, scale);
                        output.set(block * BLOCK + channel, byte);
                    }
                }
            }
        }
    }
}

/// The sums of a block for one of `stride` columns.
///
/// # Safety
/// As for [`multiply`].
unsafe fn sums(
    form: Form,
    columns: Src<u32>,
    stride: usize,
    column: usize,
    weights: Src<u32>,
    constants: Src<i32>,
) -> [i32; BLOCK] {
    // SAFETY: a block's constants begin with what its accumulators start from.
    let mut acc: [i32; BLOCK] = core::array::from_fn(|channel| unsafe { constants.get(channel) });
    for step in 0..form.steps {
        for pair in 0..BLOCK / 2 {
            // SAFETY: the caller's.
            let w = unsafe { weights.get(step * BLOCK / 2 + pair) };
            // SAFETY: the caller's.
            let x = unsafe {
                match (form.in_place, step % 2) {
                    (false, _) => columns.get(step * stride + column),
                    (true, 0) => sxtb16(columns.get(step / 2)),
                    (true, _) => sxtb16_ror8(columns.get(step / 2)),
                }
            };
            let a = match form.packing {
                Packing::Paired => w,
                Packing::Plain => sxtb16_ror8(w),
            };
            acc[2 * pair] = smlad(a, x, acc[2 * pair]);
            acc[2 * pair + 1] = smlad(sxtb16(w), x, acc[2 * pair + 1]);
        }
    }
    if let Packing::Paired = form.packing {
        for pair in 0..BLOCK / 2 {
            acc[2 * pair] = acc[2 * pair].wrapping_sub(acc[2 * pair + 1]) >> 8;
        }
    }
    acc
}

/// The result for a sum.
///
/// # Safety
/// `constants` are those of the channel for requantisation; `finish` is not [`Finish::Exact`].
unsafe fn finish(finish: Finish, sum: i32, constants: Src<i32>) -> i8 {
    // SAFETY: the caller's.
    let constant = |i: usize| unsafe { constants.get(i) };
    let (multiplier, offset) = (constant(0), constant(1));
    let plus_128 = match finish {
        Finish::Floor | Finish::Exact => (smmla(sum, multiplier, offset) as i16).into(),
        Finish::Shifted => smmla(sum, multiplier, offset).wrapping_shr(constant(2) as u32),
        Finish::Double => smmlar(sum.wrapping_mul(2), multiplier, offset)
            .wrapping_add(sum >> 31)
            .wrapping_shr(constant(2) as u32),
    };
    (usat8(plus_128) - 128) as i8
}
