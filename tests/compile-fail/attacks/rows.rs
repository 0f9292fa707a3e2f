//! Rows on their way through a chain: numbers of rows and bytes whose product or sum is small only because it wraps.
#![forbid(unsafe_code)]

#[macro_use]
mod support;

use support::HALF;
use tinyml::__private::Multiplier;
use tinyml::__private::{
    Arena, rows_fill, rows_keep, rows_mean_s8, rows_outside, rows_put, rows_sum_s8, rows_take,
};

// The bytes of the band and the way that they move are 0 together.
layer!(Kept of rows_keep: {
    const BYTES: usize = 4096;
    const DISTANCE: usize = usize::MAX - 4095;
} {
    const ROWS: usize = 0;
    const PARAMS: rows_keep::Params = rows_keep::Params {};
});

layer!(NewRows of rows_outside: {
    const ROW_BYTES: usize = 2;
    const HEIGHT: usize = 0;
    const NEW: usize = HALF;
} {
    const ROWS: usize = 0;
    const PARAMS: rows_outside::Params = rows_outside::Params {};
});

// One of the tensor's rows lies behind the arena.
layer!(Taken of rows_take: {
    const ROW_BYTES: usize = 8;
    const HEIGHT: usize = 1 << (usize::BITS - 3);
    const NEW: usize = 1;
} {
    const INPUT: usize = 8;
    const ROWS: usize = 0;
    const PARAMS: rows_take::Params = rows_take::Params {};
});

layer!(Put of rows_put: {
    const ROW_BYTES: usize = 8;
    const HEIGHT: usize = 1 << (usize::BITS - 3);
    const NEW: usize = 1;
} {
    const ROWS: usize = 0;
    const OUTPUT: usize = 8;
    const PARAMS: rows_put::Params = rows_put::Params {};
});

layer!(Summed of rows_sum_s8: {
    const ROW_BYTES: usize = 2;
    const HEIGHT: usize = HALF;
    const NEW: usize = HALF;
    const CHANNELS: usize = 1;
} {
    const ROWS: usize = 8;
    const SUMS: usize = 0;
    const PARAMS: rows_sum_s8::Params = rows_sum_s8::Params {};
});

layer!(Means of rows_mean_s8: {
    const CHANNELS: usize = usize::MAX / 4 + 2;
} {
    const SUMS: usize = 0;
    const OUTPUT: usize = 8;
    const PARAMS: rows_mean_s8::Params =
        rows_mean_s8::Params { multiplier: Multiplier { multiplier: 0, shift: 0 }, offset: 0, output_zero_point: 0 };
});

layer!(Filled of rows_fill: {
    const BYTES: usize = 8;
} {
    const ROWS: usize = usize::MAX - 3;
    const PARAMS: rows_fill::Params = rows_fill::Params {};
});

fn main() {
    let arena = &mut Arena::<64>::new();
    rows_keep::run::<Kept, _>(arena); //~ a size does not fit into memory
    rows_outside::run::<NewRows, _>(arena, 0); //~ a size does not fit into memory
    rows_take::run::<Taken, _>(arena, 1 << 20); //~ a size does not fit into memory
    rows_put::run::<Put, _>(arena, 1 << 20); //~ a size does not fit into memory
    rows_sum_s8::run::<Summed, _>(arena, 0); //~ a size does not fit into memory
    rows_mean_s8::run::<Means, _>(arena); //~ a buffer ends outside the arena
    rows_fill::run::<Filled, _>(arena); //~ a buffer begins outside the arena
}
