"""Makes the models whose layers the cost models of the kernels are fitted to.

Many layers of different shapes stand beside each other in a model, so that one image per core measures them all.
Weights are random; nothing is compared with a reference, so the models have no goldens.

    python tests/cost-models/make.py        (packages: tests/cases/make/requirements.txt)
"""

import gzip
import pathlib
import sys

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "cases/make"))

from integer_layers import padding_of  # noqa: E402
from quantised_net import FUSED, PADDING, Network, bell  # noqa: E402

BATCH = 4

# input (rows, columns, channels), output channels, kernel, stride, padding, activation
CONVOLUTIONS = [
    ((12, 12, 3), 8, (3, 3), (1, 1), "SAME", "relu"),
    ((15, 12, 1), 16, (5, 5), (2, 2), "SAME", None),
    ((8, 8, 16), 16, (3, 3), (1, 1), "SAME", "relu"),
    ((6, 6, 32), 24, (3, 3), (2, 2), "SAME", None),
    ((20, 20, 4), 4, (3, 3), (1, 1), "VALID", None),
    ((3, 3, 8), 8, (3, 3), (1, 1), "VALID", None),
    ((9, 5, 1), 12, (10, 4), (2, 2), "SAME", "relu"),
    ((1, 24, 12), 20, (1, 3), (1, 1), "SAME", None),
    ((7, 7, 6), 5, (5, 3), (1, 2), "SAME", None),
    ((10, 10, 8), 8, (1, 1), (1, 1), "SAME", "relu"),
    ((10, 10, 16), 32, (1, 1), (1, 1), "SAME", None),
    ((12, 12, 16), 8, (1, 1), (2, 2), "SAME", None),
    ((4, 4, 64), 64, (1, 1), (1, 1), "SAME", "relu"),
    ((5, 5, 5), 7, (1, 1), (1, 1), "SAME", None),
    ((3, 3, 128), 16, (1, 1), (1, 1), "SAME", None),
    ((1, 1, 256), 24, (1, 1), (1, 1), "SAME", None),
    ((2, 2, 16), 96, (1, 1), (1, 1), "SAME", "relu"),
    ((16, 16, 8), 16, (1, 1), (1, 1), "SAME", "relu"),
]

# Bands of few rows, as chains that are carried out row by row have them: input, kernel, stride, padding, activation; one result per channel
BANDS = [
    ((3, 7, 64), (3, 3), (1, 1), "VALID", "relu"),
    ((3, 7, 16), (3, 3), (1, 1), "VALID", "relu"),
    ((4, 7, 32), (3, 3), (1, 1), "VALID", "relu"),
    ((1, 5, 64), (3, 3), (1, 1), "SAME", "relu"),
    ((2, 3, 24), (3, 3), (1, 1), "SAME", "relu"),
    ((3, 26, 16), (3, 3), (1, 1), "VALID", "relu"),
    ((3, 50, 8), (3, 3), (1, 1), "VALID", "relu"),
    ((3, 14, 32), (3, 3), (1, 1), "VALID", "relu"),
    ((3, 8, 48), (3, 3), (1, 1), "VALID", "relu"),
    ((3, 13, 20), (3, 3), (1, 1), "VALID", "relu"),
    ((1, 9, 10), (3, 3), (1, 1), "SAME", "relu"),
    ((3, 49, 8), (3, 3), (2, 2), "VALID", "relu"),
    ((3, 25, 16), (3, 3), (2, 2), "VALID", "relu"),
    ((3, 13, 32), (3, 3), (2, 2), "VALID", "relu"),
    ((5, 7, 64), (3, 3), (2, 2), "VALID", "relu"),
    ((3, 11, 40), (3, 3), (2, 2), "VALID", "relu"),
]

