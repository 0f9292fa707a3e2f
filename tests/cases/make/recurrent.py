"""Makes the families `svdf`, `svdf-f32`, `circular-buffer`, `lstm` and `lstm-f32`: layers that keep what they need of the steps before, over a sequence with
resets."""

import numpy as np

import case_folder
from family import Family
from inputs import seed_of
from tflite_writer import ModelWriter

SCRIPT = "recurrent.py"
STEPS = 300
RESETS = [100, 101, 230]
# `FusedActivationFunction`.
RELU, RELU_N1_TO_1, TANH = 1, 2, 4
# The standard deviation of a number from -127 to 127.
SPREAD = 73


class Model:
    """A model under construction of which one step takes `inputs` numbers; `x` is its end."""

    def __init__(self, name, shape, dtype=np.int8, scale=0.02, zero_point=-7):
        self.name = name
        self.is_float = dtype == np.float32
        self.rng = np.random.default_rng(seed_of(f"recurrent-{name}"))
        self.writer = ModelWriter(name)
        self.shape = tuple(shape)
        self.input = self.x = self.tensor("input", shape, scale, zero_point)

    def tensor(self, name, shape, scale, zero_point=0, dtype=np.int8, state=False):
        """A tensor of numbers, which are floats in a model of floats."""
        make = self.writer.state if state else self.writer.tensor
        return make(name, shape, np.float32) if self.is_float else make(name, shape, dtype, scale, zero_point)

    def weights(self, name, shape, scale, dtype=np.int8, magnitude=1.0):
        values = self.rng.integers(-127, 128, shape)
        if self.is_float:
            return self.writer.constant(name, (values * (magnitude / 127)).astype(np.float32))
        if dtype == np.int16:
            values = values * 256 + self.rng.integers(-128, 128, shape)
        return self.writer.constant(name, values.astype(dtype), scale)

    def bias(self, name, count, scale, magnitude):
        """Biases up to some magnitude, in steps of `scale`."""
        if self.is_float:
            return self.writer.constant(name, (self.rng.integers(-100, 101, count) / 100).astype(np.float32))
        limit = int(magnitude / scale)
        return self.writer.constant(name, self.rng.integers(-limit, limit + 1, count).astype(np.int32), scale)

    def svdf(self, name, units, rank, memory, dtype=np.int16, activation=0, zero_points=(0, -3), tight=1.0):
        """An SVDF layer. `dtype` and the first of the zero points are the state's; results are `tight` times as large as their range
        is made for."""
        inputs, filters = self.shape[-1], units * rank
        x_scale = 1.0 if self.is_float else float(self.x.scale[0])
        steps = 2 ** 15 if dtype == np.int16 else 2 ** 7
        feature = x_scale * 0.01 * SPREAD * SPREAD * np.sqrt(inputs)
        state_scale = np.float32(feature * 4 / steps / tight)
        time_scale = np.float32(0.01 * 127 / (2 ** 15 if dtype == np.int16 else 2 ** 7))
        result = feature * 0.01 * SPREAD * np.sqrt(rank * memory)
        out_scale, product = np.float32(result / 40 / tight), np.float32(state_scale * time_scale)
        out = self.tensor(name, (1, units), out_scale, zero_points[1])
        operands = [
            self.x,
            self.weights(f"{name}/weights", (filters, inputs), 0.01),
            self.weights(f"{name}/time", (filters, memory), time_scale, dtype),
            self.bias(f"{name}/bias", units, product, result),
            self.tensor(f"{name}/state", (1, filters * memory), state_scale, zero_points[0], dtype, state=True),
        ]
        self.writer.operator("SVDF", operands, [out], Rank=rank, FusedActivationFunction=activation)
        self.x, self.shape = out, (1, units)

    def lstm(self, name, units, time_major=False, power=-11, clip=0.0, zero_point=-5, tight=1.0):
        """An LSTM over the sequence. The cell's steps are of 2^power, the hidden state's of 1/120; gates are `tight` times as far open and
        closed as usual."""
        inputs = self.shape[-1]
        x_scale = 1.0 if self.is_float else float(self.x.scale[0])
        operands = [self.x]
        for kind, count, scale in (("input", inputs, x_scale), ("recurrent", units, 1 / 120)):
            for number, gate in enumerate("ifco"):
                # Sums with a standard deviation of 1.5.
                own = np.float32(1.5 * tight * (1 + number / 8) / (SPREAD * SPREAD * scale * np.sqrt(count)))
                magnitude = 1.5 * tight / np.sqrt(count)
                operands.append(self.weights(f"{name}/{kind}_{gate}", (units, count), own, magnitude=magnitude))
        operands += [None] * 3
        for number in range(4):
            scale = 1.0 if self.is_float else float(np.float32(x_scale * operands[1 + number].scale[0]))
            operands.append(self.bias(f"{name}/bias_{number}", units, scale, 0.7))
        operands += [None] * 2
        operands.append(self.tensor(f"{name}/hidden", (1, units), 1 / 120, zero_point, state=True))
        operands.append(self.tensor(f"{name}/cell", (1, units), 2.0 ** power, 0, np.int16, state=True))
        operands += [None] * 4
        self.shape = (*self.shape[:2], units)
        out = self.tensor(name, self.shape, 1 / 120, zero_point)
        self.writer.operator("UNIDIRECTIONAL_SEQUENCE_LSTM", operands, [out], FusedActivationFunction=TANH,
                             TimeMajor=time_major, CellClip=clip)
        self.x = out

    def last_step(self, name):
        """What Keras takes of a sequence: the step before its end."""
        _, steps, units = self.shape
        ends = [self.writer.constant(f"{name}/{part}", np.array(values, np.int32))
                for part, values in (("begin", [0, -1, 0]), ("end", [0, 0, 0]), ("strides", [1, 1, 1]))]
        scale, zero_point = (None, 0) if self.is_float else (self.x.scale[0], self.x.zero_point)
        out = self.tensor(name, (1, units), scale, zero_point)
        self.writer.operator("STRIDED_SLICE", [self.x, *ends], [out], BeginMask=5, EndMask=7, ShrinkAxisMask=2)
        self.x, self.shape = out, (1, units)

    def dense(self, name, units):
        inputs = self.shape[-1]
        result = (1.0 if self.is_float else float(self.x.scale[0])) * 0.01 * SPREAD * 40 * np.sqrt(inputs)
        out = self.tensor(name, (1, units), np.float32(result / 40), 4)
        scale = 1.0 if self.is_float else float(np.float32(self.x.scale[0] * np.float32(0.01)))
        operands = [self.x, self.weights(f"{name}/weights", (units, inputs), 0.01), self.bias(f"{name}/bias", units, scale, result)]
        self.writer.operator("FULLY_CONNECTED", operands, [out])
        self.x, self.shape = out, (1, units)

    def softmax(self, name):
        out = self.tensor(name, self.shape, 1 / 256, -128)
        self.writer.operator("SOFTMAX", [self.x], [out], Beta=1.0)
        self.x = out

    def vectors(self, steps):
        shape = self.input.shape
        if self.is_float:
            return [[v] for v in (self.rng.integers(-1000, 1001, (steps, *shape)) / 1000).astype(np.float32)]
        return [[v] for v in self.rng.integers(-128, 128, (steps, *shape)).astype(np.int8)]

    def add_to(self, family, steps=STEPS):
        content = self.writer.finish([self.input], [self.x])
        vectors = self.vectors(steps)
        family.add(f"{self.name}.tflite", content, vectors, case_folder.run(content, vectors, RESETS))


