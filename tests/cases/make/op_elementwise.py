"""Makes the int8 cases of ADD, SUB, MUL, the activations, SOFTMAX, QUANTIZE, DEQUANTIZE."""

import numpy as np

import single_operator
from inputs import all_int8_values, int8_vectors
from quantised_net import FUSED
from single_operator import Constant, Port

SCRIPT = "op_elementwise.py"
IMAGE = (1, 4, 3, 5)
CHANNELS = (1, 1, 1, 5)


def spread_vectors(rng, port):
    """Extremes, uniform values and values near the zero point; each input its own."""
    low, high, *others = int8_vectors(rng, port.shape, port.zero_point)
    # Two inputs would otherwise always have their extremes together.
    return [low, high, rng.choice([low, high]), *others[1:]]


def constant(shape, scale, zero_point, seed):
    """A constant int8 operand with uniform values."""
    data = np.random.default_rng(seed).integers(-128, 128, shape).astype(np.int8)
    return Constant(data, scale, zero_point)


def binary_variants():
    """variant: (description, first operand, second operand, (scale, zero point) of the output,
    fused activation)"""
    x = Port(IMAGE, 0.05, 3)
    return {
        "equal": ("equal shapes and scales", x, Port(IMAGE, 0.05, 3), (0.05, 3), None),
        "scales": ("different scales and zero points", x, Port(IMAGE, 0.013, -77), (0.07, 21),
                   None),
        "scales-far-apart": ("one scale 3000 times the other", Port(IMAGE, 0.6, -20),
                             Port(IMAGE, 0.0002, 5), (0.7, 1), None),
        "output-finer": ("output scale below both input scales (saturates)", x,
                         Port(IMAGE, 0.09, -4), (0.006, 2), None),
        "output-coarser": ("output within a few steps of its zero point", x,
                           Port(IMAGE, 0.031, 100), (2.5, -9), None),
        "zero-points-extreme": ("zero points at the ends of the range", Port(IMAGE, 0.02, -128),
                                Port(IMAGE, 0.04, 127), (0.05, -128), None),
        "relu": ("relu", x, Port(IMAGE, 0.08, -11), (0.05, -128), "relu"),
        "relu-inside": ("relu above an output zero point inside the range", x,
                        Port(IMAGE, 0.08, -11), (0.06, -30), "relu"),
        "relu6": ("relu6", x, Port(IMAGE, 0.08, -11), (0.04, -100), "relu6"),
        "itself": ("an input with itself", x, x, (0.11, -6), None),
        "constant": ("a constant of equal shape", x, constant(IMAGE, 0.04, 8, 1), (0.1, 0), None),
        "constant-first": ("the constant is the first operand",
                           constant(IMAGE, 0.04, 8, 2), x, (0.1, 0), None),
        "constant-scalar": ("a constant of one element", x, constant((1,), 0.02, 0, 3), (0.07, 5),
                            None),
        "constant-channels": ("a constant [C], broadcast over the image", x,
                              constant((5,), 0.03, -2, 4), (0.08, 0), None),
        "constant-1x1xc": ("a constant [1, 1, 1, C], broadcast over the image", x,
                           constant(CHANNELS, 0.03, -2, 5), (0.08, 0), "relu"),
        "broadcast-channels": ("an input [1, 1, 1, C], broadcast over the image", x,
                               Port(CHANNELS, 0.06, 50), (0.09, -7), None),
        "broadcast-first": ("the first input is the one that is broadcast", Port(CHANNELS, 0.06, 50),
                            x, (0.09, -7), None),
        "broadcast-image": ("an input [1, H, W, 1], broadcast over the channels", x,
                            Port((1, 4, 3, 1), 0.06, -33), (0.09, -7), None),
        "broadcast-both": ("both inputs are broadcast", Port((1, 4, 1, 5), 0.05, 3),
                           Port((1, 1, 3, 1), 0.06, -33), (0.09, -7), None),
        "vectors": ("rank 2", Port((1, 17), 0.05, 3), Port((1, 17), 0.021, -9), (0.06, 0), None),
    }


# The variants that SUB is made in: it shares ADD's arithmetic.
SUB_VARIANTS = ("equal", "scales", "scales-far-apart", "output-finer", "relu", "constant",
                "constant-first", "constant-channels", "broadcast-channels", "broadcast-first")
