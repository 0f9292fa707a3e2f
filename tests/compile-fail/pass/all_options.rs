//! Every option at once, in a crate that forbids unsafe code and warnings, beside the same model without options.
#![forbid(unsafe_code)]
#![deny(warnings, missing_docs, unreachable_pub)]

/// Firmware may be strict about its own modules, too.
pub mod models {
    tinyml::include_model!("$TINYML_TEST_MODELS/picture.tflite");
    tinyml::include_model!(
        pub(crate) mod options = "$TINYML_TEST_MODELS/picture.tflite",
        board = "nucleo-l4r5zi",
        core = "portable",
        precision = "int8",
        reference = "litert",
        reserve_ram = 1_024,
        reserve_flash = "4_096",
        calibrator = "entropy",
        bias_correction = false,
        equalise = true,
    );
}

fn main() {
    let image = [7; models::picture::INPUT.shape[1] * 4 * 3];
    let (mut plain, mut options) = (models::picture::Model::new(), models::options::Model::new());
    assert_eq!(plain.run(&image), options.run(&image));
}
