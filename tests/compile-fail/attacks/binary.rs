//! Functions of pairs of elements, selection, and tensors with a border: extents whose product wraps, constants that are too short.
#![forbid(unsafe_code)]

#[macro_use]
mod support;

use support::{HALF, QUARTER};
use tinyml::__private::{Arena, binary_f32, linear_constant_s8, linear_s8, pad_f32, pad_s8, select_i32};

layer!(Equal of linear_s8: {
    const OUTPUT: [usize; 4] = [HALF, 2, 1, 1];
    const INPUT_1: [usize; 4] = [HALF, 2, 1, 1];
    const INPUT_2: [usize; 4] = [HALF, 2, 1, 1];
} {
    const INPUT_1: usize = 0;
    const INPUT_2: usize = 16;
    const OUTPUT: usize = 32;
    const PARAMS: linear_s8::Params = linear_s8::Params { first: 1, second: 1, offset: 0 };
});

layer!(Repeated of linear_s8: {
    const OUTPUT: [usize; 4] = [HALF, 2, 1, 1];
    const INPUT_1: [usize; 4] = [1, 1, 1, 1];
    const INPUT_2: [usize; 4] = [1, 2, 1, 1];
} {
    const INPUT_1: usize = 0;
    const INPUT_2: usize = 16;
    const OUTPUT: usize = 32;
    const PARAMS: linear_s8::Params = linear_s8::Params { first: 1, second: 1, offset: 0 };
});

// No elements, and still places that count up.
layer!(Empty of linear_s8: {
    const OUTPUT: [usize; 4] = [HALF, 2, 0, 1];
    const INPUT_1: [usize; 4] = [HALF, 2, 0, 1];
    const INPUT_2: [usize; 4] = [1, 1, 1, 1];
} {
    const INPUT_1: usize = 0;
    const INPUT_2: usize = 16;
    const OUTPUT: usize = 32;
    const PARAMS: linear_s8::Params = linear_s8::Params { first: 1, second: 1, offset: 0 };
});

layer!(Floats of binary_f32: {
    const OUTPUT: [usize; 4] = [QUARTER, 4, 1, 1];
    const INPUT_1: [usize; 4] = [QUARTER, 4, 1, 1];
    const INPUT_2: [usize; 4] = [1, 1, 1, 1];
} {
    const INPUT_1: usize = 0;
    const INPUT_2: usize = 16;
    const OUTPUT: usize = 32;
    const PARAMS: binary_f32::Params = binary_f32::Params { min: 0.0, max: 1.0 };
});

layer!(Constant of linear_constant_s8: {
    const OUTPUT: [usize; 4] = [HALF, 2, 1, 1];
    const INPUT_1: [usize; 4] = [1, 1, 1, 1];
    const INPUT_2: [usize; 4] = [HALF, 2, 1, 1];
} {
    const INPUT: usize = 0;
    const OUTPUT: usize = 32;
    const PARAMS: linear_constant_s8::Params = linear_constant_s8::Params { constant: &[], first: 1, second: 1, offset: 0 };
});

layer!(Selected of select_i32: {
    const OUTPUT: [usize; 4] = [QUARTER, 4, 1, 1];
    const CONDITION: [usize; 4] = [1, 1, 1, 1];
    const INPUT_1: [usize; 4] = [1, 1, 1, 1];
    const INPUT_2: [usize; 4] = [1, 1, 1, 1];
} {
    const OUTPUT: usize = 32;
    const PARAMS: select_i32::Params = select_i32::Params { condition: &[1], first: &[1], second: &[2] };
});

layer!(TooShort of select_i32: {
    const OUTPUT: [usize; 4] = [1, 1, 1, 4];
    const CONDITION: [usize; 4] = [1, 1, 1, 1];
    const INPUT_1: [usize; 4] = [1, 1, 1, 4];
    const INPUT_2: [usize; 4] = [1, 1, 1, 1];
} {
    const OUTPUT: usize = 32;
    const PARAMS: select_i32::Params = select_i32::Params { condition: &[1], first: &[1, 2, 3], second: &[2] };
});

layer!(Before of pad_s8: {
    const INPUT: [usize; 4] = [1, 1, 1, 1];
    const BEFORE: [usize; 4] = [0, 0, 0, usize::MAX];
} {
    const INPUT: usize = 0;
    const OUTPUT: usize = 32;
    const PARAMS: pad_s8::Params = pad_s8::Params { value: 0 };
});

layer!(After of pad_s8: {
    const INPUT: [usize; 4] = [1, 1, 2, 1];
    const AFTER: [usize; 4] = [0, HALF - 1, 0, 0];
} {
    const INPUT: usize = 0;
    const OUTPUT: usize = 32;
    const PARAMS: pad_s8::Params = pad_s8::Params { value: 0 };
});

layer!(PadFloats of pad_f32: {
    const INPUT: [usize; 4] = [1, 1, 1, 4];
    const AFTER: [usize; 4] = [0, 0, QUARTER - 1, 0];
} {
    const INPUT: usize = 0;
    const OUTPUT: usize = 32;
    const PARAMS: pad_f32::Params = pad_f32::Params { value: 0.0 };
});

fn main() {
    let arena = &mut Arena::<64>::new();
    linear_s8::run::<Equal, _>(arena); //~ a size does not fit into memory
    linear_s8::run::<Repeated, _>(arena); //~ a size does not fit into memory
    linear_s8::run::<Empty, _>(arena); //~ a size does not fit into memory
    binary_f32::run::<Floats, _>(arena); //~ a size does not fit into memory
    linear_constant_s8::run::<Constant, _>(arena); //~ a size does not fit into memory
    select_i32::run::<Selected, _>(arena); //~ a size does not fit into memory
    select_i32::run::<TooShort, _>(arena); //~ a constant does not have the shape's length
    pad_s8::run::<Before, _>(arena); //~ a size does not fit into memory
    pad_s8::run::<After, _>(arena); //~ a size does not fit into memory
    pad_f32::run::<PadFloats, _>(arena); //~ a size does not fit into memory
}
