"""Exact integer sums of the layers with weights, for choosing scales.

Everything is whole numbers held in float64 and far below 2^53: the results do not
depend on the order of the additions, so not on the machine or the BLAS either.
"""

import numpy as np


def same_padding(size, kernel, stride, dilation):
    """TFLite's SAME padding of one axis: (output size, padding before, padding after)."""
    out = -(-size // stride)
    total = max((out - 1) * stride + (kernel - 1) * dilation + 1 - size, 0)
    return out, total // 2, total - total // 2


def valid_padding(size, kernel, stride, dilation):
    """TFLite's VALID padding of one axis, in the same form."""
    return (size - (kernel - 1) * dilation - 1) // stride + 1, 0, 0


def padding_of(name, shape, kernel, stride, dilation=(1, 1)):
    """The padding of both image axes for `name`, which is SAME or VALID."""
    rule = {"SAME": same_padding, "VALID": valid_padding}[name]
    return [rule(*axis) for axis in zip(shape, kernel, stride, dilation)]


def windows(x, kernel, stride, padding, dilation=(1, 1), fill=0.0):
    """Every window of the images `x` [N, H, W, C], as [N, OH, OW, KH * KW, C]."""
    (oh, top, bottom), (ow, left, right) = padding_of(
        padding, x.shape[1:3], kernel, stride, dilation)
    padded = np.pad(x.astype(np.float64), ((0, 0), (top, bottom), (left, right), (0, 0)),
                    constant_values=fill)
    taps = []
    for ky in range(kernel[0]):
        for kx in range(kernel[1]):
            y, x0 = ky * dilation[0], kx * dilation[1]
            taps.append(padded[:, y:y + (oh - 1) * stride[0] + 1:stride[0],
                               x0:x0 + (ow - 1) * stride[1] + 1:stride[1]])
    return np.stack(taps, axis=3)


def conv_sums(x, weights, stride, padding, dilation=(1, 1)):
    """Sums of CONV_2D; `x` without its zero point, `weights` [OC, KH, KW, IC]."""
    w = windows(x, weights.shape[1:3], stride, padding, dilation)
    w = w.reshape(*w.shape[:3], -1)
    return w @ weights.reshape(weights.shape[0], -1).T.astype(np.float64)


def depthwise_sums(x, weights, multiplier, stride, padding, dilation=(1, 1)):
    """Sums of DEPTHWISE_CONV_2D; `weights` [1, KH, KW, C * multiplier]."""
    w = windows(x, weights.shape[1:3], stride, padding, dilation)
    w = np.repeat(w, multiplier, axis=4)
    return (w * weights.reshape(-1, weights.shape[3])).sum(axis=3)


def fully_connected_sums(x, weights):
    """Sums of FULLY_CONNECTED; `weights` [outputs, inputs]."""
    return x.reshape(-1, weights.shape[1]).astype(np.float64) @ weights.T.astype(np.float64)
