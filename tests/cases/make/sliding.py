"""Makes the cases `sliding…`: networks over a window of time, compiled to take its new rows.

The models are those of whole windows, and so are the goldens; the option `input = "stream"`
is what the cases are about.
"""

import numpy as np

import case_folder
from family import Family
from inputs import seed_of
from mlperf_shaped import pictures
from quantised_net import Network

SCRIPT = "sliding.py"


class Window(Network):
    """A network over `rows` rows of `features` × `channels`, or over `rows` columns of one row."""

    def __init__(self, name, rows, features=1, channels=4, columns=False):
        super().__init__(name, seed_of(name))
        self.name = name
        shape = (1, rows, channels) if columns else (rows, features, channels)
        self.columns = columns
        self.images = pictures(self.rng, 8, shape, (1, 2, 3))
        self.x = self.first = self.input("window", self.images, 0.05, 3)
        self.number = 0

    def _name(self, what):
        self.number += 1
        return f"{what}_{self.number}"

    def _along(self, time, other):
        return (other, time) if self.columns else (time, other)

    def conv(self, channels, taps, stride=1, padding="VALID", dilation=1, other=1, x=None, **more):
        x = x or self.x
        self.x = super().conv(x, self._name("conv"), channels, self._along(taps, other),
                              stride=self._along(stride, 1), padding=padding,
                              dilation=self._along(dilation, 1), **more)
        return self.x

    def depthwise(self, taps, stride=1, padding="VALID", dilation=1, other=1, x=None, **more):
        self.x = super().depthwise(x or self.x, self._name("depthwise"), self._along(taps, other),
                                   stride=self._along(stride, 1), padding=padding,
                                   dilation=self._along(dilation, 1), **more)
        return self.x

    def pool(self, kind, taps, stride=None, padding="VALID"):
        self.x = super().pool(f"{kind}_POOL_2D", self.x, self._name("pool"), self._along(taps, 1),
                              stride=self._along(stride or taps, 1), padding=padding)
        return self.x

    def add(self, a, b, **more):
        self.x = super().add(a, b, self._name("add"), **more)
        return self.x

    def join(self, parts):
        self.x = self.concatenate(parts, self._name("join"), 3)
        return self.x

    def mean(self):
        """MEAN over rows and columns."""
        name = self._name("mean")
        y = self.output(name, self.x.real().mean(axis=(1, 2)))
        axes = self.writer.constant(f"{name}/axes", np.array([1, 2], np.int32))
        self.writer.operator("MEAN", [self.x.tensor, axes], [y.tensor], KeepDims=False)
        self.x = y
        return y

    def dense(self, outputs, softmax=False):
        """A layer over all that is left of the window."""
        flat = int(np.prod(self.x.data.shape[1:]))
        self.x = self.reshape(self.x, self._name("flatten"), (flat,))
        self.x = self.fully_connected(self.x, self._name("dense"), outputs, spread=3.0)
        if softmax:
            self.x = self.softmax(self.x, "probabilities")
        return self.x

    def goldens(self):
        """The model, and the windows that it is run on."""
        vectors = [[image[None]] for image in self.images[:3]]
        vectors.append([np.full_like(vectors[0][0], -128)])
        return self.finish([self.first], [self.x]), vectors

    def add_to(self, family):
        model, vectors = self.goldens()
        family.add(f"{self.name}.tflite", model, vectors, case_folder.run(model, vectors))


def wake_word():
    """The shape of MLPerf's streaming wake word: 826,368 multiplications and additions a window."""
    net = Window("slide-wake-word", 30, 1, 40)
    for taps, channels in ((3, 128), (5, 128), (10, 128), (15, 32)):
        net.depthwise(taps)
        net.conv(channels, 1, activation="relu")
    net.dense(3, softmax=True)
    model, vectors = net.goldens()
    case_folder.write(net.name, "streaming wake word of MLPerf Tiny by shape, random weights", model, vectors,
                      SCRIPT, seed_of(net.name), options={"input": "stream"})


