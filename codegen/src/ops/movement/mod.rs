//! Operators that move elements and change none.

pub mod strided;

super::operators! {
    concat,
    pad,
    reshape,
    transpose,
}
