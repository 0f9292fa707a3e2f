//! Operators that compute every element by itself, of one tensor or of several that are broadcast.

pub mod binary;
pub mod unary;

super::operators! {
    add,
    clamp,
    hard_sigmoid,
    hard_swish,
    leaky_relu,
    logistic,
    mul,
    sub,
    table,
    tanh,
}
