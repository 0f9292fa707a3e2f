"""Makes the families `onnx-transposed` and `onnx-transposed-qdq`: ConvTranspose in ONNX files."""

import numpy as np
from onnx import TensorProto

import onnx_case
from family import Family
from onnx_case import Net

SCRIPT = "onnx_transposed.py"

# name: (image, weights, whether there is a bias, attributes).
CASES = {
    "twice": ((1, 3, 4, 5), (3, 4, 2, 2), True, {"strides": [2, 2]}),
    "pads": ((1, 3, 4, 5), (3, 4, 3, 3), True, {"strides": [2, 2], "pads": [1, 1, 1, 1], "output_padding": [1, 1]}),
    "pads-uneven": ((1, 2, 5, 3), (2, 3, 4, 3), True, {"strides": [2, 3], "pads": [0, 1, 2, 0]}),
    "output-padding": ((1, 2, 3, 3), (2, 3, 3, 3), False, {"strides": [3, 2], "output_padding": [2, 1]}),
    "output-shape": ((1, 2, 3, 3), (2, 2, 3, 3), True, {"strides": [3, 2], "output_shape": [10, 8]}),
    "output-shape-smaller": ((1, 2, 3, 4), (2, 2, 4, 3), True, {"strides": [2, 2], "output_shape": [5, 6]}),
    "output-shape-lower": ((1, 2, 3, 4), (2, 2, 4, 3), True,
                           {"strides": [2, 2], "output_shape": [5, 6], "auto_pad": "SAME_LOWER"}),
    "same-upper": ((1, 1, 3, 3), (1, 2, 3, 3), True, {"strides": [2, 2], "auto_pad": "SAME_UPPER"}),
    "same-lower": ((1, 1, 3, 4), (1, 2, 3, 4), True, {"strides": [2, 1], "auto_pad": "SAME_LOWER"}),
    "valid": ((1, 2, 3, 3), (2, 2, 3, 3), True, {"strides": [2, 2], "auto_pad": "VALID"}),
    "dilations": ((1, 2, 3, 4), (2, 3, 2, 3), True, {"dilations": [2, 3]}),
    "dilations-strides": ((1, 2, 3, 4), (2, 3, 3, 3), True, {"dilations": [2, 3], "strides": [2, 2], "pads": [1, 0, 2, 1]}),
    "groups": ((1, 4, 3, 4), (4, 3, 3, 3), True, {"group": 2, "strides": [2, 2], "pads": [1, 1, 0, 1]}),
    "depthwise": ((1, 5, 4, 3), (5, 1, 4, 4), True, {"group": 5, "strides": [2, 2], "pads": [1, 1, 1, 1]}),
    "sequence": ((1, 3, 7), (3, 2, 4), True, {"strides": [2], "pads": [1, 1]}),
    "sequence-output-padding": ((1, 3, 6), (3, 2, 3), True, {"strides": [3], "output_padding": [1]}),
    "many-pads": ((1, 2, 4, 4), (2, 2, 3, 3), True, {"strides": [2, 2], "pads": [3, 2, 2, 3]}),
}

# Those that are quantised, and whether a scale is for each output channel.
QUANTISED = {"twice": True, "pads": True, "groups": False, "depthwise": False, "sequence": True, "dilations-strides": False}


def quantised(net, x, shape, bias, attributes, per_channel):
    """The operator between quantisations, as onnxruntime's quantiser writes it."""
    def pair(tensor, scale, zero):
        q = net.op("QuantizeLinear", tensor, np.float32(scale), zero)
        return net.op("DequantizeLinear", q, np.float32(scale), zero)
    data = net.rng.integers(-127, 128, shape).astype(np.int8)
    scale, axis = np.float32(0.004), {}
    if per_channel:
        scale, axis = net.rng.uniform(0.002, 0.006, shape[1]).astype(np.float32), {"axis": 1}
    zeros = np.zeros(np.shape(scale), np.int8)
    weights = net.op("DequantizeLinear", data, scale, zeros, **axis)
    operands = [pair(x, 0.02, np.int8(-5)), weights]
    if bias:
        channels = shape[1] * attributes.get("group", 1)
        bias_scale = (np.float32(0.02) * scale).astype(np.float32)
        values = net.rng.integers(-900, 900, channels).astype(np.int32)
        axis = {"axis": 0} if per_channel else {}
        operands.append(net.op("DequantizeLinear", values, bias_scale, np.zeros(np.shape(scale), np.int32), **axis))
    y = net.op("ConvTranspose", *operands, **attributes)
    return pair(y, 0.05, np.int8(9))


def main():
    """Makes both families."""
    family = Family("onnx-transposed", "Transposed convolutions", SCRIPT, onnx_case.TOOLS, {"precision": "f32"}, {"max_abs": 1e-5})
    for number, (name, (image, shape, bias, attributes)) in enumerate(CASES.items()):
        net = Net(number)
        further = [net.weights(shape[1] * attributes.get("group", 1))] if bias else []
        y = net.op("ConvTranspose", net.input("x", image), net.weights(*shape), *further, **attributes)
        net.output(y, TensorProto.FLOAT)
        model = net.model()
        vectors = onnx_case.vectors(number, image)
        family.add(f"{name}.onnx", model.SerializeToString(deterministic=True), vectors, onnx_case.run(model, vectors))
    family.write()
    family = Family("onnx-transposed-qdq", "Transposed convolutions between quantisations", SCRIPT, onnx_case.TOOLS, None,
                    {"max_abs": 0.0501, "equal": 0.999, "equal_after": "absorb_qdq"})
    for number, (name, per_channel) in enumerate(QUANTISED.items()):
        image, shape, bias, attributes = CASES[name]
        net = Net(number)
        y = quantised(net, net.input("x", image), shape, bias, attributes, per_channel)
        net.output(y, TensorProto.FLOAT)
        model = net.model()
        vectors = onnx_case.vectors(number, image)
        family.add(f"{name}.onnx", model.SerializeToString(deterministic=True), vectors, onnx_case.run(model, vectors))
    family.write()


if __name__ == "__main__":
    main()
