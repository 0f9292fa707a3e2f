//! SVDF layer of int8 activations with a state of int8, scalar reference form. Arithmetic: docs/arithmetic.md, SVDF.

super::svdf::integers!(i8);

#[cfg(test)]
mod test;
