"""Makes the families `onnx-sampling` and `onnx-sampling-qdq`: linear interpolation by Resize and Upsample in ONNX files."""

import numpy as np
from onnx import TensorProto

import onnx_case
from family import Family
from onnx_case import Net
from onnx_movement import behind_conv, integers, one, reals

SCRIPT = "onnx_sampling.py"
PYTORCH = {"mode": "linear", "coordinate_transformation_mode": "pytorch_half_pixel"}
HALF = {"mode": "linear"}
CORNERS = {"mode": "linear", "coordinate_transformation_mode": "align_corners"}
ASYMMETRIC = {"mode": "linear", "coordinate_transformation_mode": "asymmetric"}

# name: (opset, input shape, what is built)
CASES = {
    "twice": (17, (1, 3, 4, 5), behind_conv("Resize", None, reals(1, 1, 2, 2), **PYTORCH)),
    "half-pixel": (17, (1, 3, 4, 5), behind_conv("Resize", None, None, integers(1, 8, 7, 8), **HALF)),
    "smaller": (17, (1, 1, 9, 7), one("Resize", None, None, integers(1, 1, 4, 3), **HALF)),
    "corners": (17, (1, 2, 3, 5), one("Resize", None, None, integers(1, 2, 5, 9), **CORNERS)),
    "corners-of-one": (17, (1, 2, 3, 5), one("Resize", None, None, integers(1, 2, 1, 1), **CORNERS)),
    "pytorch-one": (17, (1, 2, 3, 5), one("Resize", None, None, integers(1, 2, 1, 3), **PYTORCH)),
    "asymmetric": (17, (1, 2, 3, 5), one("Resize", None, reals(1, 1, 1.7, 2.4), **ASYMMETRIC)),
    "scales-uneven": (17, (1, 2, 5, 5), one("Resize", None, reals(1, 1, 0.7, 1.3), **HALF)),
    "symmetric": (19, (1, 2, 5, 5), one("Resize", None, reals(1, 1, 0.7, 1.3), mode="linear",
                                        coordinate_transformation_mode="half_pixel_symmetric")),
    "axes": (18, (1, 2, 3, 5), one("Resize", None, reals(3), axes=[3], **HALF)),
    "sequence": (17, (1, 2, 7), one("Resize", None, None, integers(1, 2, 12), **HALF)),
    "resize-10": (10, (1, 2, 3, 4), one("Resize", reals(1, 1, 2, 3), mode="linear")),
    "upsample": (9, (1, 2, 3, 4), one("Upsample", reals(1, 1, 2, 2), mode="linear")),
}

# ONNX Runtime interpolates real numbers, so that rounding errors decide where sums are half way between two integers: one in
# sixteen with these weights. Of the same, those whose operand and result are quantised alike: (zero point, type)
QUANTISED = {
    "twice": (17, (1, 8, 4, 5), (np.int8(-7), 0.04), (None, reals(1, 1, 2, 2)), PYTORCH),
    "twice-three-channels": (17, (1, 3, 5, 3), (np.uint8(131), 0.04), (None, reals(1, 1, 2, 2)), HALF),
    "corners": (17, (1, 4, 3, 5), (np.int8(3), 0.04), (None, None, integers(1, 4, 5, 9)), CORNERS),
    "uneven": (17, (1, 5, 5, 6), (np.int8(-128), 0.04), (None, None, integers(1, 5, 7, 11)), HALF),
}


def quantised(net, x, number, operands, attributes):
    """Between a QuantizeLinear and a DequantizeLinear, with a pair behind the operator, too."""
    zero, scale = number
    pair = (np.float32(scale), zero)
    y = net.op("DequantizeLinear", net.op("QuantizeLinear", x, *pair), *pair)
    y = net.op("Resize", y, *operands, **attributes)
    return net.op("DequantizeLinear", net.op("QuantizeLinear", y, *pair), *pair)


def main():
    """Makes both families."""
    family = Family("onnx-sampling", "Images of another size", SCRIPT, onnx_case.TOOLS, {"precision": "f32"}, {"max_abs": 1e-5})
    for number, (name, (opset, shape, build)) in enumerate(CASES.items()):
        net = Net(number, opset)
        net.output(build(net, net.input("x", shape)), TensorProto.FLOAT)
        model = net.model()
        vectors = onnx_case.vectors(number, shape)
        family.add(f"{name}.onnx", model.SerializeToString(deterministic=True), vectors, onnx_case.run(model, vectors))
    family.write()
    family = Family("onnx-sampling-qdq", "Images of another size between quantisations", SCRIPT, onnx_case.TOOLS, None,
                    {"max_abs": 0.0401, "equal": 0.9})
    for number, (name, (opset, shape, quantisation, operands, attributes)) in enumerate(QUANTISED.items()):
        net = Net(number, opset)
        net.output(quantised(net, net.input("x", shape), quantisation, operands, attributes), TensorProto.FLOAT)
        model = net.model()
        vectors = [[2 * array for array in vector] for vector in onnx_case.vectors(number, shape, count=3)]
        family.add(f"{name}.onnx", model.SerializeToString(deterministic=True), vectors, onnx_case.run(model, vectors))
    family.write()


if __name__ == "__main__":
    main()
