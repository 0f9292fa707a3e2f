//! TFLite files: as they come, and small models that are built from the input and then damaged.

#[allow(dead_code)]
#[path = "../../../../codegen/src/import/tflite/test/builder.rs"]
mod flatbuffer;
mod graph;

use tinyml_codegen::source::Source;

use crate::Target;
use crate::examine;
use crate::words;

/// The bytes are the file.
pub(crate) const FILE: Target = Target {
    name: "tflite",
    run: |bytes| examine::model(&source(bytes.to_vec())),
    mutate: Some(|bytes, seed| words::mutate(bytes, seed)),
    generate: Some(|bytes| examine::generate(&source(bytes.to_vec()))),
};

/// The bytes decide what the file has.
pub(crate) const GRAPH: Target = Target {
    name: "tflite_graph",
    run: |bytes| examine::model(&source(graph::file(bytes))),
    mutate: None,
    generate: Some(|bytes| examine::generate(&source(graph::file(bytes)))),
};

/// A file of that content.
fn source(bytes: Vec<u8>) -> Source {
    Source { path: "model.tflite".into(), bytes }
}
