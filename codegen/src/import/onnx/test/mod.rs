//! Tests of the importer: every file is written here, by a builder that knows nothing of the reader.

mod broadcast;
pub(crate) mod builder;
mod constants;
mod damage;
mod external;
mod files;
mod layout;
mod limits;
mod operators;
mod ports;
pub(crate) mod protobuf;
mod quantised;
mod schemas;
mod strictness;
