"""Makes the int8 cases of AVERAGE_POOL_2D, MAX_POOL_2D and MEAN."""

import single_operator
from inputs import int8_vectors
from integer_layers import padding_of
from quantised_net import FUSED, PADDING
from single_operator import Port, integers

SCRIPT = "op_pooling.py"

# variant: (description, input shape, kernel, stride, padding, activation, (scale, zero point))
POOLS = {
    "2x2": ("2x2, stride 2", (6, 4, 5), (2, 2), (2, 2), "VALID", None, (0.05, 7)),
    "3x3-same": ("3x3 SAME: windows at the edges are smaller", (5, 4, 3), (3, 3), (1, 1), "SAME",
                 None, (0.05, -30)),
    "3x3-stride2-same": ("3x3 SAME, stride 2, even size", (6, 8, 3), (3, 3), (2, 2), "SAME", None,
                         (0.05, -128)),
    "3x3-stride2-valid": ("3x3 VALID, stride 2, last row and column unused", (6, 8, 3), (3, 3),
                          (2, 2), "VALID", None, (0.05, 0)),
    "global": ("the whole image", (5, 7, 6), (5, 7), (5, 7), "VALID", None, (0.05, -128)),
    "1d": ("3x1 on a one-pixel-wide image", (10, 1, 4), (3, 1), (2, 1), "SAME", None, (0.05, 12)),
    "relu": ("relu", (4, 4, 5), (2, 2), (2, 2), "VALID", "relu", (0.05, -11)),
    "relu6": ("relu6", (4, 4, 5), (2, 2), (1, 1), "SAME", "relu6", (0.06, -60)),
    "beyond-image": ("5x5 SAME on a 2x3 image", (2, 3, 3), (5, 5), (1, 1), "SAME", None,
                     (0.05, 99)),
}

# variant: (description, input shape, axes, kept axes, (scale, zero point) in and out)
MEANS = {
    "image-keep": ("rows and columns, axes kept", (1, 5, 7, 6), [1, 2], True, (0.05, 7), (0.05, 7)),
    "image": ("rows and columns, axes dropped", (1, 5, 7, 6), [1, 2], False, (0.05, 7),
              (0.05, 7)),
    "image-rescaled": ("rows and columns, other output scale", (1, 4, 4, 5), [1, 2], True,
                       (0.05, 7), (0.021, -64)),
    "image-rescaled-coarse": ("rows and columns, output within a few steps", (1, 4, 4, 5), [1, 2],
                              True, (0.05, -128), (0.9, 3)),
    "image-rescaled-fine": ("rows and columns, output scale far below (saturates)", (1, 3, 5, 5),
                            [1, 2], True, (0.05, 2), (0.004, -3)),
    "image-large": ("400 pixels", (1, 20, 20, 3), [1, 2], True, (0.02, -128), (0.019, -128)),
    "axes-reversed": ("columns and rows, in that order", (1, 3, 4, 5), [2, 1], True, (0.05, 0),
                      (0.04, 0)),
    "axes-negative": ("rows and columns, counted from the end", (1, 3, 4, 5), [-3, -2], True,
                      (0.05, 0), (0.05, 0)),
    "rows": ("rows only", (1, 6, 4, 5), [1], False, (0.05, -4), (0.03, 9)),
    "columns": ("columns only", (1, 6, 4, 5), [2], True, (0.05, -4), (0.05, -4)),
    "channels": ("channels only", (1, 3, 4, 7), [3], True, (0.05, -4), (0.03, 1)),
    "all": ("everything but the batch", (1, 3, 4, 5), [1, 2, 3], False, (0.05, -4), (0.01, 8)),
    "sequence": ("the steps of a sequence [1, T, C]", (1, 9, 6), [1], False, (0.05, 33),
                 (0.04, -5)),
    "vector": ("a vector [1, C]", (1, 13), [1], True, (0.05, 33), (0.02, 0)),
}


def vectors(rng, port):
    """Extremes, uniform values and values near the zero point."""
    return int8_vectors(rng, port.shape, port.zero_point)


def pools():
    """AVERAGE_POOL_2D and MAX_POOL_2D in the same variants."""
    for operator in ("AVERAGE_POOL_2D", "MAX_POOL_2D"):
        for variant, (what, shape, kernel, stride, padding, activation, scale) in POOLS.items():
            size = [out for out, _, _ in padding_of(padding, shape[:2], kernel, stride)]
            single_operator.make(
                SCRIPT, f"op-{operator.lower().replace('_', '-')}-{variant}",
                f"{operator}: {what}", operator, [Port((1, *shape), *scale)],
                Port((1, *size, shape[2]), *scale),
                {"Padding": PADDING[padding], "FilterHeight": kernel[0],
                 "FilterWidth": kernel[1], "StrideH": stride[0], "StrideW": stride[1],
                 "FusedActivationFunction": FUSED[activation]}, vectors)


def reduced(shape, axes, keep):
    """The shape that a reduction over `axes` leaves."""
    axes = {axis % len(shape) for axis in axes}
    if keep:
        return tuple(1 if i in axes else n for i, n in enumerate(shape))
    return tuple(n for i, n in enumerate(shape) if i not in axes)


def means():
    """MEAN."""
    for variant, (what, shape, axes, keep, scale_in, scale_out) in MEANS.items():
        single_operator.make(
            SCRIPT, f"op-mean-{variant}", f"MEAN: {what}", "MEAN",
            [Port(shape, *scale_in), integers(axes)],
            Port(reduced(shape, axes, keep), *scale_out), {"KeepDims": keep}, vectors)


def main():
    """Makes all of them."""
    pools()
    means()


if __name__ == "__main__":
    main()
