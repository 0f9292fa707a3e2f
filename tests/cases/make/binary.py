"""Makes the families `binary-int8`, `binary-f32` and `binary-plain`: functions of two elements, comparisons and
logic, in TensorFlow Lite files. The operators of a type are the outputs of one model for each pair of shapes."""

import numpy as np

import case_folder
from family import Family
from inputs import seed_of
from tflite_writer import TENSOR_TYPES, ModelWriter

SCRIPT = "binary.py"
COMPARISONS = ["EQUAL", "NOT_EQUAL", "GREATER", "GREATER_EQUAL", "LESS", "LESS_EQUAL"]

# Shapes of both operands: broadcasts in each direction, odd extents, one channel, one element, ranks 1 to 5.
SHAPES = {
    "same": ((1, 3, 5, 7), (1, 3, 5, 7)),
    "both": ((2, 1, 5, 1), (1, 3, 1, 7)),
    "vector": ((11,), (1,)),
    "first": ((1, 1, 1, 3), (1, 3, 5, 3)),
    "one": ((1,), (1,)),
    "rank3": ((3, 5, 1), (5, 7)),
}
# What TFLM's kernels of some operators do not take.
RANK5 = ((2, 3, 1, 2, 3), (2, 1, 5, 1, 3))

# name: scale and zero point of operands and of the result of DIV, SQUARED_DIFFERENCE and PRELU. Where the first scale is less than
# 64 times the product of the second and that of DIV's result, the reference shifts by 32 bits and more, which C++ leaves undefined.
SCALES = {
    "usual": ((0.05, -9), (0.021, 17), (0.018, 3), (0.1, -128), (0.043, -20)),
    "far": ((0.004, 127), (0.9, -128), (0.00003, 5), (1.7, -100), (0.0041, 120)),
    "coarse": ((0.5, 0), (0.0625, 10), (0.06, -5), (2.5, -128), (0.25, 0)),
}


def broadcast(a, b):
    """The shape of the result."""
    return np.broadcast_shapes(a, b)


def int8_pairs(rng, zero_point):
    """64 bytes each, ends and neighbourhoods of the zero point among them; no divisor is zero."""
    a = rng.integers(-128, 128, 64)
    b = rng.integers(-128, 128, 64)
    a[:4] = b[:4] = [-128, 127, 0, -1]
    b[4:8] = np.clip([zero_point - 1, zero_point + 1, zero_point - 2, zero_point + 2], -128, 127)
    b[b == zero_point] = 100 if zero_point != 100 else 99
    return a.astype(np.int8).reshape(1, 64, 1), b.astype(np.int8).reshape(1, 1, 64)


def int8_models(family):
    """All pairs of 64 bytes for several quantisations."""
    for name, (of_a, of_b, of_div, of_square, of_prelu) in SCALES.items():
        rng = np.random.default_rng(seed_of(f"binary-int8-{name}"))
        vectors = [list(int8_pairs(rng, of_b[1])) for _ in range(2)]
        shape_a, shape_b = (1, 64, 1), (1, 1, 64)
        writer = ModelWriter(name)
        a = writer.tensor("a", shape_a, np.int8, *of_a)
        b = writer.tensor("b", shape_b, np.int8, *of_b)
        outputs = []
        for operator in COMPARISONS:
            y = writer.tensor(operator.lower(), broadcast(shape_a, shape_b), np.bool_)
            writer.operator(operator, [a, b], [y])
            outputs.append(y)
        for operator, quantisation in (
                ("DIV", of_div), ("SQUARED_DIFFERENCE", of_square), ("PRELU", of_prelu)):
            y = writer.tensor(operator.lower(), broadcast(shape_a, shape_b), np.int8, *quantisation)
            writer.operator(operator, [a, b], [y])
            outputs.append(y)
        content = writer.finish([a, b], outputs)
        family.add(f"{name}.tflite", content, vectors, case_folder.run(content, vectors))
    for name, (shape_a, shape_b) in SHAPES.items():
        rng = np.random.default_rng(seed_of(f"binary-int8-shapes-{name}"))
        vectors = [[rng.integers(-128, 128, shape).astype(np.int8) for shape in (shape_a, shape_b)]]
        # A divisor of zero has no result in the reference.
        vectors[0][1][vectors[0][1] == 17] = 3
        writer = ModelWriter(name)
        a = writer.tensor("a", shape_a, np.int8, 0.05, 17)
        b = writer.tensor("b", shape_b, np.int8, 0.05, 17)
        outputs = []
        for operator in ("MAXIMUM", "MINIMUM", "GREATER", "DIV", "SQUARED_DIFFERENCE", "PRELU"):
            dtype, quantisation = (np.bool_, ()) if operator == "GREATER" else (np.int8, (0.05, 17))
            if operator == "DIV":
                quantisation = (0.0075, 17)
            y = writer.tensor(operator.lower(), broadcast(shape_a, shape_b), dtype, *quantisation)
            writer.operator(operator, [a, b], [y])
            outputs.append(y)
        content = writer.finish([a, b], outputs)
        family.add(f"shapes-{name}.tflite", content, vectors, case_folder.run(content, vectors))