# Depthwise layers of one position, as networks over time have them: input, kernel, dilation, padding, activation
POINTS = [
    ((5, 1, 32), (5, 1), (1, 1), "VALID", "relu"),
    ((9, 1, 64), (9, 1), (1, 1), "VALID", None),
    ((13, 1, 64), (13, 1), (1, 1), "VALID", "relu"),
    ((21, 1, 64), (21, 1), (1, 1), "VALID", None),
    ((3, 1, 40), (3, 1), (1, 1), "VALID", "relu"),
    ((2, 1, 16), (2, 1), (1, 1), "VALID", None),
    ((10, 1, 24), (10, 1), (1, 1), "VALID", "relu"),
    ((15, 1, 64), (15, 1), (1, 1), "VALID", "relu"),
    ((1, 4, 128), (1, 4), (1, 1), "VALID", "relu6"),
    ((1, 30, 8), (1, 30), (1, 1), "VALID", None),
    ((7, 1, 13), (7, 1), (1, 1), "VALID", "relu6"),
    ((6, 1, 30), (6, 1), (1, 1), "VALID", None),
    ((7, 7, 16), (7, 7), (1, 1), "VALID", "relu"),
    ((3, 3, 64), (3, 3), (1, 1), "VALID", None),
    ((17, 1, 20), (9, 1), (2, 1), "VALID", "relu"),
    ((11, 1, 12), (11, 1), (1, 1), "VALID", "relu"),
    ((1, 1, 48), (3, 3), (1, 1), "SAME", None),
    ((40, 1, 5), (40, 1), (1, 1), "VALID", None),
]

# input, kernel, stride, padding, multiplier, activation
DEPTHWISES = [
    ((12, 12, 8), (3, 3), (1, 1), "SAME", 1, "relu"),
    ((24, 24, 8), (3, 3), (2, 2), "SAME", 1, "relu"),
    ((10, 10, 16), (5, 5), (1, 1), "SAME", 1, None),
    ((25, 5, 32), (3, 3), (1, 1), "SAME", 1, "relu"),
    ((6, 6, 64), (3, 3), (1, 1), "SAME", 1, "relu"),
    ((3, 3, 128), (3, 3), (1, 1), "SAME", 1, None),
    ((6, 6, 32), (3, 3), (2, 2), "SAME", 1, "relu"),
    ((14, 14, 4), (3, 3), (1, 1), "VALID", 1, None),
    ((24, 24, 16), (3, 3), (1, 1), "SAME", 1, "relu"),
    ((24, 12, 24), (3, 3), (2, 2), "SAME", 1, "relu"),
    ((12, 12, 40), (3, 3), (1, 1), "SAME", 1, "relu6"),
    ((12, 12, 24), (3, 3), (2, 2), "SAME", 1, "relu6"),
    ((3, 3, 64), (3, 3), (1, 1), "SAME", 1, "relu"),
    ((5, 25, 12), (3, 3), (1, 1), "SAME", 1, "relu"),
    ((10, 10, 12), (3, 3), (2, 2), "VALID", 1, "relu"),
    ((8, 40, 4), (3, 3), (1, 1), "SAME", 1, "relu"),
    ((12, 12, 8), (5, 5), (1, 1), "SAME", 1, "relu"),
    ((16, 16, 8), (5, 5), (2, 2), "SAME", 1, "relu"),
    ((20, 4, 16), (4, 4), (2, 2), "SAME", 1, "relu"),
    ((14, 14, 8), (7, 7), (1, 1), "SAME", 1, "relu"),
    ((1, 60, 8), (1, 5), (1, 1), "SAME", 1, "relu"),
    ((16, 16, 16), (2, 2), (2, 2), "VALID", 1, "relu"),
    ((9, 9, 16), (3, 3), (1, 1), "SAME", 1, None),
    ((5, 5, 32), (3, 3), (2, 2), "SAME", 1, None),
    ((1, 20, 16), (1, 3), (1, 1), "SAME", 1, None),
    ((30, 1, 16), (5, 1), (2, 1), "SAME", 1, "relu"),
    ((9, 9, 12), (3, 3), (1, 1), "VALID", 1, None),
    ((12, 12, 3), (3, 3), (1, 1), "SAME", 1, None),
    ((8, 8, 3), (3, 3), (2, 2), "SAME", 1, "relu"),
    ((8, 8, 8), (3, 3), (1, 1), "SAME", 2, None),
    ((12, 6, 1), (5, 3), (1, 1), "SAME", 8, None),
]

