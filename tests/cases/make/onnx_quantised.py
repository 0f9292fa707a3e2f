"""Small networks that onnxruntime.quantization quantises: QDQ and QOperator, int8 and uint8."""

import logging
import pathlib
import tempfile

import numpy as np
import onnx
from onnx import numpy_helper
from onnxruntime.quantization import (CalibrationDataReader, QuantFormat, QuantType,
                                      quantize_static)

from inputs import seed_of
from onnx_case import Net, vectors, write
from onnx_float import conv

SCRIPT = "onnx_quantised.py"
FORMATS = {
    # activations, weights, per channel, symmetric weights
    "qdq-int8": (QuantFormat.QDQ, QuantType.QInt8, QuantType.QInt8, True, True),
    "qdq-uint8": (QuantFormat.QDQ, QuantType.QUInt8, QuantType.QInt8, False, True),
    "qop-int8": (QuantFormat.QOperator, QuantType.QInt8, QuantType.QInt8, False, True),
    "qop-uint8": (QuantFormat.QOperator, QuantType.QUInt8, QuantType.QUInt8, False, True),
}
FURTHER_FORMATS = {
    "qop-uint8-channels": (QuantFormat.QOperator, QuantType.QUInt8, QuantType.QInt8, True, True),
    # Weights in 7 bits, with zero points.
    "qdq-uint8-zeros": (QuantFormat.QDQ, QuantType.QUInt8, QuantType.QUInt8, False, False),
}


class Samples(CalibrationDataReader):
    """Feeds arrays to the calibrator."""

    def __init__(self, name, arrays):
        self.feeds = iter([{name: array} for array in arrays])

    def get_next(self):
        return next(self.feeds, None)


def quantise(model, arrays, form):
    """The model as onnxruntime's static quantiser writes it."""
    style, activations, weights, per_channel, symmetric = (FORMATS | FURTHER_FORMATS)[form]
    logging.disable(logging.WARNING)
    with tempfile.TemporaryDirectory() as folder:
        source, target = pathlib.Path(folder, "f.onnx"), pathlib.Path(folder, "q.onnx")
        onnx.save(model, source)
        quantize_static(source, target, Samples(model.graph.input[0].name, arrays),
                        quant_format=style, activation_type=activations, weight_type=weights,
                        per_channel=per_channel, reduce_range=not symmetric,
                        extra_options={"WeightSymmetric": symmetric})
        return onnx.load(target)


def last_scale(model):
    """The scale of the quantisation at the first output: one step as a real number."""
    constants = {c.name: numpy_helper.to_array(c) for c in model.graph.initializer}
    producers = {name: node for node in model.graph.node for name in node.output}
    node = producers[model.graph.output[0].name]
    return float(constants[node.input[1]]) if node.op_type == "DequantizeLinear" else None


def of_integers(model):
    """The model without the conversions of its input and output."""
    first = next(node for node in model.graph.node if model.graph.input[0].name in node.input)
    last = next(node for node in model.graph.node if model.graph.output[0].name in node.output)
    constants = {c.name: c for c in model.graph.initializer}
    for port, name, node in ((model.graph.input[0], first.output[0], first),
                             (model.graph.output[0], last.input[0], last)):
        port.name = name
        port.type.tensor_type.elem_type = constants[node.input[2]].data_type
    model.graph.node.remove(first)
    model.graph.node.remove(last)
    return model


def integers(name, description, build, shape, form):
    """A case that takes and gives integers."""
    seed = seed_of(name)
    net = Net(seed, opset=13)
    net.output(build(net, net.input("x", list(shape))))
    samples = [vector[0] for vector in vectors(seed, shape, count=24)]
    model = of_integers(quantise(net.model(), samples, form))
    unsigned = FORMATS[form][1] == QuantType.QUInt8
    rng = np.random.default_rng(seed)
    data = rng.integers(0, 256, (2, *shape)).astype(np.uint8)
    data = data if unsigned else data.view(np.int8)
    write(f"{form}-{name}", f"{description}, {form}", model, [[array] for array in data], SCRIPT,
          compare={"max_abs": 1, "equal": 0.999})


