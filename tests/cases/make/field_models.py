"""Makes the cases `field-*`: the structure of the models that people run first on a
microcontroller, with random weights.

Operators, shapes, strides, paddings, activations and quirks are those of the models; weights are
small, so that the files are.
"""

import numpy as np

import case_folder
from inputs import seed_of
from mlperf_shaped import extremes, pictures
from quantised_net import Activation, Network

SCRIPT = "field_models.py"
LARGEST = 7


class Model:
    """A network of one input."""

    def __init__(self, name, description, shape, scale, zero_point):
        self.name, self.description, self.seed = f"field-{name}", description, seed_of(f"field-{name}")
        self.net = Network(self.name, self.seed)
        if len(shape) == 3:
            data = pictures(self.net.rng, 12, shape, (2, 4, 8))
        else:
            data = self.net.rng.integers(-128, 128, (12, *shape)).astype(np.int8)
        self.x = self.net.input("input", data, scale, zero_point)

    def write(self, y, compressed=False):
        """Writes the case with four inputs."""
        data = self.x.data
        vectors = [*data[:2], *extremes(self.net.rng, data[0])[:2]]
        case_folder.write(self.name, f"{self.description}, random weights", self.net.finish([self.x], [y]),
                          [[vector[None]] for vector in vectors], SCRIPT, self.seed, compressed=compressed)

    def mean(self, x, name):
        """MEAN over height and width, as Keras' GlobalAveragePooling2D is converted."""
        y = self.net.output(name, x.real().mean(axis=(1, 2)), None, (x.tensor.scale[0], x.zero_point))
        axes = self.net.writer.constant(f"{name}/axes", np.array([1, 2], np.int32))
        self.net.writer.operator("MEAN", [x.tensor, axes], [y.tensor], KeepDims=False)
        return y

    def pad(self, x, name):
        """A row below and a column to the right, as Keras pads before a stride of 2."""
        sides = np.array([(0, 0), (0, 1), (0, 1), (0, 0)], np.int32)
        data = np.pad(x.data, sides, constant_values=x.zero_point)
        tensor = self.net.writer.tensor(name, (1, *data.shape[1:]), np.int8, x.tensor.scale, x.zero_point)
        self.net.writer.operator("PAD", [x.tensor, self.net.writer.constant(f"{name}/sides", sides)], [tensor])
        return Activation(tensor, data)

    def inverted_residual(self, x, name, expanded, channels, stride=1):
        """A block of MobileNetV2; without expansion where `expanded` is 0."""
        net, y = self.net, x
        if expanded:
            y = net.conv(y, f"{name}_expand", expanded, (1, 1), activation="relu6", largest=LARGEST)
        if stride == 2:
            y = self.pad(y, f"{name}_pad")
        y = net.depthwise(y, f"{name}_depthwise", (3, 3), (stride, stride),
                          "SAME" if stride == 1 else "VALID", activation="relu6", largest=LARGEST)
        y = net.conv(y, f"{name}_project", channels, (1, 1), largest=LARGEST)
        if stride == 1 and x.data.shape[3] == channels:
            y = net.add(x, y, f"{name}_add")
        return y

    def mobilenet_v2(self, x):
        """MobileNetV2 0.35 to the expansion of block 6: an eighth of the resolution, 96 channels."""
        y = self.net.conv(self.pad(x, "conv_pad"), "conv", 16, (3, 3), (2, 2), "VALID", activation="relu6",
                          largest=LARGEST)
        y = self.inverted_residual(y, "expanded", 0, 8)
        blocks = ((48, 8, 2), (48, 8, 1), (48, 16, 2), (96, 16, 1), (96, 16, 1))
        for number, (expanded, channels, stride) in enumerate(blocks, 1):
            y = self.inverted_residual(y, f"block_{number}", expanded, channels, stride)
        return self.net.conv(y, "block_6_expand", 96, (1, 1), activation="relu6", largest=LARGEST)


def hello_world():
    """TFLM's first example: a sine."""
    model = Model("hello-world", "TFLM's hello_world: three dense layers, int8", (1,), 0.0246, -128)
    y = model.net.fully_connected(model.x, "dense", 16, activation="relu")
    y = model.net.fully_connected(y, "dense_1", 16, activation="relu")
    model.write(model.net.fully_connected(y, "dense_2", 1))


def micro_speech():
    """tiny_conv."""
    model = Model("micro-speech", "TFLM's micro_speech (tiny_conv)", (1960,), 0.1, -128)
    y = model.net.reshape(model.x, "image", (49, 40, 1), written=(-1, 49, 40, 1))
    y = model.net.depthwise(y, "conv", (10, 8), (2, 2), multiplier=8, activation="relu")
    y = model.net.fully_connected(y, "logits", 4, flatten=True, largest=LARGEST)
    model.write(model.net.softmax(y, "probabilities"))


