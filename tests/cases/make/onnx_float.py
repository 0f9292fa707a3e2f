"""Float ONNX operators, each in its forms."""

import numpy as np

from inputs import seed_of
from onnx_case import Net, vectors, write_float

SCRIPT = "onnx_float.py"
IMAGE = (1, 4, 7, 6)


def single(name, description, build, *shapes, opset=17, largest=2.0, max_abs=1e-05, script=SCRIPT):
    """A case of the network that `build(net, *inputs)` makes; its results are the outputs."""
    seed = seed_of(name)
    net = Net(seed, opset)
    inputs = [net.input(f"x{i}", list(shape)) for i, shape in enumerate(shapes)]
    results = build(net, *inputs)
    for result in results if isinstance(results, (list, tuple)) else [results]:
        net.output(result)
    write_float(name, description, net.model(), vectors(seed, *shapes, largest=largest), script,
                max_abs=max_abs)


def conv(net, x, out_channels, in_channels, kernel=(3, 3), groups=1, bias=True, **attributes):
    """A convolution with random weights."""
    operands = [net.weights(out_channels, in_channels // groups, *kernel)]
    if bias:
        operands.append(net.weights(out_channels, scale=0.5))
    return net.op("Conv", x, *operands, group=groups, **attributes)


def batch_norm(net, x, channels):
    """A batch normalisation with statistics as after training."""
    rng = net.rng
    statistics = [rng.uniform(0.5, 1.5, channels), rng.normal(0, 0.5, channels),
                  rng.normal(0, 0.5, channels), rng.uniform(0.2, 2, channels)]
    return net.op("BatchNormalization", x, *[s.astype(np.float32) for s in statistics])


def convolutions():
    """Conv in its forms."""
    cases = {
        "3x3": ("padding 1", {"pads": [1, 1, 1, 1]}, 1),
        "uneven-pads": ("uneven padding, stride 2", {"pads": [0, 1, 2, 1], "strides": [2, 2]}, 1),
        "same-upper": ("auto_pad SAME_UPPER, stride 2",
                       {"auto_pad": "SAME_UPPER", "strides": [2, 2]}, 1),
        "same-lower": ("auto_pad SAME_LOWER, stride 2",
                       {"auto_pad": "SAME_LOWER", "strides": [2, 2]}, 1),
        "valid-dilation": ("auto_pad VALID, dilation 2",
                           {"auto_pad": "VALID", "dilations": [2, 2]}, 1),
        "groups": ("two groups", {"pads": [1, 1, 1, 1]}, 2),
        "depthwise": ("depthwise, multiplier 2", {"pads": [1, 1, 1, 1]}, 4),
    }
    for key, (what, attributes, groups) in cases.items():
        single(f"conv-{key}", f"Conv: {what}",
               lambda net, x: conv(net, x, 8, 4, groups=groups, **attributes), IMAGE)
    single("conv-1d", "Conv over a sequence: kernel 3, stride 2, uneven padding",
           lambda net, x: conv(net, x, 5, 3, (3,), pads=[1, 0], strides=[2]), (1, 3, 11))


def fully_connected():
    """Gemm and MatMul in their forms."""
    single("gemm", "Gemm: transB, alpha and beta", lambda net, x: net.op(
        "Gemm", x, net.weights(5, 7), net.weights(5), alpha=0.5, beta=2.0, transB=1), (1, 7))
    single("gemm-plain", "Gemm without transB, C a row of one", lambda net, x: net.op(
        "Gemm", x, net.weights(7, 5), net.weights(1, 1)), (1, 7))
    single("gemm-no-bias", "Gemm of two rows without C", lambda net, x: net.op(
        "Gemm", x, net.weights(7, 5)), (2, 7))
    single("gemm-transposed", "Gemm with transA, C differs from row to row", lambda net, x: net.op(
        "Gemm", x, net.weights(7, 5), net.weights(2, 5), transA=1), (7, 2))
    single("gemm-computed", "Gemm whose C is computed", lambda net, x, y: net.op(
        "Gemm", x, net.weights(7, 5), net.op("Tanh", y)), (2, 7), (5,))
    single("matmul-add", "MatMul and Add, three axes", lambda net, x: net.op(
        "Add", net.op("MatMul", x, net.weights(6, 5)), net.weights(5)), (1, 4, 6))
    single("matmul-vector", "MatMul with a vector", lambda net, x: net.op(
        "MatMul", x, net.weights(6)), (1, 4, 6))
    single("matmul-column", "MatMul of a constant matrix and a computed column",
           lambda net, x: net.op("MatMul", net.weights(5, 6), x), (6, 1))


def unary():
    """Activations, each on an image."""
    def clip(net, x):
        low, high = np.float32(-0.5), np.float32(1.25)
        return net.op("Clip", net.op("Clip", x, low, high), None, np.float32(1.0))
    operators = {
        "relu": ("Relu", {}), "leaky-relu": ("LeakyRelu", {"alpha": 0.125}),
        "leaky-relu-default": ("LeakyRelu", {}), "hard-swish": ("HardSwish", {}),
        "hard-sigmoid": ("HardSigmoid", {"alpha": 0.25, "beta": 0.375}),
        "hard-sigmoid-default": ("HardSigmoid", {}), "sigmoid": ("Sigmoid", {}),
        "tanh": ("Tanh", {}),
    }
    for key, (kind, attributes) in operators.items():
        single(key, f"{kind} {attributes or ''}".strip(),
               lambda net, x: net.op(kind, x, **attributes), (1, 3, 4, 5), largest=6.0)
    single("clip", "Clip with bounds as operands, one left out", clip, (1, 3, 4, 5))
    single("clip-attributes", "Clip of operator set 6: bounds as attributes",
           lambda net, x: net.op("Clip", x, min=0.0, max=6.0), (1, 3, 4, 5), opset=8, largest=9.0)
    single("silu", "x · Sigmoid(x)", lambda net, x: net.op("Mul", x, net.op("Sigmoid", x)),
           (1, 3, 4, 5))
    single("passing", "Identity, Dropout and Cast to float leave no trace", lambda net, x: net.op(
        "Relu", net.op("Cast", net.op("Dropout", net.op("Identity", x)), to=1)), (1, 5))


def softmax():
    """Softmax and LogSoftmax over several axes, and as before operator set 13."""
    single("softmax", "Softmax over the last axis", lambda net, x: net.op("Softmax", x), (2, 5))
    single("softmax-channels", "Softmax over the channels of an image, behind a convolution",
           lambda net, x: net.op("Softmax", conv(net, x, 6, 4), axis=1), IMAGE)
    single("softmax-rows", "Softmax over the rows of an image",
           lambda net, x: net.op("Softmax", conv(net, x, 6, 4), axis=2), IMAGE)
    single("softmax-together", "Softmax of operator set 11: all axes from 1 on together",
           lambda net, x: net.op("Softmax", x), (2, 3, 4), opset=11)
    single("log-softmax", "LogSoftmax", lambda net, x: net.op("LogSoftmax", x, axis=1), (2, 5))


def elementwise():
    """Add, Sub, Mul, Div with broadcasting in the file's order of axes, behind convolutions."""
    def channels(net, x):
        y = conv(net, x, 6, 4)
        y = net.op("Mul", y, net.weights(6, 1, 1))
        y = net.op("Add", y, net.weights(1, 6, 1, 1))
        y = net.op("Relu", y)
        y = net.op("Sub", net.weights(6, 5, 1), y)
        return net.op("Div", y, np.float32(1.75))

    def rows(net, x):
        y = conv(net, x, 6, 4)
        return net.op("Add", net.op("Mul", y, net.weights(4)), net.weights(5, 4))
    single("binary-channels", "Mul, Add, Sub and Div with constants per channel, row and in all",
           channels, IMAGE)
    single("binary-columns", "Mul and Add with constants along the columns and over the image",
           rows, IMAGE)
    single("batch-norm-first", "BatchNormalization of an input, then a convolution",
           lambda net, x: conv(net, batch_norm(net, x, 4), 3, 4), IMAGE)
    single("batch-norm-sequence", "BatchNormalization of a sequence behind a pool", lambda net, x: batch_norm(
        net, net.op("AveragePool", x, kernel_shape=[2]), 3), (1, 3, 8))
    single("binary-two-inputs", "Add of an image and a vector that is the last axis",
           lambda net, x, y: net.op("Add", conv(net, x, 6, 4), y), IMAGE, (4,))
    single("binary-gate", "Mul of an image with a gate for each channel (squeeze and excite)",
           lambda net, x: net.op("Mul", x, net.op("Sigmoid", conv(
               net, net.op("GlobalAveragePool", x), 4, 4, (1, 1)))), IMAGE)


def pooling():
    """Pools and means."""
    pools = {
        "max-pool": ("MaxPool", {"kernel_shape": [2, 2], "strides": [2, 2]}),
        "max-pool-pads": ("MaxPool", {"kernel_shape": [3, 3], "strides": [2, 2],
                                      "pads": [1, 1, 0, 1]}),
        "max-pool-ceil": ("MaxPool", {"kernel_shape": [2, 3], "strides": [2, 2], "ceil_mode": 1}),
        "max-pool-dilation": ("MaxPool", {"kernel_shape": [2, 2], "dilations": [2, 3]}),
        "average-pool": ("AveragePool", {"kernel_shape": [2, 2], "strides": [2, 2]}),
        "average-pool-pads": ("AveragePool", {"kernel_shape": [3, 3], "pads": [1, 1, 1, 1]}),
        "average-pool-include": ("AveragePool", {"kernel_shape": [3, 3], "pads": [1, 1, 1, 1],
                                                 "count_include_pad": 1}),
        "average-pool-ceil": ("AveragePool", {"kernel_shape": [2, 2], "strides": [2, 2],
                                              "ceil_mode": 1}),
        "global-average-pool": ("GlobalAveragePool", {}),
        "global-max-pool": ("GlobalMaxPool", {}),
    }
    for key, (kind, attributes) in pools.items():
        single(key, f"{kind} {attributes or ''}".strip(),
               lambda net, x: net.op(kind, x, **attributes), (1, 3, 7, 6))
    single("pool-1d", "MaxPool and AveragePool over a sequence", lambda net, x: net.op(
        "AveragePool", net.op("MaxPool", x, kernel_shape=[2]), kernel_shape=[3], strides=[2]),
        (1, 3, 12))
    single("reduce-mean", "ReduceMean over an image, axes as attribute, axes dropped",
           lambda net, x: net.op("ReduceMean", conv(net, x, 5, 4), axes=[2, 3], keepdims=0), IMAGE)
    single("reduce-mean-all", "ReduceMean over all axes, and over one of a sequence", lambda net, x: [
        net.op("ReduceMean", x), net.op("ReduceMean", x, axes=[1], keepdims=0)], (1, 5, 6))
    single("reduce-mean-operand", "ReduceMean over the channels, axes as operand",
           lambda net, x: net.op("ReduceMean", x, np.array([-3]), keepdims=1), IMAGE, opset=18)


def movement():
    """Concat, Pad, Transpose and changes of shape."""
    single("concat-channels", "Concat along the channels of convolutions", lambda net, x: net.op(
        "Concat", conv(net, x, 3, 4), conv(net, x, 2, 4), axis=1), IMAGE)
    single("concat-rows", "Concat along the rows, with a constant", lambda net, x: net.op(
        "Concat", conv(net, x, 3, 4), net.weights(1, 3, 2, 4), axis=-2), IMAGE)
    single("pad", "Pad of an image, then a convolution", lambda net, x: conv(net, net.op(
        "Pad", x, np.array([0, 0, 1, 2, 0, 0, 2, 1]), np.float32(0.5)), 5, 4), IMAGE)
    single("pad-axes", "Pad of two axes that are listed", lambda net, x: net.op(
        "Pad", x, np.array([1, 0, 0, 2]), None, np.array([-1, 1])), IMAGE, opset=18)
    single("pad-attributes", "Pad of operator set 2", lambda net, x: net.op(
        "Pad", x, pads=[0, 1, 1, 0], value=-1.5), (3, 4), opset=10)
    single("transpose", "Transposes of the outputs, which are told by their order of axes",
           lambda net, x: [net.op("Transpose", conv(net, x, 3, 4), perm=[0, 2, 3, 1]),
                           net.op("Transpose", conv(net, x, 3, 4), perm=[0, 3, 2, 1])], IMAGE)
    def outputs(net, x):
        y = net.op("Relu", conv(net, x, 3, 4))
        return [y, net.op("Identity", y), net.op("Transpose", y, perm=[0, 2, 3, 1]), net.op("Flatten", y)]

    single("outputs-alike", "Outputs with the same numbers, under other names and shapes", outputs, IMAGE)
    single("reshape-chain", "Shape, Gather, Unsqueeze, Concat and Reshape, as exporters flatten",
           reshape_chain, IMAGE)
    single("reshape-forms", "Reshape with 0 and -1, Squeeze and Unsqueeze with axes as operands",
           reshape_forms, (1, 3, 4, 5))
    single("squeeze-attributes", "Squeeze and Unsqueeze of operator set 11", lambda net, x: net.op(
        "Unsqueeze", net.op("Squeeze", x, axes=[0]), axes=[0, 3]), (1, 4, 5), opset=11)
    single("tokens", "An image to a sequence of its pixels, then a layer for each pixel", tokens,
           IMAGE)


def reshape_chain(net, x):
    """Flattens to [batch, -1] with a batch that is read from the shape."""
    y = conv(net, x, 3, 4)
    batch = net.op("Gather", net.op("Shape", y), np.array(0), axis=0)
    batch = net.op("Unsqueeze", batch, np.array([0]))
    rest = net.op("Cast", net.op("Slice", net.op("Shape", y), np.array([1]), np.array([4])), to=6)
    rest = net.op("Cast", net.op("ReduceProd", rest, keepdims=1), to=7)
    shape = net.op("Concat", net.op("Mul", batch, np.array([1])), rest, axis=0)
    return net.op("Gemm", net.op("Reshape", y, shape), net.weights(60, 5))


def reshape_forms(net, x):
    """Goes through shapes and back."""
    y = net.op("Reshape", x, np.array([0, 3, -1]))
    y = net.op("Unsqueeze", net.op("Squeeze", y, np.array([0])), np.array([0, -1]))
    return net.op("Flatten", y, axis=2)


def tokens(net, x):
    """[1, C, H, W] to [1, H·W, C] and a fully connected layer over C."""
    y = net.op("Reshape", conv(net, x, 6, 4), np.array([1, 6, -1]))
    y = net.op("Transpose", y, perm=[0, 2, 1])
    return net.op("Add", net.op("MatMul", y, net.weights(6, 3)), net.weights(3))


def main():
    """Writes all cases."""
    for group in (convolutions, fully_connected, unary, softmax, elementwise, pooling, movement):
        group()


if __name__ == "__main__":
    main()