# What MUL leaves out, and the (scale, zero point) of its output where tripling the scale does
# not suit products.
MUL_OMITS = ("relu-inside", "vectors", "constant", "broadcast-image")
MUL_OUTPUTS = {
    "scales-far-apart": (0.014, 1),
    "output-finer": (0.003, 2),
    "zero-points-extreme": (0.2, 127),
}


def binary():
    """ADD, SUB and MUL in the variants above, and each over all pairs of int8 values."""
    for operator in ("ADD", "SUB", "MUL"):
        for variant, (what, a, b, (scale, zero_point), activation) in binary_variants().items():
            if operator == "SUB" and variant not in SUB_VARIANTS:
                continue
            if operator == "MUL":
                if variant in MUL_OMITS:
                    continue
                scale, zero_point = MUL_OUTPUTS.get(variant, (scale * 3, zero_point))
            shapes = [x.shape if isinstance(x, Port) else x.data.shape for x in (a, b)]
            output = Port(np.broadcast_shapes(*shapes), scale, zero_point)
            single_operator.make(SCRIPT, f"op-{operator.lower()}-{variant}",
                                 f"{operator}: {what}", operator, [a, b], output,
                                 {"FusedActivationFunction": FUSED[activation]}, spread_vectors)
        all_pairs(operator)


def all_pairs(operator):
    """All 65,536 pairs of operands, a quarter in each vector."""
    shape = (1, 16, 32, 32)
    grid = np.arange(-128, 128).astype(np.int8)
    columns = {0.05: np.repeat(grid, 256), 0.03: np.tile(grid, 256)}

    def quarters(_, port):
        return columns[port.scale].reshape(4, *shape)

    single_operator.make(SCRIPT, f"op-{operator.lower()}-all-pairs",
                         f"{operator}: every pair of int8 values", operator,
                         [Port(shape, 0.05, 3), Port(shape, 0.03, -14)], Port(shape, 0.07, -5),
                         {"FusedActivationFunction": FUSED[None]}, quarters)


# operator: {variant: (description, (scale, zero point) in, (scale, zero point) out, options)}
UNARY = {
    "LOGISTIC": {
        "usual": ("input scale 0.05", (0.05, 4), (1 / 256, -128), {}),
        "fine": ("small input scale: the nearly linear middle", (0.003, -20), (1 / 256, -128), {}),
        "coarse": ("large input scale: saturates", (0.35, 11), (1 / 256, -128), {}),
    },
    "TANH": {
        "usual": ("input scale 0.03", (0.03, -9), (1 / 128, 0), {}),
        "fine": ("small input scale: the nearly linear middle", (0.002, 31), (1 / 128, 0), {}),
        "coarse": ("large input scale: saturates", (0.4, 0), (1 / 128, 0), {}),
    },
    "RELU": {
        "same-scale": ("equal scales", (0.04, -15), (0.04, -15), {}),
        "usual": ("output zero point -128", (0.04, -15), (0.022, -128), {}),
        "multiplier-above-1": ("output scale below the input's", (0.05, -90), (0.011, -40), {}),
        "coarse": ("output within a few steps of its zero point", (0.01, 0), (0.6, -128), {}),
    },
    "RELU6": {
        "same-scale": ("equal scales", (0.06, -50), (0.06, -50), {}),
        "no-upper-bound": ("6 is beyond the range", (0.02, -15), (0.02, -15), {}),
    },
    "LEAKY_RELU": {
        "usual": ("alpha 0.1", (0.05, 6), (0.05, 6), {"Alpha": 0.1}),
        "scales": ("alpha 0.3, different scales", (0.05, 20), (0.034, -70), {"Alpha": 0.3}),
        "alpha-above-1": ("alpha 1.7", (0.05, -4), (0.08, 12), {"Alpha": 1.7}),
        "alpha-negative": ("alpha -0.5", (0.05, -4), (0.05, -12), {"Alpha": -0.5}),
        "multiplier-above-1": ("output scale below the input's", (0.07, 1), (0.02, 0),
                               {"Alpha": 0.2}),
    },
    "HARD_SWISH": {
        "usual": ("input -6 to 6", (0.047, 0), (0.025, -113), {}),
        "fine": ("small input scale: never saturates", (0.008, -30), (0.006, -40), {}),
        "coarse": ("large input scale: mostly 0 or x", (0.3, 25), (0.2, -100), {}),
    },
    "QUANTIZE": {
        "same-scale": ("zero point moved by 10", (0.05, -7), (0.05, 3), {}),
        "finer": ("output scale below the input's (saturates)", (0.05, 12), (0.017, -4), {}),
        "coarser": ("output scale above the input's", (0.02, -128), (0.053, 9), {}),
        "tiny": ("output within a few steps of its zero point", (0.001, 1), (0.06, -3), {}),
        "halves": ("exactly half the resolution: every other value is a tie", (0.25, 0), (0.5, 1),
                   {}),
    },
    "DEQUANTIZE": {
        "usual": ("to float32", (0.0392, -13), (None, 0), {}),
    },
}


