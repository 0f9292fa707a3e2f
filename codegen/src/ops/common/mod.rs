//! What several operators share.

pub mod dot;
pub mod quantised;
pub mod window;