def magic_wand():
    """Gestures from an accelerometer."""
    model = Model("magic-wand", "TFLM's magic_wand", (128, 3, 1), 0.05, 3)
    net = model.net
    y = net.conv(model.x, "conv", 8, (4, 3), activation="relu")
    y = net.pool("MAX_POOL_2D", y, "pool", (3, 3))
    y = net.conv(y, "conv_1", 16, (4, 1), activation="relu")
    y = net.pool("MAX_POOL_2D", y, "pool_1", (3, 1))
    y = net.reshape(y, "flatten", (224,), written=(-1, 224))
    y = net.fully_connected(y, "dense", 16, activation="relu")
    model.write(net.softmax(net.fully_connected(y, "logits", 4), "probabilities"))


def person_detection():
    """MobileNetV1 0.25 on grey pictures; the biases of depthwise layers have the weights' axis."""
    model = Model("person-detection", "TFLM's person_detection: MobileNetV1 0.25, 96x96 grey", (96, 96, 1),
                  1 / 255, -128)
    net = model.net
    y = net.depthwise(model.x, "depthwise_0", (3, 3), (2, 2), multiplier=8, activation="relu6", largest=LARGEST)
    layers = ((16, 1), (32, 2), (32, 1), (64, 2), (64, 1), (128, 2), (128, 1), (128, 1), (128, 1), (128, 1),
              (128, 1), (256, 2), (256, 1))
    for number, (channels, stride) in enumerate(layers, 1):
        y = net.depthwise(y, f"depthwise_{number}", (3, 3), (stride, stride), activation="relu6", largest=LARGEST)
        y = net.conv(y, f"pointwise_{number}", channels, (1, 1), activation="relu6", largest=3)
    y = net.pool("AVERAGE_POOL_2D", y, "pool", (3, 3))
    y = net.conv(y, "logits", 2, (1, 1), largest=LARGEST)
    y = net.reshape(y, "squeezed", (2,))
    for tensor in net.writer.tensors:
        if tensor.name.startswith("depthwise") and tensor.name.endswith("/bias"):
            tensor.axis = 3
    model.write(net.softmax(y, "probabilities"), compressed=True)


def keyword_cnn():
    """The CNN of "Hello Edge"."""
    model = Model("keyword-cnn", "keyword spotting: two convolutions, a linear and two dense layers",
                  (49, 10, 1), 0.58, 83)
    net = model.net
    y = net.conv(model.x, "conv", 14, (10, 4), padding="VALID", activation="relu", largest=LARGEST)
    y = net.conv(y, "conv_1", 15, (10, 4), (2, 1), "VALID", activation="relu", largest=LARGEST)
    y = net.fully_connected(y, "linear", 16, flatten=True, largest=LARGEST)
    y = net.fully_connected(y, "dense", 64, activation="relu", largest=LARGEST)
    model.write(net.softmax(net.fully_connected(y, "logits", 12), "probabilities"), compressed=True)


def object_grid():
    """FOMO: a class for each cell of a grid."""
    model = Model("object-grid", "FOMO: MobileNetV2 0.35 cut at an eighth of the resolution, a softmax for each cell",
                  (96, 96, 3), 1 / 255, -128)
    y = model.mobilenet_v2(model.x)
    y = model.net.conv(y, "head", 32, (1, 1), activation="relu", largest=LARGEST)
    model.write(model.net.softmax(model.net.conv(y, "logits", 3, (1, 1)), "probabilities"), compressed=True)


def transfer_learning():
    """MobileNetV2 0.35 with a classifier behind it."""
    model = Model("mobilenet-v2", "MobileNetV2 0.35 of a few blocks, mean, dense layers", (48, 48, 3), 1 / 255, -128)
    y = model.mean(model.mobilenet_v2(model.x), "mean")
    y = model.net.fully_connected(y, "dense", 16, activation="relu")
    model.write(model.net.softmax(model.net.fully_connected(y, "logits", 3), "probabilities"), compressed=True)


def conv1d():
    """Edge Impulse's keyword classifier: one-dimensional layers, each between two reshapes."""
    model = Model("conv1d", "one-dimensional convolutions and pools on a flat input", (650,), 0.05, -10)
    net, y = model.net, model.x
    length, channels = 50, 13
    for number, filters in enumerate((8, 16)):
        y = net.reshape(y, f"column_{number}", (1, length, channels))
        y = net.conv(y, f"conv1d_{number}", filters, (1, 3), activation="relu")
        y = net.reshape(y, f"pool_column_{number}", (length, 1, filters))
        y = net.pool("MAX_POOL_2D", y, f"pool_{number}", (2, 1), padding="SAME")
        length, channels = -(-length // 2), filters
    y = net.reshape(y, "flatten", (length * channels,), written=(-1, length * channels))
    model.write(net.softmax(net.fully_connected(y, "logits", 4), "probabilities"))


def motion():
    """Edge Impulse's motion classifier."""
    model = Model("motion", "dense layers on 33 spectral features", (33,), 0.2, -100)
    y = model.net.fully_connected(model.x, "dense", 20, activation="relu")
    y = model.net.fully_connected(y, "dense_1", 10, activation="relu")
    model.write(model.net.softmax(model.net.fully_connected(y, "logits", 4), "probabilities"))


def main():
    """Makes all cases."""
    hello_world()
    micro_speech()
    magic_wand()
    person_detection()
    keyword_cnn()
    object_grid()
    transfer_learning()
    conv1d()
    motion()


if __name__ == "__main__":
    main()
