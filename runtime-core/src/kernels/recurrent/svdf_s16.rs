//! SVDF layer of int8 activations with a state of int16, scalar reference form. Arithmetic: docs/arithmetic.md, SVDF.

super::svdf::integers!(i16);

#[cfg(test)]
mod test;
