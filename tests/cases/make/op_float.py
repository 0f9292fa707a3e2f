"""Makes the float32 cases, named `op-<operator>-f32`; they are compiled with
`precision = "f32"` and compared within 1e-5."""

import numpy as np

import single_operator
from inputs import float_vectors, seed_of
from integer_layers import padding_of
from quantised_net import FUSED, PADDING
from single_operator import Constant, Port, integers

SCRIPT = "op_float.py"
OPTIONS = {"precision": "f32"}
COMPARE = {"max_abs": 1e-5}
IMAGE = (1, 4, 3, 5)


def weights(shape, seed, largest):
    """Uniform float32 weights."""
    whole = np.random.default_rng(seed).integers(-10000, 10001, shape)
    return (whole * (largest / 10000)).astype(np.float32)


def make(operator, operands, shape, options=None, suffix="", largest=2.0):
    """One case; inputs are uniform in -largest..=largest."""
    slug = operator.lower().replace("_", "-")
    name = f"op-{slug}-f32{suffix and '-' + suffix}"
    description = f"{operator}: float32{suffix and ', ' + suffix.replace('-', ' ')}"
    single_operator.make(SCRIPT, name, description, operator, operands, Port(shape),
                         options or {},
                         lambda rng, port: float_vectors(rng, port.shape, largest),
                         {"options": OPTIONS, "compare": COMPARE})


# suffix: (input shape, kernel, stride, dilation, padding, outputs (or multiplier), activation)
CONV_2D = {
    "": ((5, 6, 3), (3, 3), (1, 1), (1, 1), "SAME", 4, "relu"),
    "stride2-same": ((7, 6, 3), (3, 3), (2, 2), (1, 1), "SAME", 4, None),
    "valid-dilation2": ((7, 6, 3), (3, 3), (1, 1), (2, 2), "VALID", 3, "relu6"),
    "1x1": ((3, 3, 8), (1, 1), (1, 1), (1, 1), "SAME", 5, None),
}
DEPTHWISE_CONV_2D = {
    "": ((5, 6, 4), (3, 3), (1, 1), (1, 1), "SAME", 1, "relu6"),
    "stride2-multiplier2": ((7, 6, 3), (3, 3), (2, 2), (1, 1), "SAME", 2, None),
    "in1-multiplier8": ((8, 5, 1), (4, 3), (2, 2), (1, 1), "VALID", 8, "relu"),
}


def convolutions():
    """CONV_2D and DEPTHWISE_CONV_2D."""
    for operator, variants in (("CONV_2D", CONV_2D), ("DEPTHWISE_CONV_2D", DEPTHWISE_CONV_2D)):
        for suffix, (shape, kernel, stride, dilation, padding, n, activation) in variants.items():
            seed = seed_of(operator + suffix)
            if operator == "CONV_2D":
                channels, filters = n, (n, *kernel, shape[2])
            else:
                channels, filters = n * shape[2], (1, *kernel, n * shape[2])
            size = [out for out, _, _ in padding_of(padding, shape[:2], kernel, stride, dilation)]
            options = {
                "Padding": PADDING[padding], "StrideH": stride[0], "StrideW": stride[1],
                "DilationHFactor": dilation[0], "DilationWFactor": dilation[1],
                "FusedActivationFunction": FUSED[activation],
            }
            if operator == "DEPTHWISE_CONV_2D":
                options["DepthMultiplier"] = n
            make(operator, [Port((1, *shape)), Constant(weights(filters, seed, 0.4)),
                            Constant(weights((channels,), seed + 1, 0.5))],
                 (1, *size, channels), options, suffix)


def fully_connected():
    """FULLY_CONNECTED with and without a bias."""
    matrix = Constant(weights((7, 20), 11, 0.5))
    make("FULLY_CONNECTED", [Port((1, 20)), matrix, Constant(weights((7,), 12, 0.5))], (1, 7),
         {"FusedActivationFunction": FUSED["relu"]})
    make("FULLY_CONNECTED", [Port((1, 20)), matrix, None], (1, 7),
         {"FusedActivationFunction": FUSED[None]}, "no-bias")


def pools():
    """AVERAGE_POOL_2D, MAX_POOL_2D and MEAN."""
    for operator in ("AVERAGE_POOL_2D", "MAX_POOL_2D"):
        make(operator, [Port((1, 5, 4, 3))], (1, 3, 2, 3),
             {"Padding": PADDING["SAME"], "FilterHeight": 3, "FilterWidth": 3, "StrideH": 2,
              "StrideW": 2, "FusedActivationFunction": FUSED[None]})
        make(operator, [Port((1, 4, 4, 3))], (1, 2, 2, 3),
             {"Padding": PADDING["VALID"], "FilterHeight": 2, "FilterWidth": 2, "StrideH": 2,
              "StrideW": 2, "FusedActivationFunction": FUSED["relu"]}, "relu")
    make("MEAN", [Port(IMAGE), integers([1, 2])], (1, 5), {"KeepDims": False})
    make("MEAN", [Port(IMAGE), integers([1, 2])], (1, 1, 1, 5), {"KeepDims": True}, "keep")
    make("MEAN", [Port(IMAGE), integers([3])], (1, 4, 3), {"KeepDims": False}, "channels")


def elementwise():
    """ADD, SUB, MUL, the activations and SOFTMAX."""
    for operator in ("ADD", "SUB", "MUL"):
        make(operator, [Port(IMAGE), Port(IMAGE)], IMAGE,
             {"FusedActivationFunction": FUSED["relu"]})
        make(operator, [Port(IMAGE), Constant(weights((1, 1, 1, 5), 13, 1.5))], IMAGE,
             {"FusedActivationFunction": FUSED[None]}, "constant-channels")
        make(operator, [Port((1, 1, 1, 5)), Port(IMAGE)], IMAGE,
             {"FusedActivationFunction": FUSED[None]}, "broadcast-first")
    for operator in ("LOGISTIC", "TANH", "RELU", "RELU6", "HARD_SWISH"):
        make(operator, [Port(IMAGE)], IMAGE, largest=9.0)
    make("LEAKY_RELU", [Port(IMAGE)], IMAGE, {"Alpha": 0.1}, largest=9.0)
    make("SOFTMAX", [Port((1, 12))], (1, 12), {"Beta": 1.0}, largest=6.0)
    make("SOFTMAX", [Port((1, 3, 7))], (1, 3, 7), {"Beta": 0.5}, "rows-beta", largest=60.0)


def movement():
    """CONCATENATION, RESHAPE, PAD, PADV2 and TRANSPOSE."""
    make("CONCATENATION", [Port((1, 3, 2, 4)), Port((1, 3, 2, 5))], (1, 3, 2, 9),
         {"Axis": 3, "FusedActivationFunction": FUSED[None]})
    make("RESHAPE", [Port(IMAGE), integers((-1, 60))], (1, 60))
    amounts = integers([(0, 0), (1, 2), (0, 1), (0, 0)])
    make("PAD", [Port(IMAGE), amounts], (1, 7, 4, 5))
    make("PADV2", [Port(IMAGE), amounts, Constant(np.array([-1.5], np.float32))], (1, 7, 4, 5))
    make("TRANSPOSE", [Port(IMAGE), integers((0, 3, 1, 2))], (1, 5, 4, 3))


def main():
    """Makes all of them."""
    convolutions()
    fully_connected()
    pools()
    elementwise()
    movement()


if __name__ == "__main__":
    main()
