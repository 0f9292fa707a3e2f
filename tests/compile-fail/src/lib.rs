//! What users of `include_model!` see when something is wrong (`cases/*.rs` with the exact text beside them), and forms of it
//! that must compile (`pass/*.rs`).
//!
//! A package of its own, with nothing but what a user's crate has: the suite builds it again for every case.
