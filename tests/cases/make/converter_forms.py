"""Makes the cases `form-*`: what files of the field have beside what the converter documents, and
what the reference makes of it."""

import numpy as np

import case_folder
from inputs import int8_vectors, seed_of
from integer_layers import conv_sums, depthwise_sums, fully_connected_sums
from tflite_writer import ModelWriter

SCRIPT = "converter_forms.py"
CONV = {"Padding": 0, "StrideH": 1, "StrideW": 1, "DilationHFactor": 1, "DilationWFactor": 1}
DEPTHWISE = {**CONV, "DepthMultiplier": 1}
INPUT = (0.02, -5)


class Case:
    """A model of one input; layers choose the scale of their result from a random input."""

    def __init__(self, name, description, shape, dtype=np.int8):
        self.name, self.description = f"form-{name}", description
        self.seed = seed_of(self.name)
        self.rng = np.random.default_rng(self.seed)
        self.writer = ModelWriter(self.name)
        self.input = self.writer.tensor("input", shape, dtype, *INPUT)
        self.vectors = int8_vectors(self.rng, shape, INPUT[1])

    def weights(self, shape, low=-127, high=127):
        """Uniform integers."""
        return self.rng.integers(low, high + 1, shape).astype(np.int8)

    def bias(self, name, count, scales, axis=0):
        """An int32 bias with these scales."""
        values = self.rng.integers(-900, 901, count).astype(np.int32)
        return self.writer.constant(name, values, scales, 0, axis)

    def result(self, name, shape, sums, scales, dtype=np.int8):
        """A result whose scale fits sums of a random input."""
        scale = np.abs(sums * INPUT[0] * scales).max() / 110
        return self.writer.tensor(name, shape, dtype, scale, 7)

    def sample(self, shape):
        """A random input without its zero point."""
        return self.rng.integers(-128, 128, shape).astype(np.float64) - INPUT[1]

    def write(self, output, **case):
        """Writes the case."""
        case_folder.write(self.name, self.description, self.writer.finish([self.input], [output]),
                          [[vector] for vector in self.vectors], SCRIPT, self.seed, **case)

    def conv(self, x, name, data, scales, zero_points=0, bias_axis=0, add=None):
        """A 3×3 convolution; `add` adds its weights to the writer."""
        count = data.shape[0]
        sums = conv_sums(self.sample((1, *x.shape[1:])), data, (1, 1), "SAME")
        result = self.result(name, (*x.shape[:3], count), sums, scales)
        weights = (add or (lambda: self.writer.constant(f"{name}/weights", data, scales, zero_points)))()
        bias = self.bias(f"{name}/bias", count, np.float32(INPUT[0]) * np.float32(scales), bias_axis)
        self.writer.operator("CONV_2D", [x, weights, bias], [result], **CONV)
        return result

    def depthwise(self, x, name, data, scales, zero_points=0, bias_axis=0, add=None):
        """A 3×3 depthwise convolution."""
        count = data.shape[3]
        sums = depthwise_sums(self.sample((1, *x.shape[1:])), data, 1, (1, 1), "SAME")
        result = self.result(name, x.shape, sums, scales)
        weights = (add or (lambda: self.writer.constant(f"{name}/weights", data, scales, zero_points, 3)))()
        bias = self.bias(f"{name}/bias", count, np.float32(INPUT[0]) * np.float32(scales), bias_axis)
        self.writer.operator("DEPTHWISE_CONV_2D", [x, weights, bias], [result], **DEPTHWISE)
        return result

    def dense(self, x, name, data, scales, zero_points=0, add=None, shape=None):
        """A fully connected layer."""
        count = data.shape[0]
        zero = zero_points if np.ndim(scales) == 0 else 0
        sums = fully_connected_sums(self.sample((8, data.shape[1])), data.astype(np.float64) - zero)
        rows = int(np.prod(x.shape)) // data.shape[1]
        result = self.result(name, shape or (rows, count), sums, scales)
        weights = (add or (lambda: self.writer.constant(f"{name}/weights", data, scales, zero_points)))()
        bias = self.bias(f"{name}/bias", count, np.float32(INPUT[0]) * np.float32(scales))
        self.writer.operator("FULLY_CONNECTED", [x, weights, bias], [result],
                             KeepNumDims=len(result.shape) != 2)
        return result


