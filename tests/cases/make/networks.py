"""Makes small int8 networks with the graph forms that single operators do not show."""

import numpy as np

import case_folder
from inputs import int8_vectors, seed_of
from quantised_net import Network

SCRIPT = "networks.py"


class Case:
    """A network with its inputs; `write` makes the case."""

    def __init__(self, name, description):
        self.name = name
        self.description = description
        self.seed = seed_of(name)
        self.net = Network(name, self.seed)
        self.inputs = []
        self.arrays = []

    def input(self, name, shape, scale, zero_point):
        """A graph input with uniform calibration data and the usual vectors."""
        rng = self.net.rng
        x = self.net.input(name, rng.integers(-128, 128, (32, *shape)), scale, zero_point)
        self.inputs.append(x)
        self.arrays.append(int8_vectors(rng, (1, *shape), zero_point))
        return x

    def write(self, *outputs):
        """Writes the case with these outputs."""
        case_folder.write(self.name, self.description, self.net.finish(self.inputs, outputs),
                          [list(v) for v in zip(*self.arrays)], SCRIPT, self.seed)


def residual():
    """Convolutions, a residual addition, a concatenation, pooling and a classifier."""
    case = Case("net-residual", "convolutions, residual addition, concatenation, max pool, "
                "average pool, classifier, softmax")
    net = case.net
    x = case.input("input", (9, 8, 3), 0.02, -4)
    a = net.conv(x, "stem", 6, (3, 3), activation="relu")
    b = net.conv(a, "branch_1", 6, (3, 3), activation="relu")
    b = net.conv(b, "branch_2", 6, (3, 3))
    c = net.add(a, b, "sum", "relu")
    output = (c.tensor.scale[0], c.zero_point)
    d = net.conv(c, "wide", 5, (1, 1), activation="relu", output=output)
    e = net.concatenate([c, d], "both", 3)
    e = net.pool("MAX_POOL_2D", e, "halved", (2, 2))
    e = net.pool("AVERAGE_POOL_2D", e, "mean", (4, 4))
    e = net.reshape(e, "flatten", (11,), written=(-1, 11))
    logits = net.fully_connected(e, "logits", 4, spread=2.0)
    case.write(net.softmax(logits, "probabilities"))


def branches():
    """A tensor that three operators read, and two outputs, one of them read further."""
    case = Case("net-branches", "a tensor used three times, two outputs, one of which another "
                "operator reads too")
    net = case.net
    x = case.input("input", (6, 5, 4), 0.03, 10)
    trunk = net.conv(x, "trunk", 6, (3, 3), activation="relu")
    left = net.conv(trunk, "left", 6, (1, 1))
    right = net.depthwise(trunk, "right", (3, 3), activation="relu")
    total = net.add(left, right, "total")
    skip = net.add(total, trunk, "skip", "relu")
    pooled = net.pool("AVERAGE_POOL_2D", skip, "pooled", (6, 5))
    flat = net.reshape(pooled, "flat", (6,))
    case.write(net.fully_connected(flat, "scores", 3), total)


def two_inputs():
    """An image and a vector; the outputs of both sides are joined."""
    case = Case("net-two-inputs", "two graph inputs of different shapes and scales, joined by a "
                "concatenation")
    net = case.net
    image = case.input("image", (8, 8, 1), 0.0039, -128)
    state = case.input("state", (10,), 0.07, 22)
    y = net.conv(image, "conv", 4, (3, 3), (2, 2), activation="relu")
    y = net.reshape(y, "flatten", (64,))
    y = net.fully_connected(y, "seen", 6, activation="relu")
    output = (y.tensor.scale[0], y.zero_point)
    z = net.fully_connected(state, "known", 5, activation="relu", output=output)
    y = net.concatenate([y, z], "joined", 1)
    case.write(net.fully_connected(y, "action", 3))


def one_dimensional():
    """1-D convolutions as TensorFlow Lite writes them: an axis of height 1 is put in, the
    convolution is 2-D, the axis is taken out again."""
    case = Case("net-1d", "1-D convolutions: EXPAND_DIMS, CONV_2D of height 1, RESHAPE, pooling, "
                "classifier")
    net = case.net
    y = x = case.input("input", (40, 3), 0.05, -2)
    for number, channels in ((1, 6), (2, 8)):
        steps, width = y.data.shape[1:]
        y = expand(net, y, f"image_{number}")
        y = net.conv(y, f"conv_{number}", channels, (1, 5), (1, 1), activation="relu")
        if number == 1:
            # A 1-D max pool is a 2-D one of height 1 between two reshapes as well.
            y = net.pool("MAX_POOL_2D", y, "halved", (1, 2))
            steps //= 2
        y = net.reshape(y, f"sequence_{number}", (steps, channels))
    y = expand(net, y, "image_3")
    y = net.pool("AVERAGE_POOL_2D", y, "mean", (1, steps))
    y = net.reshape(y, "flatten", (channels,))
    logits = net.fully_connected(y, "logits", 5, spread=2.0)
    case.write(net.softmax(logits, "probabilities"))


def expand(net, x, name):
    """EXPAND_DIMS of [1, T, C] to [1, 1, T, C]."""
    shape = (1, *x.data.shape[1:])
    y = net.output(name, x.real().reshape(x.data.shape[0], *shape), None,
                   (x.tensor.scale[0], x.zero_point))
    axis = net.writer.constant(f"{name}/axis", np.array(1, np.int32))
    net.writer.operator("EXPAND_DIMS", [x.tensor, axis], [y.tensor])
    return y


def main():
    """Makes all of them."""
    residual()
    branches()
    two_inputs()
    one_dimensional()


if __name__ == "__main__":
    main()