# input, output channels, kernel, groups: convolutions of several groups
GROUPED = [((8, 8, 8), 8, (3, 3), 2), ((6, 6, 16), 8, (1, 1), 4), ((1, 20, 6), 9, (1, 3), 3)]

# Convolutions with two weights of -128 side by side, which the kernel that multiplies pairs cannot do.
LEAST = [((8, 8, 8), 12, (3, 3)), ((6, 6, 16), 8, (1, 1)), ((9, 5, 4), 16, (3, 3)), ((12, 12, 3), 6, (5, 5)),
         ((4, 4, 32), 32, (1, 1)), ((10, 10, 4), 4, (1, 1)), ((7, 7, 8), 3, (3, 3)), ((16, 16, 3), 8, (3, 3))]
# Convolutions whose results lie outside what a high multiplication reaches: the definition's two roundings.
ABOVE = [((8, 8, 8), 8, (3, 3)), ((12, 12, 3), 12, (1, 1)), ((5, 5, 16), 16, (1, 1)), ((3, 3, 4), 6, (1, 1))]

# rows (or none), inputs, outputs, scale per output
FULLY_CONNECTED = [
    (None, 64, 10, False), (None, 128, 128, False), (None, 640, 64, False), (None, 8, 128, False),
    (None, 250, 12, True), (None, 33, 7, False), (None, 512, 1, False), (12, 32, 16, True),
    (5, 20, 6, False), (None, 16, 4, True),
]

# input, kernel, stride, padding
POOLS = [
    ((12, 12, 8), (2, 2), (2, 2), "VALID"), ((24, 24, 4), (2, 2), (2, 2), "VALID"),
    ((9, 9, 16), (3, 3), (1, 1), "SAME"), ((12, 12, 6), (3, 3), (2, 2), "SAME"),
    ((8, 8, 64), (8, 8), (8, 8), "VALID"), ((25, 5, 16), (25, 5), (25, 5), "VALID"),
    ((20, 1, 12), (3, 1), (2, 1), "SAME"), ((10, 10, 3), (2, 2), (1, 1), "VALID"),
    ((3, 3, 128), (3, 3), (3, 3), "VALID"), ((6, 6, 32), (2, 2), (2, 2), "VALID"),
]

# input, axes
MEANS = [
    ((8, 8, 32), [1, 2]), ((25, 5, 64), [1, 2]), ((3, 3, 128), [1, 2]), ((5, 4, 7), [1, 2]),
    ((12, 4, 10), [1]), ((12, 4, 10), [2]), ((6, 6, 20), [3]), ((4, 4, 4), [1, 2, 3]),
    ((30, 16), [1]),
]

# the result's shape, the other operand's
PAIRS = [
    ((16, 16, 16), (16, 16, 16)), ((8, 8, 8), (8, 8, 8)), ((1, 1, 33), (1, 1, 33)), ((4, 4, 5), (4, 4, 5)),
    ((10, 10, 16), (1, 1, 16)), ((6, 6, 3), (1, 1, 3)), ((8, 8, 24), (8, 8, 1)), ((12, 12, 4), (1, 1, 1)),
]

TABLES = [(16, 16, 16), (5, 5, 9), (1, 1, 40), (8, 8, 8)]
SOFTMAXES = [(1, 1, 10), (1, 1, 2), (1, 1, 100), (12, 1, 12), (8, 8, 3)]

