//! Files that are no model this compiler reads, but known: what they are, and how to come from them to one that it does.

use crate::diagnostic::Diagnostic;
use crate::source::Source;

const TORCH: &str = "export it in Python: torch.onnx.export(model.eval(), (example,), \"model.onnx\")";
const KERAS: &str = "convert it in Python: tf.lite.TFLiteConverter.from_keras_model(model).convert(), or model.export(\"model.onnx\", format=\"onnx\")";
const TENSORFLOW: &str = "convert it in Python: tf.lite.TFLiteConverter.from_saved_model(folder).convert()";

/// A fault that names the file's format, if its first bytes or, of an archive, its members tell it.
pub(super) fn recognise(source: &Source) -> Option<Diagnostic> {
    // A protobuf as ONNX is: only the name tells them apart.
    let tensorflow = source.path.extension().is_some_and(|extension| extension == "pb");
    let (what, help) = match kind(&source.bytes) {
        None if tensorflow => ("a TensorFlow graph", TENSORFLOW),
        kind => kind?,
    };
    Some(Diagnostic::error(format!("this is {what}, not an ONNX or TFLite model")).help(help))
}

fn kind(bytes: &[u8]) -> Option<(&'static str, &'static str)> {
    // Names of an archive's members stand in the file as they are.
    let holds = |name: &[u8]| bytes.windows(name.len()).any(|window| window == name);
    let begins = |magic: &[u8]| bytes.starts_with(magic);
    if bytes.is_empty() {
        return Some(("an empty file", "export or download the model again"));
    }
    if begins(b"version https://git-lfs") {
        return Some(("a pointer of Git LFS", "fetch the model itself: git lfs install, then git lfs pull"));
    }
    if begins(b"PK\x03\x04") {
        return Some(if holds(b"/data.pkl") || holds(b"/constants.pkl") {
            ("a PyTorch file", TORCH)
        } else if holds(b"model.weights.h5") {
            ("a Keras file", KERAS)
        } else if holds(b".npy") {
            ("an archive of NumPy arrays", "give the model's own file; arrays are calibration data")
        } else {
            ("a zip archive", "unpack it, and give the .onnx or .tflite file in it")
        });
    }
    if begins(b"\x89HDF\r\n\x1a\n") {
        return Some(("an HDF5 file, as Keras writes models", KERAS));
    }
    // The second to fifth protocol of pickles; older files of PyTorch begin with its magic number as one.
    if let [0x80, 2..=5, rest @ ..] = bytes {
        let torch = rest.starts_with(b"\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19");
        return Some(if torch {
            ("a PyTorch file", TORCH)
        } else {
            (
                "a Python pickle",
                "export the model that it holds: skl2onnx for scikit-learn, torch.onnx.export for PyTorch",
            )
        });
    }
    if begins(b"\x1f\x8b") {
        return Some(("a gzip archive", "unpack it, and give the .onnx or .tflite file in it"));
    }
    if begins(b"\x93NUMPY") {
        return Some(("a NumPy array", "give the model's own file; arrays are calibration data"));
    }
    if bytes.get(4..8) == Some(b"ORTM") {
        return Some((
            "a model in onnxruntime's own format",
            "give the .onnx file that it was converted from",
        ));
    }
    if bytes.get(8) == Some(&b'{') && holds(b"\"dtype\":") && holds(b"\"data_offsets\":") {
        return Some(("a file of weights (safetensors), without the network", TORCH));
    }
    if begins(b"<!DOCTYPE") || begins(b"<html") {
        return Some(("a web page", "download the file itself: on GitHub, by its link `raw`"));
    }
    None
}

#[cfg(test)]
mod test {
    use super::*;

    fn source(name: &str, bytes: &[u8]) -> Source {
        Source { path: name.into(), bytes: bytes.to_vec() }
    }

    #[test]
    fn known_files_are_named_with_the_way_out() {
        let table: &[(&[u8], &str, &str)] = &[
            (b"", "an empty file", "export or download"),
            (
                b"version https://git-lfs.github.com/spec/v1\noid sha256:00\n",
                "a pointer of Git LFS",
                "git lfs pull",
            ),
            (b"PK\x03\x04....net/data.pkl", "a PyTorch file", "torch.onnx.export"),
            (b"PK\x03\x04....metadata.json....model.weights.h5", "a Keras file", "TFLiteConverter"),
            (b"PK\x03\x04....in0_0.npy", "an archive of NumPy arrays", "calibration"),
            (b"PK\x03\x04....readme", "a zip archive", "unpack it"),
            (b"\x89HDF\r\n\x1a\n....", "an HDF5 file", "TFLiteConverter"),
            (
                b"\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.",
                "a PyTorch file",
                "torch.onnx.export",
            ),
            (b"\x80\x04\x95....", "a Python pickle", "skl2onnx"),
            (b"\x1f\x8b\x08....", "a gzip archive", "unpack it"),
            (b"\x93NUMPY....", "a NumPy array", "calibration"),
            (b"\x10\0\0\0ORTM....", "onnxruntime's own format", ".onnx file"),
            (
                b"\x30\0\0\0\0\0\0\0{\"w\":{\"dtype\":\"F32\",\"data_offsets\":[0,4]}}",
                "safetensors",
                "export",
            ),
            (b"<!DOCTYPE html><html>", "a web page", "raw"),
        ];
        for (bytes, what, help) in table {
            let text =
                recognise(&source("model.onnx", bytes)).map(|fault| fault.to_string()).unwrap_or_default();
            assert!(text.contains(what) && text.contains(help), "{what}: {text}");
        }
        for other in [&b"\x08\x08\x12\x07pytorch"[..], b"\x1c\0\0\0TFL3", b"notes"] {
            assert_eq!(recognise(&source("model.onnx", other)), None);
        }
        let text = recognise(&source("saved_model.pb", b"\x08\x01\x12")).map(|fault| fault.to_string());
        assert!(
            text.is_some_and(|text| text.contains("a TensorFlow graph") && text.contains("from_saved_model"))
        );
    }
}