def every_step():
    """Networks for the least step that their strides allow."""
    net = Window("slide-valid", 20, 3, 2)
    net.conv(8, 3, other=2, activation="relu")
    net.conv(6, 5, activation="relu6")
    net.dense(4)
    yield net

    net = Window("slide-same", 24, 4, 2)
    net.conv(6, 3, padding="SAME", other=3, activation="relu")
    net.depthwise(5, padding="SAME", other=3)
    net.conv(8, 1, activation="relu")
    net.mean()
    net.dense(3)
    yield net

    net = Window("slide-strides", 33, 2, 3)
    net.conv(8, 4, stride=2, padding="SAME", other=2, activation="relu")
    net.depthwise(3, stride=2, padding="SAME", activation="relu")
    net.conv(8, 1)
    net.dense(5)
    yield net

    net = Window("slide-stride-three", 40, 1, 5)
    net.conv(7, 5, stride=3, activation="relu")
    net.conv(9, 3)
    net.dense(2)
    yield net

    net = Window("slide-stride-four", 50, 2, 2)
    net.conv(8, 7, stride=4, other=2, activation="relu")
    net.depthwise(3)
    net.dense(3)
    yield net

    net = Window("slide-dilated", 40, 1, 6)
    for dilation in (1, 2, 4):
        net.conv(8, 3, dilation=dilation, activation="relu")
    net.dense(3)
    yield net

    net = Window("slide-residual", 28, 1, 8)
    for dilation in (1, 2):
        before = net.x
        net.conv(8, 3, padding="SAME", dilation=dilation, activation="relu")
        net.conv(8, 3, padding="SAME", dilation=dilation)
        net.add(net.x, before, activation="relu")
    net.mean()
    net.dense(4)
    yield net

    net = Window("slide-branches", 26, 2, 4)
    stem = net.conv(6, 3, other=2, activation="relu")
    wide = net.conv(4, 5, padding="SAME", x=stem)
    narrow = net.conv(3, 1, x=stem, output=(wide.tensor.scale[0], wide.zero_point))
    deep = net.depthwise(3, padding="SAME", x=stem, output=(wide.tensor.scale[0], wide.zero_point))
    net.join([wide, narrow, deep])
    net.conv(5, 2, stride=2)
    net.dense(3)
    yield net

    net = Window("slide-pools", 36, 3, 4)
    net.conv(8, 3, other=3, activation="relu")
    net.pool("MAX", 2)
    net.conv(8, 3)
    net.pool("AVERAGE", 3, stride=2, padding="SAME")
    net.dense(3)
    yield net

    net = Window("slide-columns", 30, channels=3, columns=True)
    net.conv(8, 5, padding="SAME", activation="relu")
    net.depthwise(3, stride=2)
    net.conv(8, 1, activation="relu")
    net.dense(4)
    yield net

    net = Window("slide-rows-out", 18, 1, 6)
    net.conv(6, 3, activation="relu")
    net.depthwise(3)
    net.x = net.fully_connected(net.x, "each", 3, keep_num_dims=True)
    yield net

    net = Window("slide-one-layer", 12, 1, 4)
    net.conv(8, 3)
    net.dense(2)
    yield net

    net = Window("slide-pointwise", 16, 1, 6)
    net.conv(8, 1, activation="relu")
    net.conv(8, 1)
    net.mean()
    yield net


def of_steps(step):
    """Networks that are compiled for a step of `step` rows, whether it suits their strides or not."""
    for number, padding in enumerate(("VALID", "SAME", "SAME", "VALID")):
        net = Window(f"slide-{step}-plain-{number}", 21 + 6 * number + step, 2 + number % 3, 2 + number)
        net.conv(6, 3 + number, padding=padding, other=1 + number % 2, activation="relu")
        net.depthwise(3, padding="VALID" if number == 2 else padding, dilation=1 + number % 2)
        net.conv(4 + number, 1, activation="relu6")
        net.dense(3)
        yield net

    net = Window(f"slide-{step}-residual", 30, 1, 6)
    for dilation in (1, 3):
        before = net.x
        net.conv(6, 3, padding="SAME", dilation=dilation, activation="relu")
        net.add(net.x, before)
    net.mean()
    net.dense(3)
    yield net

    net = Window(f"slide-{step}-strides", 41, 2, 3)
    net.conv(6, 4, stride=2, padding="SAME", other=2, activation="relu")
    net.depthwise(3)
    net.conv(6, 3, stride=2)
    net.dense(3)
    yield net

    net = Window(f"slide-{step}-pools", 31, 2, 3)
    net.conv(6, 3, other=2, activation="relu")
    net.pool("AVERAGE", 2)
    net.conv(5, 3, padding="SAME")
    net.pool("MAX", 3, stride=1, padding="SAME")
    net.mean()
    yield net

    net = Window(f"slide-{step}-branches", 27, channels=4, columns=True)
    stem = net.conv(6, 3, activation="relu")
    net.conv(6, 3, padding="SAME", x=stem)
    side = net.x
    net.conv(6, 1, x=stem, output=(side.tensor.scale[0], side.zero_point))
    net.join([side, net.x])
    net.conv(4, 3)
    net.dense(3)
    yield net


def main():
    wake_word()
    words = "networks over a window of time that slides by {}, int8, random weights"
    for name, step, networks in (("sliding", None, every_step()),
                                 *((f"sliding-{step}", step, of_steps(step)) for step in (2, 3, 5, 8))):
        options = {"input": "stream"} | ({"step": str(step)} if step else {})
        what = words.format("the least step" if step is None else f"{step} rows")
        family = Family(name, what, SCRIPT, case_folder.TOOLS, options=options)
        for net in networks:
            net.add_to(family)
        family.write()


if __name__ == "__main__":
    main()