def unary():
    """Operators on one int8 value, over all 256."""
    shape = (1, 8, 8, 4)
    for operator, variants in UNARY.items():
        for variant, (what, (scale, zero), (out_scale, out_zero), options) in variants.items():
            case = {"compare": {"max_abs": 1e-6}} if out_scale is None else None
            single_operator.make(
                SCRIPT, f"op-{operator.lower().replace('_', '-')}-{variant}",
                f"{operator}: {what}", operator, [Port(shape, scale, zero)],
                Port(shape, out_scale, out_zero), options,
                lambda rng, port: all_int8_values(rng, port.shape), case)


def quantize_floats():
    """QUANTIZE of floats: ties, values beyond the range, signed zeros."""
    shape = (1, 4, 8, 8)

    def vectors(rng, _):
        halves = (np.arange(-128, 128) / 2 * 0.125).astype(np.float32)
        beyond = (rng.integers(-400, 401, 256) * 0.125).astype(np.float32)
        uniform = (rng.integers(-200000, 200001, 256) / 10000).astype(np.float32)
        tiny = (rng.integers(-200000, 200001, 256) / 1e7).astype(np.float32)
        tiny[:4] = [0.0, -0.0, 1e-30, -1e-30]
        return [values.reshape(shape) for values in (halves, beyond, uniform, tiny)]

    for variant, what, scale, zero in (
            ("float", "scale 1/8: ties are exact", 0.125, 3),
            ("float-scale", "a scale that is no power of two", 0.0713, -20)):
        single_operator.make(SCRIPT, f"op-quantize-{variant}",
                             f"QUANTIZE: float32 to int8, {what}", "QUANTIZE", [Port(shape)],
                             Port(shape, scale, zero), {}, vectors)


# variant: (description, shape, (scale, zero point), beta)
SOFTMAX = {
    "2": ("2 wide", (1, 2), (0.05, -5), 1.0),
    "12": ("12 wide", (1, 12), (0.14, 14), 1.0),
    "100": ("100 wide", (1, 100), (0.1, -31), 1.0),
    "1": ("1 wide", (1, 1), (0.1, 0), 1.0),
    "fine": ("small input scale: nearly uniform", (1, 12), (0.002, 7), 1.0),
    "coarse": ("large input scale: one-hot", (1, 12), (1.3, -60), 1.0),
    "rows": ("several rows", (1, 5, 7), (0.09, 3), 1.0),
    "image": ("over the channels of an image", (1, 3, 4, 6), (0.06, 0), 1.0),
    "beta": ("beta 0.5", (1, 10), (0.2, 8), 0.5),
}


def softmax():
    """SOFTMAX over the last axis."""
    for variant, (what, shape, (scale, zero_point), beta) in SOFTMAX.items():
        single_operator.make(SCRIPT, f"op-softmax-{variant}", f"SOFTMAX: {what}", "SOFTMAX",
                             [Port(shape, scale, zero_point)], Port(shape, 1 / 256, -128),
                             {"Beta": beta}, spread_vectors)


def softmax_differences():
    """SOFTMAX of two values for every difference between them."""
    def vectors(rng, port):
        first = rng.integers(-128, 128, (4, 256))
        first[0] = -128
        second = np.arange(256) - 128
        pairs = np.stack([first, np.broadcast_to(second, first.shape)], axis=-1)
        return pairs.astype(np.int8).reshape(4, *port.shape)

    for variant, scale in (("differences", 0.03), ("differences-coarse", 0.21)):
        shape = (1, 16, 16, 2)
        single_operator.make(SCRIPT, f"op-softmax-{variant}",
                             f"SOFTMAX: every difference of two values, input scale {scale}",
                             "SOFTMAX", [Port(shape, scale, 0)], Port(shape, 1 / 256, -128),
                             {"Beta": 1.0}, vectors)


def main():
    """Makes all of them."""
    binary()
    unary()
    quantize_floats()
    softmax()
    softmax_differences()


if __name__ == "__main__":
    main()
