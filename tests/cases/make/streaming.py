"""Makes the cases `stream-…`: networks that keep their last rows in resource variables, over a sequence of steps with resets."""

import numpy as np

import case_folder
from inputs import seed_of
from tflite_writer import ModelWriter

SCRIPT = "streaming.py"
STEPS = 320
RESETS = [100, 203]

# The wake word network: 23,968 multiplications and additions a step, 3,024 bytes in six variables.
BANDS, STRIDE, FIRST_TAPS = 40, 3, 5
CHANNELS = [32, 64, 64, 64, 64]
TAPS = [5, 9, 13, 21]
LAST_ROWS = 5


class Stream:
    """A network under construction that takes one step's rows. `x` is its end: a tensor [1, rows, 1, channels]."""

    def __init__(self, name, rows, channels, scale, zero_point):
        self.name = name
        self.rng = np.random.default_rng(seed_of(name))
        self.writer = ModelWriter(name)
        self.once = ModelWriter("once")
        self.handles = {}
        self.input = self.x = self.writer.tensor("input", (1, rows, 1, channels), np.int8, scale, zero_point)
        self.shape = (1, rows, 1, channels)

    def variable(self, name, initial):
        """A variable that begins with these values."""
        handle = self.once.variable(name)
        constant = self.once.constant(f"{name}/initial", initial, self.x.scale[0], self.x.zero_point)
        self.once.operator("ASSIGN_VARIABLE", [handle, constant], [])
        return self.writer.variable(name)

    def remember(self, name, rows, initial=None):
        """Puts the last `rows` rows of the steps before in front."""
        _, new, _, channels = self.shape
        scale, zero_point = self.x.scale[0], self.x.zero_point

        def tensor(suffix, count):
            return self.writer.tensor(f"{name}/{suffix}", (1, count, 1, channels), np.int8, scale, zero_point)
        if initial is None:
            initial = np.full((1, rows, 1, channels), zero_point, np.int8)
        handle = self.variable(name, initial)
        kept, window, last = tensor("kept", rows), tensor("window", rows + new), tensor("last", rows)
        self.writer.operator("READ_VARIABLE", [handle], [kept])
        self.writer.operator("CONCATENATION", [kept, self.x], [window], Axis=1)
        bounds = [self.writer.constant(f"{name}/{part}", np.array(values, np.int32))
                  for part, values in (("begin", [0, new, 0, 0]), ("end", [1, rows + new, 1, channels]),
                                       ("strides", [1, 1, 1, 1]))]
        self.writer.operator("STRIDED_SLICE", [window, *bounds], [last], BeginMask=0, EndMask=0)
        self.writer.operator("ASSIGN_VARIABLE", [handle, last], [])
        self.x, self.shape = window, (1, rows + new, 1, channels)

    def _layer(self, operator, name, kernel, axis, rows, channels, fan_in, scale, options):
        weights = self.rng.integers(-127, 128, kernel).astype(np.int8)
        weight_scale = np.float32(2 / np.sqrt(fan_in) / 127) * self.rng.uniform(0.7, 1.3, channels).astype(np.float32)
        w = self.writer.constant(f"{name}/weights", weights, weight_scale, 0, axis)
        bias = self.rng.integers(-2000, 2000, channels).astype(np.int32)
        b = self.writer.constant(f"{name}/bias", bias, weight_scale * self.x.scale[0])
        shape = (1, channels) if operator == "FULLY_CONNECTED" else (1, rows, 1, channels)
        result = self.writer.tensor(name, shape, np.int8, *scale)
        self.writer.operator(operator, [self.x, w, b], [result], **options)
        self.x, self.shape = result, shape

    def conv(self, name, channels, taps=1, stride=1, scale=(0.03, -128), relu=True):
        """A VALID convolution over time."""
        _, rows, _, depth = self.shape
        self._layer("CONV_2D", name, (channels, taps, 1, depth), 0, (rows - taps) // stride + 1, channels,
                    taps * depth, scale, {"Padding": 1, "StrideH": stride, "StrideW": 1, "DilationHFactor": 1,
                                          "DilationWFactor": 1, "FusedActivationFunction": 1 if relu else 0})

    def depthwise(self, name, taps, scale=(0.03, 4)):
        """A VALID depthwise convolution over time."""
        _, rows, _, depth = self.shape
        self._layer("DEPTHWISE_CONV_2D", name, (1, taps, 1, depth), 3, rows - taps + 1, depth, taps, scale,
                    {"Padding": 1, "StrideH": 1, "StrideW": 1, "DilationHFactor": 1, "DilationWFactor": 1,
                     "DepthMultiplier": 1})

    def flatten(self):
        """All rows in one vector."""
        count = int(np.prod(self.shape))
        result = self.writer.tensor("flat", (1, count), np.int8, self.x.scale[0], self.x.zero_point)
        shape = self.writer.constant("flat/shape", np.array([1, count], np.int32))
        self.writer.operator("RESHAPE", [self.x, shape], [result])
        self.x, self.shape = result, (1, count)

    def dense(self, name, channels, scale):
        """A fully connected layer."""
        _, depth = self.shape
        self._layer("FULLY_CONNECTED", name, (channels, depth), 0, 1, channels, depth, scale, {"KeepNumDims": False})

    def logistic(self):
        """The probability, as a byte."""
        result = self.writer.tensor("probability", self.shape, np.int8, 1 / 256, -128)
        self.writer.operator("LOGISTIC", [self.x], [result])
        self.x = result

    def write(self, description):
        """Writes the case."""
        self.writer.operators.insert(0, ("CALL_ONCE", [], [], {"InitSubgraphIndex": 1}))
        content = self.writer.finish([self.input], [self.x], [self.once])
        # Slowly varying, as features of sound are.
        shape = self.input.shape
        noise = self.rng.integers(-128, 128, (STEPS, *shape))
        level = np.cumsum(self.rng.integers(-12, 13, (STEPS, 1, 1, 1, shape[-1])), axis=0)
        steps = np.clip(noise // 3 + level, -128, 127).astype(np.int8)
        results = case_folder.write(self.name, description, content, [[step] for step in steps], SCRIPT,
                                    seed_of(self.name), resets=RESETS)
        values = np.concatenate([np.ravel(r) for r, in results])
        assert len(np.unique(values)) > 20, f"{self.name} says the same all the time"


def convolution():
    """One convolution over three rows, of which two are kept."""
    stream = Stream("stream-convolution", 1, 4, 0.02, -5)
    stream.remember("stream/states", 2, stream.rng.integers(-128, 128, (1, 2, 1, 4)).astype(np.int8))
    stream.conv("output", 5, 3, scale=(0.05, -3), relu=False)
    stream.write("one convolution over time that keeps two rows in a resource variable")


def wake_word():
    """The shape of microWakeWord's models: a convolution over three rows at a time, four separable layers, a dense layer
    over the last rows."""
    stream = Stream("stream-wake-word", STRIDE, BANDS, 0.1, -128)
    stream.remember("stream", FIRST_TAPS - STRIDE)
    stream.conv("first", CHANNELS[0], FIRST_TAPS, STRIDE)
    for number, (taps, channels) in enumerate(zip(TAPS, CHANNELS[1:])):
        stream.remember(f"stream_{number + 1}", taps - 1)
        stream.depthwise(f"depthwise_{number + 1}", taps)
        stream.conv(f"pointwise_{number + 1}", channels)
    stream.remember("stream_5", LAST_ROWS - 1)
    stream.flatten()
    stream.dense("logit", 1, (0.06, 10))
    stream.logistic()
    stream.write("wake word network of separable layers over time; six resource variables keep 3,024 bytes")


def main():
    """Makes all cases."""
    convolution()
    wake_word()
