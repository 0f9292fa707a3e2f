"""Small networks in the node patterns that tf2onnx writes for Keras models, built node by node: NHWC
at both ends, `Transpose` around convolutions, batch normalisations as `Mul` and `Add`, shapes that
are computed from the open batch."""

import numpy as np

from inputs import seed_of
from onnx_case import Net, vectors, write_float
from onnx_float import conv

SCRIPT = "onnx_keras.py"
TO_NCHW, TO_NHWC = [0, 3, 1, 2], [0, 2, 3, 1]


def case(name, description, build, shape, opset=15):
    """A case of the network that `build(net, x)` makes, with an open batch."""
    seed = seed_of(name)
    net = Net(seed, opset)
    net.output(build(net, net.input("input_1", ["unk__6", *shape])))
    write_float(name, description, net.model(), vectors(seed, (1, *shape), count=2), SCRIPT)


def dense(net, x, inputs, outputs):
    """A layer: product and sum are apart."""
    return net.op("Add", net.op("MatMul", x, net.weights(inputs, outputs)), net.weights(outputs))


def image(net, x):
    """MobileNet's beginning and ending, and a block whose batch normalisation is behind no convolution."""
    y = net.op("Transpose", x, perm=TO_NCHW)
    y = conv(net, y, 6, 3, pads=[0, 0, 1, 1], strides=[2, 2])
    y = net.op("Clip", y, np.float32(0), np.float32(6))
    y = conv(net, y, 6, 6, groups=6, auto_pad="SAME_UPPER")
    y = net.op("Transpose", net.op("Relu", y), perm=TO_NHWC)
    z = net.op("Add", net.op("Mul", y, net.weights(6)), net.weights(1, 1, 1, 6))
    z = net.op("LeakyRelu", z, alpha=0.2)
    z = conv(net, net.op("Transpose", z, perm=TO_NCHW), 6, 6, (1, 1))
    y = net.op("Concat", net.op("Transpose", y, perm=TO_NCHW), z, axis=1)
    y = net.op("Squeeze", net.op("GlobalAveragePool", y), np.array([2, 3]))
    return net.op("Softmax", dense(net, y, 12, 4), axis=-1)


def flat(net, x):
    """Pools, `Pad` as ZeroPadding2D, and a flatten in NHWC order with a batch that is read from the shape."""
    y = net.op("Pad", x, np.array([0, 1, 1, 0, 0, 1, 1, 0]))
    y = conv(net, net.op("Transpose", y, perm=TO_NCHW), 4, 2)
    y = net.op("MaxPool", net.op("Relu", y), kernel_shape=[2, 2], strides=[2, 2])
    y = net.op("AveragePool", y, kernel_shape=[2, 2], strides=[1, 1], auto_pad="SAME_UPPER")
    y = net.op("Transpose", y, perm=TO_NHWC)
    batch = net.op("Slice", net.op("Cast", net.op("Shape", y), to=6), np.array([0]), np.array([1]),
                   np.array([0]))
    batch = net.op("Squeeze", batch, np.array([0]))
    shape = net.op("Concat", net.op("Unsqueeze", batch, np.array([0])), np.array([64], np.int32), axis=0)
    y = net.op("Reshape", y, net.op("Cast", shape, to=7))
    y = net.op("Relu", dense(net, y, 64, 6))
    return net.op("Sigmoid", dense(net, y, 6, 1))


def sequence(net, x):
    """Conv1D as a convolution of an image of one row; the mean over time."""
    y = net.op("Transpose", net.op("Unsqueeze", x, np.array([1])), perm=TO_NCHW)
    y = conv(net, y, 6, 3, (1, 5), strides=[1, 2], pads=[0, 2, 0, 1])
    y = net.op("Transpose", net.op("Squeeze", y, np.array([2])), perm=[0, 2, 1])
    y = net.op("Relu", y)
    y = net.op("Transpose", net.op("Unsqueeze", y, np.array([1])), perm=TO_NCHW)
    y = net.op("Tanh", conv(net, y, 4, 6, (1, 3)))
    y = net.op("Transpose", net.op("Squeeze", y, np.array([2])), perm=[0, 2, 1])
    return dense(net, net.op("ReduceMean", y, axes=[1], keepdims=0), 4, 3)


def main():
    """Writes all cases."""
    case("keras-image", "As tf2onnx writes a separable network: transposes, Mul and Add apart, Concat",
         image, (9, 8, 3))
    case("keras-flat", "As tf2onnx writes pools and Flatten, with a shape that is computed", flat, (8, 8, 2))
    case("keras-sequence", "As tf2onnx writes Conv1D: an axis is added and removed", sequence, (20, 3))


if __name__ == "__main__":
    main()
