"""Makes the family `unary-f32`: functions of one real number, in TensorFlow Lite files."""

import numpy as np

import case_folder
from family import Family
from inputs import seed_of
from tflite_writer import ModelWriter

SCRIPT = "unary.py"
SHAPE = (1, 3, 7)
OPTIONS, COMPARE = {"precision": "f32"}, {"max_abs": 1e-5}

TFLITE = ["ABS", "NEG", "SQUARE", "SQRT", "RSQRT", "EXP", "LOG", "FLOOR", "CEIL", "ROUND", "ELU"]
POSITIVE = {"SQRT", "RSQRT", "LOG"}


def numbers(name, shape, positive):
    """Numbers on both sides of zero, and halves; or above zero."""
    rng = np.random.default_rng(seed_of(name))
    values = rng.uniform(-6, 6, shape).astype(np.float32)
    values.flat[:4] = [0.5, -0.5, 2.5, -1.5]
    if name == "exp":
        # Results that a fixed difference suits.
        values /= 4
    return np.abs(values) + np.float32(1e-3) if positive else values


def tflite(operator, shape):
    """A model of one operator."""
    writer = ModelWriter(operator)
    x = writer.tensor("input", shape, np.float32)
    y = writer.tensor("output", shape, np.float32)
    writer.operator(operator, [x], [y])
    return writer.finish([x], [y])


def main():
    """Makes the family."""
    family = Family("unary-f32", "Functions of one real number", SCRIPT, case_folder.TOOLS, OPTIONS, COMPARE)
    for operator in TFLITE:
        name = operator.lower()
        vectors = [[numbers(name, SHAPE, operator in POSITIVE)]]
        content = tflite(operator, SHAPE)
        family.add(f"{name}.tflite", content, vectors, case_folder.run(content, vectors))
    family.write()


if __name__ == "__main__":
    main()
