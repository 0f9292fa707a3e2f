"""Makes the model files that the compile-fail suite needs: small, seeded, each with one fault (or none).

    python3 -m venv venv && venv/bin/pip install -r ../../cases/make/requirements.txt onnx==1.23.2
    venv/bin/python make.py

With these versions, making the files again gives the same bytes.
"""

import pathlib
import sys

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

HERE = pathlib.Path(__file__).resolve().parent
sys.path.append(str(HERE.parent.parent / "cases" / "make"))

from tflite_writer import ModelWriter  # noqa: E402

SAME, RELU = 0, 1


def weights(name, *shape):
    """Seeded by the name, so that a new file changes no other."""
    seed = int.from_bytes(name.encode(), "little") % (1 << 32)
    return np.random.default_rng(seed).normal(0, 0.5, shape).astype(np.float32)


def integers(name, *shape):
    return np.clip(np.round(weights(name, *shape) * 100), -127, 127).astype(np.int8)


def convolution(writer, name, x, channels):
    """A 3x3 convolution, int8, per channel."""
    scales = np.full(channels, 0.01, np.float32)
    kernel = writer.constant(f"{name}/kernel", integers(name, channels, 3, 3, x.shape[3]), scales)
    bias = writer.constant(f"{name}/bias", np.arange(channels, dtype=np.int32), scales * x.scale[0])
    y = writer.tensor(name, (*x.shape[:3], channels), np.int8, 0.25, -128)
    writer.operator("CONV_2D", [x, kernel, bias], [y], Padding=SAME, StrideH=1, StrideW=1,
                    DilationHFactor=1, DilationWFactor=1, FusedActivationFunction=RELU)
    return y


def picture(name, edge, channels):
    """One convolution over a square image; valid."""
    writer = ModelWriter(name)
    x = writer.tensor("image", (1, edge, edge, 3), np.int8, 0.5, 0)
    return writer.finish([x], [convolution(writer, "features", x, channels)])


def dense_tflite(name):
    """A float TFLite model: two fully connected layers, the first with a ReLU."""
    writer = ModelWriter(name)
    x = writer.tensor("x", (1, 8), np.float32)
    y = x
    for number, (width, activation) in enumerate(((6, RELU), (4, 0)), 1):
        w = writer.constant(f"dense_{number}/kernel", weights(f"{name}{number}", width, y.shape[1]))
        b = writer.constant(f"dense_{number}/bias", weights(f"{name}b{number}", width))
        z = writer.tensor(f"dense_{number}", (1, width), np.float32)
        writer.operator("FULLY_CONNECTED", [y, w, b], [z], FusedActivationFunction=activation)
        y = z
    return writer.finish([x], [y])


def unsupported_tflite(faults):
    """A chain of operators that no firmware has, of one kind or of two."""
    writer = ModelWriter("unsupported")
    x = writer.tensor("input", (1, 8), np.float32)
    first = writer.tensor("spectrum/power", (1, 8), np.float32)
    second = writer.tensor("spectrum/phase", (1, 8), np.float32)
    writer.operator("RFFT2D", [x], [first])
    writer.operator("COMPLEX_ABS" if faults == 2 else "RFFT2D", [first], [second])
    return writer.finish([x], [second])


def dense(name, inputs="x", shape=(1, 8), tail=None):
    """A float ONNX model: Gemm, Relu, Gemm, and `tail`."""
    first, second = weights(f"{name}1", 8, 6), weights(f"{name}2", 6, 4)
    nodes = [
        helper.make_node("Gemm", [inputs, "w1", "b1"], ["hidden"], "dense_1"),
        helper.make_node("Relu", ["hidden"], ["active"], "relu"),
        helper.make_node("Gemm", ["active", "w2", "b2"], ["scores" if tail else "y"], "dense_2"),
    ]
    if tail:
        nodes.append(helper.make_node(tail, ["scores"], ["y"], "tail"))
    constants = {"w1": first, "b1": first[0] / 4, "w2": second, "b2": second[0] / 4}
    return graph(name, nodes, (inputs, shape), ("y", (shape[0], 4)), constants)


def vector(name):
    """A float ONNX model of one layer, whose input has no batch axis."""
    nodes = [
        helper.make_node("Unsqueeze", ["x", "first"], ["batch"], "batch"),
        helper.make_node("Gemm", ["batch", "w", "b"], ["y"], "dense"),
    ]
    constants = {"first": np.array([0], np.int64), "w": weights(name, 6, 4), "b": weights(f"{name}b", 4)}
    return graph(name, nodes, ("x", (6,)), ("y", (1, 4)), constants)


def counter(name):
    """A float ONNX model that adds its input to what it is given as state."""
    nodes = [
        helper.make_node("Add", ["x", "before"], ["sum"], "add"),
        helper.make_node("Identity", ["sum"], ["after"], "keep"),
    ]
    ports = [[helper.make_tensor_value_info(port, TensorProto.FLOAT, (1, 3)) for port in names]
             for names in (("x", "before"), ("sum", "after"))]
    model = helper.make_model(helper.make_graph(nodes, name, *ports), opset_imports=[helper.make_opsetid("", 17)],
                              ir_version=8, producer_name="make.py")
    onnx.checker.check_model(model)
    return model.SerializeToString()


