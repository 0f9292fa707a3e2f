//! Elements one by one, and softmax: numbers of elements that wrap, and places at the end of all memory.
#![forbid(unsafe_code)]

#[macro_use]
mod support;

use support::{HALF, QUARTER};
use tinyml::__private::{
    Arena, UnaryFunction, cast_i16_f32, cast_i64_f32, dequantize_s8, dynamic_quantize_f32, quantize_s8, softmax_f32, softmax_onnx_s8,
    softmax_s8, table_s8, unary_f32,
};

layer!(Rows of softmax_s8: {
    const ROWS: usize = HALF;
    const DEPTH: usize = 2;
} {
    const INPUT: usize = 0;
    const OUTPUT: usize = 32;
    const PARAMS: softmax_s8::Params = softmax_s8::Params { multiplier: 0, shift: 0, diff_min: 0 };
});

layer!(OnnxRows of softmax_onnx_s8: {
    const ROWS: usize = HALF;
    const DEPTH: usize = 2;
} {
    const INPUT: usize = 0;
    const OUTPUT: usize = 32;
    const PARAMS: softmax_onnx_s8::Params = softmax_onnx_s8::Params { exp: &[0; 256], reciprocal: 0, output_zero_point: 0 };
});

layer!(FloatRows of softmax_f32: {
    const ROWS: usize = HALF;
    const DEPTH: usize = 2;
} {
    const INPUT: usize = 0;
    const OUTPUT: usize = 32;
    const PARAMS: softmax_f32::Params = softmax_f32::Params { beta: 1.0 };
});

layer!(Table of table_s8: {
    const ELEMENTS: usize = 8;
} {
    const INPUT: usize = usize::MAX - 3;
    const OUTPUT: usize = 32;
    const PARAMS: table_s8::Params = table_s8::Params { table: &[0; 256] };
});

layer!(ShortTable of table_s8: {
    const ELEMENTS: usize = 8;
} {
    const INPUT: usize = 0;
    const OUTPUT: usize = 32;
    const PARAMS: table_s8::Params = table_s8::Params { table: &[0; 255] };
});

layer!(Unary of unary_f32: {
    const ELEMENTS: usize = QUARTER;
    const FUNCTION: UnaryFunction = UnaryFunction::Logistic;
} {
    const INPUT: usize = 0;
    const OUTPUT: usize = 32;
    const PARAMS: unary_f32::Params = unary_f32::Params { a: 0.0, b: 0.0 };
});

layer!(UnaryMisaligned of unary_f32: {
    const ELEMENTS: usize = 1;
    const FUNCTION: UnaryFunction = UnaryFunction::Logistic;
} {
    const INPUT: usize = 0;
    const OUTPUT: usize = 34;
    const PARAMS: unary_f32::Params = unary_f32::Params { a: 0.0, b: 0.0 };
});

layer!(Quantized of quantize_s8: {
    const ELEMENTS: usize = QUARTER;
} {
    const INPUT: usize = 0;
    const OUTPUT: usize = 32;
    const PARAMS: quantize_s8::Params = quantize_s8::Params { scale: 1.0, zero_point: 0 };
});

layer!(Dequantized of dequantize_s8: {
    const ELEMENTS: usize = 8;
} {
    const INPUT: usize = 0;
    const OUTPUT: usize = usize::MAX - 31;
    const PARAMS: dequantize_s8::Params = dequantize_s8::Params { scale: 1.0, zero_point: 0 };
});

layer!(Overwritten of dequantize_s8: {
    const ELEMENTS: usize = 8;
} {
    const INPUT: usize = 0;
    const OUTPUT: usize = 0;
    const PARAMS: dequantize_s8::Params = dequantize_s8::Params { scale: 1.0, zero_point: 0 };
});

layer!(Cast of cast_i64_f32: {
    const ELEMENTS: usize = usize::MAX / 8 + 2;
} {
    const INPUT: usize = 0;
    const OUTPUT: usize = 0;
    const PARAMS: cast_i64_f32::Params = cast_i64_f32::Params {};
});

layer!(CastOver of cast_i16_f32: {
    const ELEMENTS: usize = 8;
} {
    const INPUT: usize = 0;
    const OUTPUT: usize = 0;
    const PARAMS: cast_i16_f32::Params = cast_i16_f32::Params {};
});

layer!(Dynamic of dynamic_quantize_f32: {
    const ELEMENTS: usize = 4;
} {
    const INPUT: usize = 0;
    const OUTPUT: usize = 16;
    const SCALE: usize = 64;
    const PARAMS: dynamic_quantize_f32::Params = dynamic_quantize_f32::Params {};
});

fn main() {
    let arena = &mut Arena::<64>::new();
    softmax_s8::run::<Rows, _>(arena); //~ a size does not fit into memory
    softmax_onnx_s8::run::<OnnxRows, _>(arena); //~ a size does not fit into memory
    softmax_f32::run::<FloatRows, _>(arena); //~ a size does not fit into memory
    table_s8::run::<Table, _>(arena); //~ a buffer begins outside the arena
    table_s8::run::<ShortTable, _>(arena); //~ the table does not have 256 entries
    unary_f32::run::<Unary, _>(arena); //~ a buffer ends outside the arena
    unary_f32::run::<UnaryMisaligned, _>(arena); //~ a buffer is not aligned for its elements
    quantize_s8::run::<Quantized, _>(arena); //~ a buffer ends outside the arena
    dequantize_s8::run::<Dequantized, _>(arena); //~ a buffer begins outside the arena
    dequantize_s8::run::<Overwritten, _>(arena); //~ the kernel would overwrite its operand before it has read it
    cast_i64_f32::run::<Cast, _>(arena); //~ a buffer ends outside the arena
    cast_i16_f32::run::<CastOver, _>(arena); //~ the kernel would overwrite its operand before it has read it
    dynamic_quantize_f32::run::<Dynamic, _>(arena); //~ a buffer ends outside the arena
}
