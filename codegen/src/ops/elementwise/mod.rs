//! Operators that compute every element by itself, of one tensor or of several that are broadcast.

pub mod binary;
pub mod unary;

super::operators! {
    abs,
    add,
    ceil,
    celu,
    clamp,
    elu,
    erf,
    exp,
    floor,
    gelu,
    hard_sigmoid,
    hard_swish,
    leaky_relu,
    log,
    logistic,
    mish,
    mul,
    neg,
    reciprocal,
    round,
    rsqrt,
    selu,
    shrink,
    sign,
    softplus,
    softsign,
    sqrt,
    square,
    sub,
    table,
    tanh,
    thresholded_relu,
}