# input, before and after along rows, columns, channels
PADS = [
    ((12, 12, 8), [(1, 1), (1, 1), (0, 0)]), ((6, 5, 3), [(2, 2), (2, 2), (0, 0)]),
    ((8, 8, 16), [(0, 1), (0, 1), (0, 0)]), ((10, 4, 5), [(0, 0), (0, 0), (1, 3)]),
    ((30, 1, 12), [(3, 3), (0, 0), (0, 0)]), ((20, 20, 1), [(2, 2), (2, 2), (0, 0)]),
]
TRANSPOSES = [
    ((8, 8, 16), [0, 3, 1, 2]), ((6, 10, 4), [0, 2, 1, 3]), ((12, 5, 24), [0, 2, 1, 3]), ((20, 30), [0, 2, 1]),
    ((5, 6, 7), [0, 3, 2, 1]), ((64, 12), [0, 2, 1]),
]
# operands, axis
CONCATENATIONS = [
    ([(8, 8, 8), (8, 8, 16)], 3), ([(4, 6, 12), (4, 6, 12)], 2), ([(10, 10, 3), (10, 10, 5)], 3),
    ([(6, 4, 32), (2, 4, 32)], 1), ([(1, 1, 20), (1, 1, 40)], 3), ([(1, 30, 2), (1, 30, 1), (1, 30, 64)], 3),
]
FUNCTIONS = ["LOGISTIC", "TANH", "HARD_SWISH", "LEAKY_RELU", "RELU6"]


def words(dims):
    return "x".join(str(n) for n in dims)


