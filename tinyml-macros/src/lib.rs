//! `include_model!`.
