//! Sum of two tensors.

#[cfg(test)]
mod test;

use super::common::binary::binary_operator;

binary_operator! {
    /// `y = clamp(a + b)`, element by element; operands repeat along axes of extent 1 by NumPy's rule.
    Add, "add", "ADD"
}
