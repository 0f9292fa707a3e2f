//! Tests of the reader: every file is written here, by a builder that knows nothing of the reader.

mod builder;
mod flatbuffer;
mod importer;
mod options;
mod robustness;
mod sample;
mod schema;
mod zoo;
