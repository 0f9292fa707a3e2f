//! Products of matrices.

super::operators! {
    fully_connected: "a computed C is added as it is",
    matmul: "batches along up to three axes",
}