def floats(rng, shape):
    """Numbers on both sides of zero, none near it; some are whole."""
    values = rng.uniform(0.25, 6, shape) * rng.choice([-1, 1], shape)
    whole = rng.integers(0, 3, shape) == 0
    return np.where(whole, np.rint(values) + (np.rint(values) == 0), values).astype(np.float32)


def outputs_of(writer, a, b, shape, operators, dtype):
    """A result of each operator."""
    outputs = []
    for operator in operators:
        y = writer.tensor(operator.lower(), shape, np.bool_ if operator in COMPARISONS else dtype)
        options = {"FusedActivationFunction": 1} if operator == "DIV" and dtype == np.float32 else {}
        writer.operator(operator, [a, b], [y], **options)
        outputs.append(y)
    return outputs


FLOATS = ["DIV", "MAXIMUM", "MINIMUM", "SQUARED_DIFFERENCE", "FLOOR_DIV", "FLOOR_MOD", "PRELU", *COMPARISONS]
INTEGERS = ["ADD", "SUB", "MUL", "DIV", "MAXIMUM", "MINIMUM", "SQUARED_DIFFERENCE", *COMPARISONS]


def model_of(name, dtype, shapes, operators):
    """A model of operators on two inputs."""
    writer = ModelWriter(name)
    a, b = [writer.tensor(port, shape, dtype) for port, shape in zip("ab", shapes)]
    return writer.finish([a, b], outputs_of(writer, a, b, broadcast(*shapes), operators, dtype))


def float_models(family):
    """All operators on floats, in TFLM; powers, and what TFLM does not broadcast, in LiteRT."""
    for name, shapes in SHAPES.items():
        rng = np.random.default_rng(seed_of(f"binary-f32-{name}"))
        vectors = [[floats(rng, shape) for shape in shapes] for _ in range(2)]
        content = model_of(name, np.float32, shapes, FLOATS)
        family.add(f"{name}.tflite", content, vectors, case_folder.run(content, vectors))
    rng = np.random.default_rng(seed_of("binary-f32-pow"))
    vectors = [[np.abs(floats(rng, shapes)) for shapes in SHAPES["both"]]]
    vectors[0][1] /= 3
    content = model_of("pow", np.float32, SHAPES["both"], ["POW"])
    family.add("pow.tflite", content, vectors, case_folder.run_litert(content, vectors))
    vectors = [[floats(rng, shape) for shape in RANK5]]
    content = model_of("rank5", np.float32, RANK5, ["ADD", "SUB", "MUL", "DIV", "MAXIMUM", "MINIMUM"])
    family.add("rank5.tflite", content, vectors, case_folder.run_litert(content, vectors))
    writer = ModelWriter("add-n")
    operands = [writer.tensor(port, (1, 3, 5), np.float32) for port in "abc"]
    y = writer.tensor("sum", (1, 3, 5), np.float32)
    writer.operator("ADD_N", operands, [y])
    content = writer.finish(operands, [y])
    vectors = [[floats(rng, (1, 3, 5)) for _ in operands]]
    family.add("add-n.tflite", content, vectors, case_folder.run(content, vectors))


def select_models(family, dtype, quantisation, values):
    """Selection by a condition that is fed, with operands that are fed or constant."""
    rng = np.random.default_rng(seed_of(f"binary-select-{np.dtype(dtype).name}"))
    for name, shapes in {"same": ((1, 3, 5, 2),) * 3, "broadcast": ((2, 1, 5, 1), (1, 3, 1, 7), (1,)), "one": ((1,),) * 3}.items():
        writer = ModelWriter(f"select-{name}")
        condition = writer.tensor("condition", shapes[0], np.bool_)
        a = writer.tensor("a", shapes[1], dtype, *quantisation)
        b = writer.constant("b", values(rng, shapes[2]), *quantisation)
        shape = np.broadcast_shapes(*shapes)
        y = writer.tensor("y", shape, dtype, *quantisation)
        writer.operator("SELECT_V2", [condition, a, b], [y])
        swapped = writer.tensor("swapped", shape, dtype, *quantisation)
        writer.operator("SELECT_V2", [condition, b, a], [swapped])
        content = writer.finish([condition, a], [y, swapped])
        vectors = [[rng.integers(0, 2, shapes[0]).astype(np.bool_), values(rng, shapes[1])]]
        family.add(f"select-{name}.tflite", content, vectors, case_folder.run(content, vectors))


