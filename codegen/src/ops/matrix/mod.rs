//! Products of matrices.

super::operators! {
    fully_connected,
}
