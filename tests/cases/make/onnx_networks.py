"""Small float ONNX networks as frameworks write them."""

import numpy as np

from onnx_float import IMAGE, batch_norm, conv, single

SCRIPT = "onnx_networks.py"


def network(name, description, build, shape):
    """A case of a network."""
    single(name, description, build, shape, script=SCRIPT)


def main():
    """Writes all cases."""
    network("net-flatten", "Convolution, pool, Flatten of an image in NCHW order, two Gemms",
           net_flatten, (1, 1, 10, 9))
    network("net-batch-norm", "Convolution without bias, batch normalisation, ReLU, depthwise",
           net_batch_norm, IMAGE)
    network("net-residual", "Residual block with a downsampling path", net_residual, (1, 3, 8, 8))
    network("net-1d", "Convolutions over a sequence, batch normalisation, mean, Gemm", net_1d,
           (1, 2, 32))
    network("net-tf2onnx", "Convolutions between transposes from and to NHWC, SAME padding",
           net_tf2onnx, (1, 9, 8, 3))
    network("net-batch-norm-1d", "Flatten, batch normalisation and ReLU on features, Gemm",
           net_batch_norm_1d, IMAGE)
    network("net-image-input", "A vector that is reshaped to an image of one channel",
           lambda net, x: conv(net, net.op("Reshape", x, np.array([1, 1, 9, 8])), 4, 1), (1, 72))


def net_flatten(net, x):
    """LeNet's ending."""
    y = net.op("MaxPool", net.op("Relu", conv(net, x, 4, 1)), kernel_shape=[2, 2], strides=[2, 2])
    y = net.op("Relu", net.op("Gemm", net.op("Flatten", y), net.weights(8, 48), net.weights(8),
                              transB=1))
    return net.op("Softmax", net.op("Gemm", y, net.weights(3, 8), net.weights(3), transB=1))


def net_batch_norm(net, x):
    """Separable convolution with batch normalisation behind both halves."""
    y = conv(net, x, 4, 4, groups=4, bias=False, pads=[1, 1, 1, 1])
    y = net.op("Clip", batch_norm(net, y, 4), np.float32(0), np.float32(6))
    return net.op("Relu", batch_norm(net, conv(net, y, 6, 4, (1, 1), bias=False), 6))


def net_residual(net, x):
    """A block whose shortcut is a strided pointwise convolution, then an identity block."""
    y = net.op("Relu", conv(net, x, 6, 3, pads=[1, 1, 1, 1], strides=[2, 2]))
    y = conv(net, y, 6, 6, pads=[1, 1, 1, 1])
    y = net.op("Relu", net.op("Add", y, conv(net, x, 6, 3, (1, 1), strides=[2, 2])))
    y = net.op("Relu", net.op("Add", conv(net, y, 6, 6, pads=[1, 1, 1, 1]), y))
    y = net.op("Flatten", net.op("GlobalAveragePool", y))
    return net.op("Gemm", y, net.weights(4, 6), net.weights(4), transB=1)


def net_1d(net, x):
    """As for sensor data."""
    y = net.op("Relu", batch_norm(net, conv(net, x, 4, 2, (5,), bias=False, strides=[2]), 4))
    y = net.op("MaxPool", net.op("Relu", conv(net, y, 6, 4, (3,), pads=[1, 1])), kernel_shape=[2])
    wide = net.op("ReduceMean", y, axes=[-1], keepdims=0)
    flat = net.op("Gemm", net.op("Flatten", y), net.weights(3, 78), transB=1)
    return net.op("Add", net.op("Gemm", wide, net.weights(6, 3)), flat)


def net_tf2onnx(net, x):
    """NHWC at both ends and between the layers."""
    y = net.op("Transpose", x, perm=[0, 3, 1, 2])
    y = conv(net, y, 4, 3, auto_pad="SAME_UPPER", strides=[2, 2])
    y = net.op("Transpose", net.op("Relu", y), perm=[0, 2, 3, 1])
    y = net.op("Mul", y, net.weights(4))
    z = net.op("Transpose", y, perm=[0, 3, 1, 2])
    z = net.op("Transpose", conv(net, z, 4, 4, pads=[1, 1, 1, 1]), perm=[0, 2, 3, 1])
    y = net.op("Relu", net.op("Add", y, z))
    flat = net.op("Reshape", y, np.array([-1, 80]))
    return [y, net.op("Add", net.op("MatMul", flat, net.weights(80, 3)), net.weights(3))]


def net_batch_norm_1d(net, x):
    """A flattened image whose features are normalised before the layer."""
    y = net.op("Flatten", conv(net, x, 2, 4))
    y = net.op("Relu", batch_norm(net, y, 40))
    return net.op("Gemm", y, net.weights(3, 40), net.weights(3), transB=1)


if __name__ == "__main__":
    main()