def ticks(name):
    """A float ONNX model without an input but its state, which grows by one with every step; a second state is 1 after the first step."""
    nodes = [
        helper.make_node("Add", ["before", "one"], ["after"], "add"),
        helper.make_node("Mul", ["after", "begun"], ["result"], "gate"),
        helper.make_node("Identity", ["one"], ["always"], "flag"),
    ]
    ports = [[helper.make_tensor_value_info(port, TensorProto.FLOAT, (1, 1)) for port in names]
             for names in (("before", "begun"), ("result", "after", "always"))]
    one = numpy_helper.from_array(np.ones((1, 1), np.float32), "one")
    model = helper.make_model(helper.make_graph(nodes, name, *ports, [one]),
                              opset_imports=[helper.make_opsetid("", 17)], ir_version=8, producer_name="make.py")
    onnx.checker.check_model(model)
    return model.SerializeToString()


def convolution_onnx(name, height, width):
    """A float convolution; its extents may be open (a name instead of a number)."""
    nodes = [helper.make_node("Conv", ["image", "w"], ["y"], "features", pads=[1, 1, 1, 1])]
    constants = {"w": weights(name, 4, 3, 3, 3)}
    return graph(name, nodes, ("image", (1, 3, height, width)), ("y", (1, 4, height, width)), constants)


def classes():
    """A classifier whose names are alike as identifiers, or none."""
    node = helper.make_node(
        "LinearClassifier", ["x"], ["label", "scores"], domain="ai.onnx.ml", coefficients=[1.0, 0.0, 0.0, 1.0, -1.0, -1.0],
        intercepts=[0.0] * 3, classlabels_strings=["no fault", "no-fault", "3 mm"])
    given = helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 2])
    results = [helper.make_tensor_value_info("label", TensorProto.STRING, [1]),
               helper.make_tensor_value_info("scores", TensorProto.FLOAT, [1, 3])]
    made = helper.make_graph([node], "classes", [given], results)
    return helper.make_model(made, opset_imports=[helper.make_opsetid("ai.onnx.ml", 1)], ir_version=8).SerializeToString(deterministic=True)


def graph(name, nodes, given, result, constants):
    ports = [helper.make_tensor_value_info(port, TensorProto.FLOAT, shape) for port, shape in (given, result)]
    initialisers = [numpy_helper.from_array(data, key) for key, data in constants.items()]
    built = helper.make_graph(nodes, name, ports[:1], ports[1:], initialisers)
    model = helper.make_model(built, opset_imports=[helper.make_opsetid("", 17)], ir_version=9,
                              producer_name="tests/compile-fail/models/make.py")
    onnx.checker.check_model(model)
    return model.SerializeToString(deterministic=True)


def main():
    small = picture("picture", 4, 2)
    float_model = dense("dense")
    files = {
        "picture.tflite": small,
        "match.tflite": small,
        "large.tflite": picture("large", 96, 8),
        "truncated.tflite": small[: len(small) // 2],
        "unsupported.tflite": unsupported_tflite(1),
        "two_faults.tflite": unsupported_tflite(2),
        "dense.tflite": dense_tflite("dense"),
        "dense.onnx": float_model,
        "truncated.onnx": float_model[: len(float_model) * 2 // 3],
        "unsupported.onnx": dense("dense", tail="Bernoulli"),
        "features.onnx": convolution_onnx("features", 6, 5),
        "dynamic.onnx": convolution_onnx("dynamic", "height", "width"),
        # What a checkout without `git lfs pull` leaves in place of the model.
        "pointer.onnx": b"version https://git-lfs.github.com/spec/v1\n"
                        b"oid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\n"
                        b"size 95671\n",
        "notes.txt": b"The model is not trained yet.\n",
    }
    for name, content in files.items():
        (HERE / name).write_bytes(content)
    np.savez(HERE / "dense.npz", x=weights("calibration", 32, 8))
    np.savez(HERE / "dense_louder.npz", x=4 * weights("calibration", 32, 8))
    np.savez(HERE / "wrong_shape.npz", x=weights("calibration", 32, 9))
    # An input of six numbers, and thirteen.
    (HERE / "classes.onnx").write_bytes(classes())
    (HERE / "vector.onnx").write_bytes(vector("vector"))
    (HERE / "counter.onnx").write_bytes(counter("counter"))
    (HERE / "ticks.onnx").write_bytes(ticks("ticks"))
    np.savez(HERE / "left_over.npz", x=weights("calibration", 13))
    np.savez(HERE / "wrong_name.npz", features=weights("calibration", 32, 8), other=weights("other", 32, 8))


if __name__ == "__main__":
    main()