class Layers(Network):
    """Layers that stand beside each other; `found` has all their results."""

    def __init__(self, description, seed):
        super().__init__(description, seed)
        self.inputs, self.found = {}, []

    def operand(self, shape, number=0, scale=0.05, zero_point=-3):
        """A graph input, the same one for layers of equal shapes."""
        key = (*shape, number, scale, zero_point)
        if key not in self.inputs:
            data = self.rng.integers(-128, 128, (BATCH, *shape)).astype(np.int8)
            self.inputs[key] = self.input(f"in{len(self.inputs)}_{words(shape)}", data, scale, zero_point)
        return self.inputs[key]

    def result(self, activation):
        self.found.append(activation)
        return activation

    def write(self, name):
        content = self.finish(list(self.inputs.values()), self.found)
        (HERE / f"{name}.tflite.gz").write_bytes(gzip.compress(content, 9, mtime=0))

    def plain(self, shape, channels, kernel, groups, name, least=False, factor=1):
        """CONV_2D without a calibrated scale; with `least` two weights beside each other are -128."""
        x = self.operand(shape)
        weights = bell(self.rng, (channels, *kernel, shape[2] // groups), 127, axis=0)
        if least:
            weights[0].reshape(-1)[:2] = -128
        spread = 60 * np.sqrt(weights[0].size)
        scale = np.full(channels, factor / (spread * 50))
        y = self.output(name, self.rng.normal(0, 1, (BATCH, *shape[:2], channels)))
        self.writer.operator("CONV_2D", [
            x.tensor, self.writer.constant(f"{name}/weights", weights, scale, 0, 0),
            self.writer.constant(f"{name}/bias", np.zeros(channels, np.int32), scale * x.scale)],
            [y.tensor], FusedActivationFunction=FUSED[None], **self._convolution_options((1, 1), "SAME", (1, 1)))
        return y

    def mean(self, x, axes, name):
        kept = np.apply_over_axes(np.mean, x.real(), axes)
        y = self.output(name, kept, None, (0.03, 5))
        axes = self.writer.constant(f"{name}/axes", np.array(axes, np.int32))
        self.writer.operator("MEAN", [x.tensor, axes], [y.tensor], KeepDims=True)
        return y

    def pair(self, operator, a, b, name, activation=None, output=None):
        real = {"ADD": a.real() + b.real(), "SUB": a.real() - b.real(), "MUL": a.real() * b.real()}[operator]
        y = self.output(name, real, activation, output)
        more = {} if operator == "MUL" else {"PotScaleInt16": True}
        self.writer.operator(operator, [a.tensor, b.tensor], [y.tensor],
                             FusedActivationFunction=FUSED[activation], **more)
        return y

    def unary(self, operator, x, name, output, **options):
        y = self.output(name, x.real(), None, output)
        self.writer.operator(operator, [x.tensor], [y.tensor], **options)
        return y

    def moved(self, operator, x, real, constant, name):
        y = self.output(name, real, None, (x.tensor.scale[0], x.zero_point))
        constant = self.writer.constant(f"{name}/{operator.lower()}", np.array(constant, np.int32))
        self.writer.operator(operator, [x.tensor, constant], [y.tensor])
        return y


def weighted():
    """Convolutions and fully connected layers."""
    net = Layers("layers with weights, to fit cost models to", 20261)
    for index, (shape, channels, kernel, stride, padding, activation) in enumerate(CONVOLUTIONS):
        net.result(net.conv(net.operand(shape), f"conv{index}", channels, kernel, stride, padding,
                            activation=activation))
    for index, (shape, channels, kernel, groups) in enumerate(GROUPED):
        net.result(net.plain(shape, channels, kernel, groups, f"grouped{index}"))
    for index, (shape, channels, kernel) in enumerate(LEAST):
        net.result(net.plain(shape, channels, kernel, 1, f"least{index}", least=True))
    for index, (shape, channels, kernel) in enumerate(ABOVE):
        net.result(net.plain(shape, channels, kernel, 1, f"above{index}", factor=50_000))
    net.write("cost-convolution")

    net = Layers("depthwise convolutions, to fit cost models to", 20262)
    for index, (shape, kernel, stride, padding, multiplier, activation) in enumerate(DEPTHWISES):
        net.result(net.depthwise(net.operand(shape), f"depthwise{index}", kernel, stride, padding,
                                 multiplier=multiplier, activation=activation))
    for index, (rows, inputs, outputs, per_channel) in enumerate(FULLY_CONNECTED):
        shape = (inputs,) if rows is None else (rows, inputs)
        net.result(net.fully_connected(net.operand(shape), f"dense{index}", outputs, keep_num_dims=True,
                                       per_channel=per_channel, activation="relu" if index % 2 else None))
    net.write("cost-depthwise")

    net = Layers("depthwise convolutions of few rows, to fit cost models to", 20266)
    for index, (shape, kernel, stride, padding, activation) in enumerate(BANDS):
        net.result(net.depthwise(net.operand(shape), f"band{index}", kernel, stride, padding, activation=activation))
    net.write("cost-bands")

    net = Layers("depthwise convolutions of one position, to fit cost models to", 20267)
    for index, (shape, kernel, dilation, padding, activation) in enumerate(POINTS):
        net.result(net.depthwise(net.operand(shape), f"point{index}", kernel, (1, 1), padding, dilation=dilation,
                                 activation=activation))
    net.write("cost-points")


def elementwise():
    """Everything of int8 without weights."""
    net = Layers("layers without weights, to fit cost models to", 20263)
    for index, (shape, kernel, stride, padding) in enumerate(POOLS):
        for kind, name in [("AVERAGE_POOL_2D", "average"), ("MAX_POOL_2D", "maximum")]:
            net.result(net.pool(kind, net.operand(shape), f"{name}{index}", kernel, stride, padding))
    for index, (shape, axes) in enumerate(MEANS):
        net.result(net.mean(net.operand(shape), axes, f"mean{index}"))
    for index, shape in enumerate(SOFTMAXES):
        net.result(net.softmax(net.operand(shape), f"softmax{index}"))
    for index, shape in enumerate(TABLES):
        net.result(net.unary(FUNCTIONS[index], net.operand(shape), f"table{index}",
                             {"LOGISTIC": (1 / 256, -128), "TANH": (1 / 128, 0)}.get(FUNCTIONS[index], (0.03, 4)),
                             **({"Alpha": 0.1} if FUNCTIONS[index] == "LEAKY_RELU" else {})))
    net.write("cost-pooling")

    net = Layers("layers of two operands and copies, to fit cost models to", 20264)
    for index, (shape, other) in enumerate(PAIRS):
        # Some sums of these scales are linear functions, some are not.
        for operator, output in [("ADD", None), ("ADD", (0.09, 0)), ("SUB", (0.07, 3)), ("MUL", (0.12, -2))]:
            a, b = net.operand(shape), net.operand(other, 1, 0.031 if output else 0.05, 7 if output else -3)
            name = f"{operator.lower()}{index}" + ("" if output else "_like")
            net.result(net.pair(operator, a, b, name, "relu" if index % 2 else None, output))
    for index, (shape, borders) in enumerate(PADS):
        x = net.operand(shape)
        real = np.pad(x.real(), [(0, 0), *borders])
        net.result(net.moved("PAD", x, real, [(0, 0), *borders], f"pad{index}"))
    for index, (shape, order) in enumerate(TRANSPOSES):
        x = net.operand(shape)
        net.result(net.moved("TRANSPOSE", x, x.real().transpose(order), order, f"transpose{index}"))
    for index, (shapes, axis) in enumerate(CONCATENATIONS):
        xs = [net.operand(shape, number, 0.05) for number, shape in enumerate(shapes)]
        net.result(net.concatenate(xs, f"concat{index}", axis))
    net.write("cost-pairs")


class Floats(Layers):
    """The same in f32."""

    def operand(self, shape, number=0):
        key = (*shape, number)
        if key not in self.inputs:
            tensor = self.writer.tensor(f"in{len(self.inputs)}_{words(shape)}", (1, *shape), np.float32)
            self.inputs[key] = type("Float", (), {"tensor": tensor})()
        return self.inputs[key]

    def layer(self, operator, operands, name, shape, constants=(), quantised=None, **options):
        y = self.writer.tensor(name, (1, *shape), np.int8 if quantised else np.float32, *(quantised or ()))
        constants = [self.writer.constant(f"{name}/{number}", data) for number, data in enumerate(constants)]
        self.writer.operator(operator, [x.tensor for x in operands] + constants, [y], **options)
        return self.result(type("Float", (), {"tensor": y})())

    def floats(self, *shape):
        return (self.rng.integers(-1000, 1001, shape) / 1000).astype(np.float32)


def floats():
    """f32."""
    net = Floats("f32 layers, to fit cost models to", 20265)
    fused = {"FusedActivationFunction": FUSED[None]}
    for index in [0, 2, 3, 4, 6, 9, 12, 13]:
        shape, channels, kernel, stride, padding, _ = CONVOLUTIONS[index]
        size = [n for n, _, _ in padding_of(padding, shape[:2], kernel, stride)]
        net.layer("CONV_2D", [net.operand(shape)], f"conv{index}", (*size, channels),
                  [net.floats(channels, *kernel, shape[2]), net.floats(channels)], **fused,
                  **net._convolution_options(stride, padding, (1, 1)))
    for index in [0, 3, 6, 7, len(DEPTHWISES) - 2]:
        shape, kernel, stride, padding, multiplier, _ = DEPTHWISES[index]
        size = [n for n, _, _ in padding_of(padding, shape[:2], kernel, stride)]
        channels = shape[2] * multiplier
        net.layer("DEPTHWISE_CONV_2D", [net.operand(shape)], f"depthwise{index}", (*size, channels),
                  [net.floats(1, *kernel, channels), net.floats(channels)], **fused, DepthMultiplier=multiplier,
                  **net._convolution_options(stride, padding, (1, 1)))
    for index in [0, 1, 5, 7]:
        rows, inputs, outputs, _ = FULLY_CONNECTED[index]
        lead = () if rows is None else (rows,)
        net.layer("FULLY_CONNECTED", [net.operand((*lead, inputs))], f"dense{index}", (*lead, outputs),
                  [net.floats(outputs, inputs), net.floats(outputs)], **fused, KeepNumDims=True)
    for index in [0, 2, 3, 4, 6]:
        shape, kernel, stride, padding = POOLS[index]
        size = [n for n, _, _ in padding_of(padding, shape[:2], kernel, stride)]
        for kind in ["AVERAGE_POOL_2D", "MAX_POOL_2D"]:
            net.layer(kind, [net.operand(shape)], f"{kind.lower()}{index}", (*size, shape[2]), **fused,
                      Padding=PADDING[padding], FilterHeight=kernel[0], FilterWidth=kernel[1],
                      StrideH=stride[0], StrideW=stride[1])
    for index in [0, 1, 3, 6]:
        shape, axes = MEANS[index]
        kept = tuple(1 if axis + 1 in axes else n for axis, n in enumerate(shape))
        net.layer("MEAN", [net.operand(shape)], f"mean{index}", kept, [np.array(axes, np.int32)], KeepDims=True)
    for index, shape in enumerate(SOFTMAXES):
        net.layer("SOFTMAX", [net.operand(shape)], f"softmax{index}", shape, Beta=1.0)
    for shape in [(8, 8, 8), (1, 1, 30)]:
        for function in FUNCTIONS:
            options = {"Alpha": 0.1} if function == "LEAKY_RELU" else {}
            net.layer(function, [net.operand(shape)], f"{function.lower()}_{words(shape)}", shape, **options)
        net.layer("QUANTIZE", [net.operand(shape)], f"quantize_{words(shape)}", shape, quantised=(0.01, 3))
    for index, (shape, other) in enumerate(PAIRS[1:]):
        for operator in ["ADD", "SUB", "MUL"]:
            more = {} if operator == "MUL" else {"PotScaleInt16": True}
            net.layer(operator, [net.operand(shape), net.operand(other, 1)], f"{operator.lower()}{index}", shape,
                      **fused, **more)
    for index in [0, 1, 3]:
        shape, borders = PADS[index]
        size = tuple(n + sum(border) for n, border in zip(shape, borders))
        net.layer("PAD", [net.operand(shape)], f"pad{index}", size, [np.array([(0, 0), *borders], np.int32)])
    for index, (shape, order) in enumerate(TRANSPOSES[:4]):
        size = tuple(shape[axis - 1] for axis in order[1:])
        net.layer("TRANSPOSE", [net.operand(shape)], f"transpose{index}", size, [np.array(order, np.int32)])
    for index, (shapes, axis) in enumerate(CONCATENATIONS[:4]):
        size = list(shapes[0])
        size[axis - 1] = sum(shape[axis - 1] for shape in shapes)
        net.layer("CONCATENATION", [net.operand(shape, number) for number, shape in enumerate(shapes)],
                  f"concat{index}", size, **fused, Axis=axis)
    for index, shape in enumerate([(8, 8, 8), (1, 1, 30)]):
        # Between others: at a model's end it is a part of `run_f32`.
        x = net.writer.tensor(f"integers{index}", (1, *shape), np.int8, 0.05, 3)
        net.inputs[("integers", index)] = type("Integers", (), {"tensor": x})()
        y = net.writer.tensor(f"reals{index}", (1, *shape), np.float32)
        net.writer.operator("DEQUANTIZE", [x], [y])
        net.layer("TANH", [type("Float", (), {"tensor": y})()], f"of_reals{index}", shape)
    for index, (inputs, outputs) in enumerate([(40, 8), (256, 4)]):
        weights = bell(net.rng, (outputs, inputs), 127)
        y = net.writer.tensor(f"hybrid{index}", (1, outputs), np.float32)
        net.writer.operator("FULLY_CONNECTED", [net.operand((inputs,)).tensor,
                            net.writer.constant(f"hybrid{index}/weights", weights, 0.01)], [y], **fused)
        net.result(type("Float", (), {"tensor": y})())
    net.write("cost-f32")


class Qdq:
    """ONNX layers that stand beside each other between quantisation and dequantisation."""

    def __init__(self):
        self.nodes, self.constants, self.inputs, self.outputs = [], [], {}, []

    def number(self, value, kind):
        name = f"{kind.__name__}_{value}"
        if all(constant.name != name for constant in self.constants):
            self.constants.append(numpy_helper.from_array(np.array(value, kind), name))
        return name

    def dequantised(self, name, scale, zero_point):
        real = f"{name}_real{len(self.nodes)}"
        operands = [name, self.number(scale, np.float32), self.number(zero_point, np.int8)]
        self.nodes.append(helper.make_node("DequantizeLinear", operands, [real]))
        return real

    def operand(self, shape, number=0, scale=0.05, zero_point=-3):
        name = f"in_{words(shape)}_{number}"
        self.inputs[name] = helper.make_tensor_value_info(name, TensorProto.INT8, (1, *shape))
        return self.dequantised(name, scale, zero_point)

    def layer(self, operator, operands, name, shape, scale, zero_point, **attributes):
        self.nodes.append(helper.make_node(operator, operands, [f"{name}_float"], name, **attributes))
        constants = [self.number(scale, np.float32), self.number(zero_point, np.int8)]
        self.nodes.append(helper.make_node("QuantizeLinear", [f"{name}_float", *constants], [name]))
        self.outputs.append(helper.make_tensor_value_info(name, TensorProto.INT8, (1, *shape)))

    def write(self, name):
        graph = helper.make_graph(self.nodes, name, list(self.inputs.values()), self.outputs, self.constants)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
        onnx.checker.check_model(model)
        (HERE / f"{name}.onnx").write_bytes(model.SerializeToString())


def onnx_forms():
    """The operators whose arithmetic in ONNX is another than in TFLite; channels come first."""
    net = Qdq()
    for index, (shape, other) in enumerate([((16, 16, 16), (16, 16, 16)), ((8, 8, 8), (8, 8, 8)), ((33, 1, 1), (33, 1, 1)),
                                            ((6, 6, 8), (6, 1, 1)), ((24, 8, 8), (1, 8, 8))]):
        for operator, scale in [("Add", 0.1), ("Sub", 0.083), ("Mul", 0.12)]:
            net.layer(operator, [net.operand(shape), net.operand(other, 1, 0.031, 7)], f"{operator.lower()}{index}",
                      shape, scale, 2)
    for index, (shape, kernel, stride) in enumerate([((8, 12, 12), 2, 2), ((16, 9, 9), 3, 1), ((64, 4, 4), 4, 4)]):
        size = [(n - kernel) // stride + 1 for n in shape[1:]]
        net.layer("AveragePool", [net.operand(shape)], f"average{index}", (shape[0], *size), 0.04, 1,
                  kernel_shape=[kernel] * 2, strides=[stride] * 2)
    net.layer("AveragePool", [net.operand((12, 6, 6))], "average_border", (12, 6, 6), 0.04, 1, kernel_shape=[3, 3],
              pads=[1, 1, 1, 1])
    for index, shape in enumerate([(32, 8, 8), (64, 25, 5), (7, 4, 5)]):
        net.layer("GlobalAveragePool", [net.operand(shape)], f"global{index}", (shape[0], 1, 1), 0.04, 1)
    for index, shape in enumerate([(10,), (2,), (100,), (12, 12)]):
        net.layer("Softmax", [net.operand(shape)], f"softmax{index}", shape, 1 / 256, -128, axis=-1)
    for index, (first, second) in enumerate([((8, 8, 8), (16, 8, 8)), ((12, 4, 6), (12, 4, 6)), ((3, 10, 10), (5, 10, 10))]):
        shape = (first[0] + second[0], *first[1:])
        net.layer("Concat", [net.operand(first), net.operand(second, 1, 0.04, 5)], f"concat{index}", shape, 0.05, 0,
                  axis=1)
    net.write("cost-onnx")


weighted()
elementwise()
floats()
onnx_forms()
