//! Functions of quantised int8 tensors. Arithmetic: docs/arithmetic.md, ADD, SUB, MUL, DIV, SQUARED_DIFFERENCE, PRELU and comparisons.

use super::kernels;

kernels! {
    /// `first + second`, as TFLM computes it.
    add_s8, add_constant_s8 for i8 => i8: {
        /// Scales, zero points and range.
        arithmetic: tinyml_arith::add::Add,
    }
    |params, first, second| params.arithmetic.add(first, second)
}

kernels! {
    /// `first - second`, as TFLM computes it.
    sub_s8, sub_constant_s8 for i8 => i8: {
        /// Scales, zero points and range.
        arithmetic: tinyml_arith::add::Add,
    }
    |params, first, second| params.arithmetic.sub(first, second)
}

kernels! {
    /// `first * second`, as TFLM computes it.
    mul_s8, mul_constant_s8 for i8 => i8: {
        /// Scales, zero points and range.
        arithmetic: tinyml_arith::mul::Mul,
    }
    |params, first, second| params.arithmetic.mul(first, second)
}

kernels! {
    /// `first + second`, or `first - second` if the second coefficient is negative, rounded once as ONNX Runtime does.
    onnx_add_s8, onnx_add_constant_s8 for i8 => i8: {
        /// Scales, zero points and range.
        arithmetic: tinyml_arith::onnx::Add,
    }
    |params, first, second| params.arithmetic.eval(first.into(), second.into()) as i8
}

kernels! {
    /// `first * second`, rounded once as ONNX Runtime does.
    onnx_mul_s8, onnx_mul_constant_s8 for i8 => i8: {
        /// Scales, zero points and range.
        arithmetic: tinyml_arith::onnx::Mul,
    }
    |params, first, second| params.arithmetic.eval(first.into(), second.into()) as i8
}

kernels! {
    /// `first / second`, as TFLM computes it.
    div_s8, div_constant_s8 for i8 => i8: {
        /// Scales, zero points and range.
        arithmetic: tinyml_arith::quotient::Div,
    }
    |params, first, second| params.arithmetic.div(first, second)
}

kernels! {
    /// `(first - second)²`, as TFLM computes it.
    squared_difference_s8, squared_difference_constant_s8 for i8 => i8: {
        /// Scales, zero points and range.
        arithmetic: tinyml_arith::squared_difference::SquaredDifference,
    }
    |params, first, second| params.arithmetic.eval(first, second)
}

kernels! {
    /// `first`, or `first * second` below zero, as TFLM computes it.
    prelu_s8, prelu_constant_s8 for i8 => i8: {
        /// Scales, zero points and range.
        arithmetic: tinyml_arith::prelu::Prelu,
    }
    |params, first, second| params.arithmetic.eval(first, second)
}

kernels! {
    /// A comparison of the real numbers that the bytes stand for, as TFLM carries it out: 1 where it holds, else 0.
    compare_s8, compare_constant_s8 for i8 => u8: {
        /// Scales and zero points.
        arithmetic: tinyml_arith::compare::Compare,
    }
    |params, first, second| params.arithmetic.holds(S::FUNCTION, first, second).into()
}

kernels! {
    /// A linear function of both operands that the compiler has proven to be the sum or difference of the reference, for every
    /// pair of elements.
    linear_s8, linear_constant_s8 for i8 => i8: {
        /// Factor of the first operand.
        first: i32,
        /// Factor of the second operand.
        second: i32,
        /// What is added.
        offset: i32,
    }
    |params, a, b| tinyml_arith::linear::linear(a, b, params.first, params.second, params.offset)
}
