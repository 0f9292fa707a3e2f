"""Makes the families `matmul-int8` and `matmul-f32`: BATCH_MATMUL."""

import numpy as np

import case_folder
from family import Family
from inputs import float_vectors, int8_vectors, seed_of
from tflite_writer import ModelWriter

SCRIPT = "matmul.py"
FACTORS, RESULT = ((0.03, -7), (0.02, 12)), (0.09, -21)

# name: (shapes of the factors, whether they are transposed, shape of the result, whether the second factor is a constant).
CASES = {
    "matrices": ((3, 5), (5, 4), (False, False), (3, 4), False),
    "odd": ((1, 7, 9), (1, 9, 5), (False, False), (1, 7, 5), False),
    "transposed-second": ((1, 5, 8), (1, 6, 8), (False, True), (1, 5, 6), False),
    "transposed-first": ((1, 9, 4), (1, 9, 3), (True, False), (1, 4, 3), False),
    "transposed-both": ((2, 7, 3), (2, 5, 7), (True, True), (2, 3, 5), False),
    "batch": ((3, 4, 6), (3, 6, 2), (False, False), (3, 4, 2), False),
    "batch-rank-4": ((1, 2, 5, 4), (1, 2, 4, 5), (False, False), (1, 2, 5, 5), False),
    "batch-broadcast": ((2, 3, 4), (1, 4, 5), (False, False), (2, 3, 5), False),
    "batch-broadcast-both": ((2, 1, 3, 4), (1, 3, 4, 2), (False, False), (2, 3, 3, 2), False),
    "fewer-axes": ((2, 3, 4, 5), (5, 3), (False, False), (2, 3, 4, 3), False),
    "row-by-column": ((1, 13), (13, 1), (False, False), (1, 1), False),
    "column-by-row": ((4, 1), (1, 6), (False, False), (4, 6), False),
    "one-element": ((1, 1), (1, 1), (False, False), (1, 1), False),
    "constant": ((1, 3, 6), (6, 5), (False, False), (1, 3, 5), True),
    "constant-batch": ((2, 3, 6), (2, 5, 6), (False, True), (2, 3, 5), True),
}


def model(name, dtype):
    """The bytes of the model, and the shapes of its inputs."""
    left, right, transposed, result, is_constant = CASES[name]
    rng = np.random.default_rng(seed_of(f"matmul-{name}"))
    writer = ModelWriter(name)
    is_real = dtype == np.float32
    a = writer.tensor("a", left, dtype, *(() if is_real else FACTORS[0]))
    if is_constant:
        data = rng.integers(-127, 128, right).astype(np.int8)
        b = writer.constant("b", (data / 64).astype(np.float32)) if is_real else writer.constant("b", data, *FACTORS[1])
    else:
        b = writer.tensor("b", right, dtype, *(() if is_real else FACTORS[1]))
    y = writer.tensor("y", result, dtype, *(() if is_real else RESULT))
    writer.operator("BATCH_MATMUL", [a, b], [y], AdjX=transposed[0], AdjY=transposed[1])
    inputs = [a] if is_constant else [a, b]
    return writer.finish(inputs, [y]), [tensor.shape for tensor in inputs]


def main():
    """Makes both families."""
    for family_name, dtype, makers in (("matmul-int8", np.int8, int8_vectors), ("matmul-f32", np.float32, float_vectors)):
        is_real = dtype == np.float32
        family = Family(family_name, "Products of matrices", SCRIPT, case_folder.TOOLS,
                        {"precision": "f32"} if is_real else None, {"max_abs": 1e-5} if is_real else None)
        for name in CASES:
            content, shapes = model(name, dtype)
            rng = np.random.default_rng(seed_of(f"{family_name}-{name}"))
            vectors = [list(arrays) for arrays in zip(*(makers(rng, shape)[:4] for shape in shapes))]
            family.add(f"{name}.tflite", content, vectors, case_folder.run(content, vectors))
        family.write()


if __name__ == "__main__":
    main()
