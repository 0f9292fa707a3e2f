//! Boxes of elements: steps that wrap, so that a box that reaches across all memory spans one element.
#![forbid(unsafe_code)]

#[macro_use]
mod support;

use support::HALF;
use tinyml::__private::{
    Arena, copy_constant_strided_s8, copy_strided_f32, copy_strided_s8, lookup_strided_s8,
};

layer!(Read of copy_strided_s8: {
    const EXTENTS: [usize; 5] = [3, 1, 1, 1, 1];
    const FROM: [isize; 5] = [isize::MIN, 1, 1, 1, 1];
    const TO: [usize; 5] = [1; 5];
} {
    const INPUT: usize = 0;
    const OUTPUT: usize = 32;
    const PARAMS: copy_strided_s8::Params = copy_strided_s8::Params {};
});

layer!(Written of copy_strided_s8: {
    const EXTENTS: [usize; 5] = [1, 1, 3, 1, 1];
    const FROM: [isize; 5] = [1; 5];
    const TO: [usize; 5] = [1, 1, HALF, 1, 1];
} {
    const INPUT: usize = 0;
    const OUTPUT: usize = 32;
    const PARAMS: copy_strided_s8::Params = copy_strided_s8::Params {};
});

// Each step is a size, and their sum is none.
layer!(Summed of copy_strided_s8: {
    const EXTENTS: [usize; 5] = [2, 2, 2, 1, 1];
    const FROM: [isize; 5] = [isize::MAX, isize::MAX, 2, 1, 1];
    const TO: [usize; 5] = [1; 5];
} {
    const INPUT: usize = 0;
    const OUTPUT: usize = 32;
    const PARAMS: copy_strided_s8::Params = copy_strided_s8::Params {};
});

layer!(Floats of copy_strided_f32: {
    const EXTENTS: [usize; 5] = [5, 1, 1, 1, 1];
    const FROM: [isize; 5] = [isize::MAX / 2 + 1, 1, 1, 1, 1];
    const TO: [usize; 5] = [1; 5];
} {
    const INPUT: usize = 0;
    const OUTPUT: usize = 32;
    const PARAMS: copy_strided_f32::Params = copy_strided_f32::Params {};
});

layer!(Constant of copy_constant_strided_s8: {
    const EXTENTS: [usize; 5] = [3, 1, 1, 1, 1];
    const FROM: [isize; 5] = [1; 5];
    const TO: [usize; 5] = [HALF, 1, 1, 1, 1];
} {
    const OUTPUT: usize = 32;
    const PARAMS: copy_constant_strided_s8::Params = copy_constant_strided_s8::Params { constant: &[7; 3] };
});

layer!(Flash of copy_constant_strided_s8: {
    const EXTENTS: [usize; 5] = [3, 1, 1, 1, 1];
    const FROM: [isize; 5] = [isize::MIN, 1, 1, 1, 1];
    const TO: [usize; 5] = [1; 5];
} {
    const OUTPUT: usize = 32;
    const PARAMS: copy_constant_strided_s8::Params = copy_constant_strided_s8::Params { constant: &[7] };
});

layer!(Table of lookup_strided_s8: {
    const EXTENTS: [usize; 5] = [1, 1, 1, 1, 3];
    const FROM: [isize; 5] = [1, 1, 1, 1, isize::MIN];
    const TO: [usize; 5] = [1; 5];
} {
    const INPUT: usize = 0;
    const OUTPUT: usize = 32;
    const PARAMS: lookup_strided_s8::Params = lookup_strided_s8::Params { table: &[0; 256] };
});

layer!(ShortTable of lookup_strided_s8: {
    const EXTENTS: [usize; 5] = [1; 5];
    const FROM: [isize; 5] = [1; 5];
    const TO: [usize; 5] = [1; 5];
} {
    const INPUT: usize = 0;
    const OUTPUT: usize = 32;
    const PARAMS: lookup_strided_s8::Params = lookup_strided_s8::Params { table: &[0; 255] };
});

layer!(Empty of copy_strided_s8: {
    const EXTENTS: [usize; 5] = [0, 1, 1, 1, 1];
    const FROM: [isize; 5] = [1; 5];
    const TO: [usize; 5] = [1; 5];
} {
    const INPUT: usize = 0;
    const OUTPUT: usize = 32;
    const PARAMS: copy_strided_s8::Params = copy_strided_s8::Params {};
});

// Backwards from the first element of the buffer: what lies in front of it would be read.
layer!(Backwards of copy_strided_s8: {
    const EXTENTS: [usize; 5] = [1, 1, 1, 1, 4];
    const FROM: [isize; 5] = [1, 1, 1, 1, -1];
    const TO: [usize; 5] = [1; 5];
} {
    const INPUT: usize = 0;
    const OUTPUT: usize = 32;
    const PARAMS: copy_strided_s8::Params = copy_strided_s8::Params {};
});

// The first element lies behind the last one.
layer!(Beyond of copy_strided_s8: {
    const EXTENTS: [usize; 5] = [1, 1, 1, 1, 4];
    const FROM: [isize; 5] = [1; 5];
    const FIRST: usize = 60;
    const TO: [usize; 5] = [1; 5];
} {
    const INPUT: usize = 0;
    const OUTPUT: usize = 32;
    const PARAMS: copy_strided_s8::Params = copy_strided_s8::Params {};
});

// A box that lies in the arena, and compiles.
layer!(Right of copy_strided_s8: {
    const EXTENTS: [usize; 5] = [1, 1, 1, 2, 4];
    const FROM: [isize; 5] = [64, 64, 64, 8, 1];
    const TO: [usize; 5] = [1, 1, 1, 4, 1];
} {
    const INPUT: usize = 0;
    const OUTPUT: usize = 32;
    const PARAMS: copy_strided_s8::Params = copy_strided_s8::Params {};
});

fn main() {
    let arena = &mut Arena::<64>::new();
    copy_strided_s8::run::<Right, _>(arena);
    copy_strided_s8::run::<Read, _>(arena); //~ a size does not fit into memory
    copy_strided_s8::run::<Written, _>(arena); //~ a size does not fit into memory
    copy_strided_s8::run::<Summed, _>(arena); //~ a size does not fit into memory
    copy_strided_f32::run::<Floats, _>(arena); //~ a size does not fit into memory
    copy_constant_strided_s8::run::<Constant, _>(arena); //~ a size does not fit into memory
    copy_constant_strided_s8::run::<Flash, _>(arena); //~ a size does not fit into memory
    lookup_strided_s8::run::<Table, _>(arena); //~ a size does not fit into memory
    lookup_strided_s8::run::<ShortTable, _>(arena); //~ the table does not have 256 entries
    copy_strided_s8::run::<Empty, _>(arena); //~ a box without elements
    copy_strided_s8::run::<Backwards, _>(arena); //~ the first element is another
    copy_strided_s8::run::<Beyond, _>(arena); //~ the first element is another
}
