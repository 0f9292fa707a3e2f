//! Products of matrices.

super::operators! {
    fully_connected: "one factor is a constant matrix; a computed C is added as it is",
}
