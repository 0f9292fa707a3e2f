"""Makes the family `onnx-reduction`: operators that reduce axes to one number, in ONNX files."""

import numpy as np
from onnx import TensorProto

import onnx_case
from family import Family
from onnx_case import Net

SCRIPT = "onnx_reduction.py"
KINDS = ("Sum", "Mean", "Prod", "Max", "Min", "L1", "L2", "SumSquare", "LogSum", "LogSumExp")


def axes(*values):
    return np.array(values, np.int64)


def conv(net, x):
    """Behind a convolution, so that axes are moved."""
    return net.op("Conv", x, net.weights(5, 3, 3, 3), net.weights(5), pads=[1, 1, 1, 1])


def reduction(kind, *operands, behind=False, **attributes):
    """The operator behind the input, or behind a convolution; logarithms are of what is above zero."""
    def build(net, x):
        y = conv(net, x) if behind else x
        if kind == "LogSum":
            y = net.op("Abs", y)
        return net.op(f"Reduce{kind}", y, *operands, **attributes)
    return build


def place(kind, behind=False, **attributes):
    return lambda net, x: net.op(kind, conv(net, x) if behind else x, **attributes)


def cases():
    """name: (opset, input shape, what is built, type of the result)."""
    image, number = (1, 3, 4, 5), TensorProto.FLOAT
    for kind in KINDS:
        name = kind.lower()
        operand = kind == "Sum"
        yield f"{name}-attribute", 13 if not operand else 11, image, reduction(kind, axes=[1, -1], keepdims=0), number
        yield f"{name}-channels", 18, image, reduction(kind, axes(1), behind=True), number
        yield f"{name}-image", 18, image, reduction(kind, axes(2, 3), behind=True, keepdims=0), number
        yield f"{name}-all", 18, (2, 3, 2), reduction(kind), number
        yield f"{name}-none", 18, (3, 4), reduction(kind, noop_with_empty_axes=1), number
    for kind in ("ArgMax", "ArgMin"):
        name, wide = kind.lower(), TensorProto.INT64
        yield f"{name}-channels", 13, image, place(kind, behind=True, axis=1, keepdims=0), wide
        yield f"{name}-last", 13, (2, 3, 7), place(kind, axis=-1, select_last_index=1), wide
        yield f"{name}-first", 11, (4, 3), place(kind), wide


def main():
    """Makes the family."""
    family = Family("onnx-reduction", "Operators that reduce axes to one number", SCRIPT, onnx_case.TOOLS,
                    {"precision": "f32"}, {"max_abs": 1e-4})
    for number, (name, opset, shape, build, kind) in enumerate(cases()):
        net = Net(number, opset)
        net.output(build(net, net.input("x", shape)), kind)
        model = net.model()
        vectors = onnx_case.vectors(number, shape)
        if "last" in name:
            # Several places have the extreme.
            vectors = [[np.round(array)] for [array] in vectors]
        family.add(f"{name}.onnx", model.SerializeToString(deterministic=True), vectors,
                   onnx_case.run(model, vectors))
    family.write()


if __name__ == "__main__":
    main()
