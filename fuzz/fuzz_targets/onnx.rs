#![no_main]

tinyml_fuzz::program!("onnx");
