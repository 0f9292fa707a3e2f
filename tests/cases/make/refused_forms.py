"""Makes the files that are refused, in `codegen/tests/refused`: what is said of each stands beside
it. The weights are random or zero; where a file rests on what a reference refuses, that is checked."""


import numpy as np

import case_folder
from inputs import seed_of
from tflite_writer import ModelWriter

FOLDER = case_folder.CASES.parents[1] / "codegen" / "tests" / "refused"
CONV = {"Padding": 0, "StrideH": 1, "StrideW": 1, "DilationHFactor": 1, "DilationWFactor": 1}


def save(name, content, refused_by_tflm=False):
    """Writes the file."""
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / f"{name}.tflite").write_bytes(content)
    if refused_by_tflm:
        try:
            case_folder.run(content, [])
        except RuntimeError:
            return
        raise AssertionError(f"tflite-micro does not refuse {name}")


class Model:
    """A model of one input."""

    def __init__(self, name, shape=(1, 4, 4, 2), dtype=np.int8, scale=0.02, zero_point=-5):
        self.name = name
        self.rng = np.random.default_rng(seed_of(name))
        self.writer = ModelWriter(name)
        self.input = self.last = self.tensor("input", shape, dtype, scale, zero_point)

    def tensor(self, name, shape, dtype=np.int8, scale=0.05, zero_point=3, **more):
        """An activation."""
        return self.writer.tensor(name, shape, dtype, scale, zero_point, **more)

    def integers(self, name, values):
        """A constant of int32."""
        return self.writer.constant(name, np.array(values, np.int32))

    def then(self, operator, name, shape, *constants, dtype=np.int8, scale=0.05, zero_point=3, **options):
        """The operator on the last result."""
        y = self.tensor(name, shape, dtype, scale, zero_point)
        self.writer.operator(operator, [self.last, *constants], [y], **options)
        self.last = y
        return y

    def conv(self, name, channels, dtype=np.int8, bias=np.int32):
        """A 3×3 convolution."""
        shape = self.last.shape
        data = self.rng.integers(-127, 128, (channels, 3, 3, shape[3])).astype(np.int8)
        weights = self.writer.constant(f"{name}/weights", data, np.full(channels, 0.01))
        offsets = self.writer.constant(f"{name}/bias", np.zeros(channels, bias))
        return self.then("CONV_2D", name, (*shape[:3], channels), weights, offsets, dtype=dtype,
                         zero_point=0 if dtype == np.int16 else 3, **CONV)

    def save(self, refused_by_tflm=False):
        """Writes the file."""
        save(self.name, self.writer.finish([self.input], [self.last]), refused_by_tflm)


def bias_scale():
    """Far from the operand's times the weights'."""
    model = Model("bias-scale", (1, 6))
    weights = model.writer.constant("weights", np.ones((3, 6), np.int8), 0.01)
    bias = model.writer.constant("bias", np.ones(3, np.int32), 0.123)
    model.then("FULLY_CONNECTED", "output", (1, 3), weights, bias)
    model.save(refused_by_tflm=True)


def int16_activations():
    """16×8 quantisation: one message, whatever the operators are."""
    model = Model("int16-activations", dtype=np.int16, zero_point=0)
    model.conv("conv", 3, np.int16, np.int64)
    model.then("RELU", "relu", (1, 4, 4, 3), dtype=np.int16, zero_point=0)
    model.then("RESHAPE", "flatten", (1, 48), model.integers("shape", [1, 48]), dtype=np.int16, zero_point=0)
    model.then("SOFTMAX", "output", (1, 48), dtype=np.int16, zero_point=0, Beta=1.0)
    model.save()


def uint8_arithmetic():
    """What TensorFlow 1 wrote."""
    model = Model("uint8-arithmetic", dtype=np.uint8, zero_point=128)
    weights = model.writer.constant("conv/weights", np.ones((3, 1, 1, 2), np.uint8), 0.01, 120)
    model.then("CONV_2D", "conv", (1, 4, 4, 3), weights, dtype=np.uint8, **CONV)
    model.then("AVERAGE_POOL_2D", "output", (1, 2, 2, 3), dtype=np.uint8, Padding=1, StrideH=2, StrideW=2,
               FilterHeight=2, FilterWidth=2)
    model.save(refused_by_tflm=True)


