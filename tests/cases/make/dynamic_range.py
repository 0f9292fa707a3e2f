"""Makes the cases `hybrid-*`: int8 or half precision weights on float32 activations. They are
compiled with `precision = "f32"`; the goldens are LiteRT's, whose sums are in another order."""

import numpy as np

import case_folder
from inputs import float_vectors, seed_of
from tflite_writer import ModelWriter

SCRIPT = "dynamic_range.py"
CONV = {"Padding": 0, "StrideH": 1, "StrideW": 1, "DilationHFactor": 1, "DilationWFactor": 1}
CASE = {"options": {"precision": "f32"}, "compare": {"max_abs": 1e-5}, "litert": True}


def write(name, description, operator, shape, result, weights, scale, axis=0, options=None):
    """One layer with a bias and a ReLU."""
    name = f"hybrid-{name}"
    seed = seed_of(name)
    rng = np.random.default_rng(seed)
    writer = ModelWriter(name)
    x = writer.tensor("input", shape, np.float32)
    data = rng.integers(-127, 128, weights).astype(np.int8)
    w = writer.constant("weights", data, scale, 0, axis)
    b = writer.constant("bias", (rng.integers(-100, 101, result[-1]) / 100).astype(np.float32))
    y = writer.tensor("output", result, np.float32)
    writer.operator(operator, [x, w, b], [y], FusedActivationFunction=1, **(options or {}))
    # All on one side of zero, too.
    vectors = float_vectors(rng, shape)
    vectors.append(np.abs(vectors[1]))
    case_folder.write(name, description, writer.finish([x], [y]), [[vector] for vector in vectors],
                      SCRIPT, seed, **CASE)


def half_precision():
    """Float16 weights, which DEQUANTIZE makes float32."""
    name = "hybrid-float16-weights"
    seed = seed_of(name)
    rng = np.random.default_rng(seed)
    writer = ModelWriter(name)
    x = writer.tensor("input", (1, 8), np.float32)
    operands = [x]
    for part, shape in (("weights", (5, 8)), ("bias", (5,))):
        half = writer.constant(f"{part}/half", (rng.integers(-999, 1000, shape) / 1000).astype(np.float16))
        operands.append(writer.tensor(part, shape, np.float32))
        writer.operator("DEQUANTIZE", [half], [operands[-1]])
    y = writer.tensor("output", (1, 5), np.float32)
    writer.operator("FULLY_CONNECTED", operands, [y])
    vectors = [[vector] for vector in float_vectors(rng, (1, 8))]
    case_folder.write(name, "FULLY_CONNECTED: float16 weights behind DEQUANTIZE", writer.finish([x], [y]),
                      vectors, SCRIPT, seed, **CASE)


def main():
    """Makes all cases."""
    channels = np.array([0.01, 0.02, 0.015, 0.003, 0.008], np.float32)
    for kind, asymmetric in (("symmetric", 0), ("asymmetric", 1)):
        options = {"AsymmetricQuantizeInputs": asymmetric}
        dense = "FULLY_CONNECTED"
        write(f"fully-connected-{kind}", f"{dense}: int8 weights, activations quantised {kind}ally",
              dense, (1, 20), (1, 5), (5, 20), 0.01, 0, options)
        write(f"fully-connected-{kind}-channels", f"{dense}: the same with a scale for each output, 3 rows",
              dense, (3, 20), (3, 5), (5, 20), channels, 0, options)
    write("conv-2d", "CONV_2D: int8 weights of one scale", "CONV_2D", (1, 5, 6, 4), (1, 5, 6, 5),
          (5, 3, 3, 4), 0.01, 0, CONV)
    write("conv-2d-channels", "CONV_2D: int8 weights with a scale for each channel", "CONV_2D",
          (1, 5, 6, 4), (1, 5, 6, 5), (5, 3, 3, 4), channels, 0, CONV)
    write("depthwise-conv-2d", "DEPTHWISE_CONV_2D: int8 weights with a scale for each channel",
          "DEPTHWISE_CONV_2D", (1, 5, 6, 5), (1, 5, 6, 5), (1, 3, 3, 5), channels, 3,
          {**CONV, "DepthMultiplier": 1})
    half_precision()


if __name__ == "__main__":
    main()
