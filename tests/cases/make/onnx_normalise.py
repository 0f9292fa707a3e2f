"""Makes the family `onnx-normalise`: operators that divide groups of elements by their deviation or norm, in ONNX files."""

import numpy as np
from onnx import TensorProto

import onnx_case
from family import Family
from onnx_case import Net

SCRIPT = "onnx_normalise.py"
IMAGE = (1, 3, 4, 5)


def conv(net, x):
    """Six channels, behind a convolution, so that axes are moved."""
    return net.op("Conv", x, net.weights(6, 3, 3, 3), net.weights(6), pads=[1, 1, 1, 1])


def one(kind, *sizes, behind=False, results=1, **attributes):
    """The operator with random scales and shifts of these shapes, behind the input or a convolution."""
    def build(net, x):
        operands = [net.weights(*size) for size in sizes]
        return net.op(kind, conv(net, x) if behind else x, *operands, results=results, **attributes)
    return build


# name: (opset, input shape, what is built)
CASES = {
    "layer": (17, (2, 3, 7), one("LayerNormalization", (7,), (7,))),
    "layer-two-axes": (17, (2, 3, 7), one("LayerNormalization", (3, 7), (3, 7), axis=1, epsilon=0.1)),
    "layer-no-shift": (17, (4, 5), one("LayerNormalization", (5,), axis=-1)),
    "layer-behind-conv": (17, IMAGE, one("LayerNormalization", (5,), (5,), behind=True)),
    "layer-all-behind-conv": (17, IMAGE, one("LayerNormalization", (6, 4, 5), (6, 4, 5), behind=True, axis=1)),
    "layer-results": (17, (2, 3, 7), one("LayerNormalization", (7,), (7,), results=3)),
    "instance": (17, IMAGE, one("InstanceNormalization", (3,), (3,))),
    "instance-behind-conv": (17, IMAGE, one("InstanceNormalization", (6,), (6,), behind=True, epsilon=0.01)),
    "instance-sequence": (17, (1, 4, 9), one("InstanceNormalization", (4,), (4,))),
    "group": (21, (1, 4, 3, 2), one("GroupNormalization", (4,), (4,), num_groups=2)),
    "group-behind-conv": (21, IMAGE, one("GroupNormalization", (6,), (6,), behind=True, num_groups=3)),
    "group-one": (21, IMAGE, one("GroupNormalization", (6,), (6,), behind=True, num_groups=1)),
    "lp-1": (17, (3, 7), one("LpNormalization", p=1, axis=0)),
    "lp-2": (17, IMAGE, one("LpNormalization", behind=True, axis=1)),
    "mean-variance": (13, IMAGE, one("MeanVarianceNormalization")),
    "mean-variance-axes": (13, IMAGE, one("MeanVarianceNormalization", behind=True, axes=[1, 3])),
    "root-mean-square": (23, (2, 3, 7), one("RMSNormalization", (7,))),
    "root-mean-square-axes": (23, (2, 3, 7), one("RMSNormalization", (3, 7), axis=1)),
}


def main():
    """Makes the family."""
    family = Family("onnx-normalise", "Operators that divide groups of elements by their deviation or norm",
                    SCRIPT, onnx_case.TOOLS, {"precision": "f32"}, {"max_abs": 1e-5})
    for number, (name, (opset, shape, build)) in enumerate(CASES.items()):
        net = Net(number, opset)
        results = build(net, net.input("x", shape))
        # Where no shape is inferred, it is the operand's.
        operand = (1, 6, *shape[2:]) if "behind" in name or name == "group-one" else shape
        for result in [results] if isinstance(results, str) else results:
            net.output(result, TensorProto.FLOAT, operand)
        model = net.model()
        vectors = onnx_case.vectors(number, shape)
        family.add(f"{name}.onnx", model.SerializeToString(deterministic=True), vectors,
                   onnx_case.run(model, vectors))
    family.write()


if __name__ == "__main__":
    main()
