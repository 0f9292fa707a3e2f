"""ONNX models whose outputs are not each the result of a node of their own."""

import numpy as np
from onnx import TensorProto

from inputs import seed_of
from onnx_case import Net, vectors, write, write_float

SCRIPT = "onnx_borders.py"


def float_case(name, description, build, *shapes):
    """A case of the outputs that `build(net, *inputs)` declares."""
    seed = seed_of(name)
    net = Net(seed)
    build(net, *[net.input(f"x{i}", list(shape)) for i, shape in enumerate(shapes)])
    write_float(name, description, net.model(), vectors(seed, *shapes), SCRIPT)


def constants(net, x):
    """Outputs that are known before the model runs, in several element types, beside one that is not."""
    net.output(net.op("Relu", net.weights(2, 5)))
    net.output(net.op("Relu", x))
    net.output(net.op("Shape", x), TensorProto.INT64)
    net.output(net.op("Identity", np.arange(6, dtype=np.int32).reshape(2, 3)), TensorProto.INT32)
    net.output(net.op("Identity", np.float32(0.5)))
    same = net.op("Identity", np.array([3, 1, 2], np.uint8))
    net.output(same, TensorProto.UINT8)
    net.output(net.op("Identity", same), TensorProto.UINT8)


def inputs(net, x, y):
    """Outputs that are inputs, once or again, beside one that is computed from them."""
    net.output(net.op("Identity", x))
    net.output(net.op("Add", x, y))
    net.output(net.op("Identity", net.op("Identity", x)))
    net.output(net.op("Reshape", y, np.array([3, 4], np.int64)))


def unsigned():
    """uint8 outputs that lie in the same bytes, one of them the input's."""
    name = "outputs-uint8"
    seed = seed_of(name)
    net = Net(seed)
    x = net.input("x", [1, 6], TensorProto.UINT8)
    scale = lambda s, z: (np.float32(s), np.array(z, np.uint8))
    y = net.op("QuantizeLinear", net.op("Relu", net.op("DequantizeLinear", x, *scale(0.05, 120))), *scale(0.03, 7))
    net.output(y, TensorProto.UINT8)
    net.output(net.op("Reshape", y, np.array([2, 3], np.int64)), TensorProto.UINT8)
    net.output(net.op("Identity", x), TensorProto.UINT8)
    net.output(net.op("QuantizeLinear", net.weights(1, 4), *scale(0.02, 128)), TensorProto.UINT8)
    rng = np.random.default_rng(seed)
    data = [[rng.integers(0, 256, (1, 6)).astype(np.uint8)] for _ in range(4)]
    write(name, "uint8 outputs: one, a view of it, the input, a constant", net.model(), data, SCRIPT)


def main():
    """Makes all of them."""
    float_case("outputs-constant", "Outputs that are constants or computed from constants", constants, (1, 5))
    float_case("outputs-input", "Outputs that are inputs", inputs, (1, 12), (1, 12))
    float_case("identity", "The output is the input", lambda net, x: net.output(net.op("Identity", x)), (1, 3, 4, 5))
    unsigned()


if __name__ == "__main__":
    main()
