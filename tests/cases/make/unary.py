"""Makes the families `unary-f32` and `unary-int8`: functions of one real number, in TensorFlow Lite files."""

import numpy as np

import case_folder
from family import Family
from inputs import seed_of
from tflite_writer import ModelWriter

SCRIPT = "unary.py"
SHAPE = (1, 3, 7)
OPTIONS, COMPARE = {"precision": "f32"}, {"max_abs": 1e-5}

TFLITE = ["ABS", "NEG", "SQUARE", "SQRT", "RSQRT", "EXP", "LOG", "FLOOR", "CEIL", "ROUND", "ELU", "SIN", "COS"]
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


# name: operator, scale and zero point of operand and result.
INT8 = {
    "abs": ("ABS", (0.05, -9), (0.021, -100)), "abs-same": ("ABS", (0.05, 17), (0.05, -128)),
    "abs-coarse": ("ABS", (0.02, -128), (0.3, 5)), "abs-fine": ("ABS", (0.11, 127), (0.013, 0)),
    "rsqrt": ("RSQRT", (0.04, -128), (0.02, -128)), "rsqrt-zero": ("RSQRT", (0.5, 100), (0.011, -3)),
    "rsqrt-coarse": ("RSQRT", (0.0007, -5), (0.31, 0)), "rsqrt-fine": ("RSQRT", (1.7, -100), (0.0031, 12)),
}


def int8_family():
    """All bytes for functions that TFLM has in integers; numbers below zero have no root."""
    family = Family("unary-int8", "Functions of one int8 number", SCRIPT, case_folder.TOOLS)
    for name, (operator, of_x, of_y) in INT8.items():
        low = of_x[1] if operator == "RSQRT" else -128
        values = np.arange(low, 128, dtype=np.int8).reshape(1, -1)
        writer = ModelWriter(name)
        x = writer.tensor("input", values.shape, np.int8, *of_x)
        y = writer.tensor("output", values.shape, np.int8, *of_y)
        writer.operator(operator, [x], [y])
        content = writer.finish([x], [y])
        family.add(f"{name}.tflite", content, [[values]], case_folder.run(content, [[values]]))
    family.write()


def main():
    """Makes the families."""
    int8_family()
    family = Family("unary-f32", "Functions of one real number", SCRIPT, case_folder.TOOLS, OPTIONS, COMPARE)
    for operator in TFLITE:
        name = operator.lower()
        vectors = [[numbers(name, SHAPE, operator in POSITIVE)]]
        content = tflite(operator, SHAPE)
        family.add(f"{name}.tflite", content, vectors, case_folder.run(content, vectors))
    family.write()


if __name__ == "__main__":
    main()