def scales(case, count):
    """Random scales, one for each channel."""
    return case.rng.uniform(0.004, 0.02, count).astype(np.float32)


def bias_quantised_dimension():
    """As the best-known person detector has it."""
    case = Case("bias-axis", "a depthwise bias whose quantised dimension is that of the weights, 3, "
                "which a bias does not have", (1, 6, 6, 4))
    x = case.depthwise(case.input, "output", case.weights((1, 3, 3, 4)), scales(case, 4), bias_axis=3)
    case.write(x)


def weight_zero_points():
    """Fully connected layers read one zero point of weights; convolutions and per-channel layers none."""
    for suffix, low, high, zero in (("", -127, 127, 17), ("far", -128, 127, -128), ("inside", -40, 60, -9)):
        name = "fully-connected-zero-point" + (suffix and f"-{suffix}")
        case = Case(name, f"FULLY_CONNECTED: weights with the zero point {zero}", (1, 11))
        case.write(case.dense(case.input, "output", case.weights((5, 11), low, high), np.float32(0.01), zero))
    case = Case("fully-connected-zero-point-rows", "FULLY_CONNECTED: weights with a zero point, several rows",
                (1, 3, 7))
    case.write(case.dense(case.input, "output", case.weights((4, 7)), np.float32(0.01), 20, shape=(1, 3, 4)))
    case = Case("fully-connected-zero-points-ignored", "FULLY_CONNECTED: zero points per channel, which TFLM does not read",
                (1, 9))
    case.write(case.dense(case.input, "output", case.weights((4, 9)), scales(case, 4), [3, -5, 0, 9]))
    case = Case("conv-2d-zero-point-ignored", "CONV_2D, DEPTHWISE_CONV_2D: zero points of weights, which TFLM does not read",
                (1, 5, 4, 3))
    x = case.conv(case.input, "conv", case.weights((4, 3, 3, 3)), np.float32(0.01), 17)
    case.write(case.depthwise(x, "output", case.weights((1, 3, 3, 4)), scales(case, 4), [1, 2, 0, -4]))


def int4_weights():
    """TFLM unpacks them."""
    case = Case("int4-fully-connected", "FULLY_CONNECTED: packed 4-bit weights, an odd number", (1, 7))
    data = case.weights((5, 7), -8, 7)
    case.write(case.dense(case.input, "output", data, np.float32(0.05),
                          add=lambda: case.writer.packed_int4("weights", data, np.float32(0.05))))
    case = Case("int4-convolutions", "CONV_2D, DEPTHWISE_CONV_2D: packed 4-bit weights", (1, 5, 6, 3))
    first, second = case.weights((4, 3, 3, 3), -8, 7), case.weights((1, 3, 3, 4), -8, 7)
    a, b = scales(case, 4) * 10, scales(case, 4) * 10
    x = case.conv(case.input, "conv", first, a, add=lambda: case.writer.packed_int4("conv/weights", first, a))
    case.write(case.depthwise(x, "output", second, b,
                              add=lambda: case.writer.packed_int4("weights", second, b, 3)))


def dead_channels():
    """Channels whose weights have the scale 0."""
    case = Case("dead-channels", "CONV_2D, DEPTHWISE_CONV_2D, FULLY_CONNECTED: channels with the scale 0",
                (1, 4, 4, 3))
    a, b, c = scales(case, 4), scales(case, 4), scales(case, 5)
    a[1] = b[2] = c[0] = c[4] = 0
    x = case.conv(case.input, "conv", case.weights((4, 3, 3, 3)), a)
    x = case.depthwise(x, "depthwise", case.weights((1, 3, 3, 4)), b)
    case.write(case.dense(x, "output", case.weights((5, 64)), c))


