//! `include_model!`: compiles a trained model into the crate that names it.
//!
//! A thin shell: it parses the arguments, locates the file, calls `tinyml-codegen` and attaches spans to what that reports.
#![forbid(unsafe_code)]

mod arguments;
mod expand;

use proc_macro::TokenStream;

/// Compiles a trained model (ONNX or TFLite) into a module with `Model`, `run`, `run_f32` and the model's figures.
///
/// ```ignore
/// tinyml::include_model!("models/kws.onnx");                                  // -> pub mod kws
/// tinyml::include_model!(pub(crate) mod wake = "../models/kws.onnx",
///     board = "nucleo-l4r5zi", calibration = "../models/kws.npz");
/// ```
///
/// A path is absolute, relative to the folder of the crate's Cargo.toml, or begins with `$VAR/` for an environment variable.
/// Cargo compiles again when the model, its external data or the calibration data change.
///
/// # Options
/// | option | values | default |
/// |---|---|---|
/// | `board` | a board that `tinyml boards` lists, or the path of a profile (`.toml`) | none: any board |
/// | `core` | a core (`cortex-m4`) or a family (`armv7em`, `riscv32`, `portable` …) | `TINYML_CORE`, else the core that the crate is built for |
/// | `calibration` | `.npz`/`.npy`/`.csv` with example inputs of a float model | none |
/// | `calibrator` | `min-max`, `percentile`, `mse`, `entropy` | `mse` |
/// | `bias_correction`, `equalise` | `true`, `false` | `true`, `false` |
/// | `precision` | `int8`, `f32` | `int8` |
/// | `optimise` | `balanced`, `speed`, `size` (flash), `ram` | `balanced` |
/// | `input` | `whole`; `rows`: the model is fed by `push_row`, and the image is never whole in RAM; `stream`: `push` takes the new rows of a window over time, and what was computed of the others is kept | `whole` |
/// | `step` | rows by which the window of `input = "stream"` slides with each `push` | the least that the model's strides allow |
/// | `slice` | cycles such as `100_000`, or with a `board` a time such as `"2ms"`: no slice of a `Job` is predicted to take longer | a slice is a layer |
/// | `layout` | `channels-last`; `file`: an ONNX model's images have the file's order of axes, at the cost of a copy | `channels-last` |
/// | `reference` | `tflm`, `litert`: whose rounding a TFLite model follows | `tflm` |
/// | `input_shape` | `1x3x96x96`, or `name=1x3x96x96` | the file's |
/// | `state` | `{ "h_in" = "h_out" }`: inputs and outputs that the model keeps from one inference to the next, instead of ports | what an ONNX file's metadata `state` say |
/// | `accept` | a record that `tinyml evaluate --record` wrote: it must be of this model, these options and this version, and within its limits | none |
/// | `reserve_ram`, `reserve_flash` | bytes that the rest of the firmware needs | 0 |
/// | `crate` | the path of the runtime crate, if it has been renamed | `::tinyml` |
///
/// # Errors
/// All faults of the model are reported together, at the path or at the option that they belong to.
#[proc_macro]
pub fn include_model(input: TokenStream) -> TokenStream {
    match syn::parse::<arguments::Arguments>(input) {
        Ok(arguments) => expand::expand(&arguments).into(),
        Err(fault) => fault.into_compile_error().into(),
    }
}
