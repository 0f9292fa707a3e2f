//! Every float ONNX case through an engine that is not ours: `suite.rs`. A package of its own, so that with the engine's features nothing
//! but the suite is built.