def unused():
    """What no result depends on."""
    case = Case("unused", "tensors of unknown type and wrong quantisation, an unused operator, metadata and buffers that "
                "are not there", (1, 4, 4, 3))
    writer = case.writer
    x = case.conv(case.input, "output", case.weights((4, 3, 3, 3)), scales(case, 4))
    writer.tensor("text", (2,), kind="FLOAT64")
    writer.tensor("odd", (3,), np.int8, [0.1, 0.2], 0, 5)
    unread = writer.tensor("unread", (1, 4, 4, 3), np.int8, 0.5, 0)
    writer.operator("RELU", [x], [unread])
    writer.metadata.append(("min_runtime_version", 4711))
    case.write(x)


def moved():
    """Operators that move values do not read what they stand for."""
    case = Case("moved", "RESHAPE and TRANSPOSE whose results have other scales than their operands, or none",
                (1, 4, 3, 2))
    writer = case.writer
    shape = writer.constant("shape", np.array([1, 3, 4, 2], np.int32))
    perm = writer.constant("perm", np.array([0, 2, 1, 3], np.int32))
    a = writer.tensor("reshaped", (1, 3, 4, 2), np.int8, [0.1, 0.2], 0, 7)
    b = writer.tensor("output", (1, 4, 3, 2), np.int8, 0.5, 3)
    writer.operator("RESHAPE", [case.input, shape], [a])
    writer.operator("TRANSPOSE", [a, perm], [b])
    case.write(b)


def shape_of_keras():
    """Keras' Reshape: the batch is taken from the operand's shape."""
    case = Case("shape-pack-reshape", "RESHAPE to a shape that SHAPE, STRIDED_SLICE and PACK make", (1, 10))
    writer = case.writer
    x = case.dense(case.input, "dense", case.weights((12, 10)), np.float32(0.01))
    integers = lambda name, values: writer.constant(name, np.array(values, np.int32))
    shape, batch = writer.tensor("shape", (2,), np.int32), writer.tensor("batch", (), np.int32)
    target = writer.tensor("target", (3,), np.int32)
    output = writer.tensor("output", (1, 4, 3), np.int8, x.scale[0], x.zero_point)
    writer.operator("SHAPE", [x], [shape], OutType=2)
    writer.operator("STRIDED_SLICE", [shape, integers("begin", [0]), integers("end", [1]), integers("step", [1])],
                    [batch], ShrinkAxisMask=1)
    writer.operator("PACK", [batch, integers("four", 4), integers("three", 3)], [target], ValuesCount=3)
    writer.operator("RESHAPE", [x, target], [output])
    case.write(output)


def uint8_ends():
    """`inference_input_type = tf.uint8`."""
    case = Case("uint8-ends", "QUANTIZE from a uint8 input and to a uint8 output", (1, 4, 4, 3), np.uint8)
    writer = case.writer
    case.input.zero_point = INPUT[1] + 128
    case.vectors = [(vector.astype(np.int16) + 128).astype(np.uint8) for vector in case.vectors]
    signed = writer.tensor("signed", (1, 4, 4, 3), np.int8, *INPUT)
    writer.operator("QUANTIZE", [case.input], [signed])
    x = case.conv(signed, "conv", case.weights((4, 3, 3, 3)), scales(case, 4))
    output = writer.tensor("output", x.shape, np.uint8, x.scale[0], x.zero_point + 128)
    writer.operator("QUANTIZE", [x], [output])
    case.write(output)


def main():
    """Makes all cases."""
    bias_quantised_dimension()
    weight_zero_points()
    int4_weights()
    dead_channels()
    unused()
    moved()
    shape_of_keras()
    uint8_ends()


if __name__ == "__main__":
    main()
