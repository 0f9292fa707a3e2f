//! How the file formats write convolutions.
