"""Makes the int8 cases of the operators that move values: CONCATENATION, RESHAPE, SQUEEZE,
EXPAND_DIMS, PAD, PADV2, TRANSPOSE."""

import numpy as np

import single_operator
from inputs import int8_vectors
from quantised_net import FUSED
from single_operator import Constant, Port, integers

SCRIPT = "op_movement.py"
SCALE = (0.05, -9)

# variant: (description, input shapes, axis)
CONCATENATION = {
    "axis1": ("rows", [(1, 2, 3, 4), (1, 3, 3, 4)], 1),
    "axis2": ("columns", [(1, 2, 3, 4), (1, 2, 1, 4)], 2),
    "axis3": ("channels", [(1, 3, 2, 4), (1, 3, 2, 5)], 3),
    "axis-negative": ("channels, counted from the end", [(1, 3, 2, 4), (1, 3, 2, 5)], -1),
    "three": ("three inputs of 1, 2 and 3 channels", [(1, 3, 3, 1), (1, 3, 3, 2), (1, 3, 3, 3)],
              3),
    "vectors": ("rank 2", [(1, 7), (1, 4)], 1),
}

# variant: (description, input shape, output shape, what the shape operand says)
RESHAPE = {
    "flatten": ("an image to a vector", (1, 3, 4, 5), (1, 60), (1, 60)),
    "flatten-wildcard": ("an image to a vector, the batch inferred", (1, 3, 4, 5), (1, 60),
                         (-1, 60)),
    "image": ("a vector to an image", (1, 60), (1, 3, 4, 5), (-1, 3, 4, 5)),
    "rank3": ("rows and columns merged", (1, 3, 4, 5), (1, 12, 5), (1, 12, 5)),
}

# variant: (description, input shape, output shape, squeezed axes)
SQUEEZE = {
    "axis": ("one axis", (1, 5, 1, 4), (1, 5, 4), [2]),
    "axes": ("two axes", (1, 1, 1, 9), (1, 9), [1, 2]),
    "axis-negative": ("an axis counted from the end", (1, 5, 1, 4), (1, 5, 4), [-2]),
    "all": ("no axes named: all of size 1", (1, 5, 1, 4), (5, 4), []),
}

# variant: (description, input shape, output shape, axis)
EXPAND_DIMS = {
    "axis1": ("a sequence to a one-row image", (1, 6, 4), (1, 1, 6, 4), 1),
    "axis2": ("a sequence to a one-column image", (1, 6, 4), (1, 6, 1, 4), 2),
    "last": ("a last axis, counted from the end", (1, 6, 4), (1, 6, 4, 1), -1),
}

# variant: (description, input shape, amounts before and after each axis)
PAD = {
    "image": ("one pixel around an image", (1, 3, 4, 5), [(0, 0), (1, 1), (1, 1), (0, 0)]),
    "one-side": ("before a stride-2 convolution: at the far side", (1, 4, 4, 3),
                 [(0, 0), (0, 1), (0, 1), (0, 0)]),
    "uneven": ("every amount different", (1, 2, 3, 4), [(0, 0), (3, 1), (0, 2), (1, 0)]),
    "channels": ("channels (shortcut of a residual block)", (1, 3, 3, 4),
                 [(0, 0), (0, 0), (0, 0), (2, 2)]),
    "rank3": ("a sequence at its start (causal)", (1, 6, 4), [(0, 0), (2, 0), (0, 0)]),
    "rank2": ("a vector", (1, 6), [(0, 0), (1, 3)]),
}

# variant: (description, input shape, permutation)
TRANSPOSE = {
    "channels-first": ("NHWC to NCHW", (1, 3, 4, 5), (0, 3, 1, 2)),
    "channels-last": ("NCHW to NHWC", (1, 5, 3, 4), (0, 2, 3, 1)),
    "rows-columns": ("rows and columns exchanged", (1, 3, 4, 5), (0, 2, 1, 3)),
    "columns-channels": ("columns and channels exchanged", (1, 3, 4, 5), (0, 1, 3, 2)),
    "rows-channels": ("rows and channels exchanged", (1, 3, 4, 5), (0, 3, 2, 1)),
    "sequence": ("rank 3", (1, 6, 4), (0, 2, 1)),
    "identity": ("nothing moves", (1, 3, 4, 5), (0, 1, 2, 3)),
    "batch-moves": ("the first axis is moved too", (1, 6, 4), (1, 0, 2)),
    "matrix": ("rank 2", (5, 7), (1, 0)),
}


def vectors(rng, port):
    """The usual vectors but all -128: nothing is computed."""
    return int8_vectors(rng, port.shape, port.zero_point)[1:]


def make(operator, variant, what, operands, shape, options):
    """One case whose output has the input's scale."""
    single_operator.make(SCRIPT, f"op-{operator.lower().replace('_', '-')}-{variant}",
                         f"{operator}: {what}", operator, operands, Port(shape, *SCALE), options,
                         vectors)


def concatenation():
    """CONCATENATION of inputs, and of an input and a constant."""
    no_activation = {"FusedActivationFunction": FUSED[None]}
    for variant, (what, shapes, axis) in CONCATENATION.items():
        shape = list(shapes[0])
        shape[axis] = sum(s[axis] for s in shapes)
        make("CONCATENATION", variant, what, [Port(s, *SCALE) for s in shapes], tuple(shape),
             {"Axis": axis} | no_activation)
    data = np.arange(-24, 24, 2).astype(np.int8).reshape(1, 3, 2, 4)
    make("CONCATENATION", "constant", "an input and a constant",
         [Port((1, 3, 2, 5), *SCALE), Constant(data, *SCALE)], (1, 3, 2, 9),
         {"Axis": 3} | no_activation)
    x = Port((1, 3, 2, 5), *SCALE)
    make("CONCATENATION", "itself", "an input with itself", [x, x], (1, 3, 2, 10),
         {"Axis": 3} | no_activation)


def views():
    """RESHAPE, SQUEEZE and EXPAND_DIMS."""
    for variant, (what, shape, result, written) in RESHAPE.items():
        make("RESHAPE", variant, what, [Port(shape, *SCALE), integers(written)], result, {})
    for variant, (what, shape, result, axes) in SQUEEZE.items():
        make("SQUEEZE", variant, what, [Port(shape, *SCALE)], result, {"SqueezeDims": axes})
    for variant, (what, shape, result, axis) in EXPAND_DIMS.items():
        make("EXPAND_DIMS", variant, what, [Port(shape, *SCALE), integers([axis])], result, {})


def pads():
    """PAD with the zero point, PADV2 with a value."""
    for variant, (what, shape, amounts) in PAD.items():
        result = tuple(n + before + after for n, (before, after) in zip(shape, amounts))
        make("PAD", variant, what, [Port(shape, *SCALE), integers(amounts)], result, {})
        if variant in ("image", "uneven", "rank3"):
            value = Constant(np.array([-128 if variant == "image" else 77], np.int8), *SCALE)
            make("PADV2", variant, f"{what}, with a value that is not zero",
                 [Port(shape, *SCALE), integers(amounts), value], result, {})


def transposes():
    """TRANSPOSE."""
    for variant, (what, shape, order) in TRANSPOSE.items():
        make("TRANSPOSE", variant, what, [Port(shape, *SCALE), integers(order)],
             tuple(shape[axis] for axis in order), {})


def main():
    """Makes all of them."""
    concatenation()
    views()
    pads()
    transposes()


if __name__ == "__main__":
    main()
