//! The operators: one folder each, listed in one table.
//!
//! An operator's folder holds its attributes and rules (`mod.rs`), its exact meaning (`evaluate.rs`), its kernel (`lower.rs`), how
//! the file formats write it (`import.rs`) and its tests (`test.rs`).

use crate::ir::Descriptor;

pub mod common;

/// Declares the operator modules and the table of their descriptors.
macro_rules! operators {
    ($($module:ident,)*) => {
        $(pub mod $module;)*

        /// Every operator.
        pub static OPERATORS: &[&Descriptor] = &[$(&$module::DESCRIPTOR,)*];
    };
}

operators! {
    add,
    average_pool2d,
    clamp,
    concat,
    conv2d,
    dequantize,
    dynamic_quantize,
    fully_connected,
    hard_sigmoid,
    hard_swish,
    leaky_relu,
    log_softmax,
    logistic,
    max_pool2d,
    mean,
    mul,
    pad,
    quantize,
    reshape,
    softmax,
    sub,
    table,
    tanh,
    transpose,
}

/// The operator with this name in the IR text.
pub fn by_name(name: &str) -> Option<&'static Descriptor> {
    OPERATORS.iter().copied().find(|descriptor| descriptor.name == name)
}
