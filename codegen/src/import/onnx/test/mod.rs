//! Tests of the importer: every file is written here, by a builder that knows nothing of the reader.

mod broadcast;
pub(crate) mod builder;
mod constants;
mod damage;
mod external;
mod layout;
mod operators;
pub(crate) mod protobuf;
mod quantised;