def variables():
    """Variables that are read and assigned otherwise, that nothing assigns, that have no handle, and that begin with
    something that is computed."""
    model = Model("variables", (1, 4), scale=0.02, zero_point=-5)
    once = ModelWriter("once")
    handle = once.variable("computed")
    x, y = (once.tensor(name, (1, 4), np.int8, 0.02, -5) for name in "xy")
    once.operator("ADD", [x, x], [y])
    once.operator("ASSIGN_VARIABLE", [handle, y], [])
    further = [once]
    for name, shape in (("computed_too", (1, 4)), ("as_long", (1, 2))):
        writer = ModelWriter(name)
        value = writer.constant("value", np.zeros(shape, np.int8), 0.02, -5)
        if name == "computed_too":
            value = writer.tensor("value", shape, np.int8, 0.02, -5)
        writer.operator("ASSIGN_VARIABLE", [writer.variable(name), value], [])
        further.append(writer)
    for number in range(1, 5):
        model.writer.operator("CALL_ONCE", [], [], InitSubgraphIndex=number)

    def variable(name, assigned, **quantisation):
        handle = model.writer.variable(name) if name != "no_handle" else model.input
        read = model.tensor(name, (1, 4), **{"scale": 0.02, "zero_point": -5})
        model.writer.operator("READ_VARIABLE", [handle], [read])
        if assigned is not None:
            options = {"scale": 0.02, "zero_point": -5, "data": np.zeros(assigned, np.int8), **quantisation}
            value = model.tensor(f"{name}/next", assigned, **options)
            model.writer.operator("ASSIGN_VARIABLE", [handle, value], [])
        return read
    reads = [variable("shape", (1, 3)), variable("scale", (1, 4), scale=0.03), variable("zero_point", (1, 4), zero_point=0),
             variable("unassigned", None), variable("no_handle", None), variable("computed", (1, 4)),
             variable("as_long", (1, 4))]
    model.writer.operator("CALL_ONCE", [], [], InitSubgraphIndex=1)
    output = model.tensor("output", (1, 32), scale=0.02, zero_point=-5)
    model.writer.operator("CONCATENATION", [*reads, model.input], [output], Axis=1)
    save(model.name, model.writer.finish([model.input], [output], further))


def batches_of_blocks():
    """Between SPACE_TO_BATCH_ND and BATCH_TO_SPACE_ND: a convolution that leaves out positions, and a pool; and blocks that do
    not fit."""
    model = Model("space-to-batch", (1, 1, 24, 3))
    block, sides = model.integers("block", [1, 4]), model.integers("sides", [[0, 0], [8, 0]])
    nothing = model.integers("crops", [[0, 0], [0, 0]])
    model.then("SPACE_TO_BATCH_ND", "batches", (4, 1, 8, 3), block, sides, scale=0.02, zero_point=-5)
    shape = (4, 1, 4, 3)
    weights = model.writer.constant("weights", np.ones((3, 1, 1, 3), np.int8), np.full(3, 0.01))
    bias = model.writer.constant("bias", np.zeros(3, np.int32))
    model.then("CONV_2D", "conv", shape, weights, bias, **{**CONV, "StrideW": 2})
    model.then("MAX_POOL_2D", "pool", shape, Padding=0, StrideH=1, StrideW=1, FilterHeight=1, FilterWidth=2)
    model.then("BATCH_TO_SPACE_ND", "space", (1, 1, 16, 3), block, nothing)
    model.then("SPACE_TO_BATCH_ND", "uneven", (3, 1, 6, 3), model.integers("three", [1, 3]), nothing)
    model.then("RELU", "output", (3, 1, 6, 3))
    model.save()