# Name, inputs, units, rank, memory, and further arguments of `Model.svdf`.
SVDF = [
    ("rank-1", 5, 3, 1, 4, {}),
    ("rank-2", 7, 4, 2, 6, {"zero_points": (0, 11)}),
    ("rank-3", 3, 2, 3, 5, {}),
    ("memory-1", 6, 5, 1, 1, {}),
    ("one-of-each", 1, 1, 1, 3, {}),
    ("beyond-range", 9, 4, 1, 7, {"tight": 6.0}),
    ("relu", 8, 6, 1, 5, {"activation": RELU, "zero_points": (0, -128)}),
]
SVDF_INT8 = [
    ("int8-rank-1", 5, 3, 1, 4, {}),
    ("int8-rank-2", 7, 4, 2, 6, {"zero_points": (5, 11)}),
    ("int8-memory-1", 6, 5, 1, 1, {"zero_points": (-20, 0)}),
    ("int8-beyond-range", 9, 4, 1, 7, {"tight": 3.0, "zero_points": (70, -3)}),
]
SVDF_F32 = [
    ("rank-1", 5, 3, 1, 4, {}),
    ("rank-2-relu", 7, 4, 2, 6, {"activation": RELU}),
    ("memory-1-relu-n1", 6, 5, 1, 1, {"activation": RELU_N1_TO_1}),
]


def svdf(family, name, inputs, units, rank, memory, options, dtype=np.int16, numbers=np.int8):
    model = Model(name, (1, inputs), numbers)
    model.svdf("svdf", units, rank, memory, dtype, **options)
    model.add_to(family)


