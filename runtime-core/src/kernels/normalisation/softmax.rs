//! The geometry of softmax, shared by its kernels.

use tinyml_arith::size::product;

/// A softmax over the innermost axis.
pub trait Shape {
    /// Product of the outer extents.
    const ROWS: usize;
    /// Extent of the innermost axis.
    const DEPTH: usize;
}

/// Number of elements.
pub(crate) const fn elements<S: Shape>() -> usize {
    product([S::ROWS, S::DEPTH])
}

/// Refuses rows of nothing, which have no maximum.
pub(crate) const fn check<S: Shape>() {
    assert!(S::DEPTH > 0, "the rows are empty");
}