def image_sizes():
    """Interpolation with two meanings, and to another scale; a transposed convolution of a batch, and of weights for other channels."""
    model = Model("image-sizes", (1, 4, 4, 2))
    same = {"scale": 0.02, "zero_point": -5}
    model.then("RESIZE_BILINEAR", "both", (1, 8, 8, 2), model.integers("size", [8, 8]), **same,
               AlignCorners=True, HalfPixelCenters=True)
    model.then("RESIZE_BILINEAR", "other_scale", (1, 4, 4, 2), model.integers("back", [4, 4]))
    for name, batch, channels in (("batch", 2, 2), ("channels", 1, 5)):
        weights = model.writer.constant(f"{name}/weights", np.ones((3, 2, 2, channels), np.int8), np.full(3, 0.01))
        image = model.last if batch == 1 else model.writer.tensor("images", (2, 4, 4, 2), np.int8, 0.05, 3)
        result = model.tensor(name, (batch, 8, 8, 3))
        model.writer.operator("TRANSPOSE_CONV", [model.integers(f"{name}/shape", result.shape), weights, image], [result],
                              Padding=1, StrideH=2, StrideW=2)
        if batch == 2:
            images, batches = image, result
    save(model.name, model.writer.finish([model.input, images], [result, batches]))


def batch():
    """Several images at a time."""
    model = Model("batch", (4, 6, 6, 2))
    model.conv("conv", 3)
    model.then("AVERAGE_POOL_2D", "output", (4, 3, 3, 3), Padding=1, StrideH=2, StrideW=2,
               FilterHeight=2, FilterWidth=2)
    model.save()


def recurrent():
    """Recurrent layers of another kind."""
    model = Model("recurrent", (1, 10, 4))
    model.then("BIDIRECTIONAL_SEQUENCE_LSTM", "lstm", (1, 10, 8))
    weights = model.writer.constant("dense/weights", np.ones((3, 80), np.int8), 0.01)
    model.then("FULLY_CONNECTED", "output", (1, 3), weights)
    model.save()


def recurrent_forms():
    """Forms of recurrent layers that are known, but not supported; and variable tensors of other operators."""
    writer = ModelWriter("recurrent-forms")

    def lstm(name, shape, projection=False):
        inputs, units = shape[-1], 3
        x = writer.tensor(f"{name}/x", shape, np.int8, 0.02, 0)
        operands = [x]
        for number, columns in enumerate([inputs] * 4 + [units] * 4):
            operands.append(writer.constant(f"{name}/w{number}", np.ones((units, columns), np.int8), 0.01))
        operands += [None] * 3 + [writer.constant(f"{name}/b{gate}", np.zeros(units, np.int32), 0.0002) for gate in range(4)]
        operands += [writer.constant(f"{name}/p", np.ones((units, units), np.int8), 0.01) if projection else None, None]
        operands += [writer.state(f"{name}/h", (1, units), np.int8, 0.01), writer.state(f"{name}/c", (1, units), np.int16, 2 ** -11)]
        y = writer.tensor(f"{name}/y", (*shape[:2], units), np.int8, 0.01)
        writer.operator("UNIDIRECTIONAL_SEQUENCE_LSTM", operands + [None] * 4, [y], FusedActivationFunction=4, TimeMajor=False)
        return x, y

    ports = [lstm("batch", (2, 3, 4)), lstm("projection", (1, 3, 4), True)]
    x = writer.tensor("rows/x", (1, 1, 2, 3), np.int8, 0.02)
    y = writer.tensor("rows/y", (1, 4, 2, 3), np.int8, 0.02)
    writer.custom("CIRCULAR_BUFFER", [x], [y], cycles_max=2)
    ports.append((x, y))
    x = writer.tensor("kept/x", (1, 4), np.int8, 0.02)
    y = writer.tensor("kept/y", (1, 4), np.int8, 0.02)
    writer.operator("ADD", [x, writer.state("kept/state", (1, 4), np.int8, 0.02)], [y])
    ports.append((x, y))
    save("recurrent-forms", writer.finish([x for x, _ in ports], [y for _, y in ports]))


