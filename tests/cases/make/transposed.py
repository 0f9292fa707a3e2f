"""Makes the families `transposed-int8` and `transposed-f32`: TRANSPOSE_CONV."""

import numpy as np

import case_folder
from family import Family
from inputs import float_vectors, int8_vectors, seed_of
from tflite_writer import ModelWriter

SCRIPT = "transposed.py"
INPUT, RESULT = (0.02, -7), (0.06, 11)
SAME, VALID = 0, 1

# name: (image, output channels, kernel, stride, padding, height and width of the result, whether there is a bias and a scale
# for each channel).
CASES = {
    "twice-2x2": ((1, 3, 5, 4), 3, (2, 2), (2, 2), VALID, (6, 10), True, True),
    "twice-3x3": ((1, 4, 3, 5), 4, (3, 3), (2, 2), SAME, (8, 6), True, True),
    "twice-3x3-valid": ((1, 4, 3, 5), 4, (3, 3), (2, 2), VALID, (9, 7), True, True),
    "twice-4x4": ((1, 3, 4, 8), 8, (4, 4), (2, 2), SAME, (6, 8), True, True),
    "odd-size": ((1, 4, 5, 3), 2, (3, 3), (2, 2), SAME, (7, 9), True, True),
    "one-channel": ((1, 5, 4, 1), 1, (3, 3), (2, 2), SAME, (10, 8), True, True),
    "stride-1": ((1, 5, 6, 3), 5, (3, 3), (1, 1), SAME, (5, 6), True, True),
    "stride-1-valid": ((1, 4, 3, 2), 3, (3, 2), (1, 1), VALID, (6, 4), True, True),
    "stride-uneven": ((1, 3, 4, 4), 3, (3, 5), (1, 3), SAME, (3, 12), True, True),
    "stride-over-kernel": ((1, 3, 2, 3), 4, (2, 2), (3, 3), VALID, (9, 6), True, True),
    "one-row": ((1, 1, 9, 4), 4, (1, 4), (1, 2), SAME, (1, 18), True, True),
    "no-bias": ((1, 3, 3, 4), 5, (3, 3), (2, 2), SAME, (6, 6), False, True),
    "one-scale": ((1, 3, 3, 4), 5, (3, 3), (2, 2), SAME, (6, 6), True, False),
    "one-pixel": ((1, 1, 1, 6), 3, (4, 4), (4, 4), VALID, (4, 4), True, True),
    "relu": ((1, 3, 4, 3), 4, (3, 3), (2, 2), SAME, (6, 8), True, True),
    "large-kernel": ((1, 3, 4, 2), 3, (5, 5), (2, 2), SAME, (6, 8), True, True),
}


def model(name, dtype):
    """The bytes of the model."""
    shape, channels, kernel, stride, padding, size, has_bias, per_channel = CASES[name]
    rng = np.random.default_rng(seed_of(f"transposed-{name}"))
    writer = ModelWriter(name)
    is_real = dtype == np.float32
    x = writer.tensor("input", shape, dtype, *(() if is_real else INPUT))
    y = writer.tensor("output", (1, *size, channels), dtype, *(() if is_real else RESULT))
    weights = rng.integers(-127, 128, (channels, *kernel, shape[3])).astype(np.int8)
    scales = rng.uniform(0.002, 0.006, channels if per_channel else 1).astype(np.float32)
    bias = rng.integers(-900, 900, channels).astype(np.int32)
    if is_real:
        operands = [writer.constant("weights", (weights / 64).astype(np.float32))]
        further = [writer.constant("bias", (bias / 400).astype(np.float32))]
    else:
        operands = [writer.constant("weights", weights, scales)]
        further = [writer.constant("bias", bias, scales * np.float32(INPUT[0]))]
    output_shape = writer.constant("shape", np.array(y.shape, np.int32))
    operands = [output_shape, *operands, x, *(further if has_bias else [])]
    writer.operator("TRANSPOSE_CONV", operands, [y], Padding=padding, StrideH=stride[0], StrideW=stride[1],
                    FusedActivationFunction=1 if name == "relu" else 0)
    return writer.finish([x], [y])


def main():
    """Makes both families."""
    for family_name, dtype, makers in (("transposed-int8", np.int8, int8_vectors),
                                       ("transposed-f32", np.float32, float_vectors)):
        is_real = dtype == np.float32
        family = Family(family_name, "Transposed convolutions", SCRIPT, case_folder.TOOLS,
                        {"precision": "f32"} if is_real else None, {"max_abs": 1e-5} if is_real else None)
        for name, (shape, *_) in CASES.items():
            rng = np.random.default_rng(seed_of(f"{family_name}-{name}"))
            vectors = [[array] for array in makers(rng, shape)[1:4]]
            content = model(name, dtype)
            family.add(f"{name}.tflite", content, vectors, case_folder.run(content, vectors))
        family.write()


if __name__ == "__main__":
    main()
