"""Files as users have them: forms of the format that few exporters write."""

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from inputs import seed_of
from onnx_case import IR_VERSION, Net, vectors, write, write_float

SCRIPT = "onnx_field.py"


def case(name, description, net, *shapes, largest=2.0, dtype=None, **others):
    """A case of this network with random inputs."""
    seed = seed_of(name)
    values = vectors(seed, *shapes, largest=largest)
    if dtype:
        values = [[(array * 50).astype(dtype) for array in vector] for vector in values]
    model = net if isinstance(net, onnx.ModelProto) else net.model()
    write_float(name, description, model, values, SCRIPT, **others)


def any_order():
    """The last node first, and a constant behind the node that reads it."""
    net = Net(1)
    x = net.input("x", [1, 3, 6, 5])
    hidden = net.op("Relu", net.op("Conv", x, net.weights(4, 3, 3, 3), pads=[1, 1, 1, 1]))
    shape = net.op("Constant", value_ints=[1, -1])
    net.output(net.op("Reshape", net.op("MaxPool", hidden, kernel_shape=[2, 2]), shape))
    model = net.model()
    nodes = list(model.graph.node)
    del model.graph.node[:]
    model.graph.node.extend(reversed(nodes))
    return model


def unchecked(net):
    """A model that the checker of the package `onnx` refuses, but ONNX Runtime runs."""
    graph = helper.make_graph(net.nodes, "net", net.inputs, net.outputs, net.constants)
    opsets = [helper.make_opsetid(domain, version) for domain, version in net.domains.items()]
    return helper.make_model(graph, opset_imports=opsets, ir_version=IR_VERSION)


def files():
    """Order, dead nodes, domains."""
    # ONNX Runtime takes any order of nodes, the checker of the package does not.
    ordered = any_order()
    case("any-order", "nodes in the reverse order", ordered, (1, 3, 6, 5))

    net = Net(2)
    x = net.input("x", [1, 5])
    net.op("Erf", x)
    net.op("NonZero", net.op("Relu", x))
    net.output(net.op("Relu", x))
    case("dead-nodes", "operators that are not supported, but not read either", net, (1, 5))

    net = Net(3)
    del net.domains[""]
    operands = [net.input("a", [1, 6, 4], TensorProto.INT8), net.input("b", [1, 6, 4], TensorProto.INT8)]
    a = [np.float32(0.1), np.int8(3)]
    b = [np.float32(0.07), np.int8(-9)]
    c = [np.float32(0.15), np.int8(1)]
    result = net.op("QLinearAdd", operands[0], *a, operands[1], *b, *c, domain="com.microsoft")
    net.output(result, TensorProto.INT8, [1, 6, 4])
    rng = np.random.default_rng(seed_of("only-microsoft"))
    values = [[rng.integers(-128, 128, (1, 6, 4)).astype(np.int8) for _ in range(2)]]
    write("only-microsoft", "imports the operator set of com.microsoft alone", unchecked(net), values, SCRIPT)


def scalars():
    """Tensors without axes."""
    net = Net(4)
    x = net.input("x", [])
    y = net.input("y", [])
    net.output(net.op("Tanh", net.op("Add", net.op("Mul", x, np.float32(2)), y)))
    case("scalars", "inputs and output without axes", net, (), ())


def images():
    """Bytes of a camera."""
    net = Net(6)
    x = net.op("Cast", net.input("x", [1, 3, 6, 5], TensorProto.UINT8), to=TensorProto.FLOAT)
    scaled = net.op("Sub", net.op("Div", x, np.float32(255)), np.float32(0.5))
    net.output(net.op("Relu", net.op("Conv", scaled, net.weights(4, 3, 3, 3), net.weights(4))))
    rng = np.random.default_rng(seed_of("cast-bytes"))
    values = [[rng.integers(0, 256, (1, 3, 6, 5)).astype(np.uint8)]]
    write_float("cast-bytes", "an image of bytes, cast and scaled", net.model(), values, SCRIPT)


def integers():
    """Inputs of integers that the network casts to numbers: samples, counts, identifiers."""
    kinds = {"i16": (TensorProto.INT16, np.int16), "i32": (TensorProto.INT32, np.int32),
             "i64": (TensorProto.INT64, np.int64)}
    for number, (name, (kind, dtype)) in enumerate(kinds.items()):
        net = Net(30 + number)
        x = net.op("Cast", net.input("x", [1, 3, 6, 5], kind), to=TensorProto.FLOAT)
        scaled = net.op("Mul", x, np.float32(1 / 1000))
        net.output(net.op("Relu", net.op("Conv", scaled, net.weights(4, 3, 3, 3), net.weights(4))))
        rng = np.random.default_rng(seed_of(f"cast-{name}"))
        values = [[rng.integers(-2000, 2000, (1, 3, 6, 5)).astype(dtype)] for _ in range(2)]
        description = f"an image of {name}, cast and scaled"
        write_float(f"cast-{name}", description, net.model(), values, SCRIPT)
    # Every end of the type, and numbers between two floats, cast alone.
    net = Net(33)
    net.output(net.op("Cast", net.input("n", [8], TensorProto.INT32), to=TensorProto.FLOAT))
    net.output(net.op("Cast", net.input("m", [4], TensorProto.INT64), to=TensorProto.FLOAT))
    n = np.array([0, -1, 2**24 + 1, -(2**24) - 1, 2**31 - 1, -(2**31), 16777219, 33554435], np.int32)
    m = np.array([2**63 - 1, -(2**63), 2**53 + 1, -3], np.int64)
    write_float("cast-ends", "integers that no float equals, cast to the nearest", net.model(), [[n, m]], SCRIPT)


def exporters():
    """What PyTorch's newer exporter makes of a global mean."""
    net = Net(5, 20)
    x = net.input("x", [1, 3, 8, 8])
    hidden = net.op("HardSwish", net.op("Conv", x, net.weights(16, 3, 3, 3), pads=[1, 1, 1, 1]))
    mean = net.op("ReduceMean", hidden, np.array([-1, -2]), keepdims=1, noop_with_empty_axes=0)
    flat = net.op("Reshape", mean, np.array([-1]), allowzero=0)
    strided = net.op("Gather", flat, np.arange(16).reshape(1, 16, 1, 1), axis=0)
    view = net.op("Reshape", strided, np.array([1, 16]), allowzero=1)
    net.output(net.op("Gemm", view, net.weights(10, 16), net.weights(10), transB=1))
    case("as-strided", "global mean as ReduceMean, Reshape, Gather of all elements in order", net, (1, 3, 8, 8))


files()
scalars()
images()
integers()
exporters()