def audio_preprocessor():
    """Operators of which several are unknown."""
    model = Model("unknown-operators", (1, 16))
    for number, operator in enumerate(("HASHTABLE_LOOKUP", "SQRT", "HASHTABLE_LOOKUP", "CUMSUM")):
        model.then(operator, f"step_{number}", (1, 16))
    model.save()


def faults_behind_faults():
    """Each layer has a fault of its own; a refused operator hides none."""
    model = Model("faults-behind-faults")
    model.then("ELU", "elu", (1, 4, 4, 2))
    odd = model.writer.constant("conv/weights", np.ones((3, 3, 3, 2), np.int8), [0.1, 0.2, 0.1, 0.1])
    model.then("CONV_2D", "conv", (1, 4, 4, 3), odd, **CONV)
    model.then("MAX_POOL_2D", "", (1, 2, 2, 3), Padding=1, StrideH=2, StrideW=2, FilterHeight=2, FilterWidth=2,
               scale=0.5)
    model.then("RESHAPE", "flatten", (1, 13), model.integers("shape", [1, 13]))
    weights = model.writer.constant("dense/weights", np.ones((3, 12), np.int8), 0.01)
    model.then("FULLY_CONNECTED", "dense", (1, 3), weights, FusedActivationFunction=4)
    model.then("SOFTMAX", "output", (1, 3), scale=1 / 256, zero_point=-128, Beta=1.0)
    model.save()


def quantisation():
    """Scales and zero points that do not make sense, of tensors whose operators read them."""
    model = Model("quantisation", scale=np.inf)
    model.then("RELU", "relu", (1, 4, 4, 2), scale=0.0)
    model.then("LOGISTIC", "logistic", (1, 4, 4, 2), zero_point=300)
    model.then("TANH", "output", (1, 4, 4, 2), scale=[0.1, 0.2, 0.3], zero_point=0)
    model.save()


def order():
    """A tensor that is read too early, one that is computed twice and one that is not at all."""
    model = Model("order")
    early = model.tensor("early", (1, 4, 4, 2))
    model.last = early
    model.then("RELU", "a", (1, 4, 4, 2))
    model.writer.operator("TANH", [model.input], [model.last])
    model.last = model.tensor("never", (1, 4, 4, 2))
    model.writer.operator("LOGISTIC", [model.input], [early])
    content = model.writer.finish([model.input], [model.last, early, model.writer.tensors[2]])
    save("order", content)


def too_large():
    """A few hundred bytes that ask for gigabytes."""
    model = Model("too-large", (2147483647,))
    model.then("RELU", "output", (2147483647,))
    model.save()
    model = Model("too-large-together", (1, 1 << 24), np.float32, None)
    for number in range(20):
        model.then("RELU", f"relu_{number}", (1, 1 << 24), dtype=np.float32, scale=None)
    model.save()
    model = Model("too-many-axes", (1,) * 40)
    model.then("RELU", "output", (1,) * 40)
    model.save()


def kinds_of_tensors():
    """Tensors that keep a value, that are sparse by what they say, that have no known extent."""
    model = Model("unknown-extent", (1, -1, 4, 2))
    model.then("RELU", "output", (1, -1, 4, 2))
    model.save()


def damaged():
    """Bytes that contradict each other, and what only looks so."""
    model = Model("constant-length")
    weights = model.tensor("weights", (3, 8), np.int8, 0.01, 0, data=np.ones(23, np.int8))
    model.then("FULLY_CONNECTED", "output", (4, 3), weights)
    model.save()
    whole = bytearray((FOLDER / "constant-length.tflite").read_bytes())
    save("truncated", bytes(whole[: len(whole) // 2]))
    save("other-identifier", bytes(whole[:4] + b"TFL2" + whole[8:]))


def main():
    """Makes all files."""
    for make in (bias_scale, int16_activations, uint8_arithmetic, variables, batches_of_blocks, image_sizes, batch,
                 recurrent, recurrent_forms,
                 audio_preprocessor, faults_behind_faults, quantisation, order, too_large, kinds_of_tensors,
                 damaged):
        make()


if __name__ == "__main__":
    main()