def cast_models(family):
    """Casts between floats, integers and truth values."""
    values = {np.float32: [-1.9, 1.9, 100.5, -7, 0, 126.9, 2], np.int8: [-128, 127, 0, 1, -1, 5, 77],
              np.int32: [-99999, 2**24 + 1, 0, 1, -1, 5, 77],
              np.bool_: [0, 1, 1, 0, 0, 0, 1]}
    targets = {np.float32: [np.int32, np.int8], np.int8: [np.float32, np.int32], np.int32: [np.float32, np.int64],
               np.bool_: [np.float32, np.int32]}
    for source, numbers in values.items():
        writer = ModelWriter(f"cast-{np.dtype(source).name}")
        x = writer.tensor("x", (1, 7), source)
        outputs = []
        for target in targets[source]:
            y = writer.tensor(f"to_{np.dtype(target).name}", (1, 7), target)
            writer.operator("CAST", [x], [y], InDataType=TENSOR_TYPES[np.dtype(source)], OutDataType=TENSOR_TYPES[np.dtype(target)])
            outputs.append(y)
        content = writer.finish([x], outputs)
        vectors = [[np.array([numbers], source)]]
        family.add(f"cast-{np.dtype(source).name}.tflite", content, vectors, case_folder.run_litert(content, vectors))


def plain_models(family):
    """int32 with its ends, int64, truth values, and casts between them."""
    for name, shapes in SHAPES.items():
        rng = np.random.default_rng(seed_of(f"binary-plain-{name}"))
        vectors = [[rng.integers(-999, 999, shape).astype(np.int32) for shape in shapes]]
        vectors[0][1][vectors[0][1] == 0] = 7
        vectors[0][0].flat[:2] = [2**31 - 1, -2**31][:min(2, vectors[0][0].size)]
        content = model_of(name, np.int32, shapes, INTEGERS)
        family.add(f"i32-{name}.tflite", content, vectors, case_folder.run(content, vectors))
        vectors = [[rng.integers(0, 2, shape).astype(np.bool_) for shape in shapes] for _ in range(2)]
        writer = ModelWriter(name)
        a, b = [writer.tensor(port, shape, np.bool_) for port, shape in zip("ab", shapes)]
        outputs = outputs_of(
            writer, a, b, broadcast(*shapes), ["LOGICAL_AND", "LOGICAL_OR", "EQUAL", "NOT_EQUAL"], np.bool_)
        negated = writer.tensor("not", shapes[0], np.bool_)
        writer.operator("LOGICAL_NOT", [a], [negated])
        content = writer.finish([a, b], [*outputs, negated])
        family.add(f"bool-{name}.tflite", content, vectors, case_folder.run(content, vectors))
    shapes = SHAPES["both"]
    rng = np.random.default_rng(seed_of("binary-plain-i64"))
    vectors = [[rng.integers(-3, 3, shape).astype(np.int64) for shape in shapes]]
    vectors[0][0].flat[0] = 2**40
    content = model_of("i64", np.int64, shapes, ["MAXIMUM", "MINIMUM", *COMPARISONS])
    family.add("i64.tflite", content, vectors, case_folder.run(content, vectors))
    floors = [[np.array(values, np.int32) for values in ([[7, -7, 6, -6, 5]], [[2], [-2], [3], [-3]])]]
    content = model_of("floor", np.int32, ((1, 5), (4, 1)), ["FLOOR_DIV", "FLOOR_MOD"])
    family.add("i32-floor.tflite", content, floors, case_folder.run_litert(content, floors))


def main():
    """Makes the families."""
    family = Family("binary-int8", "Functions of two int8 elements, and comparisons", SCRIPT, case_folder.TOOLS)
    int8_models(family)
    select_models(family, np.int8, (0.05, 17), lambda rng, shape: rng.integers(-128, 128, shape).astype(np.int8))
    family.write()
    tools = (*case_folder.TOOLS, "ai-edge-litert")
    family = Family("binary-f32", "Functions of two floats, and comparisons", SCRIPT, tools,
                    {"precision": "f32"}, {"max_abs": 1e-5})
    float_models(family)
    select_models(family, np.float32, (), floats)
    family.write()
    family = Family("binary-plain", "Functions of two integers or truth values", SCRIPT, tools, {"precision": "f32"})
    plain_models(family)
    cast_models(family)
    family.write()


if __name__ == "__main__":
    main()