def case(name, description, build, shape, forms=FORMATS):
    """One case for each format of the network that `build(net, x)` makes."""
    seed = seed_of(name)
    net = Net(seed, opset=13)
    net.output(build(net, net.input("x", list(shape))))
    model = net.model()
    samples = [vector[0] for vector in vectors(seed, shape, count=24)]
    for form in forms:
        quantised = quantise(model, samples, form)
        step = last_scale(quantised)
        write(f"{form}-{name}", f"{description}, {form}", quantised,
              vectors(seed + 1, shape, count=2, largest=2.2), SCRIPT,
              compare={"max_abs": step * 1.001, "equal": 0.999} | _fused_softmax(quantised))


def _fused_softmax(model):
    """onnxruntime's QLinearSoftmax, which QDQ nodes become, drops the fraction of 1 / scale."""
    if not any(node.op_type == "Softmax" for node in model.graph.node):
        return {}
    return {"equal_after": "absorb_qdq"}


def separable(net, x):
    """Convolution, depthwise with ReLU6, pointwise, pools."""
    y = net.op("Relu", conv(net, x, 8, 3, pads=[1, 1, 1, 1], strides=[2, 2]))
    y = conv(net, y, 8, 8, groups=8, pads=[1, 1, 1, 1])
    y = net.op("Clip", y, np.float32(0), np.float32(6))
    y = net.op("Relu", conv(net, y, 12, 8, (1, 1)))
    return conv(net, net.op("MaxPool", y, kernel_shape=[2, 2], strides=[1, 1]), 8, 12, (1, 1))


def classifier(net, x):
    """Flatten in NCHW order, fully connected layers, softmax."""
    y = net.op("Relu", conv(net, x, 6, 2, strides=[2, 2]))
    y = net.op("AveragePool", y, kernel_shape=[2, 2], strides=[2, 2])
    y = net.op("Relu", net.op("Gemm", net.op("Flatten", y), net.weights(16, 24), net.weights(16),
                              transB=1))
    y = net.op("Gemm", y, net.weights(8, 16), net.weights(8), transB=1)
    return net.op("Softmax", y)


def residual(net, x):
    """Add, Concat and a gate."""
    y = net.op("Relu", conv(net, x, 6, 3, pads=[1, 1, 1, 1]))
    z = conv(net, y, 6, 6, pads=[1, 1, 1, 1])
    y = net.op("Add", y, z)
    y = net.op("LeakyRelu", net.op("Concat", y, z, axis=1), alpha=0.125)
    gate = net.op("Sigmoid", conv(net, net.op("GlobalAveragePool", y), 12, 12, (1, 1)))
    return net.op("Mul", y, gate)


def sequence(net, x):
    """One axis, and MatMul with a bias behind it."""
    y = net.op("Relu", conv(net, x, 6, 2, (3,), pads=[1, 1], strides=[2]))
    y = net.op("Transpose", y, perm=[0, 2, 1])
    return net.op("Add", net.op("MatMul", y, net.weights(6, 10)), net.weights(10))


def main():
    """Writes all cases."""
    case("separable", "Separable convolutions", separable, (1, 3, 12, 12))
    case("classifier", "Convolution, pool, Flatten, Gemm and Softmax", classifier, (1, 2, 9, 9))
    case("residual", "Add, Concat, LeakyRelu, GlobalAveragePool, Sigmoid and Mul", residual,
         (1, 3, 8, 8))
    case("separable", "Separable convolutions", separable, (1, 3, 12, 12), FURTHER_FORMATS)
    for form in ("qdq-int8", "qdq-uint8", "qop-uint8"):
        integers("integers", "Integers in and out, separable convolutions", separable, (1, 3, 8, 8), form)
    case("sequence", "Convolution over a sequence, MatMul and Add", sequence, (1, 2, 40))


if __name__ == "__main__":
    main()
