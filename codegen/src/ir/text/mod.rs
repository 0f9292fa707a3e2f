//! The text form of a graph: prints and parses back without loss.
//!
//! ```text
//! graph "kws" reference=tflm {
//!   labels "yes", "no"
//!   input %0 "features": i8[1,49,10,1] q(0.58, 83) axes=[0, 2, 3, 1] unsigned
//!   state %1 "hidden": i8[1,16] q(0.1, 0) next=%4 initial=[0; 16]
//!   const %2 "conv/w": i8[1,1,1,2] q(axis 0: 0.1 0) = [1, -2]
//!   %3 "conv/out": i8[1,49,10,1] q(0.02, -128) = conv2d(%0, %2, _) {stride=[1, 1], groups=1} @"conv"
//!   ...
//!   output %3
//! }
//! ```
//!
//! One line declares each tensor that is used, with its name, type and quantisation, at the place where it gets its value:
//! an input, a state (`next` is the tensor that the next inference reads), a constant (before its first use), or a result
//! of a node. An operand that is left out is `_`. A node is called as its first result unless `@` says otherwise. `[0; 16]` is a list
//! of 16 zeros. `//` begins a comment.
//!
//! Floats print with the digits that give the same bits when read. (The payload of a NaN is not kept.) Tensors are
//! numbered in the order in which they print, so that equal graphs print equally whatever their history.

mod cursor;
mod escape;
mod faults;
mod lexer;
mod literals;
mod parse;
mod print;

pub use faults::print_with_faults;
pub use parse::parse;
pub use print::{print, print_brief};

#[cfg(test)]
mod test;