def keyword_net(family, name, numbers=np.int8):
    """A network for words as SVDF was made for: two layers over time, and a dense one."""
    model = Model(name, (1, 40), numbers)
    model.svdf("first", 16, 1, 8, activation=RELU, zero_points=(0, -128))
    model.svdf("second", 12, 2, 10)
    model.dense("words", 4)
    model.softmax("output")
    model.add_to(family, 320)


# Name, shape of the sequence, units, and further arguments of `Model.lstm`.
LSTM = [
    ("one-step", (1, 1, 4), 5, {}),
    ("steps", (1, 3, 5), 4, {}),
    ("time-major", (4, 1, 3), 3, {"time_major": True, "zero_point": 9}),
    ("one-of-each", (1, 2, 1), 1, {}),
    ("fine-cell", (1, 2, 6), 3, {"power": -14, "tight": 2.0}),
    ("coarse-cell", (1, 2, 3), 7, {"power": -8}),
    ("clip", (1, 2, 4), 4, {"clip": 0.6}),
    ("wide-open", (1, 2, 9), 6, {"tight": 5.0, "zero_point": -128}),
]


def lstm(family, name, shape, units, options, numbers=np.int8):
    model = Model(name, shape, numbers)
    model.lstm("lstm", units, **options)
    model.add_to(family)


def classifier(family, name, numbers=np.int8):
    """What Keras makes of LSTM layers in front of dense ones."""
    model = Model(name, (1, 3, 10), numbers)
    model.lstm("first", 12)
    model.lstm("second", 8, zero_point=1)
    model.last_step("last")
    model.dense("classes", 4)
    model.softmax("output")
    model.add_to(family)


def circular_buffers(family, name, variable, options, slots):
    """Two custom operators that keep rows, with a layer between them and one behind."""
    model = Model(name, (1, 1, 2, 3))
    first = (model.writer.state if variable else model.writer.tensor)("first", (1, slots, 2, 3), np.int8, 0.02, -7)
    model.writer.custom("CIRCULAR_BUFFER", [model.x], [first], **options)
    sums = model.tensor("sums", (1, 1, 2, 4), 0.03, 6)
    weights = model.weights("conv/weights", (4, slots, 1, 3), 0.01)
    bias = model.bias("conv/bias", 4, float(np.float32(0.02) * np.float32(0.01)), 1.0)
    model.writer.operator("CONV_2D", [first, weights, bias], [sums], Padding=1, StrideH=1, StrideW=1, DilationHFactor=1, DilationWFactor=1)
    second = model.writer.state("second", (1, 3, 2, 4), np.int8, 0.03, 6)
    model.writer.custom("CIRCULAR_BUFFER", [sums], [second], cycles_max=1)
    model.x = model.tensor("output", (1, 3, 2, 4), 0.06, 1)
    model.writer.operator("QUANTIZE", [second], [model.x])
    model.add_to(family)


def main():
    """Makes the families."""
    family = Family("svdf", "SVDF layers with a state of int16 and of int8, over 300 steps with resets", SCRIPT, case_folder.TOOLS,
                    resets=RESETS)
    for arguments in SVDF:
        svdf(family, *arguments)
    for arguments in SVDF_INT8:
        svdf(family, *arguments, dtype=np.int8)
    keyword_net(family, "words")
    family.write()
    family = Family("circular-buffer", "rows that CIRCULAR_BUFFER keeps, over 300 steps with resets", SCRIPT, case_folder.TOOLS,
                    resets=RESETS)
    circular_buffers(family, "variable", True, {"cycles_max": 1}, 4)
    circular_buffers(family, "guessed", True, {}, 5)
    family.write()
    family = Family("svdf-f32", "SVDF layers of floats, over 300 steps with resets", SCRIPT, case_folder.TOOLS,
                    {"precision": "f32"}, {"max_abs": 1e-5}, RESETS)
    for arguments in SVDF_F32:
        svdf(family, *arguments, numbers=np.float32)
    family.write()
    family = Family("lstm", "UNIDIRECTIONAL_SEQUENCE_LSTM on int8 with cells of int16, over 300 inferences with resets", SCRIPT,
                    case_folder.TOOLS, resets=RESETS)
    for arguments in LSTM:
        lstm(family, *arguments)
    classifier(family, "classifier")
    family.write()
    family = Family("lstm-f32", "UNIDIRECTIONAL_SEQUENCE_LSTM of floats, over 300 inferences with resets", SCRIPT, case_folder.TOOLS,
                    {"precision": "f32"}, {"max_abs": 1e-5}, RESETS)
    for name, *arguments in LSTM:
        if name in ("steps", "time-major", "clip"):
            lstm(family, name, *arguments, numbers=np.float32)
    family.write()


if __name__ == "__main__":
    main()
