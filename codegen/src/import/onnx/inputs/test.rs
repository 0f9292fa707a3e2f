//! Layouts of inputs.
